//! What is written down though nothing is done to any file.

use std::path::PathBuf;

use crate::domain::actor::Actor;
use crate::domain::id::LogId;
use crate::domain::log::{LogKind, LogRow};
use crate::error::Result;

use super::engine::Engine;

impl Engine {
    /// Writes down that data leaves the house: who took it, and `facts` about what. Durable when this returns, so
    /// nothing may leave before.
    ///
    /// # Errors
    /// The store fails.
    pub fn note_export(&self, by: &Actor, facts: Vec<(String, String)>) -> Result<LogId> {
        let entry = LogRow {
            id: LogId::new(),
            kind: LogKind::Export,
            file_id: None,
            file_path: PathBuf::new(),
            by: by.clone(),
            user: None,
            reason: String::new(),
            success: true,
            error: None,
            metadata: facts,
            at: self.clock.now(),
        };
        self.store.write(|w| w.put_log(&entry))?;
        Ok(entry.id)
    }
}
