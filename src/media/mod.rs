//! What happens at the media server: who its people are and how we know their wishes.
//!
//! Start with [`household`]. [`tokens`] owns what the program obtained itself, [`people`] asks who there is, [`sign_in`]
//! lets somebody in, [`reach`] is how Plex is asked for all of them.
//!
//! **Invariant:** a token is used for whom it was given, and for nothing else: nobody is asked for with the owner's.

mod bridge;
pub mod household;
pub mod people;
mod random;
pub mod reach;
pub mod sign_in;
pub mod tokens;

pub use household::Household;
