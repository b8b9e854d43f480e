//! `tollgate init`: a first file for the stacks found here.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::args::{Global, Init};
use super::exit::Exit;
use super::screen::Screen;
use super::world;
use crate::config::FILE_NAME;
use crate::exec::{self, Command, Program, Stop};
use crate::init::{self, Machine, STACKS, Survey, Tree};
use crate::output::neutral;

/// A question to a tool that takes longer is answered with no.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a tool says to such a question is not read.
const HEARD: usize = 1 << 10;

/// Writes a first file, or prints it. An existing one is left alone.
pub fn init(global: &Global, args: &Init, screen: &Screen) -> anyhow::Result<Exit> {
    let here = std::env::current_dir().context("finding the current folder")?;
    let start = global
        .dir
        .as_ref()
        .map_or(here.clone(), |dir| here.join(dir));
    if !start.is_dir() {
        screen.error(&format!("`{}` is not a folder", start.display()));
        return Ok(Exit::Usage);
    }
    let file = start.join(global.config.as_deref().unwrap_or(Path::new(FILE_NAME)));
    let root = file.parent().unwrap_or(&start);
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    if !args.print && file.symlink_metadata().is_ok() {
        screen.error(&format!(
            "there is a `{name}` already, and `init` never overwrites one"
        ));
        screen.tell(
            "help",
            "`tollgate config check` checks it; `tollgate init --print` shows a new one",
        );
        return Ok(Exit::Usage);
    }
    let survey = look(root);
    if survey.active().next().is_none() {
        refuse(&survey, root, screen);
        return Ok(Exit::Usage);
    }
    let text = init::write(&survey);
    let mut words = found(&survey);
    if args.print {
        if !global.quiet {
            screen.say(words.trim_end());
        }
        screen.print(&text)?;
        return Ok(Exit::Go);
    }
    let mut out = std::fs::File::create_new(&file)
        .with_context(|| format!("writing `{}`", file.display()))?;
    out.write_all(text.as_bytes())
        .with_context(|| format!("writing `{}`", file.display()))?;
    words.push_str(&written(&survey, root, &name));
    if let Some(above) = file_above(root) {
        let above = above.display().to_string();
        wrap(
            &mut words,
            &format!("note: {above} is there too; commands in this folder use the new file"),
            0,
        );
    }
    if !global.quiet {
        screen.print(&words)?;
    }
    Ok(Exit::Go)
}

/// A file of a folder above, in the same repository.
fn file_above(root: &Path) -> Option<std::path::PathBuf> {
    let mut folder = root.canonicalize().ok()?;
    while !folder.join(".git").exists() && folder.pop() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            return Some(file);
        }
    }
    None
}

/// Asks every stack, with this machine behind it.
fn look(root: &Path) -> Survey {
    let path = world::variable("PATH").unwrap_or_default();
    let has = |program: &str| {
        std::env::split_paths(&path).any(|folder| super::doctor::is_program(&folder.join(program)))
    };
    let answers = |dir: &Path, words: &[&str]| answers(dir, words);
    let machine = Machine {
        has: &has,
        answers: &answers,
    };
    init::survey(&Tree::read(root), machine)
}

fn answers(dir: &Path, words: &[&str]) -> bool {
    let program = Program::Direct(words.iter().map(Into::into).collect());
    let mut command = Command::new(program, dir, format!("init-{}", std::process::id()));
    command.timeout = Some(PATIENCE);
    // A question installs nothing and leaves nothing behind.
    for (name, value) in [
        ("RUSTUP_AUTO_INSTALL", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ] {
        command.env.push((name.into(), value.into()));
    }
    exec::query(&command, HEARD, &Stop::new()).is_ok()
}

fn refuse(survey: &Survey, root: &Path, screen: &Screen) {
    if survey.found.is_empty() {
        screen.error(&format!(
            "nothing that `init` knows was found in {}",
            root.display()
        ));
        screen.say("looked for:");
        for stack in STACKS {
            screen.say(&format!("  {:<8}{}", stack.name(), stack.about()));
        }
        screen.tell("help", "`-C DIR` looks in another folder; presets for any tool: `generic/junit`, `generic/sarif`");
        return;
    }
    let found_none = survey.inactive().next().is_none();
    screen.error(if found_none {
        "there is nothing yet that a gate could ask, so nothing was written"
    } else {
        "no gate could run here, so nothing was written"
    });
    screen.say(found(survey).trim_end());
    for draft in survey.inactive() {
        let reason = draft.off.as_deref().unwrap_or_default();
        screen.say(&format!("  {}: {}", draft.name, neutral::line(reason)));
    }
    let help = match found_none {
        true => "add code or tests, then call `tollgate init` again",
        false => "install what is missing; `tollgate init` then writes the file",
    };
    screen.tell("help", help);
}

/// What was found, a project a line, and what people should know of it.
fn found(survey: &Survey) -> String {
    let mut text = String::from("Found\n");
    for one in &survey.found {
        let with = match one.proposal.made_with.as_slice() {
            [] => String::new(),
            tools => format!(" ({})", tools.join(", ")),
        };
        let _ = writeln!(
            text,
            "  {:<8}{}{with}",
            one.stack,
            neutral::line(&one.project.evidence)
        );
        for note in &one.proposal.notes {
            wrap(&mut text, note, 10);
        }
    }
    for path in &survey.left_out {
        let _ = writeln!(text, "  left out: {} (there are many)", neutral::line(path));
    }
    text
}

/// What was written, what is not active and why, and what to do next.
fn written(survey: &Survey, root: &Path, name: &str) -> String {
    let mut text = String::new();
    let active: Vec<&str> = survey.active().map(|draft| draft.name.as_str()).collect();
    let plural = if active.len() == 1 { "" } else { "s" };
    wrap(
        &mut text,
        &format!(
            "Wrote {name}: {} gate{plural}, {}",
            active.len(),
            active.join(", ")
        ),
        0,
    );
    let inactive: Vec<_> = survey.inactive().collect();
    if !inactive.is_empty() {
        text.push_str("Not active, written as comments\n");
    }
    for draft in inactive {
        let reason = draft.off.as_deref().unwrap_or_default();
        wrap(&mut text, &format!("{}: {reason}", draft.name), 2);
    }
    let tracked = not_ignored(survey, root);
    if !tracked.is_empty() {
        let list = tracked.join(", ");
        wrap(
            &mut text,
            &format!(
                "Git does not ignore {list}: add them to .gitignore, or gates change the tree they judge"
            ),
            0,
        );
    }
    let mut next: Vec<String> = Vec::new();
    for one in &survey.found {
        if let Some(first) = &one.proposal.first {
            let dir = &one.project.dir;
            let quoted = shell_words::quote(dir);
            next.push(if dir.is_empty() {
                first.clone()
            } else {
                format!("(cd {quoted} && {first})")
            });
        }
    }
    next.push("tollgate run".to_owned());
    let _ = writeln!(text, "\nNext: {}", neutral::line(&next.join(" && ")));
    format!("\n{text}")
}

/// Folders that the tools leave behind and that git would take for work of somebody.
fn not_ignored(survey: &Survey, root: &Path) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    if !answers(root, &["git", "rev-parse", "--is-inside-work-tree"]) {
        return list;
    }
    for one in &survey.found {
        for leaves in &one.proposal.leaves {
            let dir = &one.project.dir;
            let path = if dir.is_empty() {
                (*leaves).to_owned()
            } else {
                format!("{dir}/{leaves}")
            };
            let folder = leaves.split('/').next().unwrap_or(leaves);
            let named = format!("`{folder}/`");
            if !list.contains(&named) && !answers(root, &["git", "check-ignore", "-q", &path]) {
                list.push(named);
            }
        }
    }
    list
}

/// A line that is broken at 80 columns, continued below its beginning.
fn wrap(text: &mut String, words: &str, indent: usize) {
    const WIDTH: usize = 80;
    let words = neutral::line(words);
    let mut width = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if width == 0 {
            let _ = write!(text, "{}{word}", " ".repeat(indent));
            width = indent + length;
        } else if width + 1 + length > WIDTH {
            let _ = write!(text, "\n{}{word}", " ".repeat(indent + 2));
            width = indent + 2 + length;
        } else {
            let _ = write!(text, " {word}");
            width += 1 + length;
        }
    }
    text.push('\n');
}
