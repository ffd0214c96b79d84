//! Where wishes come from: each source is asked for each person, and what it said last stays in force while it is silent.
//!
//! Start with [`fold()`]: what an answer makes of the one before, pure. [`said`] is what comes in, [`known`] what it
//! comes to, `questions` who is asked for. [`Wishes`] asks, in rounds; `round` is one, in which `eyes` look at the media
//! server as one person sees it, and `watchlist` reads what stands on a list at plex.tv.
//!
//! **Invariant:** nobody is asked for with somebody else's token. **Invariant:** a question that fails ends no wish; an
//! empty list where there was a full one is believed when it is said twice.

mod carry;
mod cycle;
mod drawn;
mod eyes;
pub mod fold;
mod forget;
mod hours;
mod item;
pub mod known;
mod look;
mod names;
mod questions;
mod round;
pub mod said;
mod setbacks;
pub mod shown;
pub mod upgrades;
mod watchlist;
mod wishes;

pub use cycle::{Librarian, Parts};
pub use drawn::Drawn;
pub use fold::fold;
pub use known::{Known, Standing};
pub use said::{Fault, Said};
pub use wishes::{Settings, Wishes};
