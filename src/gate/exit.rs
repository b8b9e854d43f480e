//! What the exit status of a command means, and how it joins what the reports say (RULES 3).

use std::ops::RangeInclusive;

use serde_json::{Value as Json, json};

use crate::model::{Cause, Judgement, Note, Reason, Termination, Verdict};
use crate::problem::{Code, Many, Problem, Problems, Shape, options};
use crate::source::{At, Located, Node};

/// One exit status or a range `3-125`.
pub type Statuses = Located<RangeInclusive<i32>>;

impl Shape for Statuses {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let read = |text: &str| -> Option<RangeInclusive<i32>> {
            let (low, high) = text.split_once('-').unwrap_or((text, text));
            let range = low.trim().parse().ok()?..=high.trim().parse().ok()?;
            (range.start() <= range.end() && *range.start() >= 0 && *range.end() <= 255)
                .then_some(range)
        };
        let range = node.scalar().and_then(|text| read(&text));
        if range.is_none() {
            problems.push(
                Problem::new(
                    Code::WRONG_VALUE,
                    &node.at,
                    "an exit status is a number from 0 to 255, or a range",
                )
                .help("write `1` or `\"3-125\"`"),
            );
        }
        Some(Located::new(range?, node.at.clone()))
    }

    fn schema() -> Json {
        json!({ "type": ["integer", "string"], "examples": [1, "3-125"] })
    }
}

options! {
    /// What an exit status means.
    pub struct ExitOptions {
        /// Nothing found.
        ok("ok"): Many<Statuses>,
        /// The tool worked and found something.
        findings("findings"): Many<Statuses>,
        /// The tool could not do its work.
        crash("crash"): Many<Statuses>,
    }
}

/// What an exit status means, checked.
#[derive(Clone, Debug, Default)]
pub struct ExitRule {
    ok: Vec<RangeInclusive<i32>>,
    findings: Vec<RangeInclusive<i32>>,
    crash: Vec<RangeInclusive<i32>>,
}

/// The meaning of how a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Ok,
    Findings,
    Crash,
}

/// How a command ended, and what a person needs to find the place again.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// How.
    pub how: &'a Termination,
    /// Whether the gate has judges beside the exit status.
    pub judged: bool,
    /// Whether any usable report came.
    pub reported: bool,
}

impl ExitRule {
    /// Checks that no status has two meanings.
    pub fn check(options: Option<&ExitOptions>, problems: &mut Problems) -> Self {
        let Some(options) = options else {
            return Self::default();
        };
        let mut seen: Vec<(&'static str, RangeInclusive<i32>, At)> = Vec::new();
        let lists = [
            ("ok", &options.ok),
            ("findings", &options.findings),
            ("crash", &options.crash),
        ];
        for (name, list) in lists {
            for range in list.iter().flat_map(|many| &many.0) {
                let clash = seen.iter().find(|(other, taken, _)| {
                    *other != name
                        && taken.start() <= range.value.end()
                        && range.value.start() <= taken.end()
                });
                if let Some((other, _, at)) = clash {
                    let message = format!("a status is both `{other}` and `{name}`");
                    problems.push(
                        Problem::new(Code::WRONG_VALUE, &range.at, message)
                            .label(name)
                            .also(at, *other)
                            .help("name each status once"),
                    );
                }
                seen.push((name, range.value.clone(), range.at.clone()));
            }
        }
        let plain = |list: &Option<Many<Statuses>>| {
            list.iter()
                .flat_map(|m| &m.0)
                .map(|range| range.value.clone())
                .collect()
        };
        Self {
            ok: plain(&options.ok),
            findings: plain(&options.findings),
            crash: plain(&options.crash),
        }
    }

    fn meaning(&self, status: i32, judged: bool) -> Meaning {
        let has = |list: &[RangeInclusive<i32>]| list.iter().any(|range| range.contains(&status));
        match status {
            _ if has(&self.crash) => Meaning::Crash,
            _ if has(&self.findings) => Meaning::Findings,
            _ if has(&self.ok) => Meaning::Ok,
            // A declared list of good statuses replaces the default one.
            0 if self.ok.is_empty() => Meaning::Ok,
            126 | 127 => Meaning::Crash,
            128.. if judged => Meaning::Crash,
            _ => Meaning::Findings,
        }
    }

    /// A status that says that nothing was found: 0 where that is one.
    pub fn good(&self) -> Option<i32> {
        let declared = self.ok.iter().map(|range| *range.start());
        [0].into_iter()
            .chain(declared)
            .find(|status| self.meaning(*status, true) == Meaning::Ok)
    }

    /// A status that says that something was found: 1 where that is one.
    pub fn findings(&self) -> Option<i32> {
        let declared = self.findings.iter().map(|range| *range.start());
        [1].into_iter()
            .chain(declared)
            .chain(2..126)
            .find(|status| self.meaning(*status, true) == Meaning::Findings)
    }

    /// The first exit status that means less trouble here than by an older rule. Without a judge, findings fail
    /// and a crash is undecided: neither passes, so neither is less.
    pub fn looser_than(&self, old: &Self, judged: bool) -> Option<i32> {
        let trouble = |meaning| match meaning {
            Meaning::Ok => 0,
            Meaning::Findings if judged => 1,
            Meaning::Findings | Meaning::Crash => 2,
        };
        (0..=255).find(|status| {
            trouble(self.meaning(*status, judged)) < trouble(old.meaning(*status, judged))
        })
    }

    /// Whether the command ended in a way that explains missing reports by itself: they need no words then.
    pub fn explains_missing_reports(&self, how: &Termination) -> bool {
        match how {
            Termination::Exit(status) => self.meaning(*status, true) == Meaning::Crash,
            _ => true,
        }
    }

    /// Joins how the command ended with what the judges found: adds the reason or the note that follows.
    pub fn judge(&self, ended: Ended<'_>, judgement: &mut Judgement) {
        let status = match ended.how {
            Termination::Exit(status) => *status,
            other => {
                judgement.reasons.push(unnatural(other));
                return;
            }
        };
        let found = !judgement.findings.is_empty()
            || !judgement.failures.is_empty()
            || has_failed_facts(judgement);
        match (self.meaning(status, ended.judged), ended.judged) {
            (Meaning::Ok, false) => {}
            (Meaning::Findings, false) => judgement.reasons.push(reason(
                "exit-status",
                Verdict::Fail,
                None,
                format!("exit {status}, wanted 0"),
                "see what the command printed",
            )),
            (Meaning::Crash, _) => judgement.reasons.push(reason(
                "crash",
                Verdict::Inconclusive,
                Some(Cause::Environment),
                crash_words(status, ended.judged),
                "see what the command printed, and mend that first",
            )),
            (Meaning::Ok, true) => {
                if has_failed_tests(judgement) {
                    let message =
                        format!("exit {status} although a test failed: the command hides failures");
                    judgement.notes.push(Note {
                        code: "exit-hides-failure",
                        message,
                        detail: None,
                    });
                }
            }
            (Meaning::Findings, true) => {
                if !found && ended.reported {
                    judgement.reasons.push(reason(
                        "exit-without-cause",
                        Verdict::Inconclusive,
                        Some(Cause::Evidence),
                        format!("exit {status}, but the reports hold no failure and no finding"),
                        "see what the command printed; declare the status under `exit:` if it is harmless",
                    ));
                }
                if !ended.reported {
                    let message = format!("exit {status} and no usable report");
                    let evidence = Some(Cause::Evidence);
                    let help = "see what the command printed";
                    judgement.reasons.push(reason(
                        "exit-status",
                        Verdict::Inconclusive,
                        evidence,
                        message,
                        help,
                    ));
                }
            }
        }
    }
}

fn has_failed_tests(judgement: &Judgement) -> bool {
    judgement
        .reasons
        .iter()
        .any(|reason| reason.code == "broken-suite")
        || above_zero(
            judgement,
            &["tests.failed", "tests.errored", "trace.tests-failed"],
        )
}

/// Something that explains a findings status: a failed test, a finding, a scan or suite that broke.
fn has_failed_facts(judgement: &Judgement) -> bool {
    has_failed_tests(judgement)
        || above_zero(
            judgement,
            &[
                "findings.total",
                "findings.waived",
                "tests.waived",
                "tests.quarantined-failed",
            ],
        )
        || judgement
            .notes
            .iter()
            .any(|note| note.code == "left-out-failures")
        || judgement
            .reasons
            .iter()
            .any(|reason| reason.code == "scan-failed")
        || judgement
            .conditions
            .iter()
            .any(|c| c.fact.contains(".metrics.") && c.verdict == Verdict::Fail)
        || judgement
            .conditions
            .iter()
            .any(|c| c.fact.contains(".coverage.") && c.verdict == Verdict::Fail)
}

fn above_zero(judgement: &Judgement, names: &[&str]) -> bool {
    judgement.facts.iter().any(|fact| {
        names.contains(&fact.name.as_str())
            && fact.value.number().is_some_and(|number| !number.is_zero())
    })
}

fn crash_words(status: i32, judged: bool) -> String {
    match status {
        126 => "exit 126: the command is not executable".to_owned(),
        127 => "exit 127: a command was not found".to_owned(),
        129..=165 => format!("exit {status}: the command died by signal {}", status - 128),
        _ if judged => {
            format!("exit {status}: the command did not do its work; its reports prove nothing")
        }
        _ => format!("exit {status}: the command did not do its work"),
    }
}

fn unnatural(how: &Termination) -> Reason {
    let (code, verdict, cause, help) = match how {
        Termination::TimedOut => (
            "timed-out",
            Verdict::Inconclusive,
            Some(Cause::Environment),
            "raise `timeout:` or make the command faster",
        ),
        Termination::Cancelled => ("cancelled", Verdict::Cancelled, None, "run it again"),
        Termination::NotFound(_) => (
            "not-found",
            Verdict::Inconclusive,
            Some(Cause::Environment),
            "install the tool, or correct `run:`",
        ),
        Termination::NotExecutable(_) => (
            "not-executable",
            Verdict::Inconclusive,
            Some(Cause::Environment),
            "make the file executable, or name its interpreter",
        ),
        Termination::Signal(_) => (
            "killed",
            Verdict::Inconclusive,
            Some(Cause::Environment),
            "see the log; the system may be out of memory",
        ),
        Termination::Trouble(_) | Termination::Exit(_) => (
            "trouble",
            Verdict::Inconclusive,
            Some(Cause::Environment),
            "see the message and mend the cause",
        ),
    };
    reason(code, verdict, cause, how.to_string(), help)
}

fn reason(
    code: &'static str,
    verdict: Verdict,
    cause: Option<Cause>,
    message: String,
    help: &str,
) -> Reason {
    Reason {
        code,
        verdict,
        cause,
        message,
        help: Some(help.to_owned()),
        detail: None,
        evidence: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fact, Measure};

    fn judge(
        rule: &ExitRule,
        how: Termination,
        judged: bool,
        failed: u64,
    ) -> (Vec<&'static str>, Vec<&'static str>) {
        let fact = Fact {
            name: "tests.failed".to_owned(),
            value: Measure::Count(failed),
            volatile: false,
        };
        let mut judgement = Judgement {
            facts: vec![fact],
            ..Judgement::default()
        };
        rule.judge(
            Ended {
                how: &how,
                judged,
                reported: true,
            },
            &mut judgement,
        );
        let reasons = judgement.reasons.iter().map(|reason| reason.code).collect();
        (
            reasons,
            judgement.notes.iter().map(|note| note.code).collect(),
        )
    }

    #[test]
    fn without_judge_only_zero_passes_and_missing_tools_are_no_failure() {
        let rule = ExitRule::default();
        assert_eq!(
            judge(&rule, Termination::Exit(0), false, 0).0,
            Vec::<&str>::new()
        );
        assert_eq!(
            judge(&rule, Termination::Exit(1), false, 0).0,
            ["exit-status"]
        );
        assert_eq!(judge(&rule, Termination::Exit(127), false, 0).0, ["crash"]);
        assert_eq!(
            judge(&rule, Termination::Exit(130), false, 0).0,
            ["exit-status"]
        );
        assert_eq!(judge(&rule, Termination::Signal(9), false, 0).0, ["killed"]);
    }

    #[test]
    fn contradictions_of_exit_and_report_are_said() {
        let rule = ExitRule::default();
        assert_eq!(
            judge(&rule, Termination::Exit(0), true, 2).1,
            ["exit-hides-failure"]
        );
        assert_eq!(
            judge(&rule, Termination::Exit(1), true, 0).0,
            ["exit-without-cause"]
        );
        assert_eq!(
            judge(&rule, Termination::Exit(1), true, 2).0,
            Vec::<&str>::new()
        );
        assert_eq!(judge(&rule, Termination::Exit(139), true, 0).0, ["crash"]);
    }

    #[test]
    fn declared_statuses_win_over_the_defaults() {
        let rule = ExitRule {
            ok: vec![0..=0],
            findings: vec![1..=1],
            crash: vec![2..=125],
        };
        assert_eq!(judge(&rule, Termination::Exit(2), true, 1).0, ["crash"]);
        assert_eq!(
            judge(&rule, Termination::Exit(1), true, 1).0,
            Vec::<&str>::new()
        );
    }
}
