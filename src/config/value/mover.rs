//! Values of `[mover]`.

use std::path::PathBuf;

use super::{Read, path};
use crate::config::key::items;
use crate::domain::mover::HostPath;

/// Absolute paths.
pub(in crate::config) fn paths(text: &str) -> Read<Vec<PathBuf>> {
    items(text).map(|item| path(item).map_err(|allowed| format!("`{item}` {allowed}"))).collect()
}

/// Names of processes or scripts, without their folders.
pub(in crate::config) fn processes(text: &str) -> Read<Vec<String>> {
    let name = |item: &str| {
        let is_name = !item.contains('/') && !item.chars().any(char::is_control);
        is_name.then(|| item.to_owned()).ok_or_else(|| {
            format!("`{item}` must be the name of a process or script without its folder, such as mover")
        })
    };
    items(text).map(name).collect()
}

/// Folders here and at the host.
pub(in crate::config) fn host_paths(text: &str) -> Read<Vec<HostPath>> {
    let pair = |item: &str| {
        let sides = item.split_once('=').map(|(here, host)| (path(here.trim()), path(host.trim())));
        match sides {
            Some((Ok(here), Ok(host))) => Ok(HostPath { here, host }),
            _ => Err(format!(
                "`{item}` must be a folder here and the same at the host, such as /cache=/mnt/cache/cacherr"
            )),
        }
    };
    items(text).map(pair).collect()
}
