//! Who wants what: the wishes of each file, in order of attribution, packed into one list of numbers.
//!
//! A wish takes one number: the user, whether it came later than the file, and the reason. If it came later, two more
//! say when.

use super::Slot;
use super::dictionary::Word;
use crate::domain::file::Operation;
use crate::domain::time::Time;

const REASON_BITS: u32 = 3;
const LATE: u32 = 1 << REASON_BITS;
const USER_SHIFT: u32 = REASON_BITS + 1;

/// One wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packed {
    pub user: Word,
    pub reason: Operation,
    /// When it was added; absent if that was when the file was cached.
    pub late: Option<Time>,
}

/// All wishes.
#[derive(Default, Debug)]
pub struct Wishes {
    /// Where those of a slot begin and how many they are.
    places: Vec<(u32, u16)>,
    packed: Vec<u32>,
    /// Numbers in `packed` that belong to nobody any more.
    left_over: usize,
}

impl Wishes {
    /// A further slot, without wishes.
    pub fn push(&mut self) {
        self.places.push((0, 0));
    }

    /// Forgets the slots from this one on.
    pub fn truncate(&mut self, first: Slot) {
        for slot in first..self.places.len() as Slot {
            self.set(slot, &[]);
        }
        self.places.truncate(first as usize);
    }

    /// Replaces those of a slot.
    pub fn set(&mut self, slot: Slot, wishes: &[Packed]) {
        if self.of(slot).eq(wishes.iter().copied()) {
            return;
        }
        let length = |late: Option<Time>| if late.is_some() { 3 } else { 1 };
        self.left_over += self.of(slot).map(|wish| length(wish.late)).sum::<usize>();
        let start = u32::try_from(self.packed.len()).unwrap_or(u32::MAX);
        self.places[slot as usize] = (start, u16::try_from(wishes.len()).unwrap_or(u16::MAX));
        for wish in wishes {
            let late = if wish.late.is_some() { LATE } else { 0 };
            self.packed.push(wish.user << USER_SHIFT | late | wish.reason as u32);
            if let Some(at) = wish.late {
                let at = at.as_micros() as u64;
                self.packed.extend([(at >> 32) as u32, at as u32]);
            }
        }
    }

    /// Those of a slot, in order of attribution.
    pub fn of(&self, slot: Slot) -> impl Iterator<Item = Packed> + '_ {
        let (start, count) = self.places[slot as usize];
        let mut rest = self.packed[start as usize..].iter().copied();
        (0..count).map_while(move |_| {
            let raw = rest.next()?;
            let late = if raw & LATE == 0 { None } else { Some((rest.next()?, rest.next()?)) };
            Some(Packed {
                user: raw >> USER_SHIFT,
                // Only what `Operation as u32` gave was ever packed.
                reason: Operation::ALL[(raw & (LATE - 1)) as usize % Operation::ALL.len()],
                late: late
                    .map(|(high, low)| Time::from_micros((u64::from(high) << 32 | u64::from(low)) as i64)),
            })
        })
    }

    /// Whether so much is left over that packing anew pays.
    pub fn is_wasteful(&self) -> bool {
        self.left_over > super::SPARE && self.left_over > self.packed.len() / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_come_back_as_they_were_packed() {
        let mut wishes = Wishes::default();
        (0..3).for_each(|_| wishes.push());
        let wish =
            |user, reason, late: Option<i64>| Packed { user, reason, late: late.map(Time::from_micros) };
        let some = [
            wish(0, Operation::ActiveWatching, None),
            wish(77, Operation::Manual, Some(-5)),
            wish(3, Operation::Trakt, Some(i64::MAX)),
        ];
        wishes.set(1, &some);
        wishes.set(2, &some[2..]);
        assert!(wishes.of(0).next().is_none());
        assert!(wishes.of(1).eq(some));
        assert!(wishes.of(2).eq(some[2..].iter().copied()));
        wishes.set(1, &some[..1]);
        assert!(wishes.of(1).eq(some[..1].iter().copied()) && wishes.of(2).eq(some[2..].iter().copied()));
        assert_eq!(wishes.left_over, 7);
    }
}
