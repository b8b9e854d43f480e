//! `tollgate waive` and `tollgate waive list`: writes one waiver, or shows all.

use std::fs;
use std::path::Path;

use anyhow::Context;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde_json::json;

use super::args::{Global, Waive, WaiveAdd, WaiveCommand};
use super::exit::Exit;
use super::screen::Screen;
use super::waivers::{LastRun, Seen, seen};
use super::{project, world};
use crate::config::{Plan, WAIVERS, append_waiver, read_waivers};
use crate::model::Waiver;
use crate::output::neutral;
use crate::policy::standings;
use crate::problem::Problems;
use crate::source::{Source, Sources};
use crate::vcs::Repository;

/// Adds a waiver, or lists them.
pub fn waive(global: &Global, args: &Waive, screen: &Screen) -> anyhow::Result<Exit> {
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    match &args.command {
        Some(WaiveCommand::List { json, at }) => {
            let day = at.unwrap_or_else(world::today);
            let text = if *json {
                list_json(&plan, day)
            } else {
                list(&plan, day, screen)
            };
            screen.print(&text)?;
            Ok(Exit::Go)
        }
        None => add(&plan, &args.add, screen),
    }
}

fn add(plan: &Plan, args: &WaiveAdd, screen: &Screen) -> anyhow::Result<Exit> {
    let today = world::today();
    let keys = match keys(plan, args, today) {
        Ok(keys) => keys,
        Err(words) => {
            screen.error(&words);
            return Ok(Exit::Usage);
        }
    };
    let path = plan.root.join(WAIVERS);
    let text = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("reading {WAIVERS}")),
    };
    let (whole, entry) = match append_waiver(text.as_deref(), &keys) {
        Ok(made) => made,
        Err((words, entry)) => {
            screen.error(&format!(
                "{WAIVERS} is left as it is: {words}; add this by hand"
            ));
            screen.say(&entry);
            return Ok(Exit::Usage);
        }
    };
    let Some(waiver) = checked(plan, &whole, &entry, today, screen) else {
        return Ok(Exit::Usage);
    };
    write(&path, &whole)?;
    screen.print(&format!("{}\n{}", waiver.written, neutral::block(&entry)))?;
    match LastRun::read(plan) {
        Some(last) if !last.speaks_of(&waiver) => screen.tell(
            "warning",
            &format!(
                "nothing that failed in the last run is what this accepts ({})",
                neutral::line(&waiver.scope.to_string())
            ),
        ),
        _ => {}
    }
    Ok(Exit::Go)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// The keys of the new waiver, in the order of the file.
fn keys(plan: &Plan, args: &WaiveAdd, today: Date) -> Result<Vec<(&'static str, String)>, String> {
    let given = [
        ("gate", &args.gate),
        ("condition", &args.condition),
        ("reason", &args.reason),
        ("rule", &args.rule),
        ("fingerprint", &args.fingerprint),
        ("finding", &args.finding),
        ("test", &args.test),
        ("path", &args.path),
        ("phase", &args.phase),
        ("criterion", &args.criterion),
    ];
    let mut keys: Vec<(&'static str, String)> = given
        .into_iter()
        .filter_map(|(key, value)| Some((key, value.clone()?)))
        .collect();
    if keys.is_empty() {
        return Err("nothing is named: say what to accept, such as `--gate scan --rule no-eval` or `--test cart::adds`".to_owned());
    }
    if args.quarantine {
        keys.push(("quarantine", "true".to_owned()));
    }
    let why = args.why.clone().filter(|why| !why.trim().is_empty());
    keys.push((
        "why",
        why.ok_or("say with `--why` for what reason it is accepted")?,
    ));
    let mail = || Repository::find(&plan.root)?.setting("user.email");
    let owner = args.owner.clone().filter(|who| !who.trim().is_empty());
    keys.push((
        "owner",
        owner
            .or_else(mail)
            .ok_or("say with `--owner` who answers for it: git knows no `user.email` here")?,
    ));
    keys.push(("opened", today.to_string()));
    let until = match (&args.until, &args.lasts, &args.never) {
        (Some(day), _, _) => day.to_string(),
        (_, Some(days), _) => day_after(today, days.0)?.to_string(),
        (_, _, Some(why)) => {
            keys.push(("until", "never".to_owned()));
            keys.push(("why-never", why.clone()));
            return Ok(keys);
        }
        _ => {
            return Err(format!(
                "say how long it counts: `--until DATE`, `--for 30d` (at most {}d), or `--never WHY`",
                plan.waiver_rules.longest
            ));
        }
    };
    keys.push(("until", until));
    Ok(keys)
}

fn day_after(today: Date, days: u32) -> Result<Date, String> {
    let span: Span = i64::from(days).days();
    today
        .checked_add(span)
        .map_err(|_| format!("{days} days from now is beyond the calendar"))
}

/// The new waiver, if the file with it holds no mistake of its making. Mistakes are drawn.
fn checked(plan: &Plan, whole: &str, entry: &str, today: Date, screen: &Screen) -> Option<Waiver> {
    let source = Source {
        name: WAIVERS.into(),
        text: whole.into(),
    };
    let mut problems = Problems::default();
    let list = read_waivers(&source, &plan.gates, &plan.phases, &mut problems).unwrap_or_default();
    let start = whole.rfind(entry).unwrap_or(0);
    let own: Vec<_> = problems
        .sorted()
        .into_iter()
        // The file was accepted without it, so whatever refuses it now is of its making.
        .filter(|problem| {
            !problem.warning || problem.at.as_ref().is_none_or(|at| at.start >= start)
        })
        .collect();
    if !own.is_empty() {
        let mut sources = Sources::default();
        sources.add(source);
        screen.problems(&own, &sources);
        screen.error(&format!("{WAIVERS} is left as it is"));
        return None;
    }
    let standing = standings(&list, &plan.waiver_rules, today).pop()?;
    let waiver = list.last()?;
    if !standing.applies() {
        let words = standing.words().unwrap_or_default();
        screen.error(&format!("{WAIVERS} is left as it is: the waiver {words}"));
        return None;
    }
    let same = |other: &&Waiver| other.scope == waiver.scope;
    if let Some(other) = list[..list.len() - 1].iter().find(same) {
        screen.error(&format!(
            "{} accepts this already, until {}: change that one, if its owner agrees",
            other.written,
            other.until_words()
        ));
        return None;
    }
    Some(waiver.clone())
}

fn list(plan: &Plan, day: Date, screen: &Screen) -> String {
    if plan.waivers.is_empty() {
        return format!("no waivers: there is nothing in {WAIVERS}\n");
    }
    let last = LastRun::read(plan);
    let head = ["what", "owner", "until", "days", "state", "used", "where"].map(str::to_owned);
    let mut rows = vec![head];
    let all = seen(plan, day);
    for one in &all {
        let used = last.as_ref().and_then(|last| last.used(one.waiver));
        let scope = format!(
            "{}{}",
            one.waiver.scope,
            if one.waiver.quarantine {
                ", quarantine"
            } else {
                ""
            }
        );
        rows.push([
            neutral::line(&scope),
            neutral::line(&one.waiver.owner),
            one.waiver.until_words(),
            one.left.map_or("-".to_owned(), |left| left.to_string()),
            one.word().to_owned(),
            used.map_or("-", |used| if used { "yes" } else { "no" })
                .to_owned(),
            one.waiver.written.to_string(),
        ]);
    }
    let mut text = table(&rows);
    for one in &all {
        let why = neutral::line(&one.waiver.why);
        if screen.style().verbose > 0 {
            text.push_str(&format!("{}: {why}\n", one.waiver.written));
        }
        for remark in one.remarks() {
            text.push_str(&format!("{} {remark}\n", one.waiver.written));
        }
    }
    let counting = all.iter().filter(|one| one.counts()).count();
    let budget = match plan.waiver_rules.most {
        Some(most) => format!(" of at most {most}"),
        None => String::new(),
    };
    let endless = all
        .iter()
        .filter(|one| one.counts() && one.left.is_none())
        .count();
    text.push_str(&format!(
        "{counting}{budget} count on {day}; {endless} without end\n"
    ));
    text
}

fn table(rows: &[[String; 7]]) -> String {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..7).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn list_json(plan: &Plan, day: Date) -> String {
    let last = LastRun::read(plan);
    let entry = |one: &Seen<'_>| {
        let waiver = one.waiver;
        json!({
            "written": waiver.written,
            "scope": waiver.scope.to_string(),
            "gate": waiver.scope.gate,
            "why": waiver.why,
            "owner": waiver.owner,
            "opened": waiver.opened.as_ref().ok().map(ToString::to_string),
            "until": waiver.until_words(),
            "days_left": one.left,
            "quarantine": waiver.quarantine,
            "state": one.word(),
            "counts": one.counts(),
            "used": last.as_ref().and_then(|last| last.used(waiver)),
            "renewed": one.renewed,
            "remarks": one.remarks(),
        })
    };
    let waivers: Vec<_> = seen(plan, day).iter().map(entry).collect();
    let whole = json!({
        "schema": "tollgate/waivers/1",
        "as_of": day.to_string(),
        "most": plan.waiver_rules.most,
        "waivers": waivers,
    });
    format!("{}\n", neutral::json(&whole.to_string()))
}
