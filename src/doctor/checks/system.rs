//! The machine: what the kernel lets us watch, and what time file systems think it is.

use super::difference;
use super::server::TOLERANCE;
use crate::doctor::disk::Grounds;
use crate::doctor::finding::{Check, Finding};
use jiff::SignedDuration;

/// Others watch as well.
const SPARE: u64 = 1024;
/// Fewer listeners than this are used up by a desktop or two containers.
const FEW: u64 = 16;

/// All findings about the machine.
pub(in crate::doctor) fn judge(grounds: &Grounds) -> Vec<Finding> {
    let mut findings = vec![inotify(grounds)];
    let libraries = grounds.libraries.iter().filter_map(|one| {
        let written = &one.tried.as_ref()?.as_ref().ok()?.written;
        Some((one.library.name.as_str(), written.ahead))
    });
    let cache =
        grounds.written.as_ref().and_then(|written| Some(("cache dir", written.as_ref().ok()?.ahead)));
    findings.extend(libraries.chain(cache).map(|(subject, ahead)| clock(subject, ahead)));
    findings
}

fn inotify(grounds: &Grounds) -> Finding {
    let subject = "inotify";
    let (Some(watches), Some(instances)) = (grounds.watches, grounds.instances) else {
        return Check::Inotify.unknown(
            subject,
            "the kernel does not tell how many folders may be watched",
            "make /proc visible to Cacherr; without watching, changes in the cache are seen within an hour",
        );
    };
    let (cache, homes) = (grounds.folders, grounds.homes.unwrap_or(0));
    let folders = cache + homes;
    let whose = match homes {
        0 => format!("the cache has {cache}"),
        _ => format!("the cache has {cache}, and {homes} of the libraries lead to cached files"),
    };
    let sysctl = |name: &str, value: u64| {
        format!(
            "run `sysctl -w fs.inotify.{name}={value}` on the machine itself (not in a container), and put the line \
             fs.inotify.{name}={value} into /etc/sysctl.d/cacherr.conf"
        )
    };
    let enough = (folders * 4).max(524_288);
    if watches < folders {
        Check::Inotify.failure(
            subject,
            format!("{watches} folders may be watched by a user, and {whose}"),
            sysctl("max_user_watches", enough),
        )
    } else if watches < folders + SPARE {
        Check::Inotify.warning(
            subject,
            format!("{watches} folders may be watched by a user in all; {whose}"),
            sysctl("max_user_watches", enough),
        )
    } else if instances < FEW {
        Check::Inotify.warning(
            subject,
            format!("only {instances} programs of a user may watch folders"),
            sysctl("max_user_instances", 128),
        )
    } else {
        Check::Inotify.ok(subject, format!("{watches} folders may be watched; {whose}"))
    }
}

fn clock(subject: &str, ahead: SignedDuration) -> Finding {
    if ahead.abs() <= TOLERANCE {
        return Check::Clock.ok(subject, "files that are written there have the time of this machine");
    }
    Check::Clock.warning(
        subject,
        format!("a file that was written there has a time {}", difference(ahead)),
        "let this machine and the one that has the disks get their time from the network (NTP)",
    )
}
