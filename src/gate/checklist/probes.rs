//! Lists that a `checklist` gate must not pass on.

use super::{ChecklistGate, bare};
use crate::gate::probe::{path_for, refused, refused_of, short};
use crate::gate::{Content, Probe};
use crate::model::Measure;

/// Longer lists are not written.
const LONGEST: u64 = 100_000;
/// Shares are those of so many boxes.
const SOME: u64 = 100;

impl ChecklistGate {
    /// Lists just beyond each bound; no file, no section, no box, no tag.
    pub(super) fn probes(&self) -> Vec<Probe> {
        let missing = self.files.iter().map(|pattern| {
            let probe = Probe::new(format!("no file `{}`", short(&pattern.text)));
            probe.reason("no-file", format!("`{}`", pattern.text))
        });
        let mut probes: Vec<Probe> = missing.collect();
        let Some(paths) = self.paths() else {
            let why = "no path is known that `files` selects";
            probes.push(Probe::unproven("a list", why));
            return probes;
        };
        let Some(heading) = self.heading() else {
            let why = "no heading is known that `section` means";
            probes.push(Probe::unproven("a section", why));
            return probes;
        };
        let list = |probe: Probe, text: &str| {
            let text = format!("{heading}{text}");
            let files = paths.iter().enumerate();
            files.fold(probe, |probe, (index, path)| {
                let text = if index == 0 { text.as_str() } else { &heading };
                probe.file(path, Content::Bytes(text.as_bytes().to_vec()))
            })
        };
        for (name, condition) in &self.bounds {
            let fact = format!("checklist.{name}");
            let mut values = refused(&fact, &fact, condition);
            if *name == "done" {
                values.extend(refused_of(&fact, condition, SOME));
            }
            let made = values.into_iter().filter_map(|bad| {
                let (open, done) = match (*name, bad.value) {
                    ("open", Measure::Count(open)) => (open, 1),
                    ("total", Measure::Count(total)) => (0, total),
                    ("done", Measure::Share { part, whole }) => (whole.checked_sub(part)?, part),
                    _ => return None,
                };
                let probe = Probe::new(bad.title).bound(&fact, condition);
                Some(list(probe.given(bad.given), &boxes(open, done, "x")?))
            });
            let before = probes.len();
            probes.extend(made);
            if probes.len() == before {
                let why = format!("no list is known that `{}` refuses", condition.text());
                probes.push(Probe::unproven(&fact, why).bound(&fact, condition));
            }
        }
        for tag in &self.tags {
            let fact = format!("checklist.tags.{}", tag.name);
            let text = format!("**{}** x", tag.name);
            probes.extend(Probe::beyond_filled(
                &fact,
                &fact,
                &tag.condition,
                |probe, value| match value {
                    Measure::Count(open) => Some(list(probe, &boxes(*open, 1, &text)?)),
                    _ => None,
                },
            ));
        }
        probes.push(list(Probe::new("a list without a box"), "text\n").reason("no-box", ""));
        if !self.sections.is_empty() {
            let probe = Probe::new("a list without the section");
            let probe = paths.iter().fold(probe, |probe, path| {
                probe.file(path, Content::Bytes(b"- [x] x\n".to_vec()))
            });
            probes.push(probe.reason("no-section", ""));
        }
        if !self.tags.is_empty() {
            let probe = Probe::new("a list whose boxes carry no tag");
            probes.push(list(probe, "- [x] \u{b7}\n").reason("no-tag", ""));
        }
        probes
    }

    /// A path for each pattern.
    fn paths(&self) -> Option<Vec<String>> {
        let paths = self.files.iter().map(|pattern| {
            let kept = |path: &String| !self.exclude.iter().any(|one| one.selects(path));
            path_for(&pattern.text).filter(kept)
        });
        paths.collect()
    }

    /// The heading below which boxes count; nothing where all count.
    fn heading(&self) -> Option<String> {
        let Some((name, regex)) = self.sections.first() else {
            return Some(String::new());
        };
        let text = bare(&name.replace('*', ""));
        let text = if text.is_empty() { "x" } else { text.as_str() };
        regex
            .is_match(&bare(text))
            .then(|| format!("## {text}\n\n"))
    }
}

fn boxes(open: u64, done: u64, text: &str) -> Option<String> {
    if open.checked_add(done)? > LONGEST {
        return None;
    }
    let line = |sign: &'static str| format!("- [{sign}] {text}\n");
    let (open, done) = (usize::try_from(open).ok()?, usize::try_from(done).ok()?);
    Some(line(" ").repeat(open) + &line("x").repeat(done))
}
