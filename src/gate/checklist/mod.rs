//! `checklist`: the boxes of Markdown task lists, in all or by section, and which are still open.
//!
//! Reads GitHub Markdown as `markdown.rs` says. A file, a section or a box that is missing decides nothing: a list
//! that nobody wrote is not done.

mod markdown;
mod probes;

use regex::Regex;
use serde_json::Value as Json;

use super::tree::{Pattern, Tree, patterns};
use super::wording::{count, few};
use super::{Context, Gate, GateKind, Judging, Probe};
use crate::model::{Finding, ITEMS_KEPT, Judgement, Level, Measure, Verdict, Wants};
use crate::policy::{Bound, Condition, Percent, Pieces};
use crate::problem::{Code, Fields, Many, Problem, Problems, Text, object, options};
use crate::source::{Key, Node, Place};
use markdown::{Document, Tick};

options! {
    /// Conditions on the boxes of Markdown files.
    pub struct ChecklistOptions {
        /// Paths or globs of the files; each pattern must match a file.
        files("files"): Many<Text>,
        /// Paths or globs that are left out.
        exclude("exclude"): Many<Text>,
        /// Headings; only boxes below one of them count, those of its sub-headings too. `*` stands for anything.
        section("section"): Many<Text>,
        /// Open boxes; 0 unless something is bound.
        open("open"): Bound<Pieces>,
        /// Ticked boxes as a share of all.
        done("done"): Bound<Percent>,
        /// All boxes.
        total("total"): Bound<Pieces>,
        /// Priority tag → bound on its open boxes.
        tags("tags"): Vec<(Key, Bound<Pieces>)>,
    }
}

/// The kind `checklist`.
pub struct Checklist;

/// A priority.
#[derive(Debug)]
struct Tag {
    name: String,
    condition: Condition,
    /// How a box carries it.
    in_text: Regex,
    /// How a heading or an item above carries it.
    above: Regex,
}

#[derive(Debug)]
struct ChecklistGate {
    files: Vec<Pattern>,
    exclude: Vec<Pattern>,
    sections: Vec<(String, Regex)>,
    bounds: Vec<(&'static str, Condition)>,
    tags: Vec<Tag>,
}

/// A box with the file it stands in.
struct Found {
    path: String,
    tick: Tick,
    /// Tags that it carries, by index.
    tags: Vec<usize>,
}

impl GateKind for Checklist {
    fn name(&self) -> &'static str {
        "checklist"
    }

    fn about(&self) -> &'static str {
        "boxes of Markdown task lists: open, done, total, tags; by section"
    }

    fn build(&self, node: &Node, problems: &mut Problems) -> Option<Box<dyn Gate>> {
        let mut fields = Fields::of(node, problems)?;
        let options = ChecklistOptions::take(&mut fields, problems);
        fields.rest(problems);
        if options.files.as_ref().is_none_or(|many| many.0.is_empty()) {
            problems.push(
                Problem::new(
                    Code::MISSING_KEY,
                    &options.at,
                    "`checklist` does not say which files it reads",
                )
                .help("add `files:` with a path or a glob, such as `files: \"tasks/*.md\"`"),
            );
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let mut tags = Vec::new();
        for (key, bound) in options.tags.into_iter().flatten() {
            if key.name.is_empty() || !key.name.chars().all(plain) {
                problems.push(
                    Problem::new(Code::BAD_NAME, &key.at, format!("`{}` is no tag", key.name))
                        .help("letters, digits, `-` and `_`, such as `P0` or `critical`"),
                );
                continue;
            }
            tags.extend(Tag::new(key.name, bound.condition));
        }
        let mut bounds: Vec<(&'static str, Condition)> = Vec::new();
        bounds.extend(options.open.map(|bound| ("open", bound.condition)));
        bounds.extend(options.done.map(|bound| ("done", bound.condition)));
        bounds.extend(options.total.map(|bound| ("total", bound.condition)));
        if bounds.is_empty() && tags.is_empty() {
            bounds.push(("open", Condition::zero(&options.at)));
        }
        let names = options.section.iter().flat_map(|many| &many.0);
        Some(Box::new(ChecklistGate {
            files: patterns(&options.files, problems),
            exclude: patterns(&options.exclude, problems),
            sections: names.filter_map(|text| section(&text.value)).collect(),
            bounds,
            tags,
        }))
    }

    fn schema(&self) -> Json {
        let mut schema = object(ChecklistOptions::properties());
        schema["required"] = serde_json::json!(["files"]);
        schema
    }
}

/// A heading that is looked for: case, markup and signs around it do not count.
fn section(text: &str) -> Option<(String, Regex)> {
    let parts: Vec<String> = text
        .split('*')
        .map(|part| regex::escape(&bare(part)))
        .collect();
    let joined = parts.join(".*");
    // Blanks beside a `*` were trimmed away with its neighbours.
    let regex = Regex::new(&format!("(?is)^{joined}$")).ok()?;
    Some((text.to_owned(), regex))
}

/// The words of a heading: without markup, links, and signs at either end.
fn bare(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' | '_' | '`' | '~' | '[' => {}
            ']' => {
                if let Some(end) = rest.strip_prefix('(').and_then(|link| link.find(')')) {
                    rest = &rest[end + 2..];
                }
            }
            c => words.push(c),
        }
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    let joined = words.join(" ");
    joined
        .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')'))
        .to_owned()
}

impl Tag {
    fn new(name: String, condition: Condition) -> Option<Self> {
        let tag = regex::escape(&name);
        // `[P0]`, `(P0)`, `**P0**`, `` `P0` ``, `#P0`, `P0:` at the start.
        let in_text = format!(
            r"(?i)[\[(]\s*{tag}\s*[\])]|\*\*\s*{tag}\s*:?\s*\*\*|__\s*{tag}\s*:?\s*__|`{tag}`|(?:^|\s)#{tag}(?:[^\w-]|$)|^[\W_]*{tag}\s*(?::|-\s|–|—)"
        );
        let above = format!(r"(?i)(?:^|[^\w-]){tag}(?:[^\w-]|$)");
        Some(Self {
            in_text: Regex::new(&in_text).ok()?,
            above: Regex::new(&above).ok()?,
            name,
            condition,
        })
    }

    fn is_on(&self, tick: &Tick, document: &Document) -> bool {
        let mut headings = tick
            .headings
            .iter()
            .map(|index| &document.headings[*index].text);
        self.in_text.is_match(&tick.text)
            || headings.any(|text| self.above.is_match(text))
            || tick
                .above
                .iter()
                .any(|text| self.in_text.is_match(without_box(text)))
    }
}

/// The text of an item without its own box.
fn without_box(text: &str) -> &str {
    let bare = ["[ ]", "[x]", "[X]"]
        .iter()
        .find_map(|sign| text.strip_prefix(sign));
    bare.unwrap_or(text).trim_start()
}

impl ChecklistGate {
    /// The boxes of all files; says what is missing.
    fn found(&self, tree: &Tree<'_>, judging: &mut Judging) -> Vec<Found> {
        for pattern in &self.files {
            if tree
                .select(std::slice::from_ref(pattern), &self.exclude)
                .is_empty()
            {
                let message = format!(
                    "no file matches `{}` ({})",
                    pattern.text,
                    pattern.at.place()
                );
                judging.undecided("no-file", message, "write the list, or correct `files`");
            }
        }
        let mut found = Vec::new();
        let (mut lacking, mut empty) = (Vec::new(), Vec::new());
        let paths = tree.select(&self.files, &self.exclude);
        judging.fact("files", Measure::Count(paths.len() as u64));
        for path in paths {
            let text = match tree.text(&path) {
                Ok(text) => text,
                Err(words) => {
                    judging.undecided("file-unreadable", words, "make it readable");
                    continue;
                }
            };
            let document = markdown::read(&text);
            for (line, words) in &document.doubts {
                judging.undecided(
                    "odd-box",
                    format!("{path}:{line}: {words}"),
                    "write it as GitHub Markdown does",
                );
                if let Some(reason) = judging.out().reasons.last_mut() {
                    reason.evidence = vec![Place::line(path.clone(), Some(*line))];
                }
            }
            let wanted = self.wanted(&document);
            if !self.sections.is_empty() && wanted.is_empty() {
                lacking.push(path);
                continue;
            }
            let inside = |tick: &&Tick| {
                self.sections.is_empty() || tick.headings.iter().any(|at| wanted.contains(at))
            };
            let before = found.len();
            found.extend(document.boxes.iter().filter(inside).map(|tick| {
                Found {
                    path: path.clone(),
                    tick: tick.clone(),
                    tags: (0..self.tags.len())
                        .filter(|index| self.tags[*index].is_on(tick, &document))
                        .collect(),
                }
            }));
            if found.len() == before && !self.sections.is_empty() {
                empty.push(path);
            }
        }
        self.missing(&lacking, &empty, judging);
        found
    }

    /// The headings that are asked for, by index.
    fn wanted(&self, document: &Document) -> Vec<usize> {
        let is_one = |text: &str| {
            let text = bare(text);
            self.sections.iter().any(|(_, regex)| regex.is_match(&text))
        };
        let headings = document.headings.iter().enumerate();
        headings
            .filter(|(_, heading)| is_one(&heading.text))
            .map(|(index, _)| index)
            .collect()
    }

    fn missing(&self, lacking: &[String], empty: &[String], judging: &mut Judging) {
        let names: Vec<String> = self
            .sections
            .iter()
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if !lacking.is_empty() {
            let message = format!("{} has no heading {}", few(lacking, 3), names.join(" or "));
            judging.undecided(
                "no-section",
                message,
                "add the section, or correct `section`",
            );
        }
        if !empty.is_empty() {
            let message = format!("{} has no box below {}", few(empty, 3), names.join(" or "));
            judging.undecided("no-box", message, "write the list as `- [ ] text`");
        }
    }

    fn tagged(&self, found: &[Found], judging: &mut Judging) {
        let carrying = |index: usize| found.iter().filter(move |one| one.tags.contains(&index));
        let mut unseen = Vec::new();
        for (index, tag) in self.tags.iter().enumerate() {
            let open: Vec<&Found> = carrying(index).filter(|one| !one.tick.done).collect();
            let name = format!("tags.{}", tag.name);
            judging.fact(&name, Measure::Count(open.len() as u64));
            judging.condition(&name, &tag.condition, "");
            let total = carrying(index).count() as u64;
            let note = format!(
                "of {} with this tag",
                count(total, "box").replace("boxs", "boxes")
            );
            judging.evidence_of_last(places(&open), (!open.is_empty()).then_some(note));
            if total == 0 {
                unseen.push(format!("`{}`", tag.name));
            }
        }
        if unseen.is_empty() || found.is_empty() {
            return;
        }
        let message = format!("no box carries the tag {}", few(&unseen, 5));
        if unseen.len() == self.tags.len() {
            // A tag that is spelt another way than in the list would hold for ever.
            let help = "correct `tags`, or tag the boxes: `- [ ] **P0** text`";
            judging.undecided("no-tag", message, help);
        } else {
            judging.note("no-tag", message);
        }
    }
}

fn places(found: &[&Found]) -> Vec<Place> {
    let place = |one: &&Found| Place::line(one.path.clone(), Some(one.tick.line));
    found.iter().map(place).collect()
}

impl Gate for ChecklistGate {
    fn kind(&self) -> &'static str {
        "checklist"
    }

    fn implied(&self) -> Vec<(&'static str, Condition)> {
        self.bounds.clone()
    }

    fn facts(&self) -> Vec<String> {
        ["files", "total", "open", "done", "tags.*"]
            .map(str::to_owned)
            .to_vec()
    }

    fn bad_evidence(&self) -> Vec<Probe> {
        self.probes()
    }

    fn wants(&self) -> Wants {
        let bounds = self.bounds.iter().map(|(_, condition)| condition);
        let mut all = bounds.chain(self.tags.iter().map(|tag| &tag.condition));
        Wants {
            tracked: true,
            ..Wants::baseline_if(all.any(Condition::is_relative))
        }
    }

    fn judge(&self, context: &Context<'_>) -> Judgement {
        let mut judging = context.judging("checklist");
        let tree = Tree::walk(context.root, &context.given.tracked);
        tree.confess(&mut judging);
        let found = self.found(&tree, &mut judging);
        let open: Vec<&Found> = found.iter().filter(|one| !one.tick.done).collect();
        let (whole, left) = (found.len() as u64, open.len() as u64);
        judging.fact("total", Measure::Count(whole));
        judging.fact("open", Measure::Count(left));
        judging.fact(
            "done",
            Measure::Share {
                part: whole - left,
                whole,
            },
        );
        if found.is_empty() && judging.out().reasons.is_empty() {
            let files: Vec<String> = self
                .files
                .iter()
                .map(|one| format!("`{}`", one.text))
                .collect();
            let message = format!("there is no box in {}", few(&files, 3));
            judging.undecided("no-box", message, "write the list as `- [ ] text`");
        }
        for (name, condition) in &self.bounds {
            judging.condition(name, condition, "there is no box");
            if *name != "total" {
                judging.evidence_of_last(places(&open), None);
            }
        }
        self.tagged(&found, &mut judging);
        let out = judging.out();
        // Open boxes that are allowed must not pass for the cause of an exit status.
        let against = out
            .conditions
            .iter()
            .any(|one| one.verdict != Verdict::Pass);
        let open = if against { open } else { Vec::new() };
        out.findings_cut = open.len().saturating_sub(ITEMS_KEPT) as u64;
        out.findings = open
            .iter()
            .take(ITEMS_KEPT)
            .map(|one| self.finding(one))
            .collect();
        judging.done()
    }
}

impl ChecklistGate {
    /// An open box as a finding, so that each is shown with its text.
    fn finding(&self, one: &Found) -> Finding {
        let tag = one.tags.first().map(|index| self.tags[*index].name.clone());
        Finding {
            level: if tag.is_some() {
                Level::High
            } else {
                Level::Low
            },
            severity: "open".to_owned(),
            fingerprint: crate::model::sha256_hex(
                format!("{}\0{}", one.path, one.tick.text).as_bytes(),
            ),
            rule: Some(tag.unwrap_or_else(|| "open-box".to_owned())),
            message: one.tick.text.chars().take(300).collect(),
            file: Some(one.path.clone()),
            line: Some(one.tick.line),
            column: None,
            state: None,
            suppressed: false,
        }
    }
}

#[cfg(test)]
mod tests;
