//! Findings against a baseline: by identity and multiplicity, never by count alone.
//!
//! The path belongs to the identity. A file that was renamed takes its findings along: its old path is gone from the
//! tree, and rule and message are found again in one file that the baseline knows nothing of.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Finding, FindingState, KnownFinding};
use crate::report::{content, plain_fingerprint};

/// A finding with its path in the repository.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) finding: Finding,
    pub(super) path: String,
    /// Fingerprint and path under which the baseline knows it, where a renamed file took it along.
    pub(super) known_as: Option<(String, String)>,
    /// A waiver accepts it.
    pub(super) waived: bool,
}

impl Seen {
    pub(super) fn new(finding: Finding, path: String) -> Self {
        Self {
            finding,
            path,
            known_as: None,
            waived: false,
        }
    }

    /// Whether the baseline does not know it.
    pub(super) fn is_new(&self) -> bool {
        self.finding.state == Some(FindingState::New)
    }
}

/// A finding of the baseline that is not there any more, with how many of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fixed {
    pub(super) rule: String,
    pub(super) path: String,
    pub(super) count: u64,
}

/// What became of the findings of a baseline.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Findings of the baseline that are not there any more.
    pub(super) fixed: Vec<Fixed>,
    /// Findings of the baseline that are marked as accepted now.
    pub(super) suppressed: u64,
    /// Files that took findings along to another name.
    pub(super) moved: BTreeMap<String, String>,
}

/// What a baseline keeps of the findings. One that a renamed file took along stays under its old name: else it would
/// look fixed here and new there to whoever compares two baselines without the tree.
pub(super) fn known(seen: &[Seen]) -> BTreeMap<String, KnownFinding> {
    let mut known: BTreeMap<String, KnownFinding> = BTreeMap::new();
    // A waiver ends, a baseline does not: what is waived is in it only if it was.
    let counted = |one: &&Seen| !one.waived || one.finding.state == Some(FindingState::Existing);
    for one in seen.iter().filter(counted) {
        let own = || {
            let fingerprint = plain_fingerprint(&one.finding.fingerprint);
            (fingerprint.to_owned(), one.path.clone())
        };
        let (fingerprint, path) = one.known_as.clone().unwrap_or_else(own);
        let entry = known.entry(fingerprint).or_insert_with(|| KnownFinding {
            rule: one.finding.rule.clone().unwrap_or_default(),
            path,
            count: 0,
        });
        entry.count += 1;
    }
    known
}

/// Marks each finding as new or existing, and says what became of the others of the baseline. `gone` tells whether a
/// path is no longer in the tree.
pub(super) fn compare(
    before: &BTreeMap<String, KnownFinding>,
    seen: &mut [Seen],
    suppressed: &[Finding],
    gone: &dyn Fn(&str) -> bool,
) -> Changes {
    seen.sort_by(|a, b| place(a).cmp(&place(b)));
    let mut left: BTreeMap<&str, (u64, &KnownFinding)> = before
        .iter()
        .map(|(fingerprint, known)| (fingerprint.as_str(), (known.count, known)))
        .collect();
    for one in seen.iter_mut() {
        let known = left.get_mut(plain_fingerprint(&one.finding.fingerprint));
        one.finding.state = Some(match known {
            Some((count @ 1.., _)) => {
                *count -= 1;
                FindingState::Existing
            }
            _ => FindingState::New,
        });
    }
    let mut changes = Changes::default();
    // What is marked as accepted now was not mended.
    for one in suppressed {
        if let Some((count @ 1.., _)) = left.get_mut(plain_fingerprint(&one.fingerprint)) {
            *count -= 1;
            changes.suppressed += 1;
        }
    }
    changes.moved = follow(before, &mut left, seen, gone);
    let rest = left.into_values().filter(|(count, _)| *count > 0);
    changes.fixed = rest
        .map(|(count, known)| Fixed {
            rule: known.rule.clone(),
            path: known.path.clone(),
            count,
        })
        .collect();
    changes
        .fixed
        .sort_by(|a, b| (&a.path, &a.rule).cmp(&(&b.path, &b.rule)));
    changes
}

type Place<'a> = (bool, &'a str, Option<u32>, Option<u32>, &'a str, &'a str);

fn place(one: &Seen) -> Place<'_> {
    let finding = &one.finding;
    (
        one.waived,
        &one.path,
        finding.line,
        finding.column,
        &finding.fingerprint,
        &finding.message,
    )
}

/// Contents of findings and how often each occurs.
type Contents<'a> = BTreeMap<&'a str, u64>;

fn common(a: &Contents<'_>, b: &Contents<'_>) -> u64 {
    let both = a
        .iter()
        .map(|(content, count)| b.get(content).map_or(0, |other| *count.min(other)));
    both.sum()
}

/// Follows renamed files: one old path to one new path, the pair with most in common first. Gives the pairs.
fn follow(
    before: &BTreeMap<String, KnownFinding>,
    left: &mut BTreeMap<&str, (u64, &KnownFinding)>,
    seen: &mut [Seen],
    gone: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    let mut old: BTreeMap<&str, Contents<'_>> = BTreeMap::new();
    for (fingerprint, (count, known)) in left.iter() {
        if let (Some(content), true) = (content(fingerprint), *count > 0) {
            *old.entry(&known.path)
                .or_default()
                .entry(content)
                .or_default() += *count;
        }
    }
    old.retain(|path, _| gone(path));
    if old.is_empty() {
        return BTreeMap::new();
    }
    let known: BTreeSet<&str> = before.values().map(|known| known.path.as_str()).collect();
    let mut new: BTreeMap<&str, Contents<'_>> = BTreeMap::new();
    for one in seen
        .iter()
        .filter(|one| one.finding.state == Some(FindingState::New))
    {
        if let (Some(content), false) = (
            content(&one.finding.fingerprint),
            known.contains(one.path.as_str()),
        ) {
            *new.entry(&one.path)
                .or_default()
                .entry(content)
                .or_default() += 1;
        }
    }
    let mut pairs: Vec<(u64, &str, &str)> = Vec::new();
    for (from, contents) in &old {
        let both = new
            .iter()
            .map(|(to, other)| (common(contents, other), *from, *to));
        pairs.extend(both.filter(|(shared, _, _)| *shared > 0));
    }
    pairs.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
    let mut moved: BTreeMap<String, String> = BTreeMap::new();
    for (_, from, to) in pairs {
        if !moved.contains_key(from) && !moved.values().any(|taken| taken == to) {
            moved.insert(from.to_owned(), to.to_owned());
        }
    }
    settle(left, seen, &moved);
    moved
}

/// What a renamed file took along is existing.
fn settle(
    left: &mut BTreeMap<&str, (u64, &KnownFinding)>,
    seen: &mut [Seen],
    moved: &BTreeMap<String, String>,
) {
    let back: BTreeMap<&str, &str> = moved
        .iter()
        .map(|(from, to)| (to.as_str(), from.as_str()))
        .collect();
    let mut open: BTreeMap<(&str, &str), (&str, &mut u64)> = BTreeMap::new();
    for (fingerprint, (count, known)) in left.iter_mut() {
        if let Some(content) = content(fingerprint) {
            open.insert((known.path.as_str(), content), (*fingerprint, count));
        }
    }
    for one in seen.iter_mut() {
        let fresh = one.finding.state == Some(FindingState::New);
        let (Some(from), Some(content), true) = (
            back.get(one.path.as_str()),
            content(&one.finding.fingerprint),
            fresh,
        ) else {
            continue;
        };
        if let Some((fingerprint, count)) = open.get_mut(&(*from, content))
            && **count > 0
        {
            **count -= 1;
            one.finding.state = Some(FindingState::Existing);
            one.known_as = Some(((*fingerprint).to_owned(), (*from).to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Evidence, Level};
    use crate::report::{Choice, Collector, Sink};

    /// Findings as a report would give them: rule, path, line, message.
    fn report(list: &[(&str, &str, u32, &str)]) -> Vec<Seen> {
        let choice = Choice {
            whole: true,
            ..Choice::default()
        };
        let mut collector = Collector::new(crate::model::EvidenceKind::Findings).choosing(&choice);
        for (rule, path, line, message) in list {
            collector.finding(Finding {
                rule: Some((*rule).to_owned()),
                severity: "error".to_owned(),
                level: Level::High,
                message: (*message).to_owned(),
                file: Some((*path).to_owned()),
                line: Some(*line),
                column: None,
                fingerprint: String::new(),
                suppressed: false,
                state: None,
            });
        }
        let Evidence::Findings(found) = collector.finish().0 else {
            unreachable!("a collector of findings")
        };
        let path = |finding: &Finding| finding.file.clone().unwrap_or_default();
        let seen = found.items.into_iter();
        seen.map(|finding| Seen::new(finding.clone(), path(&finding)))
            .collect()
    }

    /// New findings by message, and fixed ones.
    fn against(
        before: &[(&str, &str, u32, &str)],
        now: &[(&str, &str, u32, &str)],
        gone: &[&str],
    ) -> (Vec<String>, u64) {
        let before = known(&report(before));
        let mut seen = report(now);
        let changes = compare(&before, &mut seen, &[], &|path| gone.contains(&path));
        let new = seen
            .iter()
            .filter(|one| one.finding.state == Some(FindingState::New));
        let new = new.map(|one| format!("{}:{}", one.path, one.finding.message));
        (
            new.collect(),
            changes.fixed.iter().map(|one| one.count).sum(),
        )
    }

    #[test]
    fn a_swap_of_one_finding_for_another_is_new_and_fixed() {
        let (new, fixed) = against(&[("r", "a", 1, "x")], &[("r", "a", 1, "y")], &[]);
        assert_eq!((new, fixed), (vec!["a:y".to_owned()], 1));
        let (new, _) = against(&[("r", "a", 1, "x")], &[("q", "a", 1, "x")], &[]);
        assert_eq!(new, ["a:x"]);
    }

    #[test]
    fn a_shift_of_lines_is_no_change() {
        let (new, fixed) = against(
            &[("r", "a", 1, "x at 1")],
            &[("r", "a", 90, "x at 90")],
            &[],
        );
        assert_eq!((new.len(), fixed), (0, 0));
    }

    #[test]
    fn one_more_of_the_same_is_new() {
        let one = ("r", "a", 1, "x");
        let (new, fixed) = against(&[one], &[one, ("r", "a", 7, "x")], &[]);
        assert_eq!((new.len(), fixed), (1, 0));
        let (new, fixed) = against(&[one, one], &[one], &[]);
        assert_eq!((new.len(), fixed), (0, 1));
    }

    #[test]
    fn a_renamed_file_takes_its_findings_along() {
        let before = [
            ("r", "old", 1, "x"),
            ("r", "old", 2, "x"),
            ("q", "old", 3, "y"),
        ];
        let now = [
            ("r", "new", 1, "x"),
            ("r", "new", 9, "x"),
            ("q", "new", 3, "y"),
        ];
        assert_eq!(against(&before, &now, &["old"]), (Vec::new(), 0));
        // The old file is still there: what is in the other one is new.
        assert_eq!(against(&before, &now, &[]).0.len(), 3);
    }

    #[test]
    fn what_a_renamed_file_took_along_stays_as_it_was_recorded() {
        let before = known(&report(&[("r", "old", 1, "x"), ("q", "b", 1, "y")]));
        let mut seen = report(&[("r", "new", 1, "x"), ("q", "b", 1, "y")]);
        compare(&before, &mut seen, &[], &|path| path == "old");
        assert_eq!(known(&seen), before);
    }

    #[test]
    fn a_renamed_file_hides_no_finding_that_came_with_the_rename() {
        let before = [("r", "old", 1, "x")];
        let now = [
            ("r", "new", 1, "x"),
            ("r", "new", 2, "z"),
            ("r", "new", 5, "x"),
        ];
        let (new, fixed) = against(&before, &now, &["old"]);
        assert_eq!((new.len(), fixed), (2, 0));
    }

    #[test]
    fn a_deleted_file_pays_for_one_file_only_and_not_for_a_known_one() {
        let before = [
            ("r", "old", 1, "x"),
            ("r", "old", 2, "x"),
            ("r", "known", 1, "w"),
        ];
        let spread = [
            ("r", "n1", 1, "x"),
            ("r", "n2", 2, "x"),
            ("r", "known", 1, "w"),
        ];
        assert_eq!(against(&before, &spread, &["old"]).0.len(), 1);
        let into_known = [("r", "known", 1, "w"), ("r", "known", 2, "x")];
        assert_eq!(against(&before, &into_known, &["old"]).0, ["known:x"]);
    }

    #[test]
    fn what_is_suppressed_now_is_not_fixed() {
        let before = known(&report(&[("r", "a", 1, "x")]));
        let quiet: Vec<Finding> = report(&[("r", "a", 1, "x")])
            .into_iter()
            .map(|one| one.finding)
            .collect();
        let changes = compare(&before, &mut [], &quiet, &|_| false);
        assert_eq!((changes.fixed.len(), changes.suppressed), (0, 1));
    }

    #[test]
    fn the_order_of_reports_changes_no_mark() {
        let before = known(&report(&[("r", "a", 1, "x")]));
        let two = [("r", "a", 1, "x"), ("r", "a", 2, "x")];
        let marks = |list: &[(&str, &str, u32, &str)]| {
            let mut seen = report(list);
            compare(&before, &mut seen, &[], &|_| false);
            let marks: Vec<_> = seen
                .iter()
                .map(|s| (s.finding.line, s.finding.state))
                .collect();
            marks
        };
        assert_eq!(marks(&two), marks(&[two[1], two[0]]));
    }
}
