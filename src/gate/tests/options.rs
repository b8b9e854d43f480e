//! The keys of `tests`, as written and as understood.

use crate::gate::bounds::no_step;
use crate::policy::{Bound, Condition, Percent, Pieces, Seconds};
use crate::problem::{Code, Many, Problem, Problems, Text, nearest, options};
use crate::report::Choice;
use crate::source::{At, Key};

options! {
    /// Conditions on tests.
    pub struct TestOptions {
        /// Only tests whose id (`classname::name`) matches one of these count; `*` stands for anything.
        include("include"): Many<Text>,
        /// Tests whose id matches one of these do not count; how many that are is shown.
        exclude("exclude"): Many<Text>,
        /// Tests that held.
        passed("passed"): Bound<Pieces>,
        /// Tests that failed; 0 unless bound.
        failed("failed"): Bound<Pieces>,
        /// Tests that could not be carried out; 0 unless bound.
        errored("errored"): Bound<Pieces>,
        /// Tests that were skipped.
        skipped("skipped"): Bound<Pieces>,
        /// All tests.
        total("total"): Bound<Pieces>,
        /// Tests that passed only on a repeated attempt.
        flaky("flaky"): Bound<Pieces>,
        /// Passed tests as a share of all that are not skipped.
        pass_rate("pass-rate"): Bound<Percent>,
        /// Sum of the times of all tests.
        duration("duration"): Bound<Seconds>,
        /// Time of the slowest test.
        slowest("slowest"): Bound<Seconds>,
        /// Test files (classes or suites, where the report names no files) in which every test was skipped.
        all_skipped("all-skipped"): Bound<Pieces>,
        /// Failures that waivers accept; they are in no other count but the total.
        waived("waived"): Bound<Pieces>,
        /// Tests that waivers put in quarantine; they are in no other count but the total.
        quarantined("quarantined"): Bound<Pieces>,
        /// Tests of the baseline that are gone.
        removed("removed"): Bound<Pieces>,
        /// Tests that ran when the baseline was recorded and are skipped now.
        newly_skipped("newly-skipped"): Bound<Pieces>,
        /// Tests that the baseline does not know.
        added("added"): Bound<Pieces>,
        /// Tests of the baseline that got another id, old to new: they do not count as removed.
        renames("renames"): Vec<(Key, Text)>,
        /// `failing`: every test fails by its assertion (the red phase); such a gate runs by name or for its phase.
        outcome("outcome"): Text,
        /// Gate with `outcome: failing`, or phase of such gates: each test recorded as red is there and passes.
        green_list("green-list"): Text,
    }
}

/// What the options come to.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Every test is to fail.
    pub(super) red: Option<Text>,
    /// Old and new ids.
    pub(super) renames: Vec<(String, String)>,
}

impl TestOptions {
    /// Which tests count, and whether each is listed.
    pub(super) fn choice(&self) -> Choice {
        let list = |many: &Option<Many<Text>>| {
            let texts = many.iter().flat_map(|many| &many.0);
            texts.map(|text| text.value.clone()).collect()
        };
        Choice {
            include: list(&self.include),
            exclude: list(&self.exclude),
            whole: self.wants_baseline() || self.green_list.is_some(),
        }
    }

    /// Whether anything is held against the baseline, or recorded in it. All tests are recorded then, also where a
    /// number alone is compared.
    pub(super) fn wants_baseline(&self) -> bool {
        let at = At::start_of("");
        let bounds = self.bounds(&at, false);
        self.changes().next().is_some()
            || self.outcome.is_some()
            || bounds.iter().any(|(_, condition)| condition.is_relative())
    }

    /// Each bound on what became of the tests of the baseline.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&'static str, &Condition)> {
        let bounds = [
            ("removed", &self.removed),
            ("newly-skipped", &self.newly_skipped),
            ("added", &self.added),
        ];
        let given = bounds.into_iter();
        given.filter_map(|(name, bound)| Some((name, &bound.as_ref()?.condition)))
    }

    /// Checks what belongs together.
    pub(super) fn wanted(&self, problems: &mut Problems) -> Wanted {
        let red = self
            .outcome
            .clone()
            .filter(|text| is_failing(text, problems));
        if let (Some(red), Some(green)) = (&red, &self.green_list) {
            let message = "a gate cannot want its tests to fail and to pass";
            problems.push(
                Problem::new(Code::WRONG_VALUE, &green.at, message)
                    .label("wants them to pass")
                    .also(&red.at, "wants them to fail")
                    .help("make two gates of it: the red one runs by name, the green one names it"),
            );
        }
        for (name, condition) in self.changes() {
            no_step(name, condition, problems);
        }
        Wanted {
            red,
            renames: self.checked_renames(problems),
        }
    }

    fn checked_renames(&self, problems: &mut Problems) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let compared = self.changes().next().is_some();
        for (old, new) in self.renames.iter().flatten() {
            let mistake = if !compared {
                Some((
                    "`renames` has an effect only beside `removed`, `newly-skipped` or `added`"
                        .to_owned(),
                    "add one of them, such as `removed: 0`, or remove `renames`",
                ))
            } else if old.name == new.value {
                Some((
                    format!("`{}` is renamed to itself", old.name),
                    "write its new name, or remove the line",
                ))
            } else if pairs.iter().any(|(_, taken)| *taken == new.value) {
                Some((
                    format!("two tests cannot both be called `{}` now", new.value),
                    "give each its own new name",
                ))
            } else {
                None
            };
            match mistake {
                Some((message, help)) => {
                    let problem = Problem::new(Code::NO_EFFECT, &old.at, message);
                    problems.push(problem.label("renames nothing").help(help));
                    break;
                }
                None => pairs.push((old.name.clone(), new.value.clone())),
            }
        }
        pairs
    }

    /// Each bound on a number of the reports. Without one, failed and errored tests are refused where `implied`.
    pub(super) fn bounds(&self, at: &At, implied: bool) -> Vec<(&'static str, Condition)> {
        let counts = [
            ("failed", &self.failed),
            ("errored", &self.errored),
            ("passed", &self.passed),
            ("skipped", &self.skipped),
            ("total", &self.total),
            ("flaky", &self.flaky),
            ("all-skipped", &self.all_skipped),
            ("waived", &self.waived),
            ("quarantined", &self.quarantined),
        ];
        let mut bounds: Vec<(&'static str, Condition)> = Vec::new();
        for (name, bound) in counts {
            match bound {
                Some(bound) => bounds.push((name, bound.condition.clone())),
                None if implied && matches!(name, "failed" | "errored") => {
                    bounds.push((name, Condition::zero(at)));
                }
                None => {}
            }
        }
        let share = self
            .pass_rate
            .iter()
            .map(|bound| ("pass-rate", &bound.condition));
        let sum = self
            .duration
            .iter()
            .map(|bound| ("duration", &bound.condition));
        let most = self
            .slowest
            .iter()
            .map(|bound| ("slowest", &bound.condition));
        let others = share.chain(sum).chain(most);
        bounds.extend(others.map(|(name, condition)| (name, condition.clone())));
        bounds
    }
}

fn is_failing(text: &Text, problems: &mut Problems) -> bool {
    if text.value == "failing" {
        return true;
    }
    let message = format!("`outcome: {}` means nothing", text.value);
    let problem = Problem::new(Code::WRONG_VALUE, &text.at, message).label("no such outcome");
    problems.push(match nearest(&text.value, ["failing"]) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("write `outcome: failing` for the red phase, or remove it"),
    });
    false
}
