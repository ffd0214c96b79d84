//! What goes wrong on demand: for so many requests or frames of a path, then all is well again.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Something that goes wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// 429, with `Retry-After` where seconds are given.
    TooManyRequests {
        /// Seconds to wait.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 498, as for a token whose days are over.
    TokenExpired,
    /// Any status with a page for people, as nginx says it.
    Page {
        /// The status.
        status: u16,
    },
    /// The first half of the body, then nothing for so long, then the rest.
    Slow {
        /// How long.
        millis: u64,
    },
    /// The first half of the body as if it were all.
    Truncated,
    /// The connection ends without an answer.
    Dropped,
    /// The page that was asked for is not heeded: everything comes.
    PagingIgnored,
    /// Numbers that name things come as numbers, though mostly they are text.
    IdsAsNumbers,
    /// They come as text, though mostly they are numbers.
    IdsAsText,
    /// `true` is 1.
    TruthAsNumbers,
    /// Nothing where a list was, as when it were empty.
    NoMetadata,
    /// Fields that nobody has heard of, everywhere.
    MoreFields,
    /// A frame comes without the container around it.
    Unwrapped,
    /// A frame does not come.
    Silent,
    /// The connection ends in the middle of a frame.
    CutInFrame,
    /// A frame comes so many times more.
    Flood {
        /// How many.
        frames: u32,
    },
    /// The end of a session is told twice.
    StoppedTwice,
    /// The end of a session is told under a key that was never seen.
    NewKeyAtStop,
}

impl Fault {
    /// What is done to the JSON of an answer or a frame.
    pub(super) fn is_drift(&self) -> bool {
        use Fault::{IdsAsNumbers, IdsAsText, MoreFields, NoMetadata, TruthAsNumbers};
        matches!(self, IdsAsNumbers | IdsAsText | TruthAsNumbers | NoMetadata | MoreFields)
    }

    /// Only where a session ends.
    pub(super) fn is_of_stops(&self) -> bool {
        matches!(self, Self::StoppedTwice | Self::NewKeyAtStop)
    }

    fn is_of_frames(&self) -> bool {
        matches!(self, Self::Unwrapped | Self::Silent | Self::CutInFrame | Self::Flood { .. })
            || self.is_of_stops()
    }

    pub(super) fn befalls_frames(&self) -> bool {
        self.is_of_frames() || self.is_drift()
    }

    pub(super) fn befalls_requests(&self) -> bool {
        !self.is_of_frames()
    }

    /// What befalls a request that becomes a socket: its frames have faults of their own.
    pub(super) fn befalls_upgrades(&self) -> bool {
        !self.befalls_frames()
    }
}

/// Where, how often, and what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// Only at this host of Plex's; at any when absent.
    #[serde(default)]
    pub host: Option<String>,
    /// Paths that begin so.
    pub path: String,
    /// So many times more.
    pub times: u32,
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: Fault,
}

/// What is still to go wrong. Clones are handles of the same list.
#[derive(Clone, Default, Debug)]
pub struct Faults(Arc<Mutex<Vec<Rule>>>);

impl Faults {
    /// So many times for paths that begin so, at any host.
    pub fn add(&self, path: &str, times: u32, fault: Fault) {
        self.add_rule(Rule { host: None, path: path.to_owned(), times, fault });
    }

    /// As [`Faults::add`], at one of Plex's hosts.
    pub fn add_at(&self, host: &str, path: &str, times: u32, fault: Fault) {
        self.add_rule(Rule { host: Some(host.to_owned()), path: path.to_owned(), times, fault });
    }

    /// As the rule says.
    pub fn add_rule(&self, rule: Rule) {
        self.rules(|rules| rules.push(rule));
    }

    /// All is well again.
    pub fn clear(&self) {
        self.rules(Vec::clear);
    }

    /// What is still to come.
    #[must_use]
    pub fn left(&self) -> Vec<Rule> {
        self.rules(|rules| rules.clone())
    }

    /// Takes one of each rule that is about this.
    pub(super) fn take(&self, host: Option<&str>, path: &str, wanted: impl Fn(&Fault) -> bool) -> Vec<Fault> {
        self.rules(|rules| {
            let mut taken = vec![];
            for rule in rules.iter_mut() {
                let is_here = rule.host.is_none() || rule.host.as_deref() == host;
                if rule.times > 0 && is_here && path.starts_with(&rule.path) && wanted(&rule.fault) {
                    rule.times -= 1;
                    taken.push(rule.fault.clone());
                }
            }
            rules.retain(|rule| rule.times > 0);
            taken
        })
    }

    fn rules<T>(&self, act: impl FnOnce(&mut Vec<Rule>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
