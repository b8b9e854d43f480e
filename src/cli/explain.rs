//! `tollgate explain`: what a gate asks, where that is written, and how to run it.

use std::fmt::Write as _;

use super::args::{Explain, Global};
use super::exit::Exit;
use super::project;
use super::screen::Screen;
use crate::config::{self, Plan, PlannedGate, Preset};
use crate::model::Enforce;
use crate::output::neutral;
use crate::problem::nearest;

/// Explains a gate of the file, or a preset of the catalogue.
pub fn explain(global: &Global, args: &Explain, screen: &Screen) -> anyhow::Result<Exit> {
    if let Some(preset) = config::PRESETS
        .iter()
        .find(|preset| preset.name == args.gate)
    {
        screen.print(&of_preset(preset))?;
        return Ok(Exit::Go);
    }
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    match plan.gates.iter().find(|gate| gate.id == args.gate) {
        Some(gate) => {
            screen.print(&of_gate(&plan, gate))?;
            Ok(Exit::Go)
        }
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

fn of_gate(plan: &Plan, gate: &PlannedGate) -> String {
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
    text.push_str("\nin full:\n");
    text.push_str(&neutral::block(&config::show_gate(gate)));
    let _ = writeln!(text, "\nrun it: tollgate run {}", gate.id);
    text
}

fn line(text: &mut String, name: &str, value: &str) {
    let value = value
        .lines()
        .map(neutral::line)
        .collect::<Vec<_>>()
        .join("\n             ");
    let _ = writeln!(text, "  {name:<10} {value}");
}

fn of_preset(preset: &Preset) -> String {
    let mut text = String::new();
    let comment = preset.text.lines().take_while(|line| line.starts_with('#'));
    for words in comment {
        let _ = writeln!(text, "{}", words.trim_start_matches('#').trim());
    }
    let _ = writeln!(
        text,
        "\nuse it:\n  gates:\n    {}:\n      uses: {}",
        preset.name.replace('/', "-"),
        preset.name
    );
    let parameters = config::parameters(preset);
    if !parameters.is_empty() {
        text.push_str("\nwith:\n");
        for (name, default, doc) in parameters {
            let default = if default.is_empty() {
                "\"\"".to_owned()
            } else {
                default
            };
            let _ = writeln!(text, "  {name}: {default}\n      {doc}");
        }
    }
    text
}
