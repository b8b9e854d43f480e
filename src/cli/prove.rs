//! `tollgate config prove`: whether each gate says no to evidence that it must not pass on.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use super::args::{Global, Prove};
use super::exit::Exit;
use super::project;
use super::screen::Screen;
use super::world;
use crate::model::Proof;
use crate::output::{self, Style};
use crate::run::{self, NotProven};
use crate::source::Sources;

/// Proves the gates. One that stays green, or that cannot be proven, is a no.
pub fn prove(global: &Global, args: &Prove, screen: &Screen) -> anyhow::Result<Exit> {
    let Some(targets) = targets(&args.output, screen) else {
        return Ok(Exit::Usage);
    };
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let proof = match run::prove(&plan, &args.gates, world::now(), world::today()) {
        Ok(proof) => proof,
        Err(NotProven::Names(problems)) => {
            screen.problems(&problems, &Sources::default());
            return Ok(Exit::Usage);
        }
        Err(NotProven::Folder(error)) => {
            return Err(error).context("writing evidence to a temporary folder");
        }
    };
    for (json, path) in targets {
        match path {
            Some(path) => to_file(&proof, json, Path::new(path), screen)?,
            None => {
                let mut out = io::BufWriter::new(io::stdout().lock());
                draw(&proof, json, &screen.style(), &mut out)?;
                out.flush()?;
            }
        }
    }
    Ok(if proof.proven { Exit::Go } else { Exit::NoGo })
}

/// `KIND[=PATH]`: whether it is JSON, and the file. The terminal where nothing else goes to standard output.
fn targets<'a>(written: &'a [String], screen: &Screen) -> Option<Vec<(bool, Option<&'a str>)>> {
    let mut targets = Vec::new();
    for text in written {
        let (kind, path) = match text.split_once('=') {
            Some((kind, path)) => (kind, Some(path).filter(|path| *path != "-")),
            None => (text.as_str(), None),
        };
        if !matches!(kind, "json" | "terminal") || path == Some("") {
            screen.error(&format!(
                "`--output {text}`: a proof is drawn as `terminal` or `json`, such as `json=proof.json`"
            ));
            return None;
        }
        targets.push((kind == "json", path));
    }
    let on_screen = targets.iter().filter(|(_, path)| path.is_none()).count();
    if on_screen > 1 {
        screen.error("two outputs share standard output: give one of them a file");
        return None;
    }
    if on_screen == 0 {
        targets.push((false, None));
    }
    Some(targets)
}

fn to_file(proof: &Proof, json: bool, path: &Path, screen: &Screen) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    draw(proof, json, &screen.file_style(), &mut bytes)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("making the folder of {}", path.display()))?;
    }
    fs::write(path, bytes).with_context(|| format!("writing the proof to {}", path.display()))
}

fn draw(proof: &Proof, json: bool, style: &Style, to: &mut dyn io::Write) -> anyhow::Result<()> {
    if json {
        output::proof_json(proof, to)?;
    } else {
        output::proof(proof, style, to)?;
    }
    Ok(())
}
