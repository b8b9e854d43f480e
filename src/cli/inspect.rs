//! `tollgate inspect`: what is read in a report.

use std::io::{self, Write};

use super::args::Inspect;
use super::exit::Exit;
use super::screen::Screen;
use crate::output::{self, Inspected};
use crate::problem::nearest;
use crate::report;

/// Shows what tollgate reads in each file. Any file that cannot be read makes the answer "could not decide".
pub fn inspect(args: &Inspect, screen: &Screen) -> anyhow::Result<Exit> {
    let format = match &args.format {
        None => None,
        Some(name) => match report::find(name) {
            Some(format) => Some(format),
            None => {
                let names = || report::FORMATS.iter().map(|format| format.name());
                let help = match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("formats: {}", names().collect::<Vec<_>>().join(", ")),
                };
                screen.error(&format!("there is no format `{name}`: {help}"));
                return Ok(Exit::Usage);
            }
        },
    };
    let mut exit = Exit::Go;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in &args.files {
        let name = file.to_string_lossy();
        let read = report::read_file(file, &name, format, &Default::default());
        if read.is_err() {
            exit = Exit::Undecided;
        }
        if args.json {
            writeln!(out, "{}", report::inspect_line(&name, &read))?;
            continue;
        }
        let refusal = read.as_ref().err().map(|error| error.refusal(&name));
        let what: Inspected<'_> = match (&read, &refusal) {
            (_, Some(refusal)) => Err(refusal),
            (Ok(evidence), None) => Ok(evidence),
            (Err(_), None) => continue,
        };
        output::inspect(what, &screen.style(), &mut out)?;
    }
    out.flush()?;
    Ok(exit)
}
