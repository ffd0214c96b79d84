//! What is found: closed names, sentences, and how to mend it.

use serde::{Deserialize, Serialize};

use crate::domain::file::closed_names;
use crate::domain::time::Time;

/// What one run found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Diagnosis {
    /// When it began.
    pub ran_at: Time,
    /// In the order of [`Check`].
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// How many findings have this verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// Of what: the name of a library, a section, a reader.
    pub subject: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was seen, in a sentence.
    pub says: String,
    /// What to do; none where all is well.
    pub fix: Option<String>,
}

/// How a thing is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and should be looked at.
    Warning,
    /// It does not work.
    Failure,
    /// It could not be seen.
    Unknown,
}

closed_names!(Verdict {
    Ok => "ok",
    Warning => "warning",
    Failure => "failure",
    Unknown => "unknown",
});

/// What is looked at, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Check {
    /// Each library is there, and is the one that Cacherr knows.
    LibraryRoot,
    /// Cacherr may do there what it has to.
    LibraryAccess,
    /// What kind of file system it is.
    FileSystem,
    /// Swapping links in and out is not noticed by who reads.
    Swap,
    /// The cache dir is there and is ours, and can be written.
    CacheDir,
    /// The cache lies elsewhere than the library.
    CacheDevice,
    /// Others than Cacherr get to the copies.
    CacheWay,
    /// The media server answers.
    MediaServer,
    /// Each folder of the media server is one of a library.
    Locations,
    /// The media server's files are found, with the size it says.
    MappedFiles,
    /// The media server reads through a link of ours.
    LinkReadable,
    /// What the media server does by itself.
    Preferences,
    /// Who else reads the libraries finds the copies.
    OtherReaders,
    /// The NAS's own mover is seen when it runs.
    MoverSeen,
    /// It is told what to leave alone.
    MoverList,
    /// The kernel lets us watch the cache.
    Inotify,
    /// Clocks agree.
    Clock,
}

closed_names!(Check {
    LibraryRoot => "library_root",
    LibraryAccess => "library_access",
    FileSystem => "file_system",
    Swap => "swap",
    CacheDir => "cache_dir",
    CacheDevice => "cache_device",
    CacheWay => "cache_way",
    MediaServer => "media_server",
    Locations => "locations",
    MappedFiles => "mapped_files",
    LinkReadable => "link_readable",
    Preferences => "preferences",
    OtherReaders => "other_readers",
    MoverSeen => "mover_seen",
    MoverList => "mover_list",
    Inotify => "inotify",
    Clock => "clock",
});

impl Check {
    /// The heading under which people read it.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::LibraryRoot | Self::LibraryAccess | Self::FileSystem | Self::Swap => "Libraries",
            Self::CacheDir | Self::CacheDevice | Self::CacheWay => "Cache",
            Self::MediaServer
            | Self::Locations
            | Self::MappedFiles
            | Self::LinkReadable
            | Self::Preferences => "Media server",
            Self::OtherReaders => "Other readers",
            Self::MoverSeen | Self::MoverList => "The NAS's own mover",
            Self::Inotify | Self::Clock => "This machine",
        }
    }

    /// What was looked at, in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::LibraryRoot => "The folder is there",
            Self::LibraryAccess => "Cacherr can write there",
            Self::FileSystem => "The file system is known to work",
            Self::Swap => "Readers do not notice swaps",
            Self::CacheDir => "The cache dir can be used",
            Self::CacheDevice => "The cache lies elsewhere than the library",
            Self::CacheWay => "Others get to the copies",
            Self::MediaServer => "The media server answers",
            Self::Locations => "Its folders are libraries",
            Self::MappedFiles => "Its files are where they should be",
            Self::LinkReadable => "It reads through links",
            Self::Preferences => "Its preferences do no harm",
            Self::OtherReaders => "Other readers find the copies",
            Self::MoverSeen => "It is seen when it runs",
            Self::MoverList => "It is told what to leave alone",
            Self::Inotify => "The cache can be watched",
            Self::Clock => "Clocks agree",
        }
    }

    pub(super) fn ok(self, subject: impl Into<String>, says: impl Into<String>) -> Finding {
        Finding { check: self, subject: subject.into(), verdict: Verdict::Ok, says: says.into(), fix: None }
    }

    pub(super) fn warning(
        self,
        subject: impl Into<String>,
        says: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding { verdict: Verdict::Warning, fix: Some(fix.into()), ..self.ok(subject, says) }
    }

    pub(super) fn failure(
        self,
        subject: impl Into<String>,
        says: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding { verdict: Verdict::Failure, ..self.warning(subject, says, fix) }
    }

    pub(super) fn unknown(
        self,
        subject: impl Into<String>,
        says: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding { verdict: Verdict::Unknown, ..self.warning(subject, says, fix) }
    }
}
