//! The media server: does it answer, what does it do by itself, what time is it there?

use super::difference;
use crate::doctor::finding::{Check, Finding};
use crate::doctor::server::{Server, Told};
use crate::domain::media::Preference;
use crate::plex::{Fault, Kind};
use jiff::SignedDuration;

/// Clocks that differ less are in time.
pub(super) const TOLERANCE: SignedDuration = SignedDuration::from_secs(30);

/// All findings about the media server but those about files.
pub(in crate::doctor) fn judge(server: &Server) -> Vec<Finding> {
    let subject = "Plex";
    match server {
        Server::Unconfigured => vec![Check::MediaServer.unknown(
            subject,
            "there is no token for it, so nothing of it was looked at",
            "sign in (POST /api/sources/plex/sign-in), or set plex.token_file in cacherr.toml, and plex.url where it is \
             elsewhere",
        )],
        Server::Unusable(said) => vec![Check::MediaServer.failure(
            subject,
            said,
            "correct plex.url, plex.token or plex.token_file in cacherr.toml",
        )],
        Server::Silent(fault) => {
            vec![Check::MediaServer.failure(subject, fault.to_string(), reach(fault))]
        }
        Server::Spoke(told) => {
            let mut findings =
                vec![Check::MediaServer.ok(subject, format!("it answers, version {}", told.version))];
            findings.extend(preferences(told));
            findings.push(clock(told));
            findings
        }
    }
}

/// What to do where there is no answer.
pub(super) fn reach(fault: &Fault) -> &'static str {
    match fault.kind() {
        Kind::Unauthorized => {
            "set plex.token anew, or sign in again; the old token is good for nothing any more"
        }
        Kind::Refused => "use the token of the server's owner: nobody else may ask this",
        Kind::Tls => "reach it by http in the own network, or by the name that its certificate has",
        Kind::RateLimited { .. } => "wait a few minutes, then run the doctor again",
        Kind::BadAnswer | Kind::TooLarge | Kind::NotFound => {
            "see that plex.url is the address of a Plex Media Server"
        }
        Kind::Timeout | Kind::Unreachable | Kind::ServerError => {
            "see that it runs, and that plex.url is right as seen from this machine or container"
        }
    }
}

fn preferences(told: &Told) -> Vec<Finding> {
    let subject = "Plex";
    let all = match &told.preferences {
        Ok(all) => all,
        Err(fault) => {
            return vec![Check::Preferences.unknown(subject, fault.to_string(), reach(fault))];
        }
    };
    let mut findings = Vec::new();
    if is_on(all, "autoEmptyTrash") == Some(true) {
        findings.push(Check::Preferences.warning(
            subject,
            "it empties its trash after every scan: a film that is away for a moment (a volume that is not mounted) \
             loses its place, its marks and its posters",
            "turn off Settings > Library > Empty trash automatically after every scan",
        ));
    }
    if is_on(all, "FSEventLibraryUpdatesEnabled") == Some(true)
        && is_on(all, "FSEventLibraryPartialScanEnabled") == Some(false)
    {
        findings.push(Check::Preferences.warning(
            subject,
            "it scans a whole library whenever something changes there, and a swap is such a change",
            "turn on Settings > Library > Run a partial scan when changes are detected",
        ));
    }
    if is_on(all, "FSEventLibraryUpdatesEnabled") == Some(false)
        && is_on(all, "ScheduledLibraryUpdatesEnabled") == Some(false)
    {
        findings.push(Check::Preferences.warning(
            subject,
            "it never looks for new files by itself, so what is new is neither known there nor cached",
            "turn on Settings > Library > Scan my library automatically, or periodically",
        ));
    }
    if is_on(all, "autoEmptyTrash").is_none() {
        findings.push(Check::Preferences.unknown(
            subject,
            "it does not say whether it empties its trash by itself",
            "see that Settings > Library > Empty trash automatically after every scan is off",
        ));
    }
    if findings.is_empty() {
        findings.push(
            Check::Preferences.ok(subject, "it keeps what is away for a moment, and scans what changed only"),
        );
    }
    findings
}

fn is_on(all: &[Preference], name: &str) -> Option<bool> {
    let found = all.iter().find(|preference| preference.name == name)?;
    Some(["1", "true"].contains(&found.value.to_ascii_lowercase().as_str()))
}

fn clock(told: &Told) -> Finding {
    let subject = "Plex";
    match told.ahead {
        None => Check::Clock.unknown(
            subject,
            "it does not say what time it is there",
            "see that both machines get their time from the network (NTP)",
        ),
        Some(ahead) if ahead.abs() <= TOLERANCE => {
            Check::Clock.ok(subject, "its clock agrees with this machine's")
        }
        Some(ahead) => Check::Clock.warning(
            subject,
            format!("its clock is {}", difference(ahead)),
            "let both machines get their time from the network (NTP)",
        ),
    }
}
