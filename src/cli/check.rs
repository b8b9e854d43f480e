//! `tollgate config check|show|schema`.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::args::Global;
use super::exit::Exit;
use super::screen::Screen;
use super::{project, waivers, world};
use crate::config;

/// Checks the file and shows every problem.
pub fn check(global: &Global, at: Option<Date>, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let count =
        |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let mut parts = vec![count(plan.gates.len(), "gate")];
    if !plan.services.is_empty() {
        parts.push(count(plan.services.len(), "service"));
    }
    if !plan.phases.is_empty() {
        parts.push(count(plan.phases.len(), "phase"));
    }
    if plan.waivers.is_empty() && at.is_none() {
        screen.print(&format!("{} read, nothing wrong\n", parts.join(", ")))?;
        return Ok(Exit::Go);
    }
    if !plan.waivers.is_empty() {
        parts.push(count(plan.waivers.len(), "waiver"));
    }
    let today = world::today();
    let seen = waivers::seen(&plan, at.unwrap_or(today));
    let mut text = String::new();
    let mut wrong = false;
    for one in &seen {
        wrong |= one.is_wrong();
        for remark in one.remarks() {
            let _ = writeln!(text, "waiver {} {remark}", one.title());
        }
    }
    if let Some(at) = at {
        text.push_str(&waivers::ahead(&plan, today, at, None));
    }
    let verdict = if wrong {
        "not all of it counts"
    } else {
        "nothing wrong"
    };
    let _ = writeln!(text, "{} read, {verdict}", parts.join(", "));
    screen.print(&text)?;
    Ok(if wrong { Exit::Usage } else { Exit::Go })
}

/// Shows the file as it is understood.
pub fn show(global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, node)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    screen.print(&config::show(&plan, &node))?;
    Ok(Exit::Go)
}

/// Prints the JSON Schema of the file, or of that of waivers.
pub fn schema(of_waivers: bool, screen: &Screen) -> anyhow::Result<Exit> {
    let schema = if of_waivers {
        config::waiver_schema()
    } else {
        config::schema()
    };
    screen.print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(Exit::Go)
}
