//! Signatures over records, made and checked by the `ssh-keygen` program as git does it: keys in files, in agents and
//! on tokens all work, and stock OpenSSH can check what we wrote.
//!
//! Nothing here prompts on a terminal: a key that asks for a passphrase belongs into an agent.

use std::ffi::OsString;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::sshsig::{self, fingerprint};
use crate::exec::{Command, Program, Stop, query};
use crate::model::{People, SignatureState, Termination};
use crate::vcs::Repository;

/// What our signatures are for; a signature of a commit does not count as one of a record.
pub const NAMESPACE: &str = "tollgate";
/// Where people are named, for messages.
const PEOPLE: &str = ".tollgate/people.yaml";
/// The longest that a key on a token may wait for a touch.
const PATIENCE: Duration = Duration::from_secs(120);
const LIMIT: usize = 1 << 20;
/// A larger file is no signature.
const LARGEST: u64 = 64 << 10;

/// Who can sign: a key, and the program that uses it.
#[derive(Clone, Debug)]
pub struct Signer {
    program: OsString,
    key: Key,
    dir: PathBuf,
    askpass: Option<OsString>,
}

#[derive(Clone, Debug)]
enum Key {
    File(PathBuf),
    Literal(String),
}

/// A signature that was made, of somebody whom the project knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Short name in people.yaml.
    pub person: String,
    /// The armoured signature.
    pub text: String,
}

impl Signer {
    /// Signs with the key of a file: a private key, or a public one whose private half an agent holds.
    pub fn file(key: &Path, dir: &Path) -> Self {
        Self {
            program: "ssh-keygen".into(),
            key: Key::File(dir.join(key)),
            dir: dir.to_owned(),
            askpass: None,
        }
    }

    /// Signs as the user's git does; `None` where it does not sign with SSH keys.
    pub fn of_git(repository: &Repository) -> Result<Option<Self>, String> {
        let words = |trouble: crate::vcs::GitTrouble| trouble.to_string();
        if repository.value_of("gpg.format").map_err(words)?.as_deref() != Some("ssh") {
            return Ok(None);
        }
        let Some(named) = repository.value_of("user.signingkey").map_err(words)? else {
            return Ok(None);
        };
        let literal = named.strip_prefix("key::");
        let key = match literal.or(named.starts_with("ssh-").then_some(named.as_str())) {
            Some(text) => Key::Literal(text.trim().to_owned()),
            None => {
                let path = repository.path_value_of("user.signingkey").map_err(words)?;
                Key::File(repository.top.join(path.unwrap_or(named)))
            }
        };
        let program = repository.path_value_of("gpg.ssh.program").map_err(words)?;
        Ok(Some(Self {
            program: program.map_or_else(|| "ssh-keygen".into(), OsString::from),
            key,
            dir: repository.top.clone(),
            askpass: None,
        }))
    }

    /// A program that asks for passphrases in a window of its own. Without one nothing is asked.
    #[must_use]
    pub fn askpass(mut self, program: Option<OsString>) -> Self {
        self.askpass = program;
        self
    }

    /// Signs the bytes of a file that was written at that moment. Whose key it is, people.yaml says; a key of nobody is
    /// refused, and so is one that does not count then.
    pub fn sign(&self, file: &Path, people: &People, at: Timestamp) -> Result<Signed, String> {
        let mut literal = None;
        let (path, name) = match &self.key {
            Key::File(path) => (path.clone(), path.display().to_string()),
            Key::Literal(text) => {
                let mut written = tempfile::Builder::new()
                    .suffix(".pub")
                    .tempfile()
                    .map_err(|error| format!("writing the public key: {error}"))?;
                writeln!(written, "{text}").map_err(|error| error.to_string())?;
                let path = written.path().to_owned();
                literal = Some(written);
                (path, "the key of `user.signingkey`".to_owned())
            }
        };
        let mut words: Vec<OsString> = vec![self.program.clone()];
        words.extend(["-Y", "sign", "-n", NAMESPACE, "-f"].map(OsString::from));
        words.push(path.into());
        if literal.is_some() {
            words.push("-U".into());
        }
        let mut command = Command::new(Program::Direct(words), &self.dir, "ssh-keygen");
        command.input = Some(file.to_owned());
        self.ask_nothing(&mut command);
        let answer = query(&command, LIMIT, &Stop::new());
        let said = first_line(&answer.stderr, &["Signing data"]);
        match answer.how {
            Termination::Exit(0) => {}
            Termination::NotFound(program) => return Err(missing(&program)),
            how => {
                return Err(format!(
                    "{name} does not sign: {}; a key with a passphrase belongs into an agent (`ssh-add`)",
                    said.unwrap_or_else(|| how.to_string())
                ));
            }
        }
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let read = sshsig::parse(&text)?;
        let Some((person, key)) = people.owner(&read.key) else {
            return Err(format!(
                "{name} is a key of nobody in {PEOPLE} ({}): add its public half to the keys of a person",
                fingerprint(&read.key)
            ));
        };
        if let Some(words) = key.refuses(at) {
            return Err(format!(
                "{name} is a key of {person} that does not count at {at}: {words}, says {PEOPLE} ({})",
                fingerprint(&read.key)
            ));
        }
        Ok(Signed {
            person: person.to_owned(),
            text,
        })
    }

    /// Passphrases are asked for through a program only: on the terminal, a process in the background would be stopped
    /// and wait for ever.
    fn ask_nothing(&self, command: &mut Command) {
        let program = self.askpass.clone().unwrap_or_else(|| "false".into());
        command.env = vec![
            ("SSH_ASKPASS_REQUIRE".into(), "force".into()),
            ("SSH_ASKPASS".into(), program),
            ("LC_ALL".into(), "C".into()),
        ];
        command.timeout = Some(PATIENCE);
    }
}

/// A signature in question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The file of the record.
    pub record: PathBuf,
    /// The file of the signature.
    pub signature: PathBuf,
    /// Whose it says that it is.
    pub person: String,
    /// When the record says that it was written.
    pub at: Timestamp,
}

/// The list that signatures are checked against; made once for many.
#[derive(Debug)]
pub struct Signers {
    people: People,
    /// `None`: there are no people to list.
    list: Option<tempfile::NamedTempFile>,
}

impl Signers {
    /// The list of these people.
    pub fn of(people: &People) -> Result<Self, String> {
        let list = match people.is_empty() {
            true => None,
            false => Some(list(people).map_err(|error| format!("listing the signers: {error}"))?),
        };
        Ok(Self {
            people: people.clone(),
            list,
        })
    }

    /// What is to be said of a signature.
    pub fn check(&self, question: &Question) -> SignatureState {
        if let Some(state) = glance(&self.people, question) {
            return state;
        }
        if self.list.is_none() {
            return self.ask(question, &["check-novalidate".into()]);
        }
        let list = self.list.iter().map(|file| file.path().into());
        let mut words: Vec<OsString> = vec!["verify".into(), "-f".into()];
        words.extend(list);
        words.extend(["-I".into(), OsString::from(&question.person)]);
        let time = question.at.strftime("%Y%m%d%H%M%S").to_string();
        words.push(format!("-Overify-time={time}").into());
        self.ask(question, &words)
    }

    fn ask(&self, question: &Question, how: &[OsString]) -> SignatureState {
        let mut words: Vec<OsString> = vec!["ssh-keygen".into(), "-Y".into()];
        words.extend(how.iter().cloned());
        words.extend(["-n", NAMESPACE, "-s"].map(OsString::from));
        words.push(question.signature.clone().into());
        let dir = question.record.parent().unwrap_or(Path::new("/"));
        let mut command = Command::new(Program::Direct(words), dir, "ssh-keygen");
        command.input = Some(question.record.clone());
        // Times in the list and on the command line are read as local ones.
        command.env = vec![("TZ".into(), "UTC".into()), ("LC_ALL".into(), "C".into())];
        command.timeout = Some(PATIENCE);
        let answer = query(&command, LIMIT, &Stop::new());
        match answer.how {
            Termination::Exit(0) if self.list.is_none() => SignatureState::Unknown,
            Termination::Exit(0) => SignatureState::Good,
            Termination::Exit(255) => {
                let said = first_line(&answer.stderr, &["Could not verify"]);
                let more = said.map(|said| format!(" ({said})")).unwrap_or_default();
                SignatureState::Bad(format!("it is not over this record{more}"))
            }
            Termination::NotFound(program) => SignatureState::Unchecked(missing(&program)),
            other => SignatureState::Unchecked(format!("`ssh-keygen`: {other}")),
        }
    }
}

/// What is to be said of a signature without asking `ssh-keygen`; nothing, where only that can tell. Without people, no
/// key is that of anybody.
pub(super) fn glance(people: &People, question: &Question) -> Option<SignatureState> {
    let text = match signature(&question.signature) {
        Ok(Ok(text)) => text,
        Ok(Err(words)) => return Some(SignatureState::Bad(words)),
        Err(error) => return Some(SignatureState::Unchecked(error.to_string())),
    };
    let read = match sshsig::parse(&text) {
        Ok(read) => read,
        Err(words) => return Some(SignatureState::Bad(words)),
    };
    if read.namespace != NAMESPACE {
        return Some(SignatureState::Bad(format!(
            "it was made for `{}`, not for `{NAMESPACE}`",
            read.namespace
        )));
    }
    let known = match people.is_empty() {
        true => Ok(()),
        false => known(people, question, &read.key),
    };
    known.err().map(SignatureState::Bad)
}

/// Whether the key is that person's, and held at the time.
fn known(people: &People, question: &Question, key: &str) -> Result<(), String> {
    let person = &question.person;
    let mark = fingerprint(key);
    match people.owner(key) {
        None => Err(format!(
            "its key is of nobody in {PEOPLE} ({mark}); who leaves stays listed, with a `valid-before` on the key"
        )),
        Some((owner, _)) if owner != person => Err(format!(
            "its key is that of {owner}, not of {person} ({mark})"
        )),
        Some((_, key)) => match key.refuses(question.at) {
            Some(words) => Err(format!(
                "its key did not count when the record was written: {words} ({mark})"
            )),
            None => Ok(()),
        },
    }
}

/// The text of a file with a signature, or why it is none. A link could lead anywhere, a pipe would wait.
fn signature(path: &Path) -> std::io::Result<Result<String, String>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Ok(Err("not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path)?;
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(match bytes.len() as u64 > LARGEST {
        true => Err(format!(
            "no SSH signature: larger than {} KiB",
            LARGEST >> 10
        )),
        false => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

fn missing(program: &str) -> String {
    format!("`{program}` is not installed: it comes with OpenSSH")
}

/// The list in the form of `ssh-keygen` (ALLOWED SIGNERS in its manual), one line a key.
pub fn allowed_signers(people: &People) -> String {
    let mut text = String::new();
    for (name, person) in &people.by_name {
        for key in &person.keys {
            let mut options = vec![format!("namespaces=\"{NAMESPACE}\"")];
            let bounds = [("valid-after", key.after), ("valid-before", key.before)];
            for (option, at) in bounds {
                let at = at.map(|at| at.strftime("%Y%m%d%H%M%S").to_string());
                options.extend(at.map(|at| format!("{option}=\"{at}\"")));
            }
            text += &format!(
                "{name} {} {} {}\n",
                options.join(","),
                key.algorithm,
                key.base64
            );
        }
    }
    text
}

fn list(people: &People) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(allowed_signers(people).as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// The first line that says something, without those that only announce.
fn first_line(bytes: &[u8], but: &[&str]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut lines = text.lines().map(str::trim);
    let line =
        lines.find(|line| !line.is_empty() && !but.iter().any(|word| line.starts_with(word)));
    line.map(str::to_owned)
}
