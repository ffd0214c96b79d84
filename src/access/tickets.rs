//! Tickets: for half a minute and one use, somebody who was let in may come in by another door. Pure; time is handed in.
//!
//! **Invariant:** a ticket opens once. There are never more than so many.

use std::collections::HashMap;
use std::time::Duration;

use crate::domain::access::Principal;
use crate::domain::account::Digest;

/// So long a ticket is good for.
const LASTS: Duration = Duration::from_secs(30);
/// So many there are at once,
const MOST: usize = 4096;
/// and of one principal; the oldest goes for the next.
const MOST_OF_ONE: usize = 32;

/// Those that are out.
#[derive(Default)]
pub(super) struct Tickets(HashMap<Digest, Ticket>);

struct Ticket {
    principal: Principal,
    made: Duration,
}

impl Tickets {
    /// Notes one; false where too many are out.
    pub fn add(&mut self, now: Duration, ticket: Digest, principal: &Principal) -> bool {
        self.0.retain(|_, ticket| !ticket.is_over(now));
        let theirs = self.0.iter().filter(|(_, ticket)| ticket.principal.name == principal.name);
        let (mut count, mut oldest) = (0, None::<(Duration, Digest)>);
        for (digest, ticket) in theirs {
            count += 1;
            oldest = oldest.into_iter().chain([(ticket.made, *digest)]).min();
        }
        if let Some((_, digest)) = oldest.filter(|_| count >= MOST_OF_ONE) {
            self.0.remove(&digest);
        }
        if self.0.len() >= MOST {
            return false;
        }
        self.0.insert(ticket, Ticket { principal: principal.clone(), made: now });
        true
    }

    /// Whose it is; it is theirs no longer.
    pub fn take(&mut self, now: Duration, ticket: Digest) -> Option<Principal> {
        self.0.remove(&ticket).filter(|ticket| !ticket.is_over(now)).map(|ticket| ticket.principal)
    }
}

impl Ticket {
    fn is_over(&self, now: Duration) -> bool {
        now.saturating_sub(self.made) >= LASTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::{Role, Way};

    fn principal(name: &str) -> Principal {
        Principal { name: name.to_owned(), role: Role::Viewer, way: Way::ConfiguredKey, address: None }
    }

    #[test]
    fn a_ticket_opens_once_and_for_half_a_minute() {
        let mut tickets = Tickets::default();
        let [one, other] = ["one", "other"].map(Digest::of);
        assert!(tickets.add(Duration::ZERO, one, &principal("user1")));
        assert!(tickets.add(Duration::ZERO, other, &principal("user2")));
        let almost = LASTS - Duration::from_millis(1);
        assert_eq!(tickets.take(almost, one).unwrap().name, "user1");
        assert_eq!(tickets.take(almost, one), None);
        assert_eq!(tickets.take(LASTS, other), None);
    }

    #[test]
    fn who_takes_many_loses_their_own_and_nobody_elses() {
        let mut tickets = Tickets::default();
        assert!(tickets.add(Duration::ZERO, Digest::of("other"), &principal("user2")));
        for n in 0..100_u64 {
            assert!(tickets.add(Duration::from_millis(n), Digest::of(&n.to_string()), &principal("user1")));
        }
        assert_eq!(tickets.0.len(), MOST_OF_ONE + 1);
        let now = Duration::from_secs(1);
        assert!(tickets.take(now, Digest::of("other")).is_some());
        assert!(tickets.take(now, Digest::of("99")).is_some());
        assert!(tickets.take(now, Digest::of("0")).is_none());
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let mut tickets = Tickets::default();
        let added = (0..5000)
            .filter(|n: &u32| {
                let name = n.to_string();
                tickets.add(Duration::ZERO, Digest::of(&name), &principal(&name))
            })
            .count();
        assert_eq!(added, MOST);
        assert!(tickets.add(LASTS, Digest::of("later"), &principal("later")), "they end by themselves");
    }
}
