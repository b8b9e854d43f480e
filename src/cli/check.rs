//! `tollgate config check|show|schema`.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;

use super::args::{Global, SchemaOf};
use super::exit::Exit;
use super::screen::Screen;
use super::{project, signer, waivers, world};
use crate::config::{self, Plan};
use crate::model::People;
use crate::problem::Problems;

/// Checks the file and shows every problem.
pub fn check(global: &Global, at: Option<Date>, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, _, warnings)) = project::load_and_count(global, screen)? else {
        // Everything that is wrong is told at once, also where the other file cannot be used.
        if let Some(root) = project::root(global)? {
            signer::people(&root, screen);
        }
        return Ok(Exit::Usage);
    };
    let Some((people, more)) = people(&plan, screen) else {
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
    match people.by_name.len() {
        0 => {}
        1 => parts.push("1 person".to_owned()),
        number => parts.push(format!("{number} people")),
    }
    let well = match warnings + more {
        0 => "nothing wrong".to_owned(),
        warnings => count(warnings, "warning"),
    };
    if plan.waivers.is_empty() && at.is_none() {
        screen.print(&format!("{} read, {well}\n", parts.join(", ")))?;
        return Ok(Exit::Go);
    }
    if !plan.waivers.is_empty() {
        parts.push(count(plan.waivers.len(), "waiver"));
    }
    let today = world::today();
    let plan = Arc::new(plan);
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
        well.as_str()
    };
    let _ = writeln!(text, "{} read, {verdict}", parts.join(", "));
    screen.print(&text)?;
    Ok(if wrong { Exit::Usage } else { Exit::Go })
}

/// The people of the project, and whether they can give what the phases ask, with how many warnings were drawn. `None`
/// where that or their file is wrong, which is drawn.
fn people(plan: &Plan, screen: &Screen) -> Option<(People, usize)> {
    let (mut sources, mut problems) = (plan.sources.clone(), Problems::default());
    let people = config::read_people(&plan.root, &mut sources, &mut problems);
    if let Some(people) = &people {
        let now = world::now();
        config::unmeetable(&plan.phases, people, now, &mut problems);
        config::tight(&plan.phases, people, now, &mut problems);
    }
    let problems = problems.sorted();
    screen.problems(&problems, &sources);
    let refused = problems.iter().filter(|problem| !problem.warning).count();
    if refused > 0 {
        let plural = if refused == 1 { "" } else { "s" };
        screen.error(&format!("{refused} problem{plural} with who may sign"));
        return None;
    }
    Some((people?, problems.len()))
}

/// Shows the file as it is understood.
pub fn show(global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, node)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    screen.print(&config::show(&plan, &node))?;
    Ok(Exit::Go)
}

/// Prints the JSON Schema of the file, or of that of waivers or people.
pub fn schema(of: &SchemaOf, screen: &Screen) -> anyhow::Result<Exit> {
    let schema = if of.waivers {
        config::waiver_schema()
    } else if of.people {
        config::people_schema()
    } else {
        config::schema()
    };
    screen.print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(Exit::Go)
}
