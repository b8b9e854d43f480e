//! Writers that are killed at any moment: the ledger is never broken, and what a writer said is there, is there.
//!
//! The writer is this test program itself, started again with the folder in a variable.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tollgate::ledger::Ledger;

use crate::support::{parents_are_there, sign_off};

const FOLDER: &str = "TOLLGATE_IT_LEDGER";
const KILLS: u64 = 1000;
/// A new ledger after so many kills, so that reading it stays quick.
const EACH: u64 = 50;
/// Mostly they wait for the disk.
const THREADS: usize = 4;

/// Nothing by itself; the writer of the test below.
#[test]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let mut ledger = Ledger::read(Path::new(&folder)).unwrap();
    println!("\nready");
    // It is killed long before; the bound keeps it from outliving a test that died.
    for number in 0..100_000 {
        let entry = ledger.append(sign_off(&number.to_string()), None).unwrap();
        println!("\nwrote {}", entry.digest);
    }
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "ledger_kill::writer",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(FOLDER, folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a writer some time after it began, and gives what it said it had written.
fn killed(folder: &Path, after: Duration) -> Vec<String> {
    let mut child = start(folder);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let began = lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line == "ready");
    assert!(began, "the writer did not begin");
    std::thread::sleep(after);
    child.kill().unwrap();
    child.wait().unwrap();
    let said = lines.map_while(Result::ok);
    said.filter_map(|line| line.strip_prefix("wrote ").map(str::to_owned))
        // The last line may be cut.
        .filter(|digest| digest.len() == 64)
        .collect()
}

/// How long a record takes here and now.
fn pace() -> Duration {
    const MANY: u32 = 20;
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::read(folder.path()).unwrap();
    let began = Instant::now();
    for number in 0..MANY {
        ledger.append(sign_off(&number.to_string()), None).unwrap();
    }
    began.elapsed() / MANY
}

/// Kills the writers of one ledger again and again; gives how many records came to be.
fn ledger_under_fire(seed: u64, pace: Duration) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let mut known = 0;
    let mut moment = seed;
    for _ in 0..EACH {
        // A fixed sequence of moments that look random (Knuth's MMIX generator).
        moment = moment
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let thousandths = u32::try_from((moment >> 33) % 2500).unwrap();
        let said = killed(folder.path(), pace * thousandths / 1000);
        let ledger = Ledger::read(folder.path()).unwrap();
        assert_eq!(ledger.broken(), []);
        assert!(parents_are_there(&ledger));
        for digest in &said {
            assert!(
                ledger.entry(digest).is_some(),
                "{digest} was written and is gone"
            );
        }
        assert!(ledger.len() >= known + said.len());
        known = ledger.len();
    }
    // One chain: each writer went on from what the one before it left.
    let heads = Ledger::read(folder.path()).unwrap().heads().len();
    assert_eq!(heads, known.min(1));
    known
}

#[test]
fn a_thousand_kills_leave_no_broken_record_and_lose_none() {
    let pace = pace();
    let next = AtomicU64::new(0);
    let written: usize = std::thread::scope(|scope| {
        let fire = || {
            let seeds = std::iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)));
            let seeds = seeds.take_while(|seed| *seed < KILLS / EACH);
            seeds
                .map(|seed| ledger_under_fire(seed, pace))
                .sum::<usize>()
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(fire)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert!(
        written > 100,
        "killed too early to prove anything: {written}"
    );
}
