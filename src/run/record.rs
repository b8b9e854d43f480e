//! The end of a run: the subject is compared, the verdict put together, durations kept.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::engine::Engine;
use super::{Apart, Finished, PolicyCheck, Request, decide, hygiene};
use crate::config::Plan;
use crate::model::{
    GateRun, GateVerdict, Measure, Outcome, RunRecord, Subject, SubjectState, Termination,
    VerdictDocument, digest, hex,
};
use crate::policy::readiness;
use crate::store::{Durations, Skipped, prune};

/// The longest that leftovers of a run get between TERM and KILL.
const GRACE: Duration = Duration::from_secs(2);

/// A sortable id of a run: its moment, and a digest that keeps runs of one moment apart.
pub(super) fn run_id(request: &Request) -> String {
    let stamp = request.now.strftime("%Y%m%dT%H%M%SZ");
    let mut hash = Sha256::new();
    hash.update(request.now.as_nanosecond().to_le_bytes());
    hash.update(std::process::id().to_le_bytes());
    hash.update(request.plan.root.as_os_str().as_encoded_bytes());
    format!("{stamp}-{}", &hex(&hash.finalize())[..8])
}

/// The command that shows a gate again, in the work tree or of another revision.
pub(super) fn again(gate: &str, apart: Option<&Apart>) -> String {
    let mut again = format!("tollgate run {gate}");
    if let Some(apart) = apart {
        again.push_str(&format!(" --ref {}", quoted(&apart.name)));
        if let Some(into) = &apart.merged_into {
            again.push_str(&format!(" --merged-into {}", quoted(into)));
        }
    }
    again
}

/// Whether a name needs no quotes in a shell.
pub(super) fn is_plain(name: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    name.chars().all(safe)
}

fn quoted(name: &str) -> String {
    if is_plain(name) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

/// The name of the file that a plan was read from.
pub(super) fn file_of(plan: &Plan) -> &str {
    let first = plan.sources.iter().next();
    first.map_or(crate::config::FILE_NAME, |source| &source.name)
}

/// The command that shows the difference of policies again.
pub(super) fn again_policy(check: &PolicyCheck) -> String {
    match check {
        PolicyCheck::Compared { diff, .. } => format!("tollgate policy diff {}", diff.from),
        PolicyCheck::Unknown { .. } => "tollgate policy diff".to_owned(),
    }
}

/// Puts everything together.
pub(super) async fn finish(engine: Engine) -> Finished {
    // Before what is left of the run's processes is looked for: this one is ours.
    engine.shared.origin.close();
    let (subject, moved) = subject(&engine).await;
    if let Some(around) = &engine.shared.around {
        engine.state().notes.extend(around.notes());
    }
    // Beside others, what is left may be theirs: whoever runs several sweeps after all of them.
    if engine.request.apart.is_none() {
        let leftovers = exec_sweep().await;
        engine.state().notes.extend(leftovers);
    }
    // On a laptop somebody may be typing; in a work tree of its own nobody is.
    let moved_blocks = engine.request.ci || engine.request.phase || engine.request.apart.is_some();
    if !moved.is_empty() {
        let shown = moved.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more = if moved.len() > 5 {
            format!(" and {} more", moved.len() - 5)
        } else {
            String::new()
        };
        let effect = if moved_blocks {
            "the verdict is about no tree: no go"
        } else {
            "the verdict is about no single tree"
        };
        engine.state().notes.push(format!(
            "the tree moved while the gates ran ({shown}{more}): {effect}"
        ));
    }
    let (mut verdicts, mut runs): (Vec<GateVerdict>, Vec<GateRun>) = (Vec::new(), Vec::new());
    let ended = std::mem::take(&mut engine.state().done);
    let (mut quarantined, mut accepted) = (Vec::new(), BTreeMap::new());
    let mut tests = BTreeMap::new();
    for done in ended.into_values() {
        quarantined.push((done.verdict.id.clone(), done.quarantine));
        accepted.insert(done.verdict.id.clone(), done.accepted);
        tests.extend(done.tests.map(|names| (done.verdict.id.clone(), names)));
        verdicts.push(done.verdict);
        runs.push(done.run);
    }
    keep_durations(&engine, &runs);
    keep_skips(&engine).await;
    let passes = engine.shared.plan.waiver_rules.passes;
    // How steady a test is shows on what is checked out, not on each revision that somebody asks about.
    let counted = match engine.request.apart {
        Some(_) => &[][..],
        None => &quarantined,
    };
    let steady = hygiene::of_quarantine(&engine.shared.store, passes, counted);
    let renewed = hygiene::of_history(&engine).await;
    engine
        .state()
        .notes
        .extend(renewed.into_iter().chain(steady));
    if let Some((verdict, run)) = engine.policy.clone() {
        verdicts.push(verdict);
        runs.insert(0, run);
    }
    verdicts.sort_by(|a, b| a.id.cmp(&b.id));
    let verdict = VerdictDocument {
        decision: decide(&verdicts, subject.state, moved_blocks),
        subject,
        tollgate: env!("CARGO_PKG_VERSION").to_owned(),
        policy: engine.shared.plan.digest.clone(),
        as_of: engine.request.today.to_string(),
        readiness: score(&engine, &verdicts),
        waivers: engine.shared.waivers.states(&engine.shared.plan, &verdicts),
        gates: verdicts,
    };
    let (commit, interrupted, notes) = {
        let mut state = engine.state();
        let commit = state
            .start
            .as_ref()
            .and_then(|start| start.state.commit.clone());
        (commit, state.interrupted, std::mem::take(&mut state.notes))
    };
    let run = RunRecord {
        id: engine.shared.run_id.clone(),
        started: engine.request.now.to_string(),
        duration_ms: u64::try_from(engine.shared.began.elapsed().as_millis()).unwrap_or(u64::MAX),
        jobs: engine.request.jobs.most(),
        tollgate: env!("CARGO_PKG_VERSION").to_owned(),
        machine: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        commit,
        reference: engine
            .request
            .apart
            .as_ref()
            .map(|apart| apart.name.clone()),
        merged_into: engine
            .request
            .apart
            .as_ref()
            .and_then(|apart| apart.merged_into.clone()),
        phase: engine.request.tests_then.phase.clone(),
        interrupted,
        due: Vec::new(),
        unwritten: false,
        notes,
        gates: runs,
    };
    let wrote = run.gates.iter().map(|gate| gate.output_bytes).sum();
    prune(&engine.shared.store, &engine.shared.run_id, wrote);
    let outcome = Outcome {
        digest: digest(&verdict),
        verdict,
        run,
    };
    Finished {
        outcome,
        accepted,
        tests,
        counted: counted_from(&engine),
        differs: differs(&engine),
        folder: engine.shared.folder.clone(),
    }
}

fn differs(engine: &Engine) -> Vec<String> {
    let start = engine.shared.start.get();
    let files = start
        .into_iter()
        .flat_map(|start| start.content.files.keys());
    files.cloned().collect()
}

/// What changed lines were counted from, where a gate asked.
fn counted_from(engine: &Engine) -> Option<String> {
    let changes = engine.shared.changes.get()?.as_ref().ok()?;
    let nothing = if changes.files.is_empty() {
        ": no line changed since, so none was judged"
    } else {
        ""
    };
    let from = &changes.counted;
    Some(format!("changed lines are counted from {from}{nothing}"))
}

/// How much of what blocks holds, by weight.
fn score(engine: &Engine, verdicts: &[GateVerdict]) -> Option<Measure> {
    let gates = engine.shared.plan.gates.iter();
    let weights: BTreeMap<&str, u64> = gates.map(|gate| (gate.id.as_str(), gate.weight)).collect();
    readiness(verdicts.iter().map(|verdict| {
        let weight = weights.get(verdict.id.as_str()).copied().unwrap_or(1);
        (weight, verdict.enforce, verdict.verdict)
    }))
}

async fn subject(engine: &Engine) -> (Subject, Vec<String>) {
    let nothing = |state| {
        (
            Subject {
                id: String::new(),
                state,
            },
            Vec::new(),
        )
    };
    let Some(start) = engine.state().start.clone() else {
        if engine.shared.repository.is_none() {
            return nothing(SubjectState::NoGit);
        }
        // There is git and it did not answer: the verdict must not pass for one about a known tree.
        return nothing(SubjectState::Dirty);
    };
    let before = start.content.subject.clone();
    let ours = engine.ours.clone();
    match tokio::task::spawn_blocking(move || start.after(&ours)).await {
        Ok(Ok(after)) => after,
        Ok(Err(words)) => {
            engine.state().notes.push(format!(
                "git does not answer any more, so whether the tree moved is unknown: {words}"
            ));
            (
                Subject {
                    state: SubjectState::Moved,
                    ..before
                },
                Vec::new(),
            )
        }
        Err(_) => nothing(SubjectState::Moved),
    }
}

/// Ends what commands left behind and no command could be blamed for.
pub(super) async fn exec_sweep() -> Vec<String> {
    let stopped = tokio::task::spawn_blocking(|| crate::exec::sweep(GRACE))
        .await
        .unwrap_or_default();
    stopped
        .iter()
        .map(|one| format!("a process that left its gate was ended: {one}"))
        .collect()
}

/// Who skipped what, for whoever decides a phase later. Git is asked only when something was.
async fn keep_skips(engine: &Engine) {
    let request = &engine.request;
    let selected = |gate: &str| {
        let gates = request.selection.gates.iter();
        gates
            .map(|&index| &request.plan.gates[index])
            .any(|one| one.id == gate)
    };
    let skips: Vec<_> = (request.skip.iter())
        .filter(|skip| selected(&skip.gate))
        .map(|skip| {
            (
                skip.gate.clone(),
                engine.shared.mask.text(&skip.why).into_owned(),
            )
        })
        .collect();
    if skips.is_empty() {
        return;
    }
    let (at, store) = (request.now, engine.shared.store.clone());
    let repository = engine.shared.repository.clone();
    let kept = tokio::task::spawn_blocking(move || {
        let who = repository.and_then(|repository| repository.person());
        let who = who.map_or_else(
            || "somebody whom git does not name".to_owned(),
            |(name, email)| format!("{name} <{email}>"),
        );
        let skipped = skips.into_iter().map(|(gate, why)| Skipped {
            at,
            who: who.clone(),
            gate,
            why,
        });
        Skipped::append(&store, &skipped.collect::<Vec<_>>())
    });
    if !matches!(kept.await, Ok(Ok(()))) {
        let words = "that a gate was skipped cannot be kept for the next decision on a phase";
        engine.state().notes.push(words.to_owned());
    }
}

/// Only times of commands that ended by themselves say how long the gate takes.
fn keep_durations(engine: &Engine, runs: &[GateRun]) {
    let whole = runs
        .iter()
        .filter(|run| matches!(run.ended, Some(Termination::Exit(_))));
    // History only speeds things up: losing it must not change anything else.
    let _ = Durations::append(
        &engine.shared.store,
        whole.map(|run| (run.id.as_str(), run.duration_ms)),
    );
}
