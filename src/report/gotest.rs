//! `go test -json` (test2json): one event a line.
//!
//! One test for each package and name, parents of subtests included. Within one run of a package any failure wins
//! (`-count`); when the package is run again (`gotestsum --rerun-fails`) the last run wins and a pass after a failure
//! is flaky. A test that started and has no verdict is errored. Broken: a package that failed without a failing test
//! (it did not build, exited, panicked outside a test) or never ended. Up to Go 1.23 a failed build is a line of text.
//! <https://pkg.go.dev/cmd/test2json>

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;

use super::lines::{Lines, cut_off};
use super::{Empty, Examples, Head, Input, ReportError, ReportFormat, Shape, Sink};
use crate::model::{EvidenceKind, TestCase, TestOutcome};

/// Bytes of output kept for one failure.
const OUTPUT: usize = 4 << 10;

/// The format `gotest`.
pub struct GoTest;

impl ReportFormat for GoTest {
    fn name(&self) -> &'static str {
        "gotest"
    }

    fn kind(&self) -> EvidenceKind {
        EvidenceKind::Tests
    }

    fn about(&self) -> &'static str {
        "`go test -json` and `gotestsum --jsonfile`; https://pkg.go.dev/cmd/test2json"
    }

    fn sniff(&self, head: &Head<'_>) -> bool {
        let known = "start run pause cont pass bench fail output skip attr artifacts build-output build-fail";
        let keys = ["Package", "Test", "ImportPath", "Time"];
        head.lines()
            .filter(|_| !head.starts_with('<'))
            .filter(|line| line.starts_with('{') && line.contains("\"Action\""))
            .filter_map(Shape::of)
            .any(|shape| {
                let action = shape.text("Action").unwrap_or("");
                known.split(' ').any(|word| word == action) && keys.iter().any(|key| shape.has(key))
            })
    }

    fn examples(&self) -> Examples {
        Examples {
            empty: Empty::Nothing(
                "{\"Action\":\"start\",\"Package\":\"p\"}\n{\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"?   \\tp\\t[no test files]\\n\"}\n{\"Action\":\"skip\",\"Package\":\"p\",\"Elapsed\":0}\n",
            ),
            bad: "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"TestT\"}\n{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"TestT\",\"Elapsed\":0}\n{\"Action\":\"fail\",\"Package\":\"p\",\"Elapsed\":0}\n",
        }
    }

    fn parse(&self, input: &mut Input, sink: &mut dyn Sink) -> Result<(), ReportError> {
        let mut run = Run::default();
        let mut lines = Lines::new(input)?;
        while let Some((line, ended)) = lines.next()? {
            let line = line.trim_end();
            if line.is_empty() {
                continue;
            }
            match serde_json::from_str::<Event>(line) {
                Ok(event) => run.event(&event, sink),
                Err(error) if !ended && line.starts_with('{') => {
                    return Err(cut_off(&error, lines.number()));
                }
                Err(_) => run.text(line, sink),
            }
        }
        run.finish(sink)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    #[serde(default)]
    package: String,
    test: Option<String>,
    elapsed: Option<f64>,
    output: Option<String>,
    import_path: Option<String>,
    failed_build: Option<String>,
}

/// One run of one test, and what became of earlier ones.
struct Test {
    package: usize,
    name: String,
    /// The run of the package that `outcome` is of.
    round: u32,
    running: bool,
    outcome: Option<TestOutcome>,
    flaky: bool,
    seconds: Option<f64>,
    output: String,
}

#[derive(Default)]
struct Package {
    name: String,
    round: u32,
    ended: bool,
    /// A test of this round failed.
    explained: bool,
    /// Tests without a verdict so far.
    running: u64,
    output: String,
}

/// All packages and tests so far, in the order of their first event.
#[derive(Default)]
struct Run {
    packages: Vec<Package>,
    by_name: HashMap<String, usize>,
    tests: Vec<Test>,
    by_test: HashMap<(usize, String), usize>,
    builds: HashMap<String, String>,
    /// Builds that failed, of which no package has told yet.
    failed_builds: BTreeSet<String>,
    events: u64,
    foreign: u64,
}

impl Run {
    fn event(&mut self, event: &Event, sink: &mut dyn Sink) {
        self.events += 1;
        match event.action.as_str() {
            "build-output" => self.build_output(event),
            "build-fail" => {
                self.failed_builds.extend(event.import_path.clone());
            }
            _ => {
                let package = self.package(event);
                match &event.test {
                    Some(test) => self.test_event(package, test, event),
                    None => self.package_event(package, event, sink),
                }
            }
        }
    }

    fn build_output(&mut self, event: &Event) {
        let name = event.import_path.clone().unwrap_or_default();
        if self.builds.len() < 1000 || self.builds.contains_key(&name) {
            let text = event.output.as_deref().unwrap_or("");
            keep(self.builds.entry(name).or_default(), text);
        }
    }

    fn package(&mut self, event: &Event) -> usize {
        let at = match self.by_name.get(&event.package) {
            Some(at) => *at,
            None => {
                let at = self.packages.len();
                self.by_name.insert(event.package.clone(), at);
                self.packages.push(Package {
                    name: event.package.clone(),
                    ..Package::default()
                });
                at
            }
        };
        let package = &mut self.packages[at];
        if package.ended && matches!(event.action.as_str(), "start" | "run") {
            package.round += 1;
            package.ended = false;
            package.explained = false;
            package.output.clear();
        }
        at
    }

    fn test_event(&mut self, package: usize, name: &str, event: &Event) {
        let key = (package, name.to_owned());
        let at_package = &mut self.packages[package];
        let round = at_package.round;
        let tests = &mut self.tests;
        let at = *self.by_test.entry(key).or_insert_with_key(|key| {
            at_package.running += 1;
            tests.push(Test {
                package,
                name: key.1.clone(),
                round,
                running: true,
                outcome: None,
                flaky: false,
                seconds: None,
                output: String::new(),
            });
            tests.len() - 1
        });
        let test = &mut self.tests[at];
        let outcome = match event.action.as_str() {
            "pass" | "bench" => TestOutcome::Passed,
            "fail" => TestOutcome::Failed,
            "skip" => TestOutcome::Skipped,
            "run" => {
                at_package.running += u64::from(!test.running);
                test.running = true;
                return;
            }
            "output" => {
                if test.running {
                    test.keep(event.output.as_deref().unwrap_or(""));
                }
                return;
            }
            _ => return,
        };
        at_package.running -= u64::from(test.running);
        at_package.explained |= outcome == TestOutcome::Failed;
        test.end(outcome, round, event.elapsed);
    }

    fn package_event(&mut self, at: usize, event: &Event, sink: &mut dyn Sink) {
        match event.action.as_str() {
            "output" => {
                let text = event.output.as_deref().unwrap_or("");
                keep(&mut self.packages[at].output, text);
            }
            "pass" | "skip" | "bench" => self.packages[at].ended = true,
            "fail" => {
                self.packages[at].ended = true;
                let package = &self.packages[at];
                if !package.explained && package.running == 0 {
                    let build = event.failed_build.as_ref();
                    self.failed_builds.retain(|failed| Some(failed) != build);
                    let words = build.and_then(|build| self.builds.get(build));
                    let why = words.unwrap_or(&package.output).trim();
                    let how = if build.is_some() {
                        "did not build"
                    } else {
                        "failed without a failing test"
                    };
                    sink.broken(&format!("package `{}` {how}: {why}", package.name));
                }
            }
            _ => {}
        }
    }

    /// A line that is no event: before Go 1.24 the compiler's text, and the only trace of a failed build.
    fn text(&mut self, line: &str, sink: &mut dyn Sink) {
        self.foreign += 1;
        let failed = line.strip_prefix("FAIL\t").or(line.strip_prefix("FAIL "));
        let ends = [" [build failed]", " [setup failed]"];
        if let Some(rest) = failed
            && let Some(package) = ends.iter().find_map(|end| rest.trim().strip_suffix(end))
        {
            sink.broken(&format!("package `{}` did not build", package.trim()));
        }
    }

    fn finish(self, sink: &mut dyn Sink) -> Result<(), ReportError> {
        if self.events == 0 {
            let message = "has no event; write it with `go test -json`";
            return Err(ReportError::malformed("no-events", message));
        }
        for test in &self.tests {
            test.tell(&self.packages[test.package].name, sink);
        }
        for package in self.packages.iter().filter(|package| !package.ended) {
            let name = &package.name;
            sink.broken(&format!(
                "package `{name}` never ended: the run was cut off"
            ));
        }
        for build in &self.failed_builds {
            let words = self.builds.get(build).map_or("", |words| words.trim());
            let words = format!("`{build}` did not build: {words}");
            sink.broken(words.trim_end_matches(": "));
        }
        if self.foreign > 0 {
            let message = format!("{} lines are no event", self.foreign);
            sink.warn("foreign-lines", message);
        }
        Ok(())
    }
}

impl Test {
    fn end(&mut self, outcome: TestOutcome, round: u32, elapsed: Option<f64>) {
        let failed = self.outcome == Some(TestOutcome::Failed);
        if self.round == round && failed {
            // `-count` and the like: once failed in a run stays failed.
        } else if self.round == round && outcome == TestOutcome::Skipped {
            self.outcome = self.outcome.or(Some(outcome));
        } else {
            self.flaky |= failed && outcome == TestOutcome::Passed;
            self.outcome = Some(outcome);
        }
        self.round = round;
        self.running = false;
        let seconds = elapsed.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        self.seconds = seconds.or(self.seconds);
        if self.outcome != Some(TestOutcome::Failed) {
            self.output = String::new();
        }
    }

    fn keep(&mut self, text: &str) {
        let line = text.trim_start();
        if !(line.starts_with("=== ") || line.starts_with("--- ")) {
            keep(&mut self.output, text);
        }
    }

    fn tell(&self, package: &str, sink: &mut dyn Sink) {
        let name = match package {
            "" => self.name.clone(),
            package => format!("{package}.{}", self.name),
        };
        let outcome = match self.outcome {
            Some(outcome) if !self.running => outcome,
            Some(TestOutcome::Failed) => TestOutcome::Failed,
            _ => TestOutcome::Errored,
        };
        let (file, line) = place(&self.output).unwrap_or(("", None));
        let message = self.output.trim();
        sink.test(&TestCase {
            classname: "",
            name: &name,
            suite: package,
            file,
            line,
            outcome,
            flaky: self.flaky && outcome == TestOutcome::Passed,
            seconds: self.seconds,
            message: match outcome {
                TestOutcome::Errored if message.is_empty() => "started, but has no verdict",
                _ => message,
            },
        });
    }
}

/// Adds text up to a bounded length.
fn keep(into: &mut String, text: &str) {
    if into.len() < OUTPUT {
        into.push_str(&super::limits::cut(text, OUTPUT));
    }
}

/// File and line of the first `name.go:12: …` in the output.
fn place(output: &str) -> Option<(&str, Option<u32>)> {
    output.lines().find_map(|line| {
        let line = line.trim_start();
        let end = line.find(".go:")? + 3;
        let (file, rest) = line.split_at(end);
        let number = rest[1..].split(':').next()?.parse().ok()?;
        (!file.contains(char::is_whitespace)).then_some((file, Some(number)))
    })
}

#[cfg(test)]
mod tests;
