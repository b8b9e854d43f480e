//! What can be typed. Parsing only: nothing here touches the world.

use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::phase::{Key, PhaseCommand};
use crate::policy::Days;

/// Commands that are specified and not built yet: refused by name.
pub const LATER: &[&str] = &["plan", "merge", "hook", "ci", "agent", "report", "history"];

/// Commands that there are, for suggestions.
pub const COMMANDS: &[&str] = &[
    "run",
    "inspect",
    "init",
    "explain",
    "waive",
    "phase",
    "doctor",
    "baseline",
    "config",
    "policy",
    "verify",
    "ledger",
    "completions",
    "man",
];

/// Runs declared quality gates, judges their evidence, and says go or no go.
#[derive(Debug, Parser)]
#[command(
    name = "tollgate",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit: 0 go · 1 no go · 2 file or command line wrong · 3 could not decide · 4 on hold · 130/143 interrupted"
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, ClapArgs)]
pub struct Global {
    /// Work in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,
    /// Read this file instead of tollgate.yaml
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// When to use colours
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: When,
    /// Treat the run as a job of this CI engine (`none`: as a laptop)
    #[arg(long, value_name = "NAME", global = true)]
    pub ci: Option<String>,
    /// Say only what keeps from going on, and the decision
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more: also what passed, and with which values
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run gates, judge their evidence, and decide
    Run(Run),
    /// Show what tollgate reads in a report
    Inspect(Inspect),
    /// Write a first tollgate.yaml for the stacks found here
    Init(Init),
    /// Show what a gate asks, what its last verdict rests on, and what would turn it
    Explain(Explain),
    /// Accept something for a while, or list what is accepted
    Waive(Waive),
    /// Decide phases: the board, completions, sign-offs, promises, hand-over
    Phase {
        #[command(subcommand)]
        command: PhaseCommand,
    },
    /// Check that what the gates need is installed
    Doctor,
    /// Record, tighten, check and show what was accepted of gates
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// Check and show the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Compare what two revisions demand
    Policy {
        #[command(subcommand)]
        command: PolicyCommand,
    },
    /// Check all records of the ledger: digests, parents, signatures, decisions
    Verify(Verify),
    /// Work with the records of the ledger
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Print shell completions
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// A command of a later version.
    #[command(external_subcommand)]
    Later(Vec<String>),
}

/// Run gates, judge their evidence, and decide.
#[derive(Debug, Default, ClapArgs)]
pub struct Run {
    /// Gates to run, with everything they need; all when none is named
    #[arg(value_name = "GATE")]
    pub gates: Vec<String>,
    /// Gates at once; the number of processors when not given
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Stop at the first blocking gate that does not pass
    #[arg(long)]
    pub fail_fast: bool,
    /// Show what would run, in which order, and run nothing
    #[arg(long, conflicts_with = "refs")]
    pub dry_run: bool,
    /// Show output of commands as it comes
    #[arg(long)]
    pub stream: bool,
    /// A conditional go is a no go
    #[arg(long)]
    pub strict: bool,
    /// Ref that changes are counted from
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,
    /// Draw the outcome as terminal, json, junit or markdown, into PATH or standard output; repeatable. A go of which one
    /// cannot be written exits with 3
    #[arg(short, long, value_name = "KIND[=PATH]")]
    pub output: Vec<String>,
    /// Also the gates of this phase; without deciding it
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<String>,
    /// Not in this version
    #[arg(long, hide = true)]
    pub changed: bool,
    #[command(flatten)]
    pub apart: Refs,
    /// Judge by the policy of this revision, and by what the head adds to it; the base, for pull requests on GitHub
    #[arg(long, value_name = "REF")]
    pub policy_ref: Option<String>,
    /// Not in this version
    #[arg(long, value_name = "X/N", hide = true)]
    pub shard: Option<String>,
    /// With --dry-run: also show what changes by itself until this day
    #[arg(long, value_name = "DATE", value_parser = day, requires = "dry_run")]
    pub at: Option<Date>,
}

/// Revisions that are judged apart from the work tree.
#[derive(Debug, Default, ClapArgs)]
pub struct Refs {
    /// Judge this revision in a work tree of its own, not what is checked out; repeatable, all of them side by side
    #[arg(long = "ref", value_name = "REF")]
    pub refs: Vec<String>,
    /// Judge each of them also merged into this one
    #[arg(long, value_name = "REF", requires = "refs")]
    pub merged_into: Option<String>,
}

impl Run {
    /// Options that were typed and are specified, but not built.
    pub fn later(&self) -> Vec<&'static str> {
        let typed = [
            ("--changed", self.changed),
            ("--shard", self.shard.is_some()),
        ];
        typed
            .into_iter()
            .filter(|(_, typed)| *typed)
            .map(|(name, _)| name)
            .collect()
    }
}

/// Record, tighten, check and show what was accepted of gates.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Run gates and record what they measure; refuses to accept less than before
    Record {
        /// Gates; all that ask for a baseline when none is named
        #[arg(value_name = "GATE")]
        gates: Vec<String>,
        /// Accept less than before
        #[arg(long, requires = "why")]
        loosen: bool,
        /// Why less is accepted; kept in the file
        #[arg(long, value_name = "TEXT", requires = "loosen")]
        why: Option<String>,
    },
    /// Run gates and take over what got better, nothing else
    Tighten {
        /// Gates; all that ask for a baseline when none is named
        #[arg(value_name = "GATE")]
        gates: Vec<String>,
    },
    /// Check that the files can be read and are as tight as the gates allow
    Check {
        /// Gates; all that ask for a baseline when none is named
        #[arg(value_name = "GATE")]
        gates: Vec<String>,
        /// Look at the files only, run nothing
        #[arg(long)]
        files: bool,
    },
    /// Show what is accepted
    Show {
        /// Gates; all that ask for a baseline when none is named
        #[arg(value_name = "GATE")]
        gates: Vec<String>,
        /// Of this commit instead of the work tree
        #[arg(long = "ref", value_name = "REF")]
        reference: Option<String>,
    },
}

/// Show what tollgate reads in a report.
#[derive(Debug, ClapArgs)]
pub struct Inspect {
    /// Reports
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// One JSON object a line and file
    #[arg(long)]
    pub json: bool,
    /// Format of the reports; recognised from their content when not given
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
}

/// Write a first tollgate.yaml.
#[derive(Debug, ClapArgs)]
pub struct Init {
    /// Print the file instead of writing it
    #[arg(long)]
    pub print: bool,
}

/// Check all records of the ledger.
#[derive(Debug, ClapArgs)]
pub struct Verify {
    /// What was found as JSON
    #[arg(long)]
    pub json: bool,
}

/// Work with the records of the ledger.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Write records in a form that other tools read
    Export(Export),
    /// Remove raw evidence that no record needs, until the rest is within the budget
    Prune(Prune),
}

/// Remove raw evidence that no record needs.
#[derive(Debug, ClapArgs)]
pub struct Prune {
    /// Bytes to keep at most, such as 2GiB; git's setting `tollgate.evidenceBudget`, else 512MiB
    #[arg(long, value_name = "SIZE")]
    pub budget: Option<String>,
}

/// Write records in a form that other tools read.
#[derive(Debug, ClapArgs)]
pub struct Export {
    /// Records, by the beginning of their digest; all that the form is for when none is named
    #[arg(value_name = "RECORD")]
    pub records: Vec<String>,
    /// dsse, test-result or vsa
    #[arg(long, value_name = "FORMAT")]
    pub format: String,
    /// Write one file a record into this folder, instead of one line a record to standard output
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Sign envelopes with this SSH key, instead of the one that git signs with
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// Show what a gate asks.
#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// A gate of the file, or a preset of the catalogue such as rust/clippy
    #[arg(value_name = "GATE")]
    pub gate: String,
    /// Explain the verdict of this run instead of the last one; the start of its id is enough
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
    /// Explain the last verdict for machines
    #[arg(long)]
    pub json: bool,
    /// As it will be on this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub at: Option<Date>,
}

/// Accept something for a while, or list what is accepted.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Waive {
    #[command(subcommand)]
    pub command: Option<WaiveCommand>,
    #[command(flatten)]
    pub add: WaiveAdd,
}

/// What can be done with waivers beside adding one.
#[derive(Debug, Subcommand)]
pub enum WaiveCommand {
    /// Show every waiver, how long it counts, and whether the last run needed it
    List {
        /// One JSON document
        #[arg(long)]
        json: bool,
        /// As it will be on this day
        #[arg(long, value_name = "DATE", value_parser = day)]
        at: Option<Date>,
    },
}

/// A new waiver. All that is named must agree.
#[derive(Debug, ClapArgs)]
pub struct WaiveAdd {
    /// Only in this gate; alone, whatever fails in it
    #[arg(long, value_name = "GATE")]
    pub gate: Option<String>,
    /// A condition, such as unit.tests.skipped
    #[arg(long, value_name = "FACT")]
    pub condition: Option<String>,
    /// A reason beside the conditions, such as exit-status
    #[arg(long, value_name = "CODE")]
    pub reason: Option<String>,
    /// Findings of this rule
    #[arg(long, value_name = "RULE")]
    pub rule: Option<String>,
    /// The finding of this fingerprint
    #[arg(long, value_name = "ID")]
    pub fingerprint: Option<String>,
    /// Findings with this message; * stands for anything
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub finding: Option<String>,
    /// Failures of this test, classname::name; * stands for anything
    #[arg(long, value_name = "TEST")]
    pub test: Option<String>,
    /// Only in files that this glob matches
    #[arg(long, value_name = "GLOB")]
    pub path: Option<String>,
    /// A phase, with --criterion
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<String>,
    /// A criterion of the phase
    #[arg(long, value_name = "NAME")]
    pub criterion: Option<String>,
    /// The test is flaky: it goes on running and is counted apart
    #[arg(long)]
    pub quarantine: bool,
    /// Why it is accepted
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub why: Option<String>,
    /// Who answers for it; git's user.email when not given
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// Last day on which it counts
    #[arg(long, value_name = "DATE", value_parser = day, group = "end")]
    pub until: Option<Date>,
    /// For so many days, such as 30d or 4w
    #[arg(long = "for", value_name = "DAYS", group = "end")]
    pub lasts: Option<Days>,
    /// Without end, for this reason
    #[arg(long, value_name = "WHY", group = "end", allow_hyphen_values = true)]
    pub never: Option<String>,
}

/// A day as everywhere here: year-month-day.
pub(super) fn day(text: &str) -> Result<Date, String> {
    let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| "a day is written as year-month-day, such as 2026-12-31".to_owned())
}

/// Check and show the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the file and the waivers, and show every problem
    Check {
        /// Also show what changes by itself until this day
        #[arg(long, value_name = "DATE", value_parser = day)]
        at: Option<Date>,
    },
    /// Show the file as it is understood, with presets filled in
    Show,
    /// Print the JSON Schema of the file, for editors
    Schema(SchemaOf),
    /// Feed every gate missing, broken and bad evidence, and name those that stay green
    Prove(Prove),
}

/// Compare what two revisions demand.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show what the policy of one revision demands less, more or otherwise than that of another
    Diff(PolicyDiffArgs),
    /// Sign for what the policy here demands less than that of a revision
    Accept(PolicyAccept),
}

/// Accept weakenings.
#[derive(Debug, ClapArgs)]
pub struct PolicyAccept {
    /// The trusted revision, as it is given to `run --policy-ref`
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Why this may be
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub why: String,
    #[command(flatten)]
    pub key: Key,
    /// Print the record as JSON
    #[arg(long)]
    pub json: bool,
}

/// Show how policies differ.
#[derive(Debug, ClapArgs)]
pub struct PolicyDiffArgs {
    /// Two revisions, `A..B`; from where B left A, `A...B`; or one, to compare it with the work tree
    #[arg(value_name = "A..B")]
    pub range: String,
    /// Draw the difference as terminal, json or markdown, into PATH or standard output; repeatable
    #[arg(short, long, value_name = "KIND[=PATH]")]
    pub output: Vec<String>,
}

/// Prove gates.
#[derive(Debug, ClapArgs)]
pub struct Prove {
    /// Gates to prove; all when none is named
    #[arg(value_name = "GATE")]
    pub gates: Vec<String>,
    /// Draw the proof as terminal or json, into PATH or standard output; repeatable
    #[arg(short, long, value_name = "KIND[=PATH]")]
    pub output: Vec<String>,
}

/// Of which file the schema is.
#[derive(Debug, ClapArgs)]
pub struct SchemaOf {
    /// That of .tollgate/waivers.yaml
    #[arg(long)]
    pub waivers: bool,
    /// That of .tollgate/people.yaml
    #[arg(long, conflicts_with = "waivers")]
    pub people: bool,
}
