//! Where the control socket is.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use crate::error::{IoContext, Result};

/// Name of the socket in the data dir.
const SOCKET: &str = "cacherr.sock";
/// Longer addresses do not fit the kernel's `sockaddr_un`.
const LONGEST: usize = 107;

/// The address of the socket of a data dir, valid while this lives.
pub(super) struct Address {
    /// The socket, by its own path.
    pub file: PathBuf,
    /// The same, short enough for the kernel.
    pub path: PathBuf,
    _folder: File,
}

impl Address {
    /// Of the socket in `data_dir`, which exists.
    pub fn below(data_dir: &Path) -> Result<Self> {
        let folder = File::open(data_dir).doing("open the data dir", data_dir)?;
        let file = data_dir.join(SOCKET);
        let path = if file.as_os_str().len() <= LONGEST {
            file.clone()
        } else {
            PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()))
        };
        Ok(Self { file, path, _folder: folder })
    }
}
