//! The roof of the house: hands the command line down and turns the answer into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    tollgate::cli::main()
}
