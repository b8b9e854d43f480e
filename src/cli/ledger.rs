//! `tollgate ledger export`: records in the forms that other tools read. `tollgate ledger prune`: the local store of raw
//! evidence within its budget.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context;

use super::args::{Export, Global, Prune};
use super::exit::Exit;
use super::screen::Screen;
use super::signer;
use crate::ledger::{self, Against, Extent, Format, Ledger, Signed};
use crate::model::{Entry, Measure, People};
use crate::output::neutral;
use crate::phase::History;
use crate::problem::nearest;
use crate::run;
use crate::store::{CompletionLock, Pruned, place};
use crate::vcs::Repository;

/// Writes records in another form.
pub fn export(global: &Global, args: &Export, screen: &Screen) -> anyhow::Result<Exit> {
    let Some(format) = format(&args.format, screen) else {
        return Ok(Exit::Usage);
    };
    let root = signer::ledger_root(global)?;
    let mut ledger = Ledger::read(&root)?;
    if ledger.is_empty() && ledger.broken().is_empty() {
        screen.error("there is no record here: nothing to export");
        return Ok(Exit::Usage);
    }
    if let Some(broken) = ledger.broken().first() {
        screen.error(&format!(
            "the ledger is broken: {}: {}; `tollgate verify` shows all that is wrong",
            broken.file, broken.why
        ));
        return Ok(Exit::NoGo);
    }
    let Some(people) = signer::people(&root, screen) else {
        return Ok(Exit::Usage);
    };
    ledger.check_signatures(&people, |_| true)?;
    let mut entries = match chosen(&ledger, args, format) {
        Ok(entries) => entries,
        Err(words) => {
            screen.error(&words);
            return Ok(Exit::Usage);
        }
    };
    let fallen = match format {
        Format::Vsa => standing(&ledger, args, &mut entries).err(),
        _ => None,
    };
    if let Some(words) = fallen.or_else(|| broken(&ledger, &root, &people, &entries)) {
        screen.error(&words);
        return Ok(Exit::NoGo);
    }
    let mut exported = Vec::new();
    let sign = envelope_signer(global, args, &root)?;
    for entry in entries {
        let payload = ledger::export(entry, format).unwrap_or_default();
        let bytes = match format {
            Format::Dsse => enveloped(&payload, sign.as_ref(), &people)?,
            _ => payload,
        };
        exported.push((entry, bytes));
    }
    if format == Format::Dsse && sign.is_none() {
        screen.tell(
            "note",
            "no key to sign with (`--key FILE`, or git's own): the envelopes are not signed",
        );
    }
    write(&exported, args, screen)?;
    Ok(Exit::Go)
}

fn format(name: &str, screen: &Screen) -> Option<Format> {
    let found = Format::ALL.iter().find(|(word, _)| *word == name);
    if found.is_none() {
        let words = Format::ALL.map(|(word, _)| word);
        let help = nearest(name, words).map_or_else(
            || format!("forms: {}", words.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        screen.error(&format!("there is no form `{name}`: {help}"));
    }
    found.map(|(_, format)| *format)
}

fn chosen<'a>(ledger: &'a Ledger, args: &Export, format: Format) -> Result<Vec<&'a Entry>, String> {
    if args.records.is_empty() {
        let all = ledger.in_order().into_iter();
        return Ok(all
            .filter(|entry| format.takes(&entry.record.says))
            .collect());
    }
    let mut entries = Vec::new();
    for name in &args.records {
        let entry = ledger.find(name).map_err(|trouble| trouble.to_string())?;
        if !format.takes(&entry.record.says) {
            return Err(format!(
                "the record `{name}` is a {}, which has nothing to say as `{}`",
                entry.record.says.kind(),
                args.format
            ));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Why one of them is not handed on: it does not verify.
fn broken(ledger: &Ledger, root: &Path, people: &People, entries: &[&Entry]) -> Option<String> {
    let repository = Repository::find(root);
    let against = Against {
        people: Some(people),
        git: repository.as_ref().map(|repository| (repository, root)),
        evidence: &|_| Ok(false),
        owed: &|_, _| Vec::new(),
    };
    let faults = ledger::faults(ledger, &ledger.chain(), &against, Extent::Whole).records;
    entries.iter().find_map(|entry| {
        let why = faults.get(&entry.digest)?;
        Some(format!(
            "the record {} of {} does not verify, and is not handed on: {why}",
            entry.digest, entry.record.phase
        ))
    })
}

/// Leaves those that stand, of which a summary may say PASSED, where all were meant; refuses one that was named and does not.
fn standing(ledger: &Ledger, args: &Export, entries: &mut Vec<&Entry>) -> Result<(), String> {
    let history = History::of(ledger.shared(), BTreeMap::new(), &[]);
    let stands = |entry: &&Entry| history.stands(&entry.record.phase, &entry.digest);
    if args.records.is_empty() {
        entries.retain(stands);
        return Ok(());
    }
    match entries.iter().find(|entry| !stands(entry)) {
        Some(entry) => Err(format!(
            "the completion {} of {} was taken back: a summary of it would say PASSED of what does not hold",
            entry.digest, entry.record.phase
        )),
        None => Ok(()),
    }
}

fn envelope_signer(
    global: &Global,
    args: &Export,
    root: &Path,
) -> anyhow::Result<Option<ledger::Signer>> {
    let repository = Repository::find(root);
    let here = signer::here(global)?;
    signer::signer(args.key.as_deref(), &here, repository.as_ref()).map_err(anyhow::Error::msg)
}

fn enveloped(
    payload: &[u8],
    signer: Option<&ledger::Signer>,
    people: &People,
) -> anyhow::Result<Vec<u8>> {
    let mut signatures: Vec<Signed> = Vec::new();
    if let Some(signer) = signer {
        let mut file = tempfile::NamedTempFile::new().context("writing what is to be signed")?;
        file.write_all(&ledger::pae(payload))
            .context("writing what is to be signed")?;
        signatures.push(
            signer
                .sign(file.path(), people, super::world::now())
                .map_err(anyhow::Error::msg)?,
        );
    }
    ledger::envelope(payload, &signatures).map_err(anyhow::Error::msg)
}

fn write(exported: &[(&Entry, Vec<u8>)], args: &Export, screen: &Screen) -> anyhow::Result<()> {
    let Some(out) = &args.out else {
        for (_, bytes) in exported {
            screen.print(&format!("{}\n", String::from_utf8_lossy(bytes)))?;
        }
        return Ok(());
    };
    fs::create_dir_all(out).with_context(|| format!("making {}", out.display()))?;
    for (entry, bytes) in exported {
        let file = out.join(format!("{}.{}.json", entry.digest, args.format));
        fs::write(&file, bytes).with_context(|| format!("writing {}", file.display()))?;
    }
    screen.print(&format!(
        "{} written to {}\n",
        match exported.len() {
            1 => "1 record".to_owned(),
            count => format!("{count} records"),
        },
        out.display()
    ))?;
    Ok(())
}

/// Removes raw evidence that no record needs.
pub fn prune(global: &Global, args: &Prune, screen: &Screen) -> anyhow::Result<Exit> {
    let root = signer::ledger_root(global)?;
    let repository = Repository::find(&root);
    let (budget, note) = match &args.budget {
        None => run::budget(repository.as_ref()),
        Some(text) => match run::size(text) {
            Some(bytes) => (bytes, None),
            None => {
                let text = neutral::line(text);
                screen.error(&format!(
                    "`--budget {text}` is no size: write one such as `2GiB`"
                ));
                return Ok(Exit::Usage);
            }
        },
    };
    if let Some(note) = note {
        screen.tell("note", &format!("{}", neutral::line(&note)));
    }
    let common = repository.as_ref().map(|found| found.common.as_path());
    let holder = format!("`tollgate ledger prune`, process {}", std::process::id());
    // What a completion is about to name is needed before any record says so.
    let taken = CompletionLock::take(&place(&root, common), &holder)
        .context("taking the lock on completing phases")?;
    let _lock = match taken {
        Ok(lock) => lock,
        Err(holder) => {
            let holder = neutral::line(&holder.0);
            screen.error(&format!(
                "the evidence is in use by {holder}: run this again when it ends"
            ));
            return Ok(Exit::Undecided);
        }
    };
    match run::prune_evidence(&root, repository.as_ref(), budget) {
        Ok(pruned) => {
            let left = Measure::Size(pruned.left);
            let removed = match pruned.removed {
                0 => "nothing to remove".to_owned(),
                1 => "1 piece of raw evidence removed".to_owned(),
                count => format!("{count} pieces of raw evidence removed"),
            };
            screen.print(&format!("{removed}; {left} left\n"))?;
            if pruned.left > budget {
                screen.tell("note", &format!("{}", over(&pruned, budget)));
            }
            Ok(Exit::Go)
        }
        Err(why) => {
            screen.error(&neutral::line(&why));
            Ok(Exit::Undecided)
        }
    }
}

/// That the budget does not suffice for what records need.
pub(super) fn over(pruned: &Pruned, budget: u64) -> String {
    format!(
        "records need {} of raw evidence, more than the {} that may be kept: nothing of it was removed; `git config {} SIZE` allows more",
        Measure::Size(pruned.needed_bytes),
        Measure::Size(budget),
        run::BUDGET_SETTING
    )
}
