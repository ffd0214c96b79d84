//! The cookie that a session lives in.

use poem::http::{HeaderMap, HeaderValue, header};

use crate::domain::secret::Secret;

/// What it is called and where it goes.
///
/// Over an encrypted connection at the root of a host it has the prefix that keeps browsers from taking it from anybody
/// else: neighbours below the same name, or the same name without encryption.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cookie {
    /// Its name.
    pub name: &'static str,
    path: String,
    is_secure: bool,
}

impl Cookie {
    /// Of an instance that is served below a path.
    #[must_use]
    pub fn of(base_path: &str, is_secure: bool) -> Self {
        let name = if is_secure && base_path == "/" { "__Host-cacherr_session" } else { "cacherr_session" };
        Self { name, path: base_path.to_owned(), is_secure }
    }

    /// Gives it to the browser. It goes with the browser's own end, unless the session's comes first.
    pub fn give(&self, headers: &mut HeaderMap, token: &Secret, seconds: i64) {
        self.set(headers, token.expose(), seconds);
    }

    /// Takes it back.
    pub fn take(&self, headers: &mut HeaderMap) {
        self.set(headers, "", 0);
    }

    fn set(&self, headers: &mut HeaderMap, value: &str, seconds: i64) {
        let Self { name, path, is_secure } = self;
        let secure = if *is_secure { "; Secure" } else { "" };
        let text =
            format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        // Tokens and paths are plain text; what is not is no cookie of ours.
        if let Ok(mut line) = HeaderValue::from_str(&text) {
            line.set_sensitive(true);
            headers.append(header::SET_COOKIE, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(base_path: &str, is_secure: bool) -> String {
        let mut headers = HeaderMap::new();
        Cookie::of(base_path, is_secure).give(&mut headers, &Secret::new("cs_1"), 60);
        headers[header::SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_other_sites_and_open_lines() {
        let rest = "Max-Age=60; HttpOnly; SameSite=Strict";
        assert_eq!(given("/", false), format!("cacherr_session=cs_1; Path=/; {rest}"));
        assert_eq!(given("/cacherr", true), format!("cacherr_session=cs_1; Path=/cacherr; {rest}; Secure"));
        assert_eq!(given("/", true), format!("__Host-cacherr_session=cs_1; Path=/; {rest}; Secure"));
    }
}
