//! Every preset is registered, complete, clean and documented; nothing else lies in the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tollgate::config::{PRESETS, Preset, parameters};

use super::{for_each, gates, nothing, one_gate, project, tollgate, words, yaml};

/// Parameters that have no default, with a value that fits.
fn required(preset: &Value) -> Value {
    let params = preset["preset"]["params"].as_object().into_iter().flatten();
    params
        .filter(|(_, param)| param.get("default").is_none())
        .map(|(name, param)| {
            let value = match param["type"].as_str() {
                Some("count") => json!(0),
                Some("share") => json!("80%"),
                Some("duration") => json!("1m"),
                Some("size") => json!("1MB"),
                Some("flag") => json!(true),
                Some("choice") => param["choices"][0].clone(),
                _ => json!("some"),
            };
            (name.clone(), value)
        })
        .collect()
}

/// A file of one gate that uses the preset, with a gate before it where it only reads.
fn smallest(preset: &Preset) -> Value {
    let text = yaml(preset.text);
    let mut gate = json!({ "uses": preset.name });
    let with = required(&text);
    if with != json!({}) {
        gate["with"] = with;
    }
    let mut file = one_gate(&gate);
    if text["gate"].get("run").is_none() {
        file["gates"]["case"]["needs"] = json!("tool");
        file["gates"]["tool"] = json!({ "run": "make" });
    }
    file
}

#[test]
fn a_gate_that_only_uses_a_preset_is_clean() {
    let presets: Vec<&Preset> = PRESETS.iter().collect();
    for_each(&presets, |preset| {
        let output = tollgate(project(&smallest(preset)).path(), &["config", "check"]);
        let clean = output.status.success() && output.stderr.is_empty();
        if clean {
            Vec::new()
        } else {
            vec![format!("{}: {}", preset.name, words(&output))]
        }
    });
}

#[test]
fn a_gate_that_only_uses_a_preset_passes_on_no_bad_evidence() {
    let presets: Vec<&Preset> = PRESETS.iter().collect();
    for_each(&presets, |preset| {
        let arguments = ["config", "prove", "case"];
        let output = tollgate(project(&smallest(preset)).path(), &arguments);
        if output.status.success() {
            Vec::new()
        } else {
            vec![format!("{}: {}", preset.name, words(&output))]
        }
    });
}

#[test]
fn every_preset_says_all_that_people_ask() {
    let mut wrong = Vec::new();
    for preset in PRESETS {
        let mut no = |words: String| wrong.push(format!("{}: {words}", preset.name));
        let text = yaml(preset.text);
        let about = &text["preset"];
        for key in ["title", "why", "docs"] {
            if about[key].as_str().is_none_or(str::is_empty) {
                no(format!("no `{key}`"));
            }
        }
        if !about["needs"].is_array() {
            no("no `needs`".to_owned());
        }
        if about["docs"]
            .as_str()
            .is_some_and(|docs| !docs.starts_with("https://"))
        {
            no("`docs` is no address".to_owned());
        }
        if !preset.text.starts_with("# ") || !asks(preset).ends_with('?') {
            no("the first line is not the question that it asks".to_owned());
        }
        let params = about["params"].as_object().cloned().unwrap_or_default();
        for (name, param) in &params {
            if param["doc"].as_str().is_none_or(str::is_empty) || param["type"].is_null() {
                no(format!("`{name}` needs `type` and `doc`"));
            }
        }
        let declared: BTreeSet<&str> = params.keys().map(String::as_str).collect();
        let used = placeholders(preset.text);
        if used != declared {
            no(format!("declares {declared:?}, uses {used:?}"));
        }
    }
    nothing(wrong);
}

/// The question in the first line.
fn asks(preset: &Preset) -> &str {
    let first = preset.text.lines().next().unwrap_or_default();
    first.trim_start_matches("# ")
}

/// Names between double braces in the YAML itself, comments left out.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    lines
        .flat_map(|line| line.split("{{").skip(1))
        .filter_map(|rest| Some(rest.split_once("}}")?.0.trim()))
        .collect()
}

#[test]
fn every_status_means_one_thing() {
    let mut wrong = Vec::new();
    for preset in PRESETS {
        let gate = &yaml(preset.text)["gate"];
        if gate.get("run").is_none() {
            continue;
        }
        let mut meanings: BTreeMap<u8, Vec<&str>> = BTreeMap::new();
        for (meaning, list) in gate["exit"].as_object().into_iter().flatten() {
            for status in list.as_array().unwrap().iter().flat_map(statuses) {
                meanings.entry(status).or_default().push(meaning);
            }
        }
        for status in 0..=255 {
            let meaning = meanings.get(&status).map_or(&[][..], Vec::as_slice);
            if meaning.len() != 1 {
                wrong.push(format!("{}: {status} means {meaning:?}", preset.name));
            }
        }
    }
    nothing(wrong);
}

fn statuses(node: &Value) -> std::ops::RangeInclusive<u8> {
    let text = node
        .as_str()
        .map_or_else(|| node.to_string(), str::to_owned);
    let (low, high) = text.split_once('-').unwrap_or((&text, &text));
    low.parse().unwrap()..=high.parse().unwrap()
}

/// Every file below a folder, as a path below it.
fn files(top: &Path) -> Vec<String> {
    let walk = ignore::WalkBuilder::new(top)
        .standard_filters(false)
        .build();
    let entries = walk
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file());
    let below = |path: &Path| path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
    entries.map(|entry| below(entry.path())).collect()
}

#[test]
fn every_file_of_the_catalogue_belongs_to_a_registered_preset() {
    let wrong = files(&gates()).into_iter().filter(|path| {
        let parts: Vec<&str> = path.split('/').collect();
        let known =
            |stack: &str, name: &str| PRESETS.iter().any(|p| p.name == format!("{stack}/{name}"));
        let good = match parts.as_slice() {
            ["README.md"] => true,
            [stack, file] => file
                .strip_suffix(".yaml")
                .is_some_and(|name| known(stack, name)),
            [
                stack,
                "cases",
                name,
                "pass" | "fail",
                "case.yaml" | "stdout" | "stderr",
            ] => known(stack, name),
            [stack, "cases", name, "pass" | "fail", "tree", ..] => known(stack, name),
            _ => false,
        };
        !good
    });
    nothing(wrong.collect());
}

#[test]
fn nothing_in_the_catalogue_tells_of_the_machine_it_was_made_on() {
    let mut wrong = Vec::new();
    for path in files(&gates()) {
        let text = fs::read_to_string(gates().join(&path)).unwrap();
        let folders = ["home", "root", "tmp", "Users", "work", "var/folders"];
        let folders = folders.map(|name| format!("/{name}/"));
        for root in folders.iter().map(String::as_str).chain(["C:\\"]) {
            let foreign = |(at, _): &(usize, &str)| !text[*at..].starts_with("/home/user/project");
            wrong.extend(text.match_indices(root).filter(foreign).map(|(at, _)| {
                let line = text[..at].matches('\n').count() + 1;
                format!("{path}:{line}: {root}")
            }));
        }
        let hosts = text.split("hostname=\"").skip(1);
        wrong.extend(
            hosts
                .filter(|rest| !rest.starts_with("host\""))
                .map(|_| format!("{path}: host name")),
        );
    }
    nothing(wrong);
}

/// The row of a preset in gates/README.md, from the preset itself. What `exec` starts is needed too.
fn row(preset: &Preset) -> String {
    let params = parameters(preset).into_iter().map(|(name, default, _)| {
        if default.is_empty() {
            format!("`{name}`")
        } else {
            format!("`{name}` (`{default}`)")
        }
    });
    let about = &yaml(preset.text)["preset"];
    let exec = about["params"]["exec"]["default"].as_str();
    let starts = exec.and_then(|exec| exec.split(' ').find(|word| !word.is_empty()));
    let mut needs = preset.needs();
    needs.extend(starts.map(str::to_owned));
    let needs = Some(needs.join(", ")).filter(|needs| !needs.is_empty());
    format!(
        "| [`{0}`]({0}.yaml) | {1} | {2} | {3} |",
        preset.name,
        asks(preset),
        needs.as_deref().unwrap_or("–"),
        params.collect::<Vec<_>>().join(", ")
    )
}

#[test]
fn the_tables_of_the_readme_are_what_the_presets_say() {
    let readme = fs::read_to_string(gates().join("README.md")).unwrap();
    let rows: BTreeSet<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| [`"))
        .collect();
    let wanted: Vec<String> = PRESETS.iter().map(row).collect();
    let missing = wanted.iter().filter(|row| !rows.contains(row.as_str()));
    let mut wrong: Vec<String> = missing.map(|row| format!("missing: {row}")).collect();
    let surplus = rows
        .iter()
        .filter(|row| !wanted.iter().any(|one| one == *row));
    wrong.extend(surplus.map(|row| format!("not so:  {row}")));
    nothing(wrong);
}
