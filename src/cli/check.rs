//! `tollgate config check|show|schema`.

use super::args::Global;
use super::exit::Exit;
use super::project;
use super::screen::Screen;
use crate::config;

/// Checks the file and shows every problem.
pub fn check(global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
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
    screen.print(&format!("{} read, nothing wrong\n", parts.join(", ")))?;
    Ok(Exit::Go)
}

/// Shows the file as it is understood.
pub fn show(global: &Global, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, node)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    screen.print(&config::show(&plan, &node))?;
    Ok(Exit::Go)
}

/// Prints the JSON Schema of the file.
pub fn schema(screen: &Screen) -> anyhow::Result<Exit> {
    screen.print(&format!(
        "{}\n",
        serde_json::to_string_pretty(&config::schema())?
    ))?;
    Ok(Exit::Go)
}
