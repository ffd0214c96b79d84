//! Deleting what is known of a media user: with the media server's people, among the wishes, and in what is written down.
//!
//! **Invariant:** what would bring them back goes first, and what is written down while no plan is carried out: none brings
//! back what was deleted.

use super::cycle::Librarian;
use crate::domain::actor::Actor;
use crate::domain::privacy::Forgotten;
use crate::error::{Error, Result};

impl Librarian {
    /// Deletes what is known of a media user, and says how much that was. Cut short, it is asked for again.
    ///
    /// # Errors
    /// [`Error::NotFound`] where nobody is called so; the store fails.
    pub async fn forget_user(&self, user: &str, by: &Actor) -> Result<Forgotten> {
        let (household, wishes) = (self.household(), self.wishes());
        let is_told_of = household.knows(user) || wishes.knows(user);
        let (name, by) = (user.to_owned(), by.clone());
        self.off(move |cacher| {
            if !is_told_of && !cacher.engine().knows_user(&name)? {
                return Err(Error::NotFound { what: "user" });
            }
            cacher.engine().note_forgetting(&by)
        })
        .await?;
        let sources = wishes.forget_user(user).await?;
        let tokens = household.forget_user(user).await?;
        let name = user.to_owned();
        let written = self.off_the_desk(move |cacher| cacher.engine().forget_user(&name)).await?;
        self.draw_anew().await;
        Ok(Forgotten { sources: sources as u64, tokens: tokens as u64, ..written })
    }
}
