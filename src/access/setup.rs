//! The first admin. As long as nobody can log in as one, a token that only lies in the data dir and stands in the log lets
//! somebody make that account.
//!
//! It is asked for even where a configured key opens everything: a key is for programs, and people should have names. But
//! then, and where the owner lets local addresses in as admins, nobody is pressed: the file is there for the wizard, the log
//! only says where it is.
//!
//! **Invariant:** one account is made with it, however many try at once, and the file is deleted after that account is
//! durable. The same token holds until then, whatever starts and stops in between.

use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::throttle::{Network, Target};
use super::{Access, Caller, Opened, Password, accounts, blocking, to_the_end};
use crate::domain::access::Role;
use crate::domain::account::{AccountRow, check_account_name};
use crate::domain::secret::Secret;
use crate::error::{Error, IoContext, Result};
use crate::random;
use crate::store::Rows;

/// The name of the file, below the data dir.
const FILE: &str = "setup-token";
/// Bytes of randomness: twice what nobody can guess.
const BYTES: usize = 32;

/// The token, and where it lies.
pub(super) struct Setup {
    file: PathBuf,
    token: Mutex<Option<Secret>>,
}

impl Setup {
    pub fn below(data_dir: &Path) -> Self {
        Self { file: data_dir.join(FILE), token: Mutex::default() }
    }

    /// The token that was made before, or a new one.
    fn prepare(&self) -> Result<Secret> {
        let token = match std::fs::read_to_string(&self.file) {
            Ok(text) if plain(&text).len() == 2 * BYTES => {
                std::fs::set_permissions(&self.file, Permissions::from_mode(0o600))
                    .doing("close to others", &self.file)?;
                Secret::new(text.trim())
            }
            // What a start that died left behind, or somebody edited.
            Ok(_) => self.make()?,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => {
                self.make()?
            }
            Err(error) => return Err(Error::io("read", &self.file, error)),
        };
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }

    fn make(&self) -> Result<Secret> {
        let hex = random::hex::<BYTES>()?;
        let groups: Vec<&str> = (0..hex.len()).step_by(8).map(|at| &hex[at..at + 8]).collect();
        let token = groups.join("-");
        let fresh = self.file.with_extension("new");
        self.forget(&fresh)?;
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).doing("make", &fresh)?;
        file.write_all(format!("{token}\n").as_bytes())
            .and_then(|()| file.sync_all())
            .doing("write", &fresh)?;
        std::fs::rename(&fresh, &self.file).doing("make", &self.file)?;
        Ok(Secret::new(token))
    }

    /// Whether it is the token. Case, and how it is grouped, do not matter.
    fn is(&self, candidate: &str) -> bool {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        // Beyond this length nothing is compared, so nothing has to be made of it.
        candidate.len() <= 16 * BYTES
            && token
                .as_ref()
                .is_some_and(|token| Secret::new(plain(token.expose())).matches(&plain(candidate)))
    }

    /// It is not needed any more.
    fn done(&self) -> Result<()> {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.forget(&self.file)
    }

    fn forget(&self, file: &Path) -> Result<()> {
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", file, error)),
            _ => Ok(()),
        }
    }
}

/// The digits alone.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).map(|c| c.to_ascii_lowercase()).collect()
}

impl Access {
    /// Whether nobody can log in as an admin yet.
    ///
    /// # Errors
    /// The store fails.
    pub fn needs_setup(&self) -> Result<bool> {
        self.nobody_is_admin(&self.store().read()?)
    }

    /// Makes the first admin, and lets them in. Goes on to its end even if nobody waits for it.
    ///
    /// # Errors
    /// [`Error::AlreadySetUp`], [`Error::SetupTokenWrong`], [`Error::TooManyAttempts`] from that address; then what the name
    /// and the password have to be: [`Error::Invalid`], [`Error::NameTaken`], [`Error::WeakPassword`]; [`Error::Busy`]; the
    /// store fails.
    pub async fn set_up(&self, token: &str, name: &str, password: Password, from: &Caller) -> Result<Opened> {
        let (access, from) = (self.clone(), from.clone());
        let (token, name) = (Secret::new(token), name.to_owned());
        to_the_end(async move { access.try_set_up(&token, name, password, from).await }).await
    }

    async fn try_set_up(
        &self,
        token: &Secret,
        name: String,
        password: Password,
        from: Caller,
    ) -> Result<Opened> {
        if !self.needs_setup()? {
            return Err(Error::AlreadySetUp);
        }
        let attempt = self.attempt(Network::of(from.address), None)?;
        if !self.0.setup.is(token.expose()) {
            return self.tell_failure(&from, Target::of(FILE), None, Error::SetupTokenWrong).await;
        }
        // Whoever knows the token guesses nothing.
        self.guard().throttle.succeeded(attempt);
        check_account_name(&name)?;
        password.check_new(&name)?;
        let hash = self.0.passwords.hash(password).await?;
        let access = self.clone();
        blocking(move || {
            let opened = access.write(|writer, at| {
                if !access.nobody_is_admin(writer)? {
                    return Err(Error::AlreadySetUp);
                }
                accounts::check_free(writer, &name, None, None)?;
                let account = AccountRow {
                    password_at: Some(at),
                    ..accounts::fresh(name, Role::Admin, None, Some(hash), at)
                };
                access.let_in(writer, account, "setup", &from)
            })?;
            access.finish_setup();
            Ok(opened)
        })
        .await
    }

    /// Makes the token where one is needed, and says so; takes it away where none is.
    pub(super) fn prepare_setup(&self) -> Result<()> {
        if !self.needs_setup()? {
            return self.0.setup.done();
        }
        let token = self.0.setup.prepare()?;
        let file = self.0.setup.file.display();
        let comes_in = self.0.configured.is_some() || self.settings().local_role == Some(Role::Admin);
        if comes_in {
            tracing::info!(
                "nobody can log in by name yet; POST /api/auth/setup makes the first account, with the token in {file}"
            );
        } else {
            // The one secret that is meant to be seen.
            tracing::warn!(
                "nobody can log in yet. POST /api/auth/setup makes the first account with this setup token: {} (it is in \
                 {file}, too); so does `cacherr user add NAME --role admin`, without it",
                token.expose()
            );
        }
        Ok(())
    }

    /// Takes the token away once somebody is an admin. That it cannot be deleted undoes nothing: it opens nothing any more.
    pub(super) fn finish_setup(&self) {
        let done = self.needs_setup().and_then(|needed| if needed { Ok(()) } else { self.0.setup.done() });
        if let Err(error) = done {
            tracing::warn!(%error, "the used setup token was not removed; the next start tries again");
        }
    }

    fn nobody_is_admin(&self, rows: &impl Rows) -> Result<bool> {
        Ok(!rows.accounts()?.iter().any(|account| self.is_admin(account)))
    }

    /// Whether somebody can log in with this account, and change everything.
    pub(super) fn is_admin(&self, account: &AccountRow) -> bool {
        let can_log_in =
            account.password.is_some() || account.plex.is_some() || self.settings().user_header.is_some();
        account.role == Role::Admin && can_log_in
    }
}
