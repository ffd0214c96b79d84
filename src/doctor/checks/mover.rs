//! The NAS's own mover: whether it is seen running, and whether it is told what to leave alone.

use std::io;
use std::path::Path;

use super::{cannot_write, shown};
use crate::doctor::disk::Grounds;
use crate::doctor::finding::{Check, Finding};
use crate::error::Error;
use crate::mover::list::Trouble;
use crate::mover::{Examined, PidFile};

/// The file system of Unraid's shares.
const SHARES: &str = "fuse.shfs";
/// How the processes of the machine are seen.
const SEE_ALL: &str = "start the container with `--pid=host` (Unraid: Extra Parameters), where /proc is not mounted with \
                       hidepid; without it, name the mover's file in mover.pid_file";

/// All findings about the mover; none where there seems to be none.
pub(in crate::doctor) fn judge(mover: &Examined, grounds: &Grounds) -> Vec<Finding> {
    let mut findings: Vec<Finding> = mover
        .pid_files
        .iter()
        .map(|(file, state)| pid_file(file, *state, mover.sees_all_processes))
        .collect();
    findings.extend((!mover.processes.is_empty()).then(|| processes(mover)));
    if findings.is_empty() {
        findings.extend(unraid(grounds));
    }
    findings.extend(mover.list.as_ref().map(|(file, kept)| list(file, kept)));
    findings
}

fn pid_file(file: &Path, state: PidFile, sees_all: bool) -> Finding {
    let (subject, check) = (shown(file), Check::MoverSeen);
    match state {
        PidFile::Absent => check.ok(subject, "it is not there, so no mover runs; one that does is waited for"),
        PidFile::Runs => check.ok(subject, "the mover runs at this moment, and is waited for"),
        PidFile::Stale => check.ok(subject, "a mover that has ended left it behind; it is not waited for"),
        PidFile::Unchecked if sees_all => {
            check.ok(subject, "it is there without the number of a process, so a mover runs and is waited for")
        }
        PidFile::Unchecked => check.warning(
            subject,
            "it is there, so a mover is waited for; whether its process lives cannot be seen from this container",
            "if no mover runs, remove the file; or set mover.process and start the container with `--pid=host`",
        ),
        PidFile::NoFolder => check.failure(
            subject,
            "its folder is not there, so a mover that runs is never seen",
            "correct mover.pid_file; in a container better set mover.process = [\"mover\", \"age_mover\"] and start it \
             with `--pid=host`, since /var/run also holds the socket that rules Docker",
        ),
        PidFile::Unreadable(kind) => check.failure(
            subject,
            format!("it cannot be looked at ({kind}), so a mover that runs is not seen"),
            "let Cacherr read it; mover.pid_file names a file, not a folder",
        ),
    }
}

fn processes(mover: &Examined) -> Finding {
    let subject = mover.processes.join(", ");
    if mover.sees_all_processes {
        Check::MoverSeen
            .ok(subject, "all processes of this machine are seen; a mover among them is waited for")
    } else {
        let says = "only some processes of this machine are seen, so a mover that runs may not be";
        Check::MoverSeen.failure(subject, says, SEE_ALL)
    }
}

fn unraid(grounds: &Grounds) -> Option<Finding> {
    let is_share = |mount: &crate::doctor::mounts::Mount| mount.kind == SHARES;
    let library = grounds.libraries.iter().find(|one| one.mount.as_ref().is_some_and(is_share))?;
    Some(Check::MoverSeen.warning(
        &library.library.name,
        "it lies on a share of Unraid, and nothing is set by which Unraid's mover is seen running",
        "set mover.process = [\"mover\", \"age_mover\"], and start the container with `--pid=host` (Unraid: Extra \
         Parameters); without a container, mover.pid_file = [\"/var/run/mover.pid\"]",
    ))
}

fn list(file: &Path, kept: &Result<Vec<u8>, Trouble>) -> Finding {
    let (subject, check) = (shown(file), Check::MoverList);
    match kept {
        Ok(line) if line.starts_with(b"/mnt/user/") || line.starts_with(b"/mnt/user0/") => check.warning(
            subject,
            format!(
                "it names {}, but movers compare with the path on the pool",
                String::from_utf8_lossy(line)
            ),
            "in mover.host_paths, name the folder on the pool itself, such as /cache=/mnt/cache/cacherr",
        ),
        Ok(line) => {
            check.ok(subject, format!("it names {}, and is up to date", String::from_utf8_lossy(line)))
        }
        Err(trouble @ Trouble::Unmapped) => check.failure(
            subject,
            trouble.to_string(),
            "add the folder of the container that holds cache.dir, and what the host calls it, such as \
             /cache=/mnt/cache/cacherr",
        ),
        Err(trouble @ Trouble::NotALine) => check.failure(
            subject,
            trouble.to_string(),
            "set cache.dir to a folder without line breaks in its name",
        ),
        Err(trouble @ Trouble::MountedAlone) => check.failure(
            subject,
            trouble.to_string(),
            "mount the folder that holds it, instead of the file; the data dir is a good place, such as \
             /config/mover-exclude.txt",
        ),
        Err(trouble @ Trouble::Io(kind, _)) => {
            let folder = file.parent().map_or_else(String::new, shown);
            let fix = if *kind == io::ErrorKind::NotFound {
                format!("make the folder {folder}, or correct mover.exclude_file")
            } else {
                cannot_write(&Error::io("write", file, io::Error::from(*kind)), &folder)
            };
            check.failure(subject, format!("it cannot be kept up to date: {trouble}"), fix)
        }
    }
}
