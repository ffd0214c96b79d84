//! The command line: from arguments to an exit code.
//!
//! Standard output carries the answer and nothing else, standard error progress and errors. Start with [`args`] (what
//! can be said), then [`main`].
//!
//! **Invariant:** no command asks a question. With `--json`, standard output is exactly one document.

mod about;
mod access;
pub mod args;
mod ask;
mod diagnosis;
mod health;
mod json;
mod manual;
mod plan;
mod progress;
mod rescue;
mod show;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::app::{self, Chatter, Program, Stopped, Supervisor};
use crate::config::{self, Config, Environment, Flags};
use crate::demo;
use crate::domain::job::Failure;
use crate::error::Error;

use args::{Args, Command, ConfigCommand, Demo, Format};

/// It worked.
const OK: u8 = 0;
/// It did not.
const FAILED: u8 = 1;
/// What was said makes no sense.
const USAGE: u8 = 2;
/// The configuration cannot be used.
const CONFIGURATION: u8 = 3;
/// Another process works on the data dir.
const IN_USE: u8 = 4;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Nothing to be done where even this cannot be written.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { USAGE } else { OK });
        }
    };
    let env: Environment = std::env::vars_os().collect();
    let Args { config, data_dir, command } = args;
    let flags = Flags { config, data_dir };
    ExitCode::from(dispatch(flags, &env, command.unwrap_or(Command::Run)))
}

fn dispatch(flags: Flags, env: &Environment, command: Command) -> u8 {
    match command {
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "cacherr", &mut std::io::stdout());
            OK
        }
        Command::Manpage => show::text(&manual::page(Args::command())),
        Command::Version(format) => about::version(format),
        Command::Paths(format) => with(flags, env, format, |config| about::paths(config, format)),
        Command::Openapi => show::text(&crate::api::document()),
        Command::Config { command: ConfigCommand::Defaults } => show::text(&config::defaults()),
        Command::Config { command: ConfigCommand::Print(format) } => with(flags, env, format, |config| {
            show::settings(&config.report(), format);
            Ok(OK)
        }),
        Command::Config { command: ConfigCommand::Check(format) } => with(flags, env, format, |config| {
            show::checked_config(config, format);
            Ok(OK)
        }),
        Command::Run => with(flags.clone(), env, Format::default(), |config| {
            app::start_log(config, Chatter::Instance, env);
            for warning in &config.warnings {
                tracing::warn!("{warning}");
            }
            app::settle(config).map_err(|error| Failure::from(&error))?;
            let (env, supervisor) = (env.clone(), Supervisor::of(env));
            ended(app::run(Program {
                config: config.clone(),
                load: Box::new(move || Config::load(flags.clone(), &env)),
                is_demo: false,
                supervisor,
                begin: Box::new(|_| Ok(())),
            }))
        }),
        Command::Demo(_) if flags.config.is_some() || flags.data_dir.is_some() => {
            let said = "the demo brings its own configuration; --dir says where";
            // Nothing to be done where even this cannot be written.
            let _ = Args::command().error(ErrorKind::ArgumentConflict, said).print();
            USAGE
        }
        Command::Demo(Demo { dir, port }) => {
            let ended = ended(demo::run(&demo::Choice { dir, port }, env));
            ended.unwrap_or_else(|failure| fail(&failure, Format::default()))
        }
        Command::Healthcheck => with(flags, env, Format::default(), |config| {
            health::check(config).map(|()| OK).map_err(|error| Failure::from(&error))
        }),
        Command::Cache(cache) => asked(flags, env, cache.format, || cache.request()),
        Command::Restore(restore) => asked(flags, env, restore.format, || restore.request()),
        Command::Status(format) => asked(flags, env, format, || Ok(crate::command::Request::Status)),
        Command::Check(check) => asked(flags, env, check.format, || Ok(check.request())),
        Command::Plan(format) => asked(flags, env, format, || Ok(crate::command::Request::Plan)),
        Command::Doctor(format) => asked(flags, env, format, || Ok(crate::command::Request::Doctor)),
        Command::User { command } => asked(flags, env, command.format(), || command.request()),
        Command::Apikey { command } => asked(flags, env, command.format(), || command.request()),
        Command::Rescue(rescue) => with(flags, env, rescue.format, |config| {
            app::settle(config).map_err(|error| Failure::from(&error))?;
            rescue::rescue(config, &rescue, env)
        }),
        Command::CacheDir { command: args::CacheDirCommand::Adopt(format) } => {
            asked(flags, env, format, || Ok(crate::command::Request::AdoptCacheDir))
        }
    }
}

/// Reads the configuration, then acts.
fn with(
    flags: Flags,
    env: &Environment,
    format: Format,
    act: impl FnOnce(&Config) -> Result<u8, Failure>,
) -> u8 {
    let acted =
        Config::load(flags, env).map_err(|error| Failure::from(&error)).and_then(|config| act(&config));
    acted.unwrap_or_else(|failure| fail(&failure, format))
}

fn ended(ended: crate::Result<Stopped>) -> Result<u8, Failure> {
    match ended {
        Ok(Stopped::InOrder) => Ok(OK),
        Ok(Stopped::AtOnce) => Ok(FAILED),
        Err(error) => Err(Failure::from(&error)),
    }
}

/// Tells a failure. Returns its exit code.
fn fail(failure: &Failure, format: Format) -> u8 {
    show::failure(failure, format);
    code_of(failure)
}

/// Reads the configuration, then has a request answered.
fn asked(
    flags: Flags,
    env: &Environment,
    format: Format,
    request: impl FnOnce() -> crate::Result<crate::command::Request>,
) -> u8 {
    with(flags, env, format, |config| {
        app::start_log(config, Chatter::Command, env);
        app::settle(config).map_err(|error| Failure::from(&error))?;
        let request = request().map_err(|error| Failure::from(&error))?;
        ask::ask(config, &request, format)
    })
}

/// The exit code of a failure, also of one that a running instance told.
fn code_of(failure: &Failure) -> u8 {
    let is = |error: Error| error.code() == failure.code;
    if is(Error::Config(String::new())) {
        CONFIGURATION
    } else if is(Error::DataDirInUse { dir: std::path::PathBuf::new() }) {
        IN_USE
    } else {
        FAILED
    }
}
