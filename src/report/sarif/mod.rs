//! SARIF 2.1.0: static analysis results of CodeQL, Semgrep, Trivy, ESLint, Roslyn, MSVC and most other scanners.
//!
//! The level of a result may hang on rules and invocations that come after it in the file. So a run's results
//! are kept as counts of equal sorts plus the few that are shown, and are settled when the run ends (`rules.rs`).
//! Refused: other versions (1.0 and the drafts have another shape) and a file without `runs`. A run that says of
//! itself that it failed, or that keeps its results in other files, is broken evidence, not a clean scan.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

mod result;
mod rules;
mod run;

use serde::de::{IgnoredAny, MapAccess};

use super::json::{self, Each, Fields, Object, Scalar, once};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Sink};
use crate::model::EvidenceKind;

/// The format `sarif`.
pub struct Sarif;

impl ReportFormat for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Findings
    }

    fn about(&self) -> &'static str {
        "SARIF 2.1.0 of CodeQL, Semgrep, Trivy, ESLint, Roslyn and others; \
         https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let Some(shape) = head.json.as_ref().filter(|shape| !shape.list) else {
            return false;
        };
        let schema = shape.text("$schema").unwrap_or("").to_ascii_lowercase();
        let version = shape.text("version").unwrap_or("");
        let known = ["1.0.", "2.0.", "2.1."];
        schema.contains("sarif")
            || (shape.has("runs") && known.iter().any(|start| version.starts_with(start)))
            || shape.inside("runs", "results")
            || (shape.is_list("runs") && OF_RUN.iter().any(|key| shape.inside("runs", key)))
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing(r#"{"version":"2.1.0","runs":[]}"#),
            bad: r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"scan"}},"results":[{"ruleId":"R1","level":"error","message":{"text":"no"}}]}]}"#,
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut log = Log {
            sink,
            version: None,
            runs: None,
            seen: [false; 2],
            outside: false,
        };
        json::read(input, Object(&mut log))?;
        log.settle()
    }
}

/// Keys of a run that no other format has in `runs`: what comes first may fill the head.
const OF_RUN: [&str; 6] = [
    "tool",
    "artifacts",
    "automationDetails",
    "columnKind",
    "invocations",
    "originalUriBaseIds",
];

fn is_known(version: &str) -> bool {
    version.starts_with("2.1")
}

/// The root object while it is read.
struct Log<'a> {
    sink: &'a mut dyn Sink,
    version: Option<String>,
    runs: Option<u64>,
    seen: [bool; 2],
    outside: bool,
}

impl Fields for Log<'_> {
    const WHAT: &'static str = "a SARIF log, an object";

    fn field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            "version" => {
                once(&mut self.seen[0], "version")?;
                self.version = map.next_value::<Scalar>()?.0;
            }
            "runs" => {
                once(&mut self.seen[1], "runs")?;
                // Other versions have other shapes: the version, not the first odd value, is what to complain of.
                if self
                    .version
                    .as_deref()
                    .is_some_and(|version| !is_known(version))
                {
                    return Ok(false);
                }
                let sink = &mut *self.sink;
                let keep = run::Keep::of(sink);
                self.runs =
                    map.next_value_seed(Each::with(keep, |run: run::Run| run.settle(sink)))?;
            }
            "inlineExternalProperties" => {
                let parts: Option<Vec<Outside>> = map.next_value()?;
                self.outside |= parts.iter().flatten().any(|part| part.results.is_some());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Properties kept beside the runs; only whether there are results among them matters.
#[derive(serde::Deserialize)]
struct Outside {
    results: Option<IgnoredAny>,
}

impl Log<'_> {
    fn settle(self) -> Result<(), ReportError> {
        match self.version.as_deref() {
            Some(version) if !is_known(version) => {
                let message =
                    format!("is SARIF `{version}`; let the tool write version `2.1.0` instead");
                return Err(ReportError::malformed("unsupported-version", message));
            }
            Some(_) => {}
            None => {
                let message = "has no `version`; read as SARIF `2.1.0`".to_owned();
                self.sink.warn("no-version", message);
            }
        }
        match self.runs {
            None => {
                let message = "has no `runs`, so it says of no scan that it took place";
                return Err(ReportError::malformed("no-runs", message));
            }
            Some(0) => self
                .sink
                .broken("`runs` is empty: the report says of no scan that it took place"),
            Some(_) => {}
        }
        if self.outside {
            self.sink.broken(
                "results in `inlineExternalProperties` are not read; let the tool write them into `runs`",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
