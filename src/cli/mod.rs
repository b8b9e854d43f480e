//! The command line: what was typed, one file per subcommand, and every exit code.
//!
//! The only room that reads the clock, the environment and the terminal, and the only one that writes to
//! standard output. It decides nothing: it hands down, draws what comes back, and leaves with a code.

#![expect(
    clippy::disallowed_types,
    reason = "progress is told how long the run has lasted"
)]

mod accept;
mod args;
mod baseline;
mod check;
mod doctor;
mod exit;
mod explain;
mod init;
mod inspect;
mod ledger;
mod phase;
mod policy;
mod project;
mod prove;
mod reasoning;
mod refs;
mod run;
mod screen;
mod shells;
mod signer;
mod verify;
mod waive;
mod waivers;
mod world;

pub use exit::Exit;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, ConfigCommand, LedgerCommand, PolicyCommand};
use screen::Screen;

/// Runs the program on its own arguments.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // The guard must start fast and do nothing else: it is not part of the command line that people see.
    if arguments.get(1).is_some_and(|word| word == GUARD) {
        crate::exec::guard_main(std::io::stdin().lock());
        return ExitCode::SUCCESS;
    }
    ExitCode::from(dispatch(arguments).code())
}

/// The hidden subcommand of the guard.
const GUARD: &str = "guard";

fn dispatch(arguments: Vec<OsString>) -> Exit {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => {
            // Help and version go to standard output and are no mistake.
            let code = if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::Go
            };
            let _ = error.print();
            return code;
        }
    };
    let screen = Screen::of(&args.global);
    let done = match &args.command {
        Command::Run(run) => run::run(&args.global, run, &screen),
        Command::Inspect(inspect) => inspect::inspect(inspect, &screen),
        Command::Init(init) => init::init(&args.global, init, &screen),
        Command::Explain(explain) => explain::explain(&args.global, explain, &screen),
        Command::Waive(waive) => waive::waive(&args.global, waive, &screen),
        Command::Phase { command } => phase::phase(&args.global, command, &screen),
        Command::Doctor => doctor::doctor(&args.global, &screen),
        Command::Baseline { command } => baseline::baseline(&args.global, command, &screen),
        Command::Config { command } => match command {
            ConfigCommand::Check { at } => check::check(&args.global, *at, &screen),
            ConfigCommand::Show => check::show(&args.global, &screen),
            ConfigCommand::Schema(of) => check::schema(of, &screen),
            ConfigCommand::Prove(what) => prove::prove(&args.global, what, &screen),
        },
        Command::Policy { command } => match command {
            PolicyCommand::Diff(diff) => policy::diff(&args.global, diff, &screen),
            PolicyCommand::Accept(typed) => accept::accept(&args.global, typed, &screen),
        },
        Command::Verify(verify) => verify::verify(&args.global, verify, &screen),
        Command::Ledger { command } => match command {
            LedgerCommand::Export(export) => ledger::export(&args.global, export, &screen),
            LedgerCommand::Prune(prune) => ledger::prune(&args.global, prune, &screen),
        },
        Command::Completions { shell } => shells::completions(*shell, &screen),
        Command::Man => shells::man(&screen),
        Command::Later(words) => later(&words.join(" "), &screen),
    };
    match done {
        Ok(exit) => exit,
        Err(error) => {
            if is_gone(&error) {
                return Exit::Go;
            }
            screen.error(&format!("{error:#}"));
            Exit::Undecided
        }
    }
}

/// Whether the reader of standard output went away.
fn is_gone(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// A command that is specified and not built: refused by name, never ignored.
fn later(name: &str, screen: &Screen) -> anyhow::Result<Exit> {
    let first = name.split(' ').next().unwrap_or("");
    let specified = args::LATER.contains(&first);
    if specified {
        screen.error(&format!("`{name}` is not in this version of tollgate"));
    } else {
        let near =
            crate::problem::nearest(first, args::COMMANDS.iter().chain(args::LATER).copied());
        let help = near
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        screen.error(&format!("there is no command `{first}`{help}"));
    }
    Ok(Exit::Usage)
}
