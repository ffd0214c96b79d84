//! How many are connected, in all and from where.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::network::household;

/// Seats that are left to this machine when all others are taken, so that whoever looks after the instance still gets in.
const OUR_OWN: usize = 16;

/// The seats. A clone is another handle.
#[derive(Clone)]
pub(super) struct Seats {
    most: usize,
    most_of_one: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// A seat, until it is dropped.
pub(super) struct Seat {
    taken: Arc<Mutex<Taken>>,
    of: IpAddr,
}

/// Why there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Full {
    /// `server.connections`.
    InAll,
    /// `server.connections_per_address`.
    OfOne,
}

impl Seats {
    pub fn new(most: usize, most_of_one: usize) -> Self {
        Self { most, most_of_one, taken: Arc::default() }
    }

    /// A seat for whoever connects from there. This machine may take any number of them: a reverse proxy brings everybody
    /// from one address.
    pub fn take(&self, address: IpAddr) -> Result<Seat, Full> {
        let of = household(address);
        let (most, most_of_one) = match of.is_loopback() {
            true => (self.most.saturating_add(OUR_OWN), usize::MAX),
            false => (self.most, self.most_of_one),
        };
        let mut taken = lock(&self.taken);
        if taken.all >= most {
            return Err(Full::InAll);
        }
        let count = taken.by.entry(of).or_default();
        if *count >= most_of_one {
            return Err(Full::OfOne);
        }
        *count += 1;
        taken.all += 1;
        Ok(Seat { taken: Arc::clone(&self.taken), of })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all -= 1;
        if let Some(count) = taken.by.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.by.remove(&self.of);
            }
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn nobody_takes_more_seats_than_are_for_one_and_all_no_more_than_there_are() {
        let seats = Seats::new(3, 2);
        let (a, b, c) = (address("192.0.2.1"), address("192.0.2.2"), address("192.0.2.3"));
        let first = seats.take(a).unwrap();
        let _second = seats.take(address("::ffff:192.0.2.1")).unwrap();
        assert_eq!(seats.take(a).err(), Some(Full::OfOne));
        let _third = seats.take(b).unwrap();
        assert_eq!(seats.take(c).err(), Some(Full::InAll));
        drop(first);
        let _again = seats.take(a).unwrap();
        assert_eq!(seats.take(c).err(), Some(Full::InAll));
    }

    #[test]
    fn a_household_with_ipv6_is_one() {
        let seats = Seats::new(9, 1);
        let _one = seats.take(address("2001:db8:1:2::1")).unwrap();
        assert_eq!(seats.take(address("2001:db8:1:2:ffff::7")).err(), Some(Full::OfOne));
        assert!(seats.take(address("2001:db8:1:3::1")).is_ok());
    }

    #[test]
    fn this_machine_gets_in_when_all_seats_are_taken() {
        let seats = Seats::new(1, 1);
        let _other = seats.take(address("192.0.2.1")).unwrap();
        let ours: Vec<Seat> =
            ["127.0.0.1", "::1"].iter().cycle().map_while(|text| seats.take(address(text)).ok()).collect();
        assert_eq!(ours.len(), OUR_OWN);
        drop(ours);
        assert!(lock(&seats.taken).by.len() == 1, "who has left is forgotten");
    }
}
