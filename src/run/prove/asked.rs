//! The bench that a gate is proven on: what is fed to it, and what it made of it.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rust_decimal::prelude::ToPrimitive;

use super::scratch::Scratch;
use crate::config::{Plan, PlannedGate};
use crate::exec::Mask;
use crate::gate::{Against, Facts, Force, Gate, Probe, refused};

use crate::model::{
    Feed, GateVerdict, Given, Measure, Proving, ReportEvidence, Termination, Tooth, Verdict,
};
use crate::run::collect::Collected;
use crate::run::plain::Plain;
use crate::run::waivers::Waivers;
use crate::run::weigh::{Asked, Part, weigh};

/// One gate, and the place in which it is proven.
pub(super) struct Bench<'a> {
    pub plan: &'a Plan,
    pub gate: &'a PlannedGate,
    pub scratch: Scratch,
    pub now: SystemTime,
    today: jiff::civil::Date,
    plain: Plain,
    waivers: Waivers,
    nothing: Facts,
}

impl<'a> Bench<'a> {
    pub fn new(
        plan: &'a Plan,
        gate: &'a PlannedGate,
        now: jiff::Timestamp,
        today: jiff::civil::Date,
    ) -> io::Result<Self> {
        let scratch = Scratch::new()?;
        Ok(Self {
            plan,
            gate,
            plain: Plain::new(Arc::new(Mask::new(Vec::new())), scratch.path(), None, None),
            scratch,
            now: SystemTime::from(now),
            today,
            waivers: Waivers::new(plan, today),
            nothing: Facts::default(),
        })
    }

    /// How the command may be said to have ended beside evidence: as after a good run, and as after one that found
    /// something. A gate without a command ends in no way.
    pub fn ends(&self) -> Vec<Option<Termination>> {
        if self.gate.command.is_none() {
            return vec![None];
        }
        let statuses = [self.gate.exit.good(), self.gate.exit.findings()];
        let ends = statuses.into_iter().flatten();
        ends.map(|status| Some(Termination::Exit(status))).collect()
    }

    /// The verdict on a gate of which only one judge, or none, is asked.
    pub fn verdict(
        &self,
        part: Option<Part<'_>>,
        facts: &Facts,
        how: Option<&Termination>,
    ) -> GateVerdict {
        self.ask(part, facts, how, None, &strict())
    }

    fn ask(
        &self,
        part: Option<Part<'_>>,
        facts: &Facts,
        how: Option<&Termination>,
        duration: Option<Duration>,
        given: &Given,
    ) -> GateVerdict {
        let asked = Asked {
            gates: &self.plan.gates,
            gate: self.gate,
            root: self.scratch.path(),
            facts,
            how,
            duration,
            refused: None,
            unmet: None,
            given,
            today: self.today,
            waivers: &self.waivers,
            plain: &self.plain,
        };
        weigh(&asked, part.into_iter().collect(), Vec::new())
            .concluded
            .verdict
    }

    /// The full name and bound of the condition that a probe is against.
    pub fn condition_of(&self, probe: &Probe) -> Option<(String, String)> {
        match &probe.against {
            Against::Condition(fact, condition) => {
                Some((self.full(fact), condition.text().to_owned()))
            }
            _ => None,
        }
    }

    fn full(&self, fact: &str) -> String {
        format!("{}.{fact}", self.gate.id)
    }

    /// Feeds one probe of a judge.
    pub fn probe(&self, judge: &dyn Gate, probe: &Probe) -> io::Result<Vec<Proving>> {
        let (bound, written) = match &probe.against {
            Against::Condition(_, condition) => {
                (Some(condition.text().to_owned()), condition.at().place())
            }
            _ => (None, self.gate.at.place()),
        };
        let against = match &probe.against {
            Against::Condition(fact, _) | Against::Clause(fact) => Some(self.full(fact)),
            Against::Gate | Against::Reason(..) => None,
        };
        let proving = Proving {
            kind: judge.kind().to_owned(),
            feed: Feed::Bad,
            fed: probe.title.clone(),
            exit: None,
            tooth: Tooth::Held,
            verdict: None,
            against,
            bound,
            written: Some(written),
            why: None,
        };
        if let Some(why) = &probe.unproven {
            return Ok(vec![Proving {
                tooth: Tooth::Unproven,
                why: Some(why.clone()),
                ..proving
            }]);
        }
        self.scratch.empty()?;
        for (path, content) in &probe.tree {
            self.scratch.put(path, content)?;
        }
        // The status of a command says nothing of a tree or of facts: there it is asked alone.
        let ends = if judge.reports().is_some() {
            self.ends()
        } else {
            vec![None]
        };
        let mut proven = Vec::new();
        for how in ends {
            let part = Part {
                judge,
                collected: collected(probe),
                given: probe.given.clone(),
            };
            let verdict = self.verdict(Some(part), &probe.facts, how.as_ref());
            let tooth = self.tooth(probe, &verdict);
            proven.push(Proving {
                exit: how.as_ref().map(ToString::to_string),
                tooth,
                verdict: Some(verdict.verdict),
                why: why(tooth, &verdict),
                ..proving.clone()
            });
        }
        Ok(proven)
    }

    fn tooth(&self, probe: &Probe, verdict: &GateVerdict) -> Tooth {
        let condition = |fact: &str| {
            let full = self.full(fact);
            let mut all = verdict.conditions.iter();
            all.find(|condition| condition.fact == full)
                .map(|condition| condition.verdict)
        };
        let own = match &probe.against {
            Against::Gate => Some(verdict.verdict),
            // A condition that was not judged because something worse was said first has held as well.
            Against::Condition(fact, _) | Against::Clause(fact) => {
                Some(condition(fact).unwrap_or(verdict.verdict))
            }
            Against::Reason(code, says) => {
                let mut reasons = verdict.reasons.iter();
                let given =
                    reasons.find(|reason| reason.code == *code && reason.message.contains(says));
                given.map(|reason| reason.verdict)
            }
        };
        let green = match probe.force {
            Force::Must => Tooth::Green,
            Force::May => Tooth::Open,
        };
        match own {
            None if is_green(verdict.verdict) => green,
            Some(own) if is_green(own) => green,
            own => match own.map_or(verdict.verdict, |own| own.and(verdict.verdict)) {
                Verdict::Waived => Tooth::Declared,
                _ => Tooth::Held,
            },
        }
    }

    /// What each end of a command comes to in a gate that only its status decides.
    pub fn exits(&self) -> Vec<Proving> {
        // A gate that wants its command to fail (`ok: [1]`) is asked with 0.
        let bad = if self.gate.exit.good() == Some(0) {
            1
        } else {
            0
        };
        let ends = [
            Termination::Exit(bad),
            Termination::Exit(127),
            Termination::Signal(9),
            Termination::TimedOut,
        ];
        ends.iter()
            .map(|how| {
                let verdict = self.verdict(None, &self.nothing, Some(how));
                let tooth = self.of_absence(&verdict);
                let why = (tooth == Tooth::Green)
                    .then(|| "`exit:` calls it ok, and nothing else is asked".to_owned());
                Proving {
                    kind: "exit".to_owned(),
                    feed: Feed::Exit,
                    fed: how.to_string(),
                    exit: Some(how.to_string()),
                    tooth,
                    verdict: Some(verdict.verdict),
                    against: None,
                    bound: None,
                    written: Some(self.gate.at.place()),
                    why,
                }
            })
            .collect()
    }

    /// What a command that takes too long comes to, where its time is bound.
    pub fn times(&self) -> Vec<Proving> {
        let Some(condition) = &self.gate.duration else {
            return Vec::new();
        };
        let good = Termination::Exit(self.gate.exit.good().unwrap_or(0));
        let fact = "exit.duration";
        let times = refused(fact, fact, condition)
            .into_iter()
            .filter_map(|bad| match bad.value {
                Measure::Duration(seconds) => {
                    Some((Duration::try_from_secs_f64(seconds.to_f64()?).ok()?, bad))
                }
                _ => None,
            });
        let full = self.full(fact);
        times
            .map(|(time, bad)| {
                let verdict = self.ask(None, &self.nothing, Some(&good), Some(time), &bad.given);
                let mut conditions = verdict.conditions.iter();
                let own = conditions.find(|condition| condition.fact == full);
                let green = own.is_none_or(|own| is_green(own.verdict));
                let tooth = if green { Tooth::Green } else { Tooth::Held };
                Proving {
                    kind: "exit".to_owned(),
                    feed: Feed::Bad,
                    fed: bad.title,
                    exit: Some(good.to_string()),
                    tooth,
                    verdict: Some(verdict.verdict),
                    against: Some(full.clone()),
                    bound: Some(condition.text().to_owned()),
                    written: Some(condition.at().place()),
                    why: why(tooth, &verdict),
                }
            })
            .collect()
    }

    /// What a verdict on missing, broken or otherwise useless evidence shows.
    pub fn of_absence(&self, verdict: &GateVerdict) -> Tooth {
        match verdict.verdict {
            Verdict::Waived => Tooth::Declared,
            verdict if is_green(verdict) => Tooth::Green,
            _ => Tooth::Held,
        }
    }
}

/// Whether a verdict lets things go on without anybody having said so.
fn is_green(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass | Verdict::NotApplicable)
}

fn collected(probe: &Probe) -> Collected {
    let reports = probe
        .evidence
        .iter()
        .enumerate()
        .map(|(index, evidence)| ReportEvidence {
            path: format!("probe-{index}"),
            format: "probe",
            evidence: evidence.clone(),
            warnings: Vec::new(),
        });
    Collected {
        reports: reports.collect(),
        ..Collected::default()
    }
}

/// What a gate said that should have said something else.
pub(super) fn why(tooth: Tooth, verdict: &GateVerdict) -> Option<String> {
    if !matches!(tooth, Tooth::Green | Tooth::Open) {
        return None;
    }
    let said: Vec<String> = verdict
        .conditions
        .iter()
        .take(6)
        .map(|condition| {
            let measured = condition.measured.as_deref().unwrap_or("nothing");
            format!("{} {measured}, wanted {}", condition.fact, condition.bound)
        })
        .collect();
    Some(if said.is_empty() {
        "no condition was judged".to_owned()
    } else {
        said.join("; ")
    })
}

/// What a judge is given where nothing in particular is: as in CI, where missing knowledge is no mere note.
pub(super) fn strict() -> Given {
    Given {
        baseline_must_exist: true,
        ..Given::default()
    }
}

/// One day, for reports that are to be older than allowed.
pub(super) const LATER: Duration = Duration::from_secs(24 * 3600);
