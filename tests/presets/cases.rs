//! Every preset has a passing and a failing case, and each comes out as it was recorded.

use std::path::PathBuf;

use serde_json::Value;
use tollgate::config::{PRESETS, Preset};

use super::{for_each, gates, judged, nothing, read_yaml, replayed, words, yaml};

/// Folder of a case: `gates/<stack>/cases/<name>/<which>`.
fn case_folder(preset: &str, which: &str) -> PathBuf {
    let (stack, name) = preset
        .split_once('/')
        .expect("presets are named stack/name");
    gates().join(stack).join("cases").join(name).join(which)
}

/// A fact by its dotted name below the gate; the parts of a share have names of their own.
fn fact<'a>(facts: &'a Value, name: &str) -> Option<&'a Value> {
    let whole = format!("case.{name}");
    facts.get(&whole).or_else(|| {
        let (share, part) = whole.rsplit_once('.')?;
        facts.get(share)?.get(part)
    })
}

fn judge_case((preset, which): &(&Preset, &str)) -> Vec<String> {
    let folder = case_folder(preset.name, which);
    let case = read_yaml(&folder.join("case.yaml"));
    let project = replayed(preset, &case, &folder);
    let (gate, output) = judged(project.path());
    let name = format!("{} {which}", preset.name);
    let mut wrong = Vec::new();
    let code = if *which == "pass" { 0 } else { 1 };
    if gate["verdict"] != case["verdict"] || output.status.code() != Some(code) {
        wrong.push(format!(
            "{name}: is {}, exit {:?}\n{}",
            gate["verdict"],
            output.status.code(),
            words(&output)
        ));
    }
    for (key, wanted) in case["facts"].as_object().into_iter().flatten() {
        let got = fact(&gate["facts"], key);
        if got != Some(wanted) {
            wrong.push(format!("{name}: {key} is {got:?}, not {wanted}"));
        }
    }
    wrong
}

#[test]
fn every_case_comes_out_as_recorded() {
    let both = |preset| [(preset, "pass"), (preset, "fail")];
    let cases: Vec<(&Preset, &str)> = PRESETS.iter().flat_map(both).collect();
    for_each(&cases, judge_case);
}

#[test]
fn every_case_says_where_it_comes_from() {
    let keys = ["exit", "verdict", "tool", "made", "source", "facts", "with"];
    let mut wrong = Vec::new();
    for (preset, which) in PRESETS.iter().flat_map(|p| [(p, "pass"), (p, "fail")]) {
        let case = read_yaml(&case_folder(preset.name, which).join("case.yaml"));
        let mut no = |words: &str| wrong.push(format!("{} {which}: {words}", preset.name));
        if case
            .as_object()
            .unwrap()
            .keys()
            .any(|key| !keys.contains(&key.as_str()))
        {
            no("a key that means nothing");
        }
        if case["verdict"] != *which || !case["exit"].is_u64() || !case["tool"].is_string() {
            no("`exit`, `verdict` and `tool` are needed, and the verdict is the folder's");
        }
        if case["made"].as_bool() != Some(case.get("source").is_some()) {
            no("what was made names its `source`, what was recorded has none");
        }
        let judged = ["tests", "coverage", "findings", "metrics"];
        let gate = &yaml(preset.text)["gate"];
        if judged.iter().any(|kind| gate.get(kind).is_some()) && case.get("facts").is_none() {
            no("no `facts`");
        }
    }
    nothing(wrong);
}
