//! What can be typed. Parsing only: nothing here touches the world.

use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// Commands that are specified and not built yet: refused by name.
pub const LATER: &[&str] = &[
    "plan", "merge", "phase", "policy", "baseline", "waive", "hook", "ci", "agent", "report",
    "history", "verify",
];

/// Commands that there are, for suggestions.
pub const COMMANDS: &[&str] = &[
    "run",
    "inspect",
    "init",
    "explain",
    "doctor",
    "config",
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
    /// Check that what the gates need is installed
    Doctor,
    /// Check and show the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
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
#[derive(Debug, ClapArgs)]
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
    #[arg(long)]
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
    /// Draw the outcome as terminal, json, junit or markdown, into PATH or standard output; repeatable
    #[arg(short, long, value_name = "KIND[=PATH]")]
    pub output: Vec<String>,
    /// Not in this version
    #[arg(long, value_name = "P", hide = true)]
    pub phase: Option<String>,
    /// Not in this version
    #[arg(long, hide = true)]
    pub changed: bool,
    /// Not in this version
    #[arg(long = "ref", value_name = "R", hide = true)]
    pub refs: Vec<String>,
    /// Not in this version
    #[arg(long, value_name = "REF", hide = true)]
    pub policy_ref: Option<String>,
    /// Not in this version
    #[arg(long, value_name = "X/N", hide = true)]
    pub shard: Option<String>,
    /// Not in this version
    #[arg(long, value_name = "REF", hide = true)]
    pub merged_into: Option<String>,
    /// Not in this version
    #[arg(long, value_name = "DATE", hide = true)]
    pub at: Option<String>,
}

impl Run {
    /// Options that were typed and are specified, but not built.
    pub fn later(&self) -> Vec<&'static str> {
        let typed = [
            ("--phase", self.phase.is_some()),
            ("--changed", self.changed),
            ("--ref", !self.refs.is_empty()),
            ("--policy-ref", self.policy_ref.is_some()),
            ("--shard", self.shard.is_some()),
            ("--merged-into", self.merged_into.is_some()),
            ("--at", self.at.is_some()),
        ];
        typed
            .into_iter()
            .filter(|(_, typed)| *typed)
            .map(|(name, _)| name)
            .collect()
    }
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
}

/// Check and show the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the file and show every problem
    Check,
    /// Show the file as it is understood, with presets filled in
    Show,
    /// Print the JSON Schema of the file, for editors
    Schema,
    /// Feed every gate missing, broken and bad evidence, and name those that stay green
    Prove(Prove),
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
