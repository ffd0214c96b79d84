//! One round of asking: first the server, then plex.tv, then for each who can be asked for.
//!
//! **Invariant:** a failure concerns the one question that failed. Only 401 makes a token bad, and then the one that was
//! sent. **Invariant:** who is asked for is asked with a token of theirs.

use std::collections::BTreeMap;

use super::answers::{Answers, Check, Checks, Holding, Listed};
use super::faces::{Face, faces, names};
use super::person::{Kind, Problem, Way, Whom, Why};
use crate::clock::Clock;
use crate::domain::secret::Secret;
use crate::error::Error;
use crate::media::reach::Reach;
use crate::media::tokens::{Card, Held, OwnerToken};
use crate::plex::{Fault, Kind as FaultKind};

/// After so many people in a row for whom nobody answered, the others are left for the next round.
const PATIENCE: u32 = 3;

/// A round under way.
pub struct Round<'a> {
    reach: &'a Reach,
    clock: &'a dyn Clock,
    pub answers: Answers,
    pub cards: BTreeMap<u64, Card>,
    /// So many in a row were asked for in vain.
    in_vain: u32,
}

impl<'a> Round<'a> {
    pub fn new(reach: &'a Reach, clock: &'a dyn Clock, last: Answers, cards: BTreeMap<u64, Card>) -> Self {
        Self { reach, clock, answers: last, cards, in_vain: 0 }
    }

    /// Asks everything.
    pub async fn ask(&mut self) {
        let owner = match self.reach.owner_token().await {
            Ok(owner) => owner,
            Err(error) => {
                self.forget_all_but_the_server(Some(unreadable(&error)));
                None
            }
        };
        self.ask_server(owner.as_ref()).await;
        match &owner {
            Some(owner) => {
                self.answers.owner = Ok(Holding { origin: owner.origin, since: owner.since });
                self.ask_cloud(&owner.token).await;
            }
            None if self.answers.owner.is_ok() => self.forget_all_but_the_server(None),
            None => {}
        }
        self.write_cards();
        self.ask_for_each(owner.as_ref()).await;
    }

    /// Without the owner's token, what it was told is not known any more.
    fn forget_all_but_the_server(&mut self, problem: Option<Problem>) {
        let (identity, checks) =
            (std::mem::take(&mut self.answers.identity), std::mem::take(&mut self.answers.checks));
        self.answers = Answers { identity, checks, ..Answers::default() };
        if let Some(problem) = problem {
            self.answers.owner = Err(problem);
        }
    }

    async fn ask_server(&mut self, owner: Option<&OwnerToken>) {
        let now = self.clock.now();
        let (answers, server) = (&mut self.answers, Whom::Server);
        let is_there = answers.identity.take(self.reach.server().identity().await, server, now);
        let Some(owner) = owner else { return };
        if !is_there {
            // Whoever does not say who they are is not shown a token.
            (answers.locals.problem, answers.sections.problem) =
                (answers.identity.problem.clone(), answers.identity.problem.clone());
            return;
        }
        let client = self.reach.server_as(&owner.token);
        answers.locals.take(client.accounts().await, server, now);
        answers.sections.take(client.sections().await, server, now);
    }

    async fn ask_cloud(&mut self, owner: &Secret) {
        let (now, cloud, answers) = (self.clock.now(), self.reach.cloud(), &mut self.answers);
        // Its token is ours already.
        let account = cloud
            .user(owner)
            .await
            .map(|account| crate::domain::media::people::Account { token: None, ..account });
        if !answers.account.take(account, Whom::Cloud, now) {
            for problem in
                [&mut answers.home.problem, &mut answers.friends.problem, &mut answers.shared.problem]
            {
                problem.clone_from(&answers.account.problem);
            }
            return;
        }
        answers.home.take(cloud.home_users(owner).await, Whom::Cloud, now);
        answers.friends.take(cloud.friends(owner).await, Whom::Cloud, now);
        let Some(machine) = answers.identity.get().map(|identity| identity.machine.clone()) else { return };
        let listed = cloud.resources(owner).await.map(|all| {
            let mut all = all.into_iter();
            all.find(|one| one.machine == machine).map(|one| Listed { name: one.name, owned: one.owned })
        });
        answers.listed.take(listed, Whom::Cloud, now);
        answers.shared.take(cloud.shared_users(owner, &machine).await, Whom::Cloud, now);
    }

    /// Everybody gets a card, which keeps their name; and the tokens that were told.
    fn write_cards(&mut self) {
        let faces = faces(&self.answers, &self.cards);
        let names = names(&faces, &self.cards);
        for (account, face) in &faces {
            let name = names.get(account).cloned().unwrap_or_default();
            let card = self.cards.entry(*account).or_insert_with(|| fresh(*account, name));
            card.kind = face.kind;
            card.uuid = face.uuid.clone().or_else(|| card.uuid.take());
            card.title = face.title.clone().or_else(|| face.username.clone()).unwrap_or_default();
        }
        // Who is gone, or has nothing shared with them any more, is not asked for with what they were given for that. The
        // name is kept.
        let may_not =
            |card: &&mut Card| faces.get(&card.account).is_none_or(|face| face.kind == Kind::Friend);
        for card in self.cards.values_mut().filter(may_not) {
            card.forget_obtained();
        }
        let now = self.clock.now();
        for user in self.answers.shared.get().into_iter().flatten() {
            let Some(card) = self.cards.get_mut(&user.id) else { continue };
            let Some(token) = &user.token else { continue };
            let is_better = match &card.server {
                None => true,
                Some((held, way)) => *way == Way::SharedToken && held.token != *token,
            };
            if is_better {
                card.server = Some((Held { token: token.clone(), since: now }, Way::SharedToken));
            }
        }
    }

    async fn ask_for_each(&mut self, owner: Option<&OwnerToken>) {
        let faces = faces(&self.answers, &self.cards);
        self.answers.checks.retain(|account, _| faces.contains_key(account));
        for (account, face) in &faces {
            if face.kind == Kind::Owner {
                continue;
            }
            let Some(mut card) = self.cards.get(account).cloned() else { continue };
            let mut checks = self.answers.checks.get(account).cloned().unwrap_or_default();
            if self.in_vain < PATIENCE {
                self.ask_for(face, &mut card, &mut checks, owner).await;
            }
            self.cards.insert(*account, card);
            self.answers.checks.insert(*account, checks);
        }
    }

    async fn ask_for(
        &mut self,
        face: &Face,
        card: &mut Card,
        checks: &mut Checks,
        owner: Option<&OwnerToken>,
    ) {
        let may_switch = face.in_home && !face.protected;
        self.look_at_server(card, checks).await;
        let before = card.server.clone();
        if card.own.is_none() && card.switched.is_none() {
            checks.account = Check::default();
            if let Some(owner) = owner.filter(|_| may_switch) {
                self.switch(card, checks, owner).await;
            }
        }
        if self.look_at_account(card, checks).await == Found::Refused
            && card.own.is_none()
            && let Some(owner) = owner.filter(|_| may_switch)
        {
            // What a switch gives does not last for ever.
            self.switch(card, checks, owner).await;
            self.look_at_account(card, checks).await;
        }
        if card.server != before {
            self.look_at_server(card, checks).await;
        }
    }

    /// Becomes them for a moment, which gives a token of theirs.
    async fn switch(&mut self, card: &mut Card, checks: &mut Checks, owner: &OwnerToken) {
        let Some(uuid) = card.uuid.clone() else { return };
        match self.reach.cloud().switch(&owner.token, &uuid, None).await {
            Ok(account) if account.id == card.account => {
                let since = self.clock.now();
                card.switched = account.token.map(|token| Held { token, since });
                self.in_vain = 0;
            }
            Ok(_) => {
                let other =
                    "plex.tv switched to somebody else than it was asked for; it is asked again later";
                checks.account.problem = Some(Problem::new(Why::CloudUnavailable, other));
            }
            Err(fault) if fault.kind() == FaultKind::Refused => {
                let name = &card.name;
                let sentence = format!(
                    "plex.tv does not let anybody act for {name}, who may have a PIN by now; remove it, or let them sign \
                     in for themselves"
                );
                checks.account.problem = Some(Problem::new(Why::PinProtected, sentence));
            }
            // The owner's token was refused, not theirs: there is none.
            Err(fault) => self.fails(&mut checks.account, Whom::Cloud, &fault),
        }
    }

    /// Asks plex.tv with their account's token: whether it is still good, and for the one for the server.
    async fn look_at_account(&mut self, card: &mut Card, checks: &mut Checks) -> Found {
        let Some((Held { token, .. }, way)) = card.account_token() else { return Found::Nothing };
        let token = token.clone();
        let has_server = card.server.as_ref().is_some_and(|(_, server_way)| *server_way == way);
        let machine = self.answers.identity.get().map(|identity| identity.machine.clone());
        let asked = match machine.filter(|_| !has_server) {
            // Asking for nothing keeps it alive.
            None => self.reach.cloud().ping(&token).await.map(|()| None),
            Some(machine) => self
                .reach
                .cloud()
                .resources(&token)
                .await
                .map(|all| all.into_iter().find(|one| one.machine == machine).and_then(|one| one.token)),
        };
        match asked {
            Ok(server) => {
                let now = self.clock.now();
                checks.account = Check::works(now);
                self.in_vain = 0;
                if let Some(token) = server {
                    card.server = Some((Held { token, since: now }, way));
                }
                Found::Works
            }
            Err(fault) if fault.kind() == FaultKind::Unauthorized => {
                if way == Way::HomeSwitch {
                    card.switched = None;
                }
                let name = &card.name;
                let sentence =
                    format!("plex.tv does not accept {name}'s token any more; let them sign in again");
                checks.account.problem = Some(Problem::new(Why::TokenRefused, sentence));
                Found::Refused
            }
            Err(fault) => {
                self.fails(&mut checks.account, Whom::Cloud, &fault);
                Found::Nothing
            }
        }
    }

    /// Asks the server with their token for it, whether it lets them in.
    async fn look_at_server(&mut self, card: &mut Card, checks: &mut Checks) {
        let Some((Held { token, .. }, _)) = &card.server else { return };
        if self.answers.identity.problem.is_some() {
            checks.server.problem.clone_from(&self.answers.identity.problem);
            return;
        }
        match self.reach.server_as(token).sections().await {
            Ok(_) => checks.server = Check::works(self.clock.now()),
            Err(fault) if fault.kind() == FaultKind::Unauthorized => {
                card.server = None;
                let name = &card.name;
                let sentence = format!(
                    "the media server does not accept {name}'s token any more; it is asked for a new one within the \
                     hour, or let them sign in for themselves"
                );
                checks.server.problem = Some(Problem::new(Why::TokenRefused, sentence));
            }
            Err(fault) => checks.server.problem = Some(Problem::of_fault(Whom::Server, &fault)),
        }
    }

    fn fails(&mut self, check: &mut Check, whom: Whom, fault: &Fault) {
        use FaultKind::{RateLimited, Timeout, Tls, Unreachable};
        let mut problem = Problem::of_fault(whom, fault);
        if problem.is_refusal() {
            problem.code = Why::CloudUnavailable;
        }
        check.problem = Some(problem);
        match fault.kind() {
            Timeout | Unreachable | Tls => self.in_vain += 1,
            // To go on asking would be rude.
            RateLimited { .. } => self.in_vain = PATIENCE,
            _ => {}
        }
    }
}

/// What came of asking with a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// It is good.
    Works,
    /// It is bad.
    Refused,
    /// There is none, or nobody answered.
    Nothing,
}

/// The card of somebody of whom nothing is kept yet.
pub fn fresh(account: u64, name: String) -> Card {
    let title = name.clone();
    Card { account, uuid: None, name, title, kind: Kind::Friend, own: None, switched: None, server: None }
}

fn unreadable(error: &Error) -> Problem {
    Problem::new(Why::TokenUnreadable, error.to_string())
}
