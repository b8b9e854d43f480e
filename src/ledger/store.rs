//! The folder of the ledger: read whole, appended to crash-safely, never rewritten.
//!
//! A record lies in `<sha256>.json`, a signature over it in `<sha256>.<person>.sig`; nothing else is looked at. A file
//! whose name is not the digest of its bytes is told as broken and decides nothing. A record comes to be by a rename
//! within the folder after its bytes are on disk, so whenever the writer dies there is a whole record or none.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::sign::{Question, Signer, Signers, glance};
use super::staged::{Staged, UNFINISHED, clean, make_folder, put};
use super::statement;
use super::verify::SLACK_SECONDS;
use crate::model::{Chain, Entry, People, Record, Signature, SignatureState};

mod reader;

use reader::{Reader, in_parallel};

/// Folder of the records, below the project.
pub const LEDGER: &str = ".tollgate/ledger";

/// Why the ledger cannot be read or written, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerTrouble(pub String);

impl std::fmt::Display for LedgerTrouble {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for LedgerTrouble {}

/// A file that is no record, although its name says so. It decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// The file, by its name in the folder.
    pub file: String,
    /// What is wrong.
    pub why: String,
}

/// All records of a project.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    folder: PathBuf,
    /// By digest: a list that is sorted is made, and gone through, in a fraction of the time that a tree takes.
    entries: Vec<Arc<Entry>>,
    broken: Vec<Broken>,
    strays: Vec<String>,
    strict: bool,
}

pub(super) enum Name {
    Record(String),
    Signature(String, String),
    Unfinished,
    Attributes,
    Other,
}

impl Ledger {
    /// Reads all records below the project. Where there is no folder, there are none. Signatures are listed, not
    /// checked: [`Ledger::check_signatures`] does that.
    pub fn read(root: &Path) -> Result<Self, LedgerTrouble> {
        let mut ledger = Self {
            folder: root.join(LEDGER),
            ..Self::default()
        };
        ledger.refresh()?;
        Ok(ledger)
    }

    /// As [`Ledger::read`], for checking: also refuses records that are not written in the one way there is.
    pub fn read_strictly(root: &Path) -> Result<Self, LedgerTrouble> {
        let mut ledger = Self {
            folder: root.join(LEDGER),
            strict: true,
            ..Self::default()
        };
        ledger.refresh()?;
        Ok(ledger)
    }

    /// Reads what was added since.
    pub fn refresh(&mut self) -> Result<(), LedgerTrouble> {
        let mut fresh = Vec::new();
        let mut signatures: Vec<(String, String)> = Vec::new();
        self.in_place()?;
        self.strays.clear();
        self.broken.clear();
        for (name, is_file) in list(&self.folder)? {
            match classify(&name) {
                // A link could lead anywhere, a pipe would wait.
                Name::Record(_) | Name::Signature(..) if !is_file => self.broken.push(Broken {
                    file: name,
                    why: "not a regular file".to_owned(),
                }),
                Name::Record(digest) => {
                    if self.place(&digest).is_err() {
                        fresh.push(digest);
                    }
                }
                Name::Signature(digest, person) => signatures.push((digest, person)),
                Name::Unfinished | Name::Attributes => {}
                Name::Other => self.strays.push(name),
            }
        }
        // In this order they then lie in memory, and everything that looks at all of them goes in it.
        fresh.sort_unstable();
        for one in self.read_all(&fresh) {
            match one {
                Ok(entry) => self.entries.push(entry),
                Err(broken) => self.broken.push(broken),
            }
        }
        self.entries
            .sort_by(|one, other| one.digest.cmp(&other.digest));
        for (digest, person) in signatures {
            self.note_signature(&digest, person);
        }
        self.broken.sort();
        self.strays.sort();
        Ok(())
    }

    /// Refuses a folder that is a link: what is read would lie elsewhere than what git holds.
    fn in_place(&self) -> Result<(), LedgerTrouble> {
        let above = self.folder.parent().map(|path| (path, ".tollgate"));
        for (path, name) in [(self.folder.as_path(), LEDGER)].into_iter().chain(above) {
            if path.symlink_metadata().is_ok_and(|meta| meta.is_symlink()) {
                return Err(LedgerTrouble(format!(
                    "`{name}` is a symbolic link: records lie in the folder itself, where git holds them; put the \
                     folder in its place"
                )));
            }
        }
        Ok(())
    }

    fn read_all(&self, digests: &[String]) -> Vec<Result<Arc<Entry>, Broken>> {
        let reader = || Reader::of(&self.folder, self.strict);
        in_parallel(digests, reader, |reader, digest| reader.entry(digest))
    }

    /// Where the record of a digest is, or belongs.
    fn place(&self, digest: &str) -> Result<usize, usize> {
        self.entries
            .binary_search_by(|entry| entry.digest.as_str().cmp(digest))
    }

    fn entry_mut(&mut self, digest: &str) -> Option<&mut Entry> {
        let place = self.place(digest).ok()?;
        Some(Arc::make_mut(&mut self.entries[place]))
    }

    fn note_signature(&mut self, digest: &str, person: String) {
        match self.entry_mut(digest) {
            Some(entry) => {
                if !entry.signatures.iter().any(|one| one.person == person) {
                    entry.signatures.push(Signature {
                        person,
                        state: SignatureState::Unread,
                    });
                    entry.signatures.sort_by(|a, b| a.person.cmp(&b.person));
                }
            }
            None => self.strays.push(format!("{digest}.{person}.sig")),
        }
    }

    /// Every record, by digest.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().map(|entry| &**entry)
    }

    /// The same, to be held beside the ledger: ten thousand records are not copied for that.
    pub fn shared(&self) -> impl Iterator<Item = Arc<Entry>> {
        self.entries.iter().map(Arc::clone)
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The record of a digest.
    pub fn entry(&self, digest: &str) -> Option<&Entry> {
        let place = self.place(digest).ok()?;
        Some(&self.entries[place])
    }

    /// The one record whose digest begins so.
    pub fn find(&self, beginning: &str) -> Result<&Entry, LedgerTrouble> {
        let from = self.place(beginning).unwrap_or_else(|place| place);
        let mut found = self.entries[from..]
            .iter()
            .take_while(|entry| entry.digest.starts_with(beginning));
        match (found.next(), found.next()) {
            (Some(entry), None) => Ok(entry),
            (Some(_), Some(_)) => Err(LedgerTrouble(format!(
                "several records begin with `{beginning}`: write more of the digest"
            ))),
            _ => Err(LedgerTrouble(format!(
                "there is no record `{beginning}` in {LEDGER}"
            ))),
        }
    }

    /// The records of a phase, parents before children, ties by digest.
    pub fn of_phase<'a>(&'a self, phase: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.in_order()
            .into_iter()
            .filter(move |entry| entry.record.phase == phase)
    }

    /// All records, parents before children, ties by digest, and last those that stand in a circle. Times order nothing.
    pub fn in_order(&self) -> Vec<&Entry> {
        let chain = self.chain();
        let all = chain.entries().iter().chain(chain.circular());
        all.filter_map(|entry| self.entry(&entry.digest)).collect()
    }

    /// How the records stand to each other.
    pub fn chain(&self) -> Chain {
        Chain::of(self.shared())
    }

    /// Records that no other record names, sorted: the parents of the next one.
    pub fn heads(&self) -> Vec<String> {
        let named = self.entries().flat_map(|entry| &entry.record.parents);
        let named: HashSet<&String> = named.collect();
        let digests = self.entries().map(|entry| &entry.digest);
        let heads = digests.filter(|digest| !named.contains(digest));
        heads.cloned().collect()
    }

    /// Files that are no records although their names say so. While there is one, nothing can be decided from here.
    pub fn broken(&self) -> &[Broken] {
        &self.broken
    }

    /// Other files in the folder, which nothing looks at, and signatures without their record.
    pub fn strays(&self) -> &[String] {
        &self.strays
    }

    /// Where the records lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Checks the signatures of some records against these people; of all with `|_| true`.
    pub fn check_signatures(
        &mut self,
        people: &People,
        which: impl Fn(&Entry) -> bool,
    ) -> Result<(), LedgerTrouble> {
        let questions = self.questions(which);
        if questions.is_empty() {
            return Ok(());
        }
        let signers = Signers::of(people).map_err(LedgerTrouble)?;
        let states = in_parallel(
            &questions,
            || (),
            |(), (_, question)| Some(signers.check(question)),
        );
        self.answered(questions, states);
        Ok(())
    }

    /// As [`Ledger::check_signatures`], as far as it takes no process: finds those whose key does not count or that are
    /// no signature. The others are left as they were.
    pub fn glance_at_signatures(&mut self, people: &People, which: impl Fn(&Entry) -> bool) {
        let questions = self.questions(which);
        let glance = |(): &mut (), (_, question): &(String, Question)| glance(people, question);
        let states = in_parallel(&questions, || (), glance);
        self.answered(questions, states);
    }

    fn questions(&self, which: impl Fn(&Entry) -> bool) -> Vec<(String, Question)> {
        let entries = self.entries().filter(|entry| which(entry));
        let of = |entry: &Entry| -> Vec<(String, Question)> {
            let signatures = entry.signatures.iter();
            let asked = signatures.map(|one| self.question(entry, &one.person));
            asked.map(|one| (entry.digest.clone(), one)).collect()
        };
        entries.flat_map(of).collect()
    }

    fn answered(
        &mut self,
        questions: Vec<(String, Question)>,
        states: Vec<Option<SignatureState>>,
    ) {
        for ((digest, question), state) in questions.into_iter().zip(states) {
            let entry = self.entry_mut(&digest);
            let mut signatures = entry.into_iter().flat_map(|entry| &mut entry.signatures);
            if let (Some(one), Some(state)) =
                (signatures.find(|one| one.person == question.person), state)
            {
                one.state = state;
            }
        }
    }

    fn question(&self, entry: &Entry, person: &str) -> Question {
        let digest = &entry.digest;
        Question {
            record: self.folder.join(format!("{digest}.json")),
            signature: self.folder.join(format!("{digest}.{person}.sig")),
            person: person.to_owned(),
            // Records that were read have a time that can be read.
            at: entry.record.at.parse().unwrap_or_default(),
        }
    }

    /// Appends a record, signed if there is somebody to sign. Its parents are set here: all heads. Nothing is written
    /// when signing fails, or while a record is broken.
    pub fn append(
        &mut self,
        record: Record,
        signer: Option<(&Signer, &People)>,
    ) -> Result<Entry, LedgerTrouble> {
        self.refresh()?;
        if let Some(broken) = self.broken.first() {
            return Err(LedgerTrouble(format!(
                "{LEDGER}/{}: {}; nothing is added to a broken ledger: `tollgate verify` shows all that is wrong",
                broken.file, broken.why
            )));
        }
        let record = Record {
            parents: self.heads(),
            ..record
        };
        let bytes = statement::render(&record);
        // What could not be read again must not be written: a time or tree that is none.
        statement::parse_strictly(&bytes)
            .map_err(|why| LedgerTrouble(format!("the new record: {why}")))?;
        let digest = statement::digest(&bytes);
        let at = self.not_before(&record);
        let signed = self
            .write(
                &digest,
                &bytes,
                signer.map(|(signer, people)| (signer, people, at)),
            )
            .map_err(|words| LedgerTrouble(format!("writing to {LEDGER}: {words}")))?;
        let entry = Entry {
            digest: digest.clone(),
            record,
            signatures: Vec::new(),
        };
        let place = self.place(&digest).unwrap_or_else(|place| place);
        self.entries.insert(place, Arc::new(entry));
        if let Some(person) = signed {
            self.note_signature(&digest, person);
            let entry = Arc::make_mut(&mut self.entries[place]);
            for one in &mut entry.signatures {
                one.state = SignatureState::Good;
            }
        }
        Ok(Entry::clone(&self.entries[place]))
    }

    /// Adds a signature to a record that is there.
    pub fn sign(
        &mut self,
        digest: &str,
        signer: &Signer,
        people: &People,
    ) -> Result<String, LedgerTrouble> {
        let record = self.folder.join(format!("{digest}.json"));
        let at = self.entry(digest);
        let at = at.map(|entry| self.not_before(&entry.record));
        let at = at.unwrap_or_default();
        let signed = signer.sign(&record, people, at).map_err(LedgerTrouble)?;
        let name = format!("{digest}.{}.sig", signed.person);
        put(&self.folder, &name, signed.text.as_bytes())
            .map_err(|error| LedgerTrouble(format!("writing {LEDGER}/{name}: {error}")))?;
        self.note_signature(digest, signed.person.clone());
        Ok(signed.person)
    }

    /// When a record was written at the earliest: not before those that it names, whatever its clock says.
    fn not_before(&self, record: &Record) -> Timestamp {
        let parents = record.parents.iter();
        let parents = parents.filter_map(|one| self.entry(one));
        let times = parents.map(|entry| &entry.record.at).chain([&record.at]);
        times
            .filter_map(|at| at.parse().ok())
            .max()
            .unwrap_or_default()
    }

    /// The newest of the records that no other one names, where it is later than this moment by more than clocks
    /// differ.
    pub fn ahead_of(chain: &Chain, now: Timestamp) -> Option<&Entry> {
        let slack = SignedDuration::from_secs(SLACK_SECONDS);
        let heads = chain.heads().into_iter();
        let heads = heads.map(|place| &*chain.entries()[place]);
        let times =
            heads.filter_map(|entry| Some((entry.record.at.parse::<Timestamp>().ok()?, entry)));
        let (at, entry) = times.max_by_key(|(at, _)| *at)?;
        (at.duration_since(now) > slack).then_some(entry)
    }

    fn write(
        &self,
        digest: &str,
        bytes: &[u8],
        signer: Option<(&Signer, &People, Timestamp)>,
    ) -> Result<Option<String>, String> {
        let words = |error: io::Error| error.to_string();
        make_folder(&self.folder).map_err(words)?;
        clean(&self.folder);
        let staged = Staged::write(&self.folder, bytes).map_err(words)?;
        let signed = match signer {
            Some((signer, people, at)) => Some(signer.sign(&staged.path, people, at)?),
            None => None,
        };
        // First the signature: whoever dies here leaves one without its record, and never a record that stays unsigned.
        if let Some(signed) = &signed {
            let name = format!("{digest}.{}.sig", signed.person);
            put(&self.folder, &name, signed.text.as_bytes()).map_err(words)?;
        }
        staged.publish(&format!("{digest}.json")).map_err(words)?;
        Ok(signed.map(|signed| signed.person))
    }
}

/// Names in the folder, each with whether it is a regular file.
fn list(folder: &Path) -> Result<Vec<(String, bool)>, LedgerTrouble> {
    let trouble = |error: io::Error| LedgerTrouble(format!("reading {LEDGER}: {error}"));
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(trouble)?;
        let is_file = entry.file_type().map_err(trouble)?.is_file();
        let name = entry.file_name().into_string();
        let name = name.unwrap_or_else(|name| name.to_string_lossy().into_owned());
        names.push((name, is_file));
    }
    Ok(names)
}

pub(super) fn classify(name: &str) -> Name {
    if name.starts_with(UNFINISHED) {
        return Name::Unfinished;
    }
    if name == ".gitattributes" {
        return Name::Attributes;
    }
    let (digest, rest) = name.split_at_checked(64).unwrap_or((name, ""));
    if !statement::is_digest(digest) {
        return Name::Other;
    }
    if rest == ".json" {
        return Name::Record(digest.to_owned());
    }
    let person = rest
        .strip_prefix('.')
        .and_then(|rest| rest.strip_suffix(".sig"));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    match person {
        Some(person) if !person.is_empty() && person.chars().all(plain) => {
            Name::Signature(digest.to_owned(), person.to_owned())
        }
        _ => Name::Other,
    }
}

#[cfg(test)]
mod tests;
