//! `phase complete`, killed at any moment: the ledger is whole, and nothing is complete without its record.
//!
//! Half of the kills are spread over the whole command, half fall around the moment at which the record comes to be,
//! which is watched for. `TOLLGATE_TEST_KILLS=1000` asks for more of them than every run of the tests can afford.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tollgate::ledger::Ledger;
use tollgate::model::Says;

use crate::support::{Project, Started, parents_are_there, record};

const FILE: &str = "gates: { a: { run: 'true' } }\nphases: { alpha: { gates: [a] } }\n";
const KILLS: usize = 400;
/// A project each; mostly they wait for git and the disk.
const THREADS: usize = 4;

/// Kills that a run of the tests makes.
fn kills() -> usize {
    let asked = std::env::var("TOLLGATE_TEST_KILLS").ok();
    asked.map_or(KILLS, |text| text.parse().expect("a number of kills"))
}

/// A fixed sequence that looks random (Knuth's MMIX generator).
struct Moments(u64);

impl Moments {
    /// A part of a time, up to the whole of it.
    fn part_of(&mut self, time: Duration) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let thousandths = u32::try_from((self.0 >> 33) % 1000).unwrap();
        time * thousandths / 1000
    }
}

/// Files that a writer has begun and not finished.
fn unfinished(ledger: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(ledger).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with(".unfinished"))
        .collect()
}

/// Waits until the writer has begun a file of its own in the ledger, or for so long.
fn writing(ledger: &Path, left: &BTreeSet<String>, longest: Duration) {
    let until = Instant::now() + longest;
    while Instant::now() < until && unfinished(ledger).is_subset(left) {
        std::thread::yield_now();
    }
}

/// What became of one kill.
#[derive(Default)]
struct Fate {
    recorded: usize,
    half: usize,
}

/// Completes, is killed, and is held to what it left.
fn killed(project: &Project, number: usize, whole: Duration, moments: &mut Moments) -> Fate {
    let folder = project.root.join(".tollgate/ledger");
    let before = Ledger::read(&project.root).unwrap().len();
    let left = unfinished(&folder);
    let started = Started::new(project.tollgate(&["phase", "complete", "alpha"]), None);
    if number.is_multiple_of(2) {
        std::thread::sleep(moments.part_of(whole));
    } else {
        writing(&folder, &left, whole);
        std::thread::sleep(moments.part_of(whole / 20));
    }
    started.signal(Signal::KILL);
    let ran = started.end();
    let mut ledger = Ledger::read(&project.root).unwrap();
    assert_eq!(ledger.broken(), [], "{ran}");
    assert!(parents_are_there(&ledger), "{ran}");
    let recorded = ledger.len() - before;
    assert!(recorded <= 1, "{recorded} records\n{ran}");
    if ran.stdout.contains("complete") {
        assert_eq!(recorded, 1, "it said that it is complete\n{ran}");
    }
    let half = unfinished(&folder).difference(&left).count();
    // Not every time: asking the program costs as much as a kill.
    if number.is_multiple_of(16) {
        let state = project.state("alpha");
        assert_eq!(state == "complete", recorded == 1, "{state}\n{ran}");
        project
            .call(&["verify"])
            .exits(if ledger.is_empty() { 2 } else { 0 });
    }
    if recorded == 1 {
        let completion = ledger.heads().remove(0);
        let says = Says::Reopen {
            completion,
            why: "again".to_owned(),
        };
        let mut reopen = record(says);
        reopen.phase = "alpha".to_owned();
        ledger.append(reopen, None).unwrap();
    }
    Fate { recorded, half }
}

#[test]
fn killed_at_any_moment_the_ledger_is_whole_and_nothing_is_complete_without_its_record() {
    let (kills, next) = (kills(), AtomicUsize::new(0));
    let fire = |seed: u64| {
        let project = Project::new(FILE).committed();
        let began = Instant::now();
        project.phase(&["decide", "alpha"]).exits(0);
        let whole = began.elapsed() * 5 / 4;
        let mut moments = Moments(seed);
        let mut all = (0, 0, 0);
        while let number @ 0.. = next.fetch_add(1, Ordering::Relaxed)
            && number < kills
        {
            let fate = killed(&project, number, whole, &mut moments);
            all = (all.0 + 1, all.1 + fate.recorded, all.2 + fate.half);
        }
        // The lock of the dead is taken over, and what they left is cleared away.
        project.phase(&["complete", "alpha"]).exits(0);
        project.call(&["verify"]).exits(0);
        all
    };
    let (done, recorded, half) = std::thread::scope(|scope| {
        let fire = &fire;
        let threads: Vec<_> = (0..THREADS as u64)
            .map(|seed| scope.spawn(move || fire(seed)))
            .collect();
        let each = threads.into_iter().map(|thread| thread.join().unwrap());
        each.fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2))
    });
    println!("{done} kills: {recorded} after the record, {half} in the middle of it");
    assert_eq!(done, kills);
    assert!(recorded > 0, "no kill came after the record");
    assert!(recorded < kills, "no kill came before the record");
}
