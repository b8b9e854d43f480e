//! Where a decision is drawn: `--output KIND[=PATH]` of the commands on phases.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;

use super::super::is_gone;
use super::super::screen::Screen;
use crate::output::Style;
use crate::output::phase::{Decided, decision, decision_json, decision_markdown};
use crate::problem::nearest;

/// How a decision can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// For people.
    Terminal,
    /// For machines.
    Json,
    /// For a forge.
    Markdown,
}

const KINDS: &[(&str, Kind)] = &[
    ("terminal", Kind::Terminal),
    ("json", Kind::Json),
    ("markdown", Kind::Markdown),
];

/// Where it is drawn.
#[derive(Clone, Debug)]
pub struct Target {
    kind: Kind,
    /// The file; standard output when there is none.
    pub path: Option<PathBuf>,
}

impl Target {
    /// Whether people read it on standard output.
    pub fn is_for_people(&self) -> bool {
        self.path.is_none() && self.kind == Kind::Terminal
    }
}

/// What was typed, each looked up in the table; the terminal when nothing else goes to standard output.
pub fn targets(written: &[String], json: bool, of: &str, screen: &Screen) -> Option<Vec<Target>> {
    let mut targets = Vec::new();
    if json {
        targets.push(Target {
            kind: Kind::Json,
            path: None,
        });
    }
    for text in written {
        let (name, path) = text
            .split_once('=')
            .map_or((text.as_str(), None), |(name, path)| (name, Some(path)));
        let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == name) else {
            let names = || KINDS.iter().map(|(name, _)| *name);
            let help = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("outputs {of}: {}", names().collect::<Vec<_>>().join(", ")),
            };
            screen.error(&format!("there is no output `{name}` {of}: {help}"));
            return None;
        };
        if path == Some("") {
            screen.error(&format!("`--output {text}` names no file"));
            return None;
        }
        targets.push(Target {
            kind: *kind,
            path: path.filter(|path| *path != "-").map(PathBuf::from),
        });
    }
    match targets
        .iter()
        .filter(|target| target.path.is_none())
        .count()
    {
        0 => targets.push(Target {
            kind: Kind::Terminal,
            path: None,
        }),
        1 => {}
        _ => {
            screen.error("two outputs share standard output: give one of them a file, such as `--output json=phase.json`");
            return None;
        }
    }
    Some(targets)
}

/// Draws a decision everywhere. True if one was lost.
pub fn deliver(decided: Decided<'_>, targets: &[Target], seen: bool, screen: &Screen) -> bool {
    deliver_as(targets, seen, screen, |kind, style, bytes| match kind {
        Kind::Terminal => decision(decided, style, bytes),
        Kind::Json => decision_json(decided, bytes),
        Kind::Markdown => decision_markdown(decided, bytes),
    })
}

/// Draws something everywhere. One that cannot be written never silences the next. True if one was lost.
pub fn deliver_as(
    targets: &[Target],
    seen: bool,
    screen: &Screen,
    render: impl Fn(Kind, &Style, &mut Vec<u8>) -> io::Result<()>,
) -> bool {
    let mut lost = false;
    for target in targets {
        match draw(&render, target, seen, screen) {
            Ok(()) => {}
            Err(error) if target.path.is_none() && is_gone(&error) => {}
            Err(error) => {
                screen.error(&format!("{error:#}"));
                lost = true;
            }
        }
    }
    lost
}

fn draw(
    render: impl Fn(Kind, &Style, &mut Vec<u8>) -> io::Result<()>,
    target: &Target,
    seen: bool,
    screen: &Screen,
) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    let style = match target.path {
        Some(_) => screen.file_style(),
        None => Style {
            seen,
            ..screen.style()
        },
    };
    render(target.kind, &style, &mut bytes)?;
    let Some(path) = &target.path else {
        let mut out = io::stdout().lock();
        return out
            .write_all(&bytes)
            .and_then(|()| out.flush())
            .context("writing to standard output");
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)
            .with_context(|| format!("making the folder of {}", path.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}
