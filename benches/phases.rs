//! What the board costs with a long ledger, whole process to whole process: `cargo bench --bench phases -- DIR`.
//!
//! `DIR` holds a ledger that `cargo bench --bench ledger -- keep 10000 DIR` made. A file of 30 phases and 40 gates is
//! put beside it, all of it is committed, and `tollgate phase status` is timed, best of nine.
#![allow(clippy::print_stdout, reason = "a benchmark reports on its output")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    let Some(folder) = words.next() else {
        println!("name a folder with a ledger: `cargo bench --bench phases -- DIR`");
        return;
    };
    let folder = Path::new(&folder);
    std::fs::write(folder.join("tollgate.yaml"), file()).expect("writes");
    if !folder.join(".git").exists() {
        git(folder, &["init", "-q"]);
    }
    git(folder, &["add", "-A"]);
    let author = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    git(
        folder,
        &[
            &author[..],
            &["commit", "-q", "--allow-empty", "-m", "state"],
        ]
        .concat(),
    );
    let status = || {
        let began = Instant::now();
        let ended = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["phase", "status"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .status();
        assert!(ended.expect("runs").success());
        began.elapsed()
    };
    let best = (0..9).map(|_| status()).min().unwrap_or(Duration::MAX);
    let records = std::fs::read_dir(folder.join(".tollgate/ledger"));
    let count = records.map_or(0, Iterator::count);
    println!("{count} records, 30 phases, 40 gates: phase status {best:.0?}, best of 9");
}

fn git(folder: &Path, arguments: &[&str]) {
    let ended = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .status();
    assert!(ended.expect("git").success());
}

fn file() -> String {
    let mut file = "version: 1\ngates:\n".to_owned();
    for gate in 0..40 {
        let _ = writeln!(file, "  gate-{gate}: {{ run: 'true' }}");
    }
    file += "phases:\n";
    for phase in 0..30 {
        let gates: Vec<String> = (0..40)
            .filter(|gate| (gate * 7 + phase * 3) % 5 < 2)
            .map(|gate| format!("gate-{gate}"))
            .collect();
        let after = match phase {
            0 => String::new(),
            _ => format!("after: phase-{}, ", phase - 1),
        };
        let _ = writeln!(
            file,
            "  phase-{phase}: {{ {after}gates: [{}] }}",
            gates.join(", ")
        );
    }
    file
}
