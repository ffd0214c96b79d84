//! One round of questions.
//!
//! **Invariant:** each question is asked with the token of whom it is about, or, of the history, with the owner's.
//! **Invariant:** where nobody answers at all, not everybody's questions wait for that.

use super::eyes::Eyes;
use super::questions::{By, Question};
use super::said::{Fault, Said};
use super::watchlist::{Memory, Reader};
use super::wishes::Settings;
use crate::clock::Clock;
use crate::domain::answer::Answer;
use crate::domain::secret::Secret;
use crate::domain::wanted::Source;
use crate::media::Household;
use crate::plex::Kind;

/// After so many questions in a row that nobody answered, the others of the round are not asked.
const PATIENCE: u32 = 3;

/// A round under way.
pub(super) struct Round<'a> {
    household: &'a Household,
    clock: &'a dyn Clock,
    settings: &'a Settings,
    owner: Result<Secret, Fault>,
    /// The server as the person sees it who was asked for last.
    eyes: Option<(Secret, Eyes)>,
    server: Vain,
    cloud: Vain,
}

/// How often somebody was asked in vain.
#[derive(Default)]
struct Vain {
    times: u32,
    fault: Option<Fault>,
}

impl<'a> Round<'a> {
    /// Reads the owner's token.
    pub async fn begin(household: &'a Household, clock: &'a dyn Clock, settings: &'a Settings) -> Self {
        let owner = match household.reach().owner_token().await {
            Ok(Some(owner)) => Ok(owner.token),
            Ok(None) => Err(without("nobody has signed in as the owner of the media server; sign in")),
            // Its text names the file.
            Err(error) => Err(without(&error.to_string())),
        };
        let (server, cloud) = (Vain::default(), Vain::default());
        Self { household, clock, settings, owner, eyes: None, server, cloud }
    }

    /// Asks one question.
    pub async fn ask(
        &mut self,
        question: &Question<'_>,
        memory: &mut Memory,
        last: Option<&Answer>,
    ) -> Result<Said, Fault> {
        let is_watchlist = question.source == Source::Watchlist;
        let vain = if is_watchlist { &self.cloud } else { &self.server };
        if let Some(fault) = vain.is_over() {
            return Err(fault.clone());
        }
        let came = self.put(question, memory, last).await;
        let vain = if is_watchlist { &mut self.cloud } else { &mut self.server };
        vain.note(came.as_ref().err());
        came
    }

    async fn put(
        &mut self,
        question: &Question<'_>,
        memory: &mut Memory,
        last: Option<&Answer>,
    ) -> Result<Said, Fault> {
        let people = self.household.people();
        let (server, account) = match &question.by {
            By::Nobody(fault) => return Err(fault.clone()),
            By::History(account) => {
                let owner = self.owner.clone()?;
                let since = self.clock.now().plus(-self.settings.history);
                return self.eyes(&owner).after_history(*account, since).await;
            }
            By::Owner => {
                let owner = self.owner.clone()?;
                (owner.clone(), Some(owner))
            }
            By::Own => {
                let server = people.server_token(question.person);
                let server = server
                    .ok_or_else(|| without("there is no token by which the server shows what they see"))?;
                (server, people.watchlist_token(question.person))
            }
        };
        match question.source {
            Source::OnDeck => self.eyes(&server).on_deck().await,
            Source::ContinueWatching => self.eyes(&server).continue_watching().await,
            Source::Watchlist => {
                let token = account.ok_or_else(|| without("there is no token that opens their watchlist"))?;
                let (cloud, episodes) = (self.household.reach().cloud(), self.settings.watchlist_episodes);
                let eyes = self.eyes(&server);
                let mut reader = Reader { cloud, token: &token, eyes, episodes };
                reader.read(question.number, memory, last).await
            }
            Source::Feed | Source::Manual => Ok(Said::default()),
        }
    }

    /// The server as the holder of this token sees it. Shows that were asked for stay, as long as it is the same one.
    fn eyes(&mut self, token: &Secret) -> &mut Eyes {
        let (client, now) = (self.household.reach().server_as(token), self.clock.now());
        let kept = self.eyes.take().filter(|(whose, _)| whose == token);
        let eyes = kept.map_or_else(|| Eyes::new(client, self.settings, now), |(_, eyes)| eyes);
        &mut self.eyes.insert((token.clone(), eyes)).1
    }
}

impl Vain {
    /// The fault of them all, where there is no point in asking on.
    fn is_over(&self) -> Option<&Fault> {
        self.fault.as_ref().filter(|_| self.times >= PATIENCE)
    }

    fn note(&mut self, fault: Option<&Fault>) {
        let nobody = [Kind::Timeout, Kind::Unreachable, Kind::Tls];
        let limited = Kind::RateLimited { retry_after: None };
        match fault {
            Some(fault) if nobody.iter().any(|kind| kind.name() == fault.code) => self.times += 1,
            // Asking on would make it worse.
            Some(fault) if limited.name() == fault.code => self.times = PATIENCE,
            Some(_) => return,
            None => self.times = 0,
        }
        self.fault = fault.cloned();
    }
}

/// There is nothing to ask with.
fn without(sentence: &str) -> Fault {
    Fault { code: "no_token", sentence: sentence.to_owned() }
}
