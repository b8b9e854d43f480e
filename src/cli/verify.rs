//! `tollgate verify`: whether the records of the ledger are what they were, and say what follows.

use serde_json::json;

use super::args::{Global, Verify};
use super::exit::Exit;
use super::project;
use super::screen::Screen;
use super::signer;
use crate::ledger::{self, Against, LEDGER, Ledger, Remark, Verified};
use crate::output::neutral;
use crate::run::Owed;
use crate::store::{self, Bundles};
use crate::vcs::Repository;

/// Schema of the JSON output.
const SCHEMA: &str = "tollgate/verify/1";

/// Checks all records. 0: all is good; 1: something is broken; 2: there is no ledger; 3: something could not be checked.
pub fn verify(global: &Global, args: &Verify, screen: &Screen) -> anyhow::Result<Exit> {
    let root = signer::ledger_root(global)?;
    let people = signer::people(&root, screen);
    let repository = Repository::find(&root);
    let common = repository.as_ref().map(|found| found.common.as_path());
    let bundles = Bundles::of(&store::place(&root, common));
    let mut ledger = Ledger::read_strictly(&root)?;
    // What the file asks today is asked of the records of its policy; without a file the records stand by themselves.
    let plan = project::quietly(&root);
    let owed = plan.as_ref().map(Owed::to);
    let against = Against {
        people: people.as_ref(),
        git: repository.as_ref().map(|found| (found, root.as_path())),
        evidence: &|digest| bundles.check(digest),
        owed: &|entry, done| {
            owed.as_ref()
                .map_or_else(Vec::new, |owed| owed.lacks(entry, done))
        },
    };
    let found = ledger::verify(&mut ledger, &against)?;
    if found.counts.records == 0 && found.faults.is_empty() && found.unchecked.is_empty() {
        screen.error(&format!(
            "there is no record in {LEDGER} of {}: nothing to verify",
            root.display()
        ));
        return Ok(Exit::Usage);
    }
    let exit = exit(&found);
    if args.json {
        screen.print(&format!("{}\n", as_json(&found)?))?;
    } else {
        screen.print(&draw(&found, global, screen))?;
    }
    Ok(exit)
}

fn exit(found: &Verified) -> Exit {
    if !found.faults.is_empty() {
        Exit::NoGo
    } else if !found.unchecked.is_empty() {
        Exit::Undecided
    } else {
        Exit::Go
    }
}

fn as_json(found: &Verified) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(found)?;
    value["schema"] = json!(SCHEMA);
    value["result"] = json!(match exit(found) {
        Exit::NoGo => "broken",
        Exit::Undecided => "unchecked",
        _ => "good",
    });
    Ok(serde_json::to_string_pretty(&value)?)
}

/// For people: the first broken record, then how many more; everything with `-v`.
fn draw(found: &Verified, global: &Global, screen: &Screen) -> String {
    let mut text = String::new();
    let verbose = global.verbose > 0;
    let shown = if verbose { usize::MAX } else { 1 };
    for fault in found.faults.iter().take(shown) {
        text += &line(screen, "broken", fault);
    }
    more(&mut text, found.faults.len(), shown, "broken");
    let shown = if verbose { usize::MAX } else { 3 };
    for (mark, list) in [
        ("not checked", &found.unchecked),
        ("warning", &found.warnings),
    ] {
        for remark in list.iter().take(shown) {
            text += &line(screen, mark, remark);
        }
        more(&mut text, list.len(), shown, mark);
    }
    if verbose {
        for note in &found.notes {
            text += &line(screen, "note", note);
        }
    }
    if global.quiet && exit(found) == Exit::Go {
        return text;
    }
    text + &screen.sentence("", &summary(found, verbose))
}

fn line(screen: &Screen, mark: &str, remark: &Remark) -> String {
    let about = match (&remark.phase, remark.kind) {
        (Some(phase), Some(kind)) => format!(" ({kind} of {phase})"),
        _ => String::new(),
    };
    let place = match &remark.file {
        Some(file) => format!("{LEDGER}/{file}{about}: "),
        None => String::new(),
    };
    let said = neutral::line(&format!("{place}{}", remark.why));
    screen.sentence(&format!("{mark}: "), &said)
}

fn more(text: &mut String, all: usize, shown: usize, mark: &str) {
    let rest = all.saturating_sub(shown);
    if rest > 0 {
        *text += &format!("  and {rest} more {mark}; `tollgate verify -v` lists them\n");
    }
}

fn summary(found: &Verified, verbose: bool) -> String {
    let counts = &found.counts;
    let many = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let mut parts = vec![
        many(counts.records, "record"),
        many(counts.good_signatures, "good signature"),
        format!("{} unsigned", counts.unsigned),
        format!(
            "{} drawn again from {}",
            many(counts.decisions, "decision"),
            many(counts.conditions, "condition")
        ),
    ];
    if counts.unknown_signatures > 0 {
        parts.push(format!(
            "{} of nobody known (there is no .tollgate/people.yaml)",
            many(counts.unknown_signatures, "signature")
        ));
    }
    if counts.as_recorded > 0 {
        parts.push(format!(
            "{} as recorded",
            many(counts.as_recorded, "condition")
        ));
    }
    let evidence = counts.evidence + counts.evidence_absent;
    if evidence > 0 {
        parts.push(format!(
            "raw evidence: {} of {evidence} here",
            counts.evidence
        ));
    }
    if !verbose && !found.notes.is_empty() {
        parts.push(format!("{} (-v)", many(found.notes.len(), "note")));
    }
    let verdict = match exit(found) {
        Exit::NoGo => "the ledger is broken",
        Exit::Undecided => "not everything could be checked",
        _ => "the ledger is good",
    };
    format!("{verdict}: {}", parts.join(", "))
}
