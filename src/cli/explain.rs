//! `tollgate explain`: what a gate asks, where that is written, what its last verdict rests on, and how to run it.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use super::args::{Explain, Global};
use super::exit::Exit;
use super::project;
use super::reasoning::{self, Now};
use super::screen::Screen;
use super::world;
use crate::config::{self, Plan, PlannedGate, Preset};
use crate::model::Enforce;
use crate::output::{self, neutral, wrap};
use crate::problem::{Problems, nearest};
use crate::run;
use crate::store::{self, Record};
use crate::vcs::Repository;

/// Explains a gate of the file, or a preset of the catalogue.
pub fn explain(global: &Global, args: &Explain, screen: &Screen) -> anyhow::Result<Exit> {
    if let Some(preset) = config::PRESETS
        .iter()
        .find(|preset| preset.name == args.gate)
    {
        screen.print(&of_preset(preset, screen.style().width))?;
        return Ok(Exit::Go);
    }
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let plan = Arc::new(plan);
    match plan.gates.iter().find(|gate| gate.id == args.gate) {
        Some(gate) => with_verdict(&plan, gate, args, screen),
        None => {
            let names = plan
                .gates
                .iter()
                .map(|gate| gate.id.as_str())
                .chain(config::PRESETS.iter().map(|p| p.name));
            let help = nearest(&args.gate, names)
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            screen.error(&format!(
                "there is no gate and no preset `{}`{help}",
                args.gate
            ));
            Ok(Exit::Usage)
        }
    }
}

/// What the gate asks, and how its last run, or the one named, answered.
fn with_verdict(
    plan: &Arc<Plan>,
    gate: &PlannedGate,
    args: &Explain,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let repository = Repository::find(&plan.root);
    let store = store::place(&plan.root, repository.as_ref().map(|r| r.common.as_path()));
    let has = |record: &Record| record.gate(&gate.id).is_some();
    let record = match &args.run {
        None => Record::newest(&store, |record| record.is_in_place() && has(record)),
        Some(id) => match Record::of(&store, id) {
            Some(record) if has(&record) => Some(record),
            Some(record) => {
                screen.error(&format!(
                    "run {} did not have gate `{}`",
                    record.id, gate.id
                ));
                return Ok(Exit::Usage);
            }
            None => {
                screen.error(&format!(
                    "there is no run `{}`, or more than one begins so: runs are kept in {}",
                    neutral::line(id),
                    store.join("runs").display()
                ));
                return Ok(Exit::Usage);
            }
        },
    };
    let subject = run::current_subject(plan);
    let now = Now {
        plan,
        moment: world::now(),
        subject: subject.as_ref(),
    };
    let explanation = reasoning::explanation(gate, record.as_ref(), &now);
    if args.json {
        output::explanation_json(&explanation, &mut io::stdout().lock())?;
        return Ok(Exit::Go);
    }
    let mut text = of_gate(plan, gate, args.at);
    text.push('\n');
    screen.print(&text)?;
    output::explanation(&explanation, &screen.style(), &mut io::stdout().lock())?;
    Ok(Exit::Go)
}

fn of_gate(plan: &Arc<Plan>, gate: &PlannedGate, at: Option<jiff::civil::Date>) -> String {
    let mut text = String::new();
    let from = gate
        .preset
        .as_ref()
        .map(|preset| format!(", uses {preset}"))
        .unwrap_or_default();
    let _ = writeln!(text, "{} ({}{from})", gate.id, gate.at.place());
    for (name, value) in [
        ("why", &gate.why),
        ("fix", &gate.fix),
        ("owner", &gate.owner),
    ] {
        if let Some(value) = value {
            line(&mut text, name, value);
        }
    }
    if let Some(command) = &gate.command {
        line(&mut text, "run", &command.text);
    }
    let names = |indices: &[usize]| {
        indices
            .iter()
            .map(|&i| plan.gates[i].id.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !gate.needs.is_empty() {
        line(&mut text, "needs", &names(&gate.needs));
    }
    let behind: Vec<usize> = (0..plan.gates.len())
        .filter(|&i| {
            plan.gates[i]
                .needs
                .iter()
                .any(|&n| plan.gates[n].id == gate.id)
        })
        .collect();
    if !behind.is_empty() {
        line(&mut text, "needed by", &names(&behind));
    }
    if !gate.resources.is_empty() {
        line(&mut text, "holds", &gate.resources.join(", "));
    }
    if let Some(timeout) = gate.timeout {
        line(
            &mut text,
            "timeout",
            &crate::model::Measure::seconds(timeout.as_secs_f64()).to_string(),
        );
    }
    if gate.retry > 0 {
        line(
            &mut text,
            "retry",
            &format!("{} more; a pass then is marked flaky", gate.retry),
        );
    }
    if gate.enforce != Enforce::Block {
        line(
            &mut text,
            "enforce",
            &format!(
                "{}: counts for nothing in the decision",
                gate.enforce.word()
            ),
        );
    }
    if let Some(absent) = &gate.absent {
        line(
            &mut text,
            "absent",
            &format!("accepted: {} ({})", absent.why, absent.at.place()),
        );
    }
    let today = super::world::today();
    dated(&mut text, plan, gate, at.unwrap_or(today));
    if let Some(at) = at {
        text.push_str(&super::waivers::ahead(plan, today, at, Some(&gate.id)));
    }
    text.push_str("\nin full:\n");
    text.push_str(&neutral::block(&config::show_gate(gate)));
    let _ = writeln!(text, "\nrun it: tollgate run {}", gate.id);
    text
}

/// What depends on the day.
fn dated(text: &mut String, plan: &Plan, gate: &PlannedGate, day: jiff::civil::Date) {
    if let Some(from) = &gate.enforce_from
        && gate.enforce == Enforce::Block
    {
        let words = if day < from.value {
            format!("warns until {} ({})", from.value, from.at.place())
        } else {
            format!("block, since {} ({})", from.value, from.at.place())
        };
        line(text, "enforce", &words);
    }
    let own = super::waivers::seen(plan, day);
    for one in own.iter().filter(|one| one.is_for(gate)) {
        let mut words = one.title();
        for remark in one.remarks() {
            words.push_str(&format!("; {remark}"));
        }
        line(text, "waiver", &words);
    }
}

fn line(text: &mut String, name: &str, value: &str) {
    let value = value
        .lines()
        .map(neutral::line)
        .collect::<Vec<_>>()
        .join("\n             ");
    let _ = writeln!(text, "  {name:<10} {value}");
}

/// No wider than this, however wide the terminal: long lines of prose are hard to read.
const WIDEST: usize = 80;

fn of_preset(preset: &Preset, width: usize) -> String {
    let width = width.min(WIDEST);
    let mut text = prose(preset.text, width);
    let Some((about, gate)) = preset.read(&mut Problems::default()) else {
        return text;
    };
    text.push('\n');
    let needs = preset.needs().join(", ");
    let fix = about.fix.as_ref();
    for (name, value) in [
        ("why", about.why.as_ref().map(|why| why.value.as_str())),
        ("docs", about.docs.as_ref().map(|docs| docs.value.as_str())),
        (
            "needs",
            Some(needs.as_str()).filter(|needs| !needs.is_empty()),
        ),
        ("fix", fix.map(|fix| fix.value.as_str())),
    ] {
        if let Some(value) = value {
            hanging(&mut text, &format!("{name:<5}  "), value, width);
        }
    }
    let id = preset.name.replace('/', "-");
    let _ = writeln!(
        text,
        "\nuse it:\n  gates:\n    {id}:\n      uses: {}",
        preset.name
    );
    if gate.get("run").is_none() {
        text.push_str("      needs: unit  # the gate that writes the reports\n");
    }
    let parameters = config::parameters(preset);
    if !parameters.is_empty() {
        text.push_str("\nwith:\n");
    }
    for (name, default, doc) in parameters {
        let default = if default.is_empty() { "\"\"" } else { &default };
        let _ = writeln!(text, "  {name}: {default}");
        hanging(&mut text, "      ", &doc, width);
    }
    if let Some((_, body)) = preset.text.split_once("\ngate:\n") {
        let _ = write!(text, "\ngate:\n{body}");
    }
    text
}

/// The comment that opens a preset: paragraphs filled anew, indented lines as they are.
fn prose(preset: &str, width: usize) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let comment = preset.lines().map_while(|line| line.strip_prefix('#'));
    for line in comment.chain([""]) {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if !line.is_empty() && !line.starts_with(' ') {
            paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
            paragraph.push_str(line.trim_end());
            continue;
        }
        hanging(&mut text, "", &std::mem::take(&mut paragraph), width);
        text.push_str(line);
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Text behind a first word, its further lines below its start.
fn hanging(text: &mut String, first: &str, value: &str, width: usize) {
    if value.is_empty() {
        return;
    }
    let indent = " ".repeat(first.len());
    for (number, line) in wrap(value, width - first.len()).iter().enumerate() {
        let before = if number == 0 { first } else { &indent };
        let _ = writeln!(text, "{before}{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_reads_well_in_eighty_columns() {
        for preset in config::PRESETS {
            let text = of_preset(preset, 200);
            let wide = |line: &&str| line.chars().count() > 80 && line.trim().contains(' ');
            let wide: Vec<&str> = text.lines().filter(wide).collect();
            assert!(wide.is_empty(), "{}: {wide:#?}", preset.name);
            assert!(text.contains(&format!("uses: {}\n", preset.name)));
            assert!(!text.contains("\n\n\n"), "{}", preset.name);
            assert!(text.contains("\ngate:\n") && text.ends_with('\n'));
        }
    }

    #[test]
    fn indented_lines_of_a_comment_stay_as_they_are() {
        let text = "# One\n# two.\n#\n# Use:\n#   a: { b }\n# End.\npreset:\n# not this\n";
        assert_eq!(prose(text, 80), "One two.\n\nUse:\n  a: { b }\nEnd.\n");
    }
}
