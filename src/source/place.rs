//! Places in files: an exact span for drawing an excerpt, and the short `file:line` for naming it.

use std::fmt;
use std::sync::Arc;

/// An exact span in a source file. Lines and columns count from 1, offsets are bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct At {
    /// Name of the file as shown to people, relative to the project.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// First byte.
    pub start: usize,
    /// Length in bytes.
    pub len: usize,
}

impl At {
    /// The start of a file: for complaints about the file as a whole.
    pub fn start_of(file: impl Into<Arc<str>>) -> Self {
        Self {
            file: file.into(),
            line: 1,
            column: 1,
            start: 0,
            len: 0,
        }
    }

    /// The short form, `file:line`.
    pub fn place(&self) -> Place {
        Place {
            file: self.file.to_string(),
            line: Some(self.line),
        }
    }
}

/// A file and, where known, a line in it. Printed as `file:line`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// Path as shown to people.
    pub file: String,
    /// Line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Place {
    /// A place without a line.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
        }
    }

    /// A place with a line.
    pub fn line(file: impl Into<String>, line: Option<u32>) -> Self {
        Self {
            file: file.into(),
            line,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}", self.file),
            None => write!(out, "{}", self.file),
        }
    }
}

/// A value together with the span it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub at: At,
}

impl<T> Located<T> {
    /// Joins a value with its place.
    pub fn new(value: T, at: At) -> Self {
        Self { value, at }
    }

    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Located<U> {
        Located {
            value: change(self.value),
            at: self.at,
        }
    }
}

/// One source file: the name shown to people and its whole text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Name as shown.
    pub name: Arc<str>,
    /// The text that spans point into.
    pub text: Arc<str>,
}

/// All source files that were read for one configuration, by name.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Keeps a file so that problems can quote from it.
    pub fn add(&mut self, source: Source) {
        self.files.push(source);
    }

    /// The file of that name.
    pub fn get(&self, name: &str) -> Option<&Source> {
        self.files.iter().find(|file| &*file.name == name)
    }

    /// Every file in the order it was read.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }
}
