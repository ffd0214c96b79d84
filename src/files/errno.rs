//! What an error number means for the engine. **Invariant:** only `ENOENT` is absence; everything else is unknown.

use std::io;

use rustix::io::Errno;

fn number(error: &io::Error) -> Option<Errno> {
    Errno::from_io_error(error)
}

/// The name is not there. Counts only when its folder could be opened.
#[must_use]
pub fn is_absent(error: &io::Error) -> bool {
    number(error) == Some(Errno::NOENT)
}

/// The name is taken.
#[must_use]
pub fn is_taken(error: &io::Error) -> bool {
    number(error) == Some(Errno::EXIST)
}

/// A folder that still holds names.
#[must_use]
pub fn is_not_empty(error: &io::Error) -> bool {
    matches!(number(error), Some(Errno::NOTEMPTY | Errno::EXIST))
}

/// No room, by volume or quota.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(number(error), Some(Errno::NOSPC | Errno::DQUOT))
}

/// The file system does not know the operation (or, as FUSE unions say it, finds its flags invalid).
#[must_use]
pub fn is_unsupported(error: &io::Error) -> bool {
    matches!(number(error), Some(Errno::INVAL | Errno::NOTSUP | Errno::NOSYS))
}

/// A link was to be read, and the name is something else.
#[must_use]
pub fn is_no_link(error: &io::Error) -> bool {
    number(error) == Some(Errno::INVAL)
}

/// We may not.
#[must_use]
pub fn is_forbidden(error: &io::Error) -> bool {
    matches!(number(error), Some(Errno::PERM | Errno::ACCESS))
}

/// A component is a symlink, or the path leads out of the folder it must stay below.
#[must_use]
pub fn is_detour(error: &io::Error) -> bool {
    matches!(number(error), Some(Errno::LOOP | Errno::XDEV | Errno::NOTDIR))
}

/// `None` for absence, the error for anything else.
pub fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}
