//! Other runs in the same work tree: what they write over must not pass for what a gate of this run found.
//!
//! A gate whose reports another run may write at the same time is inconclusive, whatever the reports say. Other runs that
//! write other reports are only told of.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::Request;
use super::gate::environment;
use crate::config::PlannedGate;
use crate::exec::MARKER;
use crate::model::{Reason, sha256_hex};
use crate::policy::{Glob, literal};
use crate::store::{Companion, Company, Gone};

/// This run among those of its work tree.
pub(super) struct Around {
    company: Company,
    /// Who was gone when this run began.
    began: Gone,
    /// Who was there while gates read reports.
    seen: Mutex<BTreeMap<String, Companion>>,
}

impl Around {
    /// Makes this run known, when commands of it write reports. Where no note can be left, nothing is known of others,
    /// and why that is.
    pub fn join(
        request: &Request,
        store: &Path,
        run: &str,
        watched: &[Vec<Glob>],
    ) -> Result<Option<Self>, String> {
        // A revision that is judged apart has a work tree of its own.
        if request.apart.is_some() {
            return Ok(None);
        }
        let gates = &request.plan.gates;
        let selected = request.selection.gates.iter();
        let running = selected.filter(|&&index| gates[index].command.is_some());
        let mut reports: Vec<String> = running
            .flat_map(|&index| watched[index].iter().map(|glob| glob.text().to_owned()))
            .collect();
        if reports.is_empty() {
            return Ok(None);
        }
        reports.sort();
        reports.dedup();
        let root = &request.plan.root;
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
        let tree = sha256_hex(root.as_os_str().as_encoded_bytes());
        let outer = request.env.iter().find(|(name, _)| name == MARKER);
        let outer = outer.and_then(|(_, marker)| marker.split('/').next());
        let own = Companion {
            run: run.to_owned(),
            within: outer.map(str::to_owned).into_iter().collect(),
            process: std::process::id(),
            since: request.now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            reports,
        };
        let company = Company::join(store, &tree[..16], own).map_err(|error| {
            format!("whether another run writes the same reports cannot be told: {error}")
        })?;
        Ok(Some(Self {
            began: company.gone(),
            company,
            seen: Mutex::default(),
        }))
    }

    /// Who is gone by now: they do not touch what a gate writes that begins now.
    pub fn gone(&self) -> Gone {
        self.company.gone()
    }

    /// Why the reports of a gate may not be its own, if so. Asked after they were read. Without a moment: since the run
    /// began, as whoever wrote them did it at some time of the run.
    pub fn meddles(&self, gate: &PlannedGate, since: Option<&Gone>) -> Option<Reason> {
        let reports = gate.judges.iter().filter_map(|judge| judge.reports());
        let own = reports.filter(|reports| reports.elsewhere.is_none());
        let mut own = own.flat_map(|reports| reports.file_patterns()).peekable();
        own.peek()?;
        let others = self.company.since(since.unwrap_or(&self.began));
        let both = own.find_map(|own| {
            let writes =
                |other: &&Companion| other.reports.iter().any(|one| may_meet(own.text(), one));
            others.iter().find(writes).map(|other| (own, other))
        });
        let reason = both.map(|(own, other)| {
            let message = format!(
                "another run in this work tree may have written {} at the same time",
                own.text()
            );
            let help = "run them one after the other, or each in a work tree of its own";
            Reason {
                detail: Some(who(other)),
                ..environment("run-beside", message, help)
            }
        });
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(others.into_iter().map(|other| (other.run.clone(), other)));
        reason
    }

    /// What is to be said of the others at the end.
    pub fn notes(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let told = seen.values().map(|other| {
            format!(
                "another run was under way in this work tree while gates wrote reports ({})",
                who(other)
            )
        });
        told.collect()
    }
}

fn who(other: &Companion) -> String {
    format!("process {}, since {}", other.process, other.since)
}

/// Whether one path may match both patterns. Of two with wildcards only the ends are compared: this may say yes without
/// need, and never no without right.
fn may_meet(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    let matches =
        |glob_of: &str, path: &str| Glob::new(glob_of).map_or(true, |glob| glob.is_match(path));
    match (literal(a), literal(b)) {
        (Some(a), Some(b)) => a == b,
        (Some(a), None) => matches(b, &a),
        (None, Some(b)) => matches(a, &b),
        (None, None) => {
            let ((a, z), (b, y)) = (ends(a), ends(b));
            (a.starts_with(b) || b.starts_with(a)) && (z.ends_with(y) || y.ends_with(z))
        }
    }
}

fn plain(pattern: &str) -> &str {
    pattern.strip_prefix("./").unwrap_or(pattern)
}

/// What every match of a glob begins and ends with.
fn ends(pattern: &str) -> (&str, &str) {
    let special = |c: char| "*?[]{}\\".contains(c);
    let first = pattern.find(special).unwrap_or(pattern.len());
    let last = pattern.rfind(special).map_or(0, |at| at + 1);
    let start = pattern[..first].trim_end_matches('/');
    // `**/` stands for no folder at all, too.
    (start, pattern[last..].trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::may_meet;

    #[test]
    fn patterns_meet_when_a_path_may_match_both() {
        for (a, b) in [
            ("r.xml", "./r.xml"),
            ("r/*.xml", "r/a.xml"),
            ("r/*.xml", "r/*.xml"),
            ("r/*.xml", "r/lint*.xml"),
            ("**/r.xml", "a/*.xml"),
            ("**/r.xml", "*.xml"),
            ("a/**", "a*/x"),
            ("{a,b}.xml", "[ab].xml"),
        ] {
            assert!(may_meet(a, b) && may_meet(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("r.xml", "s.xml"),
            ("r/*.xml", "r/a/b.xml"),
            ("r/lint*.xml", "r/test*.xml"),
            ("r/*.xml", "r/*.json"),
        ] {
            assert!(!may_meet(a, b) && !may_meet(b, a), "{a} {b}");
        }
    }
}
