//! Who is asked for, and by which way. Pure.
//!
//! **Invariant:** the owner's token asks for the owner, and for what the server tells its owner of others: their history.
//! **Invariant:** what is off for somebody is not asked for them. **Invariant:** what is not known for a reason that may pass is a question that fails, so that nothing is concluded.

use super::said::Fault;
use crate::domain::rules::House;
use crate::domain::wanted::Source;
use crate::media::people::{self, Kind, Person, Problem, Snapshot, Way, Why};

/// What is to be asked.
pub struct Question<'p> {
    /// For whom.
    pub person: &'p Person,
    /// Their number, by which answers are remembered.
    pub number: u64,
    /// Which source.
    pub source: Source,
    /// By which way.
    pub by: By,
}

/// By which way something is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
    /// With the owner's token, for the owner.
    Owner,
    /// With a token of their own.
    Own,
    /// From what the server tells its owner of what this account of its has played.
    History(u64),
    /// It cannot be asked just now.
    Nobody(Fault),
}

/// Everything that is to be asked, person by person.
#[must_use]
pub fn questions<'p>(people: &'p Snapshot, house: &House) -> Vec<Question<'p>> {
    // Somebody else's token may have been configured: it says nothing of the owner, nor of what others have played.
    let is_owners = people.server_problem.as_ref().is_none_or(|problem| problem.code != Why::NotTheOwner);
    let mut all = vec![];
    // A friend sees nothing of this server.
    for person in people.people.iter().filter(|person| person.kind != Kind::Friend) {
        let Some(number) = number(person) else { continue };
        let rules = house.of(&person.name, Some(person.kind.into()));
        for known in &person.knows {
            let source = match known.source {
                people::Source::OnDeck => Source::OnDeck,
                people::Source::ContinueWatching => Source::ContinueWatching,
                people::Source::Watchlist => Source::Watchlist,
                people::Source::Playback | people::Source::History => continue,
            };
            if !rules.asks(source) {
                continue;
            }
            let by = by(person, known.way, known.problem.as_ref());
            if let Some(by) = by.filter(|by| is_owners || !matches!(by, By::Owner | By::History(_))) {
                all.push(Question { person, number, source, by });
            }
        }
    }
    all
}

/// The number of somebody, which they keep: the server's own of its owner, else that of the account.
pub(super) fn number(person: &Person) -> Option<u64> {
    match person.kind {
        Kind::Owner => Some(1),
        Kind::Home | Kind::Shared | Kind::Friend | Kind::Local => person.account.or(person.local),
    }
}

fn by(person: &Person, way: Way, problem: Option<&Problem>) -> Option<By> {
    match way {
        Way::OwnerToken => (person.kind == Kind::Owner).then_some(By::Owner),
        Way::HomeSwitch | Way::SharedToken | Way::OwnSignIn => Some(By::Own),
        Way::ServerHistory => person.local.map(By::History),
        Way::Feed => None,
        Way::None => problem.filter(|problem| may_pass(problem.code)).map(|problem| {
            By::Nobody(Fault { code: problem.code.name(), sentence: problem.sentence.clone() })
        }),
    }
}

/// Whether it may be known again by itself, or when somebody signs in again.
fn may_pass(why: Why) -> bool {
    match why {
        Why::SignInNeeded
        | Why::TokenRefused
        | Why::TokenUnreadable
        | Why::CloudUnavailable
        | Why::ServerUnavailable => true,
        Why::PinProtected | Why::NoToken | Why::NotShared | Why::NotAtPlexTv | Why::NotTheOwner => false,
    }
}
