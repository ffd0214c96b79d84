//! Reports as JSON: what scripts read. Names and values are those of the API where it has them.

use std::path::Path;

use serde_json::{Value, json};

use crate::command::Named;
use crate::command::report::{
    Aside, Checked, Finding, Gone, JobStatus, LibraryStatus, Outcome, Report, Restored, Status, Tally, Volume,
};
use crate::domain::job::Failure;
use crate::domain::pause::Pause;

/// The whole document of an answer.
pub(super) fn document(report: &Report) -> Value {
    with_trouble(data(report), report.trouble())
}

/// The same for what is no [`Report`].
pub(super) fn with_trouble(data: Value, trouble: Option<Failure>) -> Value {
    match trouble {
        None => json!({ "success": true, "data": data }),
        Some(failure) => {
            json!({ "success": false, "error": failure.message, "code": failure.code, "data": data })
        }
    }
}

/// The whole document of a failure.
pub(super) fn failed(failure: &Failure) -> Value {
    json!({ "success": false, "error": failure.message, "code": failure.code })
}

fn data(report: &Report) -> Value {
    match report {
        Report::Cached(outcomes) => json!({ "files": each(outcomes, outcome) }),
        Report::Restored(Restored { outcomes, gone, called_off, trash, unclaimed }) => json!({
            "files": each(outcomes, outcome),
            "gone": each(gone, lost),
            "called_off": called_off,
            "trash": each(trash, aside),
            "unclaimed": each(unclaimed, aside),
        }),
        Report::Status(status) => self::status(status),
        Report::Checked(Checked { store, looked_at, healed, settled, findings }) => json!({
            "store": store,
            "files_checked": looked_at,
            "healed": each(healed, path),
            "settled": each(settled, path),
            "findings": each(findings, finding),
        }),
        Report::Diagnosed(diagnosis) => super::diagnosis::data(diagnosis),
        Report::Planned(shown) => super::plan::data(shown),
        Report::Users(users) => json!({ "accounts": each(users, super::access::user_data) }),
        Report::User(done) => super::access::user_done_data(done),
        Report::ApiKeys(keys) => json!({ "keys": each(keys, super::access::key_data) }),
        Report::ApiKey(done) => super::access::key_done_data(done),
        Report::Adopted(dir) => json!({ "cache_dir": path(dir) }),
    }
}

fn paused_body(pause: &Pause) -> Value {
    let Pause { since, by, reason } = pause;
    json!({ "since": since.to_string(), "by": by, "reason": reason })
}

fn status(status: &Status) -> Value {
    let Status {
        running,
        paused,
        active,
        orphaned,
        pending_removal,
        cache,
        libraries,
        jobs,
        open_jobs,
        attention,
        trash,
        releasing,
    } = status;
    json!({
        "running": running,
        "paused": paused.as_ref().map(paused_body),
        "files": {
            "active": tally(active),
            "orphaned": tally(orphaned),
            "pending_removal": tally(pending_removal),
        },
        "cache": volume(cache),
        "libraries": each(libraries, library),
        "open_jobs": open_jobs,
        "jobs": each(jobs, job),
        "attention": each(attention, finding),
        "trash_files": trash,
        "releasing": tally(releasing),
    })
}

fn each<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

/// JSON knows only text. A path that is none is told by its bytes, too: as an object with both.
pub(super) fn path(path: &Named) -> Value {
    of_path(&path.0)
}

/// The same.
pub(super) fn of_path(path: &Path) -> Value {
    match path.to_str() {
        Some(text) => text.into(),
        None => {
            use std::os::unix::ffi::OsStrExt;
            let bytes = path.as_os_str().as_bytes();
            json!({ "text": path.to_string_lossy(), "hex": bytes.iter().map(|b| format!("{b:02x}")).collect::<String>() })
        }
    }
}

fn error(failure: &Option<Failure>) -> Value {
    match failure {
        Some(Failure { code, message }) => json!({ "code": code, "error": message }),
        None => Value::Null,
    }
}

fn tally(Tally { files, bytes }: &Tally) -> Value {
    json!({ "files": files, "bytes": bytes })
}

fn outcome(one: &Outcome) -> Value {
    let Outcome { path: at, ended, file, job, method, size, error: failure } = one;
    json!({
        "file_path": path(at),
        "result": ended.name(),
        "file_id": file.map(|id| id.to_string()),
        "job_id": job.map(|id| id.to_string()),
        "cache_method": method.map(crate::domain::file::Method::name),
        "file_size_bytes": size,
        "error": error(failure),
    })
}

fn lost(Gone { path: at, size, hash }: &Gone) -> Value {
    json!({ "file_path": path(at), "file_size_bytes": size, "hash": hash.to_string() })
}

fn aside(Aside { path: at, of, until }: &Aside) -> Value {
    json!({ "path": path(at), "file_path": path(of), "until": until.map(|at| at.to_string()) })
}

fn finding(Finding { path: at, text }: &Finding) -> Value {
    json!({ "file_path": path(at), "text": text })
}

fn volume(Volume { dir, state, available, total, limit, min_free }: &Volume) -> Value {
    json!({
        "dir": path(dir),
        "state": state.name(),
        "available_bytes": available,
        "total_bytes": total,
        "limit_bytes": limit,
        "min_free_bytes": min_free,
    })
}

fn library(LibraryStatus { name, path: at, present, cached }: &LibraryStatus) -> Value {
    json!({ "name": name, "path": path(at), "present": present, "cached": tally(cached) })
}

fn job(one: &JobStatus) -> Value {
    let JobStatus { id, kind, state, paused, path: at, bytes_done, bytes_total, rate, error: failure } = one;
    json!({
        "id": id.to_string(),
        "kind": kind,
        "state": state.name(),
        "paused": paused,
        "path": path(at),
        "bytes_done": bytes_done,
        "bytes_total": bytes_total,
        "rate": rate,
        "error": error(failure),
    })
}
