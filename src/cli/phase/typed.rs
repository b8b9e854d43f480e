//! What can be typed after `tollgate phase`. Parsing only.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use jiff::civil::Date;

use super::super::args::{Refs, day};

/// The commands on phases.
#[derive(Debug, Subcommand)]
pub enum PhaseCommand {
    /// Show the board: phases and gates, values, what blocks what, who acts next
    Status(Status),
    /// Run the gates of a phase and say what is outstanding; writes nothing
    Decide(Decide),
    /// As decide, and record the completion when nothing is outstanding
    Complete(Recorded),
    /// Run the gates of a phase and record what was seen, for its soak
    Observe(Recorded),
    /// Take a completion back; what rests on it becomes stale
    Reopen(Why),
    /// Sign for a phase on the content that is checked out
    Sign(Sign),
    /// Promise that a gate or criterion will hold by a day
    Lien(Lien),
    /// Record that a phase waits, for a reason
    Hold(Why),
    /// Record that work goes back to an earlier phase
    Recycle(Recycle),
    /// Record that a phase is given up
    Kill(Why),
    /// Show what is recorded, the newest first
    History(History),
    /// Write the document that hands a phase over, from the records
    Report(Report),
}

/// Show the board.
#[derive(Debug, ClapArgs)]
pub struct Status {
    /// Only this phase
    #[arg(value_name = "PHASE")]
    pub phase: Option<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    /// As it will be on this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub at: Option<Date>,
    #[command(flatten)]
    pub trust: Trust,
}

/// Decide a phase, on what is checked out or on other revisions.
#[derive(Debug, ClapArgs)]
pub struct Decide {
    #[command(flatten)]
    pub judge: Judge,
    /// As it will be on this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub at: Option<Date>,
    #[command(flatten)]
    pub apart: Refs,
}

/// Decide a phase, and record that.
#[derive(Debug, ClapArgs)]
pub struct Recorded {
    #[command(flatten)]
    pub judge: Judge,
    #[command(flatten)]
    pub key: Key,
}

/// Run the gates of a phase.
#[derive(Debug, ClapArgs)]
pub struct Judge {
    /// Phase
    #[arg(value_name = "PHASE")]
    pub phase: String,
    /// Draw the decision as terminal, json or markdown, into PATH or standard output; repeatable
    #[arg(short, long, value_name = "KIND[=PATH]")]
    pub output: Vec<String>,
    /// One JSON document, as `--output json`
    #[arg(long)]
    pub json: bool,
    /// A conditional go is a no go
    #[arg(long)]
    pub strict: bool,
    /// Gates at once; the number of processors when not given
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Show output of commands as it comes
    #[arg(long)]
    pub stream: bool,
    /// Ref that changes are counted from
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    #[command(flatten)]
    pub trust: Trust,
}

/// By whose policy phases are judged.
#[derive(Debug, Default, ClapArgs)]
pub struct Trust {
    /// Judge by the policy and the people of this revision, and by what the head adds; the base, for pull requests on GitHub
    #[arg(long, value_name = "REF")]
    pub policy_ref: Option<String>,
}

/// With which key records are signed.
#[derive(Debug, Default, ClapArgs)]
pub struct Key {
    /// Sign the record with this SSH key, instead of the one that git signs with
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// A phase, and why.
#[derive(Debug, ClapArgs)]
pub struct Why {
    /// Phase
    #[arg(value_name = "PHASE")]
    pub phase: String,
    /// Why
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub why: String,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub key: Key,
    #[command(flatten)]
    pub trust: Trust,
}

/// Send work back.
#[derive(Debug, ClapArgs)]
pub struct Recycle {
    #[command(flatten)]
    pub ruled: Why,
    /// The phase that work goes back to
    #[arg(long, value_name = "PHASE")]
    pub to: Option<String>,
}

/// Sign for a phase.
#[derive(Debug, ClapArgs)]
pub struct Sign {
    /// Phase
    #[arg(value_name = "PHASE")]
    pub phase: String,
    /// For entering the phase, not for completing it
    #[arg(long)]
    pub entry: bool,
    /// What was looked at
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub why: Option<String>,
    /// A link to evidence that no report holds; repeatable
    #[arg(long, value_name = "URL")]
    pub evidence: Vec<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub key: Key,
    #[command(flatten)]
    pub trust: Trust,
}

/// Promise that something will hold.
#[derive(Debug, ClapArgs)]
pub struct Lien {
    /// Phase
    #[arg(value_name = "PHASE")]
    pub phase: String,
    /// A gate of the phase, or the name of a criterion
    #[arg(long, value_name = "GATE")]
    pub on: String,
    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    pub owner: String,
    /// Why it may wait
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub why: String,
    /// The day, or the phase, at which it must hold
    #[arg(long, value_name = "DATE|PHASE")]
    pub due: String,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub key: Key,
    #[command(flatten)]
    pub trust: Trust,
}

/// Show records.
#[derive(Debug, ClapArgs)]
pub struct History {
    /// Only this phase
    #[arg(value_name = "PHASE")]
    pub phase: Option<String>,
    /// One JSON document
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub trust: Trust,
}

/// Hand a phase over.
#[derive(Debug, ClapArgs)]
pub struct Report {
    /// Only this phase; all of them when none is named
    #[arg(value_name = "PHASE")]
    pub phase: Option<String>,
    /// The file to write; standard output when none is named
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// As it will be on this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub at: Option<Date>,
    /// One JSON document: the phases, the board and their records
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub trust: Trust,
}
