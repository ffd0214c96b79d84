//! Folders: making their names durable, and removing those that a file left empty.

use std::path::Path;

use super::errno::{is_absent, is_not_empty, is_unsupported};
use super::{Fd, Fs};
use crate::error::{Error, IoContext, Result};

/// Makes the names in a folder durable; on volumes whose folders cannot be synced, the whole volume.
///
/// # Errors
/// The system refuses.
pub fn sync(fs: &dyn Fs, folder: &Fd, path: &Path) -> Result<()> {
    match fs.sync(folder) {
        Err(error) if is_unsupported(&error) => fs.sync_volume(folder),
        other => other,
    }
    .doing("make durable the folder", path)
}

/// Removes the folders that held `file` and are empty now, from the innermost up to the first that is not. `file` is
/// given from the folder `root`, which stays, and whose path is only for messages.
///
/// # Errors
/// A folder cannot be opened, removed or made durable for another reason than that it is gone or holds something.
pub fn prune(fs: &dyn Fs, root: &Fd, root_path: &Path, file: &Path) -> Result<()> {
    for folder in file.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        let (Some(above), Some(name)) = (folder.parent(), folder.file_name()) else { break };
        let at = root_path.join(folder);
        let parent = match fs.open_below(root, above) {
            Ok(parent) => parent,
            Err(error) if is_absent(&error) => continue,
            Err(error) => return Err(Error::io("open the folder", at, error)),
        };
        match fs.remove_folder(&parent, name) {
            Ok(()) => sync(fs, &parent, &at)?,
            Err(error) if is_absent(&error) => {}
            // So are all above it.
            Err(error) if is_not_empty(&error) => break,
            Err(error) => return Err(Error::io("remove the empty folder", at, error)),
        }
    }
    Ok(())
}
