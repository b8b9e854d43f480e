//! Reads one report: opens it, finds its format, lets the format parse it, and refuses what cannot be read.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::input::HEAD;
use super::{Choice, Collector, FORMATS, Head, Input, ReportFormat, Sieve, Sink};
use crate::model::{ReportEvidence, ReportRefusal};

/// The warning of a report that could be that of several tools, of which some write it when they did nothing.
pub const NAMELESS: &str = "empty-list";

/// Why a report cannot be used. Data only; `Display` gives the words.
#[derive(Debug)]
pub enum ReportError {
    /// The file could not be read.
    Io(io::Error),
    /// No format knows it; what it looks like, if that can be said.
    Unknown(Option<&'static str>),
    /// It breaks its format's rules.
    Malformed {
        /// Stable kebab-case name of the trouble, such as `truncated` or `not-well-formed`.
        code: &'static str,
        /// What is wrong.
        message: String,
        /// Line, from 1, where known.
        line: Option<u64>,
        /// Column, from 1, where known.
        column: Option<u64>,
    },
}

impl ReportError {
    /// A breach of the format's rules without a place.
    pub fn malformed(code: &'static str, message: impl Into<String>) -> Self {
        Self::Malformed {
            code,
            message: message.into(),
            line: None,
            column: None,
        }
    }

    /// A breach of the format's rules at a line and column (from 1).
    pub fn malformed_at(
        code: &'static str,
        message: impl Into<String>,
        line: u64,
        column: Option<u64>,
    ) -> Self {
        Self::Malformed {
            code,
            message: message.into(),
            line: Some(line),
            column,
        }
    }

    /// Stable kebab-case name of the trouble.
    pub fn code(&self) -> &'static str {
        match self {
            ReportError::Io(error) if error.kind() == io::ErrorKind::NotFound => "not-found",
            ReportError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => "too-large",
            ReportError::Io(error) if error.kind() == io::ErrorKind::IsADirectory => "directory",
            ReportError::Io(_) => "unreadable",
            ReportError::Unknown(Some("an empty file" | "white space only")) => "empty",
            ReportError::Unknown(_) => "unknown-format",
            ReportError::Malformed { code, .. } => code,
        }
    }

    /// The refusal as data.
    pub fn refusal(&self, path: &str) -> ReportRefusal {
        let (line, column) = match self {
            ReportError::Malformed { line, column, .. } => (*line, *column),
            _ => (None, None),
        };
        ReportRefusal {
            path: path.to_owned(),
            code: self.code(),
            message: self.to_string(),
            line,
            column,
        }
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReportError::Io(error) => write!(out, "cannot be read: {error}"),
            ReportError::Unknown(Some(looks)) => write!(out, "is {looks}, not a report"),
            ReportError::Unknown(None) => write!(out, "is not a report of a known format"),
            ReportError::Malformed { message, .. } => write!(out, "{message}"),
        }
    }
}

impl std::error::Error for ReportError {}

impl From<io::Error> for ReportError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What of a report counts.
#[derive(Clone, Default)]
pub struct Counting {
    /// Which tests count, and whether every item is kept.
    pub choice: Choice,
    /// What it takes is counted apart.
    pub sieve: Option<Arc<dyn Sieve>>,
}

/// Reads a report file as [`read_file`] does, counting as asked.
pub fn read_counting(
    path: &Path,
    name: &str,
    format: Option<&'static dyn ReportFormat>,
    counting: &Counting,
) -> Result<ReportEvidence, ReportError> {
    if path.is_dir() {
        return Err(ReportError::Io(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a folder",
        )));
    }
    read(Input::open(path, name)?, format, counting)
}

/// Reads a report file, with the format given or sniffed. `name` is how people know it.
pub fn read_file(
    path: &Path,
    name: &str,
    format: Option<&'static dyn ReportFormat>,
    choice: &Choice,
) -> Result<ReportEvidence, ReportError> {
    let counting = Counting {
        choice: choice.clone(),
        sieve: None,
    };
    read_counting(path, name, format, &counting)
}

/// Reads a report from memory.
pub fn read_bytes(
    bytes: &[u8],
    name: &str,
    format: Option<&'static dyn ReportFormat>,
) -> Result<ReportEvidence, ReportError> {
    read(Input::from_bytes(bytes, name), format, &Counting::default())
}

fn read(
    mut input: Input,
    format: Option<&'static dyn ReportFormat>,
    counting: &Counting,
) -> Result<ReportEvidence, ReportError> {
    let head = Head::new(input.head()?);
    if head.text.trim().is_empty()
        && head.bytes.len() < HEAD
        && format.is_none_or(|f| !f.empty_is_clean())
    {
        return Err(ReportError::Unknown(head.looks_like()));
    }
    let nothing = |json: &super::Shape| json.list && json.empty;
    let nameless = format.is_none() && head.json.as_ref().is_some_and(nothing);
    let format = match format {
        Some(format) => format,
        None => sniff(&head)?,
    };
    let mut collector = Collector::new(format.kind())
        .choosing(&counting.choice)
        .sieve(counting.sieve.clone());
    if nameless {
        let message = "an empty list does not say which tool found nothing; say it with `format:`";
        collector.warn(NAMELESS, message.to_owned());
    }
    format.parse(&mut input, &mut collector)?;
    let (evidence, warnings) = collector.finish();
    let path = input.name().to_owned();
    input.finish()?;
    Ok(ReportEvidence {
        path,
        format: format.name(),
        evidence,
        warnings,
    })
}

fn sniff(head: &Head<'_>) -> Result<&'static dyn ReportFormat, ReportError> {
    FORMATS
        .iter()
        .copied()
        .find(|format| format.sniff(head))
        .ok_or_else(|| ReportError::Unknown(head.looks_like()))
}
