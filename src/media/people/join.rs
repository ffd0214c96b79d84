//! From answers to people: who they are, and how each of their wishes is known.
//!
//! **Invariant:** a way is stated only if there is a token for it that is theirs, or one of the owner's that may see it;
//! a missing one is a stated `none` with its reason. Nothing is asked here.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Answers, Checks};
use super::faces::{Face, faces, names, shown, unlike};
use super::person::{Kind, Knowledge, Person, Problem, Source, Way, Why};
use crate::media::tokens::{Card, Held};

/// The owner's number at the server; 0 is nobody's.
pub const OWNER: u64 = 1;

/// Everybody, the owner first.
pub fn join(answers: &Answers, cards: &BTreeMap<u64, Card>) -> Vec<Person> {
    let (faces, locals) = (faces(answers, cards), locals(answers));
    let names = names(&faces, cards);
    let mut taken: BTreeSet<String> = names.values().cloned().collect();
    let mut counted = BTreeSet::new();
    let mut people = vec![];
    for (account, face) in &faces {
        let local = match face.kind {
            Kind::Owner => Some(OWNER),
            _ => locals.contains_key(account).then_some(*account),
        };
        counted.extend(local);
        let name = names.get(account).cloned().unwrap_or_default();
        let ask = Ask { answers, kind: face.kind, name: &name, face: Some(face), card: cards.get(account) };
        let knows = ask.everything(answers.checks.get(account));
        let title = face.title.clone().or_else(|| face.username.clone());
        people.push(Person {
            account: Some(*account),
            local,
            uuid: face.uuid.clone(),
            title: title.unwrap_or_else(|| name.clone()),
            kind: face.kind,
            knows,
            name,
        });
    }
    for (id, title) in locals.into_iter().filter(|(id, _)| !counted.contains(id)) {
        let kind = if id == OWNER { Kind::Owner } else { Kind::Local };
        let title = if title.is_empty() { format!("account {id}") } else { title };
        let name = unlike(title.clone(), id, &mut taken);
        let ask = Ask { answers, kind, name: &name, face: None, card: None };
        let knows = ask.everything(None);
        people.push(Person { account: None, local: Some(id), uuid: None, title, kind, knows, name });
    }
    people.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    people
}

/// Whom the server counts.
fn locals(answers: &Answers) -> BTreeMap<u64, String> {
    let counted = answers.locals.get().into_iter().flatten();
    counted.filter(|one| one.id != 0).map(|one| (one.id, shown(&one.name).to_owned())).collect()
}

/// Somebody of whom it is asked how we know.
struct Ask<'a> {
    answers: &'a Answers,
    kind: Kind,
    name: &'a str,
    face: Option<&'a Face>,
    card: Option<&'a Card>,
}

impl Ask<'_> {
    fn everything(&self, checks: Option<&Checks>) -> Vec<Knowledge> {
        let none = Checks::default();
        let checks = checks.unwrap_or(&none);
        Source::ALL.iter().map(|source| self.one(*source, checks)).collect()
    }

    fn one(&self, source: Source, checks: &Checks) -> Knowledge {
        let is_owner = self.kind == Kind::Owner;
        match source {
            Source::Watchlist if is_owner => self.by_owner_at_cloud(),
            Source::Watchlist => self.watchlist(checks),
            _ if is_owner => self.by_owner(source, Way::OwnerToken),
            _ if self.kind == Kind::Friend => unknown(source, self.not_shared()),
            Source::Playback => self.by_owner(source, Way::OwnerToken),
            Source::History => self.by_owner(source, Way::ServerHistory),
            Source::OnDeck | Source::ContinueWatching => self.deck(source, checks),
        }
    }

    /// What the server tells its owner.
    fn by_owner(&self, source: Source, way: Way) -> Knowledge {
        let (owner, asked) = (&self.answers.owner, &self.answers.locals);
        match (owner, &asked.problem) {
            (Err(problem), _) => unknown(source, problem.clone()),
            (_, Some(problem)) if problem.is_refusal() => unknown(source, problem.clone()),
            (Ok(held), problem) => {
                Knowledge { source, way, since: held.since, asked_at: asked.at(), problem: problem.clone() }
            }
        }
    }

    /// What plex.tv tells the owner of themselves.
    fn by_owner_at_cloud(&self) -> Knowledge {
        let (source, asked) = (Source::Watchlist, &self.answers.account);
        match (&self.answers.owner, &asked.problem) {
            (Err(problem), _) => unknown(source, problem.clone()),
            (_, Some(problem)) if problem.is_refusal() => unknown(source, problem.clone()),
            (Ok(held), problem) => Knowledge {
                source,
                way: Way::OwnerToken,
                since: held.since,
                asked_at: asked.at(),
                problem: problem.clone(),
            },
        }
    }

    fn deck(&self, source: Source, checks: &Checks) -> Knowledge {
        let check = &checks.server;
        if let Some((Held { since, .. }, way)) = self.card.and_then(|card| card.server.as_ref()) {
            let (asked_at, problem) = (check.worked_at, check.problem.clone());
            return Knowledge { source, way: *way, since: Some(*since), asked_at, problem };
        }
        let why = check.problem.clone().or_else(|| checks.account.problem.clone());
        let why = why.unwrap_or_else(|| self.without_token(true));
        // Where somebody stopped is in no history; what comes next follows from it.
        if source == Source::ContinueWatching {
            return unknown(source, why);
        }
        let known = self.by_owner(source, Way::ServerHistory);
        if known.way == Way::None { unknown(source, why) } else { Knowledge { problem: Some(why), ..known } }
    }

    fn watchlist(&self, checks: &Checks) -> Knowledge {
        let (source, check) = (Source::Watchlist, &checks.account);
        match (self.card.and_then(Card::account_token), &check.problem) {
            (_, Some(problem)) if problem.is_refusal() => unknown(source, problem.clone()),
            (Some((held, way)), problem) => Knowledge {
                source,
                way,
                since: Some(held.since),
                asked_at: check.worked_at,
                problem: problem.clone(),
            },
            (None, Some(problem)) => unknown(source, problem.clone()),
            (None, None) => unknown(source, self.without_token(false)),
        }
    }

    fn not_shared(&self) -> Problem {
        let name = self.name;
        Problem::new(
            Why::NotShared,
            format!("this server is not shared with {name}; share a library with them to cache for them"),
        )
    }

    /// Why there is no token of theirs for the server, or at plex.tv.
    fn without_token(&self, for_server: bool) -> Problem {
        let name = self.name;
        let answers = self.answers;
        if let Err(problem) = &answers.owner {
            return problem.clone();
        }
        let list = match self.kind {
            Kind::Home => answers.home.problem.clone(),
            Kind::Shared if for_server => answers.shared.problem.clone(),
            Kind::Local => answers.cloud_problem().cloned(),
            Kind::Owner | Kind::Shared | Kind::Friend => None,
        };
        if let Some(problem) = list {
            return problem;
        }
        match (self.kind, for_server) {
            (Kind::Home, _) if self.face.is_some_and(|face| face.protected) => Problem::new(
                Why::PinProtected,
                format!(
                    "a PIN protects {name} within the home, so nobody can act for them; remove the PIN, or let them \
                     sign in for themselves"
                ),
            ),
            (Kind::Local, _) => Problem::new(
                Why::NotAtPlexTv,
                format!(
                    "the server counts {name}, but plex.tv does not tell who that is (any more); share a library with \
                     them again"
                ),
            ),
            (_, true) => Problem::new(
                Why::NoToken,
                format!(
                    "plex.tv does not tell by which token the server is shared with {name}; what they have played \
                     stands in for it, or let them sign in for themselves"
                ),
            ),
            (_, false) => Problem::new(
                Why::NoToken,
                format!(
                    "only {name}'s own token opens their watchlist, and nobody else's is used for it; let them sign in \
                     for themselves"
                ),
            ),
        }
    }
}

fn unknown(source: Source, problem: Problem) -> Knowledge {
    Knowledge { source, way: Way::None, since: None, asked_at: None, problem: Some(problem) }
}
