//! What a tollgate that ended has left, and the questions that tests put to it.

use std::fmt;
use std::process::ExitStatus;
use std::sync::OnceLock;

use serde_json::Value;

/// A tollgate that ended.
pub struct Ran {
    /// Exit code, or the negative number of the signal that ended it.
    pub code: i32,
    /// Standard output, bytes that are no UTF-8 replaced.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
    /// The outcome, if there was one; it has been held against its schema.
    pub json: Option<Value>,
}

impl Ran {
    pub(super) fn new(
        status: ExitStatus,
        stdout: Vec<u8>,
        stderr: Vec<u8>,
        json: Option<Vec<u8>>,
    ) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let json = json.map(|bytes| serde_json::from_slice(&bytes).expect("the outcome is JSON"));
        if let Some(json) = &json {
            keeps_schema(json);
        }
        let ran = Self {
            code: code(status),
            stdout: text(stdout),
            stderr: text(stderr),
            json,
        };
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        every_problem_helps(&ran);
        ran
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Asserts that this is said on standard output.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "`{text}` is not said\n{self}");
        self
    }

    /// Asserts that this is said on standard error.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not said\n{self}");
        self
    }

    /// The outcome.
    #[track_caller]
    pub fn outcome(&self) -> &Value {
        self.json
            .as_ref()
            .unwrap_or_else(|| panic!("no outcome\n{self}"))
    }

    /// The verdict part of the outcome.
    #[track_caller]
    pub fn verdict(&self) -> &Value {
        &self.outcome()["verdict"]
    }

    /// The notes of the run, joined.
    #[track_caller]
    pub fn notes(&self) -> String {
        self.outcome()["run"]["notes"].to_string()
    }

    /// A gate of the outcome.
    #[track_caller]
    pub fn gate(&self, id: &str) -> Gate<'_> {
        let find = |list: &'_ Value| -> Option<Value> {
            let mut gates = list.as_array()?.iter();
            gates.find(|gate| gate["id"] == id).cloned()
        };
        let outcome = self.outcome();
        let verdict = find(&outcome["verdict"]["gates"]);
        Gate {
            verdict: verdict.unwrap_or_else(|| panic!("no gate `{id}`\n{self}")),
            run: find(&outcome["run"]["gates"]).unwrap_or_default(),
            ran: self,
        }
    }
}

/// Whatever is wrong in a file of the user, it is said what to do about it.
fn every_problem_helps(ran: &Ran) {
    let begins = |line: &str| line.starts_with("error[") || line.starts_with("warning[");
    let mut waits: Option<&str> = None;
    // After the last problem nothing begins a new one.
    for line in ran.stderr.lines().chain(["error[end]"]) {
        if line.contains("help: ") {
            waits = None;
        } else if begins(line) {
            assert!(waits.is_none(), "no help: {}\n{ran}", waits.unwrap_or(""));
            waits = Some(line);
        }
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = |text: &str| text.chars().take(6000).collect::<String>();
        writeln!(out, "--- exit {}", self.code)?;
        writeln!(out, "--- stdout\n{}", cut(&self.stdout))?;
        writeln!(out, "--- stderr\n{}", cut(&self.stderr))?;
        if let Some(json) = &self.json {
            let text = serde_json::to_string_pretty(json).unwrap_or_default();
            writeln!(out, "--- outcome\n{}", cut(&text))?;
        }
        Ok(())
    }
}

/// A gate of an outcome.
pub struct Gate<'a> {
    /// Its part of the verdict.
    pub verdict: Value,
    /// Its part of the run.
    pub run: Value,
    ran: &'a Ran,
}

impl Gate<'_> {
    /// Asserts the verdict.
    #[track_caller]
    pub fn is(self, verdict: &str) -> Self {
        assert_eq!(self.verdict["verdict"], verdict, "{}", self.ran);
        self
    }

    /// Asserts why it is inconclusive.
    #[track_caller]
    pub fn cause(self, cause: &str) -> Self {
        assert_eq!(self.verdict["cause"], cause, "{}", self.ran);
        self
    }

    /// Asserts the reasons, by code and in order.
    #[track_caller]
    pub fn reasons(self, codes: &[&str]) -> Self {
        assert_eq!(codes_of(&self.verdict["reasons"]), codes, "{}", self.ran);
        self
    }

    /// Asserts the notes, by code and in order.
    #[track_caller]
    pub fn notes(self, codes: &[&str]) -> Self {
        assert_eq!(codes_of(&self.verdict["notes"]), codes, "{}", self.ran);
        self
    }

    /// Asserts the reports that took part.
    #[track_caller]
    pub fn reports(self, paths: &[&str]) -> Self {
        let list = self.verdict["reports"].as_array();
        let found: Vec<&str> = list
            .into_iter()
            .flatten()
            .filter_map(|report| report["path"].as_str())
            .collect();
        assert_eq!(found, paths, "{}", self.ran);
        self
    }

    /// Asserts a measured value.
    #[track_caller]
    pub fn fact(self, name: &str, value: impl Into<Value>) -> Self {
        assert_eq!(self.verdict["facts"][name], value.into(), "{}", self.ran);
        self
    }

    /// Asserts that a reason, note or help says this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let words = [
            &self.verdict["reasons"],
            &self.verdict["notes"],
            &self.run["details"],
        ];
        let said = words.iter().any(|list| list.to_string().contains(text));
        assert!(said, "`{text}` is not said\n{}", self.ran);
        self
    }
}

fn codes_of(list: &Value) -> Vec<&str> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item["code"].as_str()).collect()
}

#[cfg(unix)]
fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .or(status.signal().map(|signal| -signal))
        .unwrap()
}

/// Every outcome that any test sees must be as the published schema says.
#[track_caller]
fn keeps_schema(outcome: &Value) {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| {
        let schema = serde_json::from_str(tollgate::output::JSON_SCHEMA).unwrap();
        jsonschema::draft202012::new(&schema).unwrap()
    });
    let errors: Vec<String> = schema
        .iter_errors(outcome)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
