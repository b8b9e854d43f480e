//! The `Project` builder: files, an optional repository, and tollgate run in it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::{Ran, Started};

/// A project in a temporary folder that goes away with it.
pub struct Project {
    base: TempDir,
    /// The folder of tollgate.yaml.
    pub root: PathBuf,
    env: Vec<(OsString, OsString)>,
    runs: AtomicU32,
}

impl Project {
    /// A project whose tollgate.yaml is `version: 1` and this text.
    pub fn new(yaml: &str) -> Self {
        Self::named("project", yaml)
    }

    /// The same in a folder of this name.
    pub fn named(folder: impl AsRef<Path>, yaml: &str) -> Self {
        Self::empty(folder).file("tollgate.yaml", format!("version: 1\n{yaml}"))
    }

    /// A folder without tollgate.yaml.
    pub fn empty(folder: impl AsRef<Path>) -> Self {
        let base = TempDir::with_prefix("tollgate-it-").unwrap();
        let real = fs::canonicalize(base.path()).unwrap();
        let root = real.join(folder);
        fs::create_dir_all(&root).unwrap();
        fs::create_dir(real.join("home")).unwrap();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let env = [
            ("PATH", path),
            ("HOME", real.join("home").into_os_string()),
            ("LC_ALL", "C".into()),
            // Wide enough that no text here wraps where a time has one digit more.
            ("COLUMNS", "110".into()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_AUTHOR_NAME", "Ada".into()),
            ("GIT_AUTHOR_EMAIL", "ada@example.org".into()),
            ("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z".into()),
            ("GIT_COMMITTER_NAME", "Ada".into()),
            ("GIT_COMMITTER_EMAIL", "ada@example.org".into()),
            ("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z".into()),
        ];
        Self {
            base,
            root,
            env: env
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
            runs: AtomicU32::new(0),
        }
    }

    /// Adds a file.
    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(path, bytes);
        self
    }

    /// Adds an executable script for `sh`.
    pub fn script(self, path: &str, text: &str) -> Self {
        self.write(path, format!("#!/bin/sh\n{text}\n"));
        set_mode(&self.root.join(path), 0o755);
        self
    }

    /// Sets a variable of tollgate's environment.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.retain(|(key, _)| key != name);
        self.env.push((name.into(), value.as_ref().into()));
        self
    }

    /// Takes a variable out of tollgate's environment.
    pub fn without(mut self, name: &str) -> Self {
        self.env.retain(|(key, _)| key != name);
        self
    }

    /// Makes it a repository in which everything is committed.
    pub fn committed(self) -> Self {
        self.git(&["init", "-q", "-b", "main"]);
        self.commit();
        self
    }

    /// Commits everything that git does not ignore.
    pub fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "state"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes a file.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let full = self.root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, bytes).unwrap();
    }

    /// Reads a file as text, bytes that are no UTF-8 replaced.
    pub fn read(&self, path: &str) -> String {
        let bytes =
            fs::read(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether there is a file, or a link.
    pub fn has(&self, path: &str) -> bool {
        self.root.join(path).symlink_metadata().is_ok()
    }

    /// A folder beside the project, for what must not lie in it.
    pub fn beside(&self) -> PathBuf {
        fs::canonicalize(self.base.path()).unwrap()
    }

    /// Runs git in the project and gives what it says.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self
            .command("git", &self.root)
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A program with the environment of this project and nothing else.
    pub fn command(&self, program: impl AsRef<OsStr>, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(dir)
            .env_clear()
            .envs(self.env.iter().cloned());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `tollgate` with these arguments, not yet started.
    pub fn tollgate(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_tollgate"), &self.root);
        command.args(arguments);
        command
    }

    /// Runs `tollgate` with these arguments to its end.
    pub fn call(&self, arguments: &[&str]) -> Ran {
        Started::new(self.tollgate(arguments), None).end()
    }

    /// `tollgate run` with these arguments, drawn for people on standard output and as JSON for the test.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.start(arguments).end()
    }

    /// As [`Project::run`], without waiting for the end.
    pub fn start(&self, arguments: &[&str]) -> Started {
        self.start_in(&self.root, arguments)
    }

    /// As [`Project::start`], in another folder.
    pub fn start_in(&self, dir: &Path, arguments: &[&str]) -> Started {
        let (output, json) = self.json_output();
        let mut command = self.command(env!("CARGO_BIN_EXE_tollgate"), dir);
        command
            .args(["run", "-o", "terminal", "-o", &output])
            .args(arguments);
        Started::new(command, Some(json))
    }

    /// The option that writes JSON beside the project, and the file.
    pub fn json_output(&self) -> (String, PathBuf) {
        let number = self.runs.fetch_add(1, Ordering::Relaxed);
        let json = self.beside().join(format!("outcome-{number}.json"));
        (format!("json={}", json.display()), json)
    }

    /// The text without what differs from machine to machine and from run to run.
    pub fn redact(&self, text: &str) -> String {
        let base = self.beside();
        let mut text = text.replace(base.to_str().unwrap(), "[BASE]");
        for (pattern, with) in [
            (r"\b\d{8}T\d{6}Z-[0-9a-f]{8}\b", "[RUN]"),
            (r"\b[0-9a-f]{64}\b", "[SHA256]"),
            (r"\b[0-9a-f]{40}\b", "[SHA1]"),
            (r"\bpid \d+", "pid [PID]"),
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
            (r" +\d+(\.\d+)? (ms|s)\b", " [TIME]"),
            (r" +$", ""),
        ] {
            let pattern = regex::RegexBuilder::new(pattern)
                .multi_line(true)
                .build()
                .unwrap();
            text = pattern.replace_all(&text, with).into_owned();
        }
        text
    }
}

#[cfg(unix)]
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
