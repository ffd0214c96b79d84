//! Has a request answered: by a running instance, or here.

use std::ops::ControlFlow;

use super::args::Format;
use super::progress::Progress;
use super::{FAILED, OK, show};
use crate::app;
use crate::command::client::Instance;
use crate::command::{Reply, Request};
use crate::config::Config;
use crate::domain::job::Failure;
use crate::error::{Error, Result};

/// Asks, shows progress and answer. Returns the exit code.
pub(super) fn ask(config: &Config, request: &Request, format: Format) -> Result<u8, Failure> {
    let mut progress = Progress::start();
    let mut code = OK;
    let mut failed = None;
    let mut hear = |reply: Reply| {
        match reply {
            Reply::Progress(running) => progress.show(&running),
            Reply::Finished(outcome) => progress.finish(&outcome),
            Reply::Note(text) => progress.note(&text),
            Reply::Done(report) => {
                progress.clear();
                if report.trouble().is_some() {
                    code = FAILED;
                }
                show::report(&report, format);
            }
            Reply::Failed(failure) => {
                progress.clear();
                failed = Some(failure);
            }
        }
        ControlFlow::Continue(())
    };
    let asked = put(config, request, &mut hear);
    progress.clear();
    match (failed, asked) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(Failure::from(&error)),
        (None, Ok(())) => Ok(code),
    }
}

fn put(config: &Config, request: &Request, hear: &mut dyn FnMut(Reply) -> ControlFlow<()>) -> Result<()> {
    if let Some(instance) = Instance::of(&config.data_dir)? {
        return instance.ask(request, hear);
    }
    match app::directly(config, request, hear) {
        // One that started a moment ago: before it had its socket, after we had looked.
        Err(error @ Error::DataDirInUse { .. }) => match Instance::of(&config.data_dir)? {
            Some(instance) => instance.ask(request, hear),
            None => Err(error),
        },
        done => done,
    }
}
