//! What a person can set, with its meaning and its defaults. Where a value came from is `config`'s business.

use std::path::PathBuf;

use jiff::SignedDuration;

use super::file::Method;
use super::file::closed_names;
use super::media::Reach;

mod access;
pub mod changes;
mod librarian;

pub use access::{AccessSettings, PRIVATE_NETWORKS, is_among};
pub use librarian::LibrarianSettings;

/// Days for which what was put aside is kept.
pub const TRASH_DAYS: i64 = 7;
/// Days after removal for which a row stays.
pub const HISTORY_DAYS: i64 = 90;

/// Where copies go, and within which bounds.
#[derive(Clone, PartialEq, Debug)]
pub struct CacheSettings {
    /// The folder on the fast volume.
    pub dir: PathBuf,
    /// At most this much is used.
    pub limit: Limit,
    /// At least this many bytes stay free on the volume.
    pub min_free: u64,
    /// What a request without a mode means.
    pub mode: Method,
    /// Read every copy back before it is used.
    pub verify: bool,
    /// Copies at the same time.
    pub concurrency: usize,
    /// Bytes per second of all copies together; 0 = unlimited.
    pub bandwidth: u64,
    /// The same while somebody plays from the device that is read.
    pub bandwidth_while_playing: u64,
    /// What links look like.
    pub link: LinkStyle,
    /// Replaces `dir` at the start of a link's text, as the media server sees it.
    pub link_target: Option<PathBuf>,
    /// How long a copy outlives its link.
    pub release_grace: SignedDuration,
    /// Rows of orphans whose original is back go after [`HISTORY_DAYS`].
    pub auto_cleanup: bool,
    /// Entries of the operation log go when they are older; none: never.
    pub log_kept: Option<SignedDuration>,
}

impl CacheSettings {
    /// The defaults, around a folder.
    #[must_use]
    pub fn at(dir: PathBuf) -> Self {
        Self {
            dir,
            limit: Limit::None,
            min_free: 5 << 30,
            mode: Method::AtomicCopy,
            verify: true,
            concurrency: 2,
            bandwidth: 0,
            bandwidth_while_playing: 30 << 20,
            link: LinkStyle::Absolute,
            link_target: None,
            release_grace: SignedDuration::from_secs(60),
            auto_cleanup: false,
            log_kept: Some(SignedDuration::from_hours(24 * 365)),
        }
    }
}

/// An upper bound for the cache.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Limit {
    /// Only `min_free` bounds it.
    None,
    /// Bytes.
    Bytes(u64),
    /// Hundredths of the volume's size, 1 to 100.
    Percent(u8),
}

/// What links look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkStyle {
    /// From the root of the file system.
    Absolute,
    /// From the folder the link lies in.
    Relative,
}

closed_names!(LinkStyle {
    Absolute => "absolute",
    Relative => "relative",
});

/// One library: a root below which files may be cached.
#[derive(Clone, PartialEq, Debug)]
pub struct Library {
    /// Its name; the first folder of cached paths.
    pub name: String,
    /// Its root, as this machine sees it.
    pub path: PathBuf,
    /// Its root, as the media server sees it.
    pub server_path: PathBuf,
    /// How a link takes a file's place.
    pub swap: SwapMethod,
}

/// How a link takes a file's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwapMethod {
    /// The kernel exchanges the two names: no reader and no writer can come between.
    Exchange,
    /// Hard link, then rename, where exchange is refused (unions, NFS). Somebody else's file that arrives within the
    /// same millisecond may be lost; therefore opt-in, and never with move mode.
    LinkRename,
}

closed_names!(SwapMethod {
    Exchange => "exchange",
    LinkRename => "link_rename",
});

/// Which versions of a film or an episode are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Versions {
    /// The one that plays; where nobody plays it, the media server's best guess.
    #[default]
    One,
    /// Each of them.
    All,
}

closed_names!(Versions {
    One => "one",
    All => "all",
});

/// Whose playbacks ask for something, by where they watch.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Viewers {
    /// Everybody's.
    #[default]
    All,
    /// Of those in the server's network.
    Local,
    /// Of those elsewhere.
    Remote,
}

closed_names!(Viewers {
    All => "all",
    Local => "local",
    Remote => "remote",
});

impl Viewers {
    /// Whether somebody there is one of them. Of whom nobody knows where they are may be.
    #[must_use]
    pub const fn count(self, reach: Reach) -> bool {
        match (self, reach) {
            (Self::All, _) | (_, Reach::Unknown) => true,
            (Self::Local, reach) => matches!(reach, Reach::Local),
            (Self::Remote, reach) => matches!(reach, Reach::Remote),
        }
    }
}
