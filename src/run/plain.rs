//! What a verdict must not say: secrets, and where on this machine the project lies.
//!
//! What a command prints is masked where it is captured. Reports are files that others wrote: their words go
//! through here before anything is drawn, kept or digested. Paths below the project become relative, so that
//! the same evidence gives the same bytes in every folder.

use std::path::Path;
use std::sync::Arc;

use crate::exec::Mask;
use crate::model::{Baseline, Evidence, Finding, Judgement, ReportEvidence, ReportUsed};
use crate::report::moved_fingerprint;
use crate::source::Place;

/// Makes text fit for a verdict.
pub(super) struct Plain {
    mask: Arc<Mask>,
    /// The project's folder as it is known and as it really is, and the folder of the run, with a `/` each.
    places: Vec<String>,
}

impl Plain {
    /// For a project at `root` and a run whose logs lie in `folder`. `from` is where the project really is, when `root`
    /// is a work tree of another revision with links to it.
    pub fn new(mask: Arc<Mask>, root: &Path, folder: Option<&Path>, from: Option<&Path>) -> Self {
        let real = std::fs::canonicalize(root).ok();
        let known = [folder, Some(root), real.as_deref(), from];
        let mut places: Vec<String> = known
            .into_iter()
            .flatten()
            .filter(|path| path.is_absolute() && path.parent().is_some())
            .map(|path| format!("{}/", path.display()))
            .collect();
        // The folder of the run may lie in that of the project: the longer one goes first.
        places.sort_by_key(|place| std::cmp::Reverse(place.len()));
        places.dedup();
        Self { mask, places }
    }

    /// One text.
    pub fn text(&self, text: &mut String) {
        if text.contains('/') {
            for place in &self.places {
                if text.contains(place.as_str()) {
                    *text = text.replace(place.as_str(), "");
                }
            }
        }
        if let std::borrow::Cow::Owned(masked) = self.mask.text(text) {
            *text = masked;
        }
    }

    /// What judges hold against a baseline, which must not depend on the folder of the project either.
    pub fn evidence_of(&self, report: &mut ReportEvidence) {
        match &mut report.evidence {
            Evidence::Tests(tests) => {
                for test in &mut tests.inventory {
                    self.text(&mut test.id);
                    self.some([&mut test.file]);
                }
            }
            Evidence::Findings(findings) => {
                let all = findings.items.iter_mut();
                all.chain(&mut findings.suppressed_items)
                    .chain(&mut findings.waived.items)
                    .for_each(|finding| self.finding(finding));
            }
            Evidence::Coverage(_) | Evidence::Metrics(_) => {}
        }
    }

    /// One finding, its identity with it.
    pub fn finding(&self, finding: &mut Finding) {
        let before = finding.clone();
        self.text(&mut finding.message);
        self.some([&mut finding.rule, &mut finding.file]);
        finding.fingerprint = moved_fingerprint(&before, finding);
    }

    /// Everything that was found of a gate.
    pub fn judgement(&self, judgement: &mut Judgement, used: &mut [ReportUsed]) {
        for condition in &mut judgement.conditions {
            self.some([&mut condition.measured, &mut condition.note]);
            self.evidence(&mut condition.evidence);
        }
        for reason in &mut judgement.reasons {
            self.text(&mut reason.message);
            self.some([&mut reason.detail, &mut reason.help]);
            self.evidence(&mut reason.evidence);
        }
        for note in &mut judgement.notes {
            self.text(&mut note.message);
            self.some([&mut note.detail]);
        }
        for failure in &mut judgement.failures {
            self.text(&mut failure.id);
            self.text(&mut failure.name);
            self.text(&mut failure.message);
            self.some([&mut failure.suite, &mut failure.file]);
        }
        for finding in &mut judgement.findings {
            self.finding(finding);
        }
        for report in used {
            self.text(&mut report.path);
            report
                .warnings
                .iter_mut()
                .for_each(|warning| self.text(&mut warning.message));
        }
    }

    /// What a baseline would hold. True when a name in it holds a secret: names are how entries are found again, so
    /// they stay as they are.
    pub fn accepted(&self, accepted: &mut Baseline) -> bool {
        for one in accepted.findings.values_mut() {
            self.text(&mut one.rule);
            self.text(&mut one.path);
        }
        for test in accepted.tests.values_mut() {
            self.some([&mut test.file]);
        }
        let counts = accepted.counts.keys();
        let mut names = (accepted.values.keys())
            .chain(accepted.tests.keys())
            .chain(accepted.findings.keys())
            .chain(counts.flat_map(|(pattern, path)| [pattern, path]));
        names.any(|name| matches!(self.mask.text(name), std::borrow::Cow::Owned(_)))
    }

    fn some<const N: usize>(&self, texts: [&mut Option<String>; N]) {
        for text in texts.into_iter().flatten() {
            self.text(text);
        }
    }

    fn evidence(&self, places: &mut [Place]) {
        places
            .iter_mut()
            .for_each(|place| self.text(&mut place.file));
    }
}
