//! The processes of one command, wherever they went, and how they are ended: TERM, a grace, KILL.
//!
//! A process belongs to a command by its group, by descent, by having been seen so before, or, once orphaned, by
//! the marker in its environment. Orphans that gave up even the marker belong to the last command that is left.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rustix::process::{Signal, WaitOptions, getpgrp, kill_process, kill_process_group, waitpid};

use super::table::{self, Process};
use super::{MARKER, Stopped, leaders, orphans};

/// How long KILL may take to show before a process is called unkillable.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// The processes of one command.
pub(super) struct Tree {
    leader: i32,
    marker: Vec<u8>,
    /// Birth by number of every process that once belonged.
    seen: BTreeMap<i32, u64>,
    /// Look for the marker in all processes, not only in orphans: for a guard whose run is dead.
    everywhere: bool,
    /// Take every orphan, whoever's it was: nothing of this process runs any more.
    last: bool,
}

/// What waiting means for the caller: it drains pipes meanwhile. Says whether the grace is over early.
pub(super) type Pump<'p> = &'p mut dyn FnMut(Duration) -> bool;

impl Tree {
    /// The tree below the process `leader`.
    pub(super) fn new(leader: i32, marker: &str) -> Tree {
        Tree {
            leader,
            marker: marker.as_bytes().to_vec(),
            last: false,
            seen: BTreeMap::new(),
            everywhere: false,
        }
    }

    /// The same, of a run that is gone.
    pub(super) fn abandoned(leader: i32, marker: &str) -> Tree {
        Tree {
            everywhere: true,
            ..Tree::new(leader, marker)
        }
    }

    /// Whether something of it may be left; exact when false, and then nearly free.
    pub(super) fn may_linger(&self) -> bool {
        let group = table::as_pid(self.leader);
        group.is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
            || orphans::possible(self.leader)
    }

    /// Everybody in it who is alive; reaps dead orphans by the way.
    pub(super) fn members(&mut self) -> Vec<Process> {
        let (table, alone) = leaders::look(table::read);
        let mine = self.mine(&table, alone);
        reap(&table);
        let mut members: Vec<Process> = table
            .into_iter()
            .filter(|process| mine.contains(&process.pid) && !process.zombie)
            .collect();
        members.sort_by_key(|process| process.pid);
        for process in &members {
            self.seen.insert(process.pid, process.born);
        }
        members
    }

    fn mine(&self, table: &[Process], alone: bool) -> BTreeSet<i32> {
        let (own, group) = (table::own(), getpgrp().as_raw_nonzero().get());
        let orphaned = |process: &Process| {
            process.parent == own && process.group != group && !leaders::contains(process.pid)
        };
        let belongs = |process: &&Process| {
            process.group == self.leader
                || self.seen.get(&process.pid) == Some(&process.born)
                || (orphaned(process) && (self.last || self.marked(process.pid, alone, true)))
                || (self.everywhere && self.marked(process.pid, false, false))
        };
        let mut mine: BTreeSet<i32> = table
            .iter()
            .filter(belongs)
            .map(|process| process.pid)
            .collect();
        mine.remove(&own);
        loop {
            let below =
                |process: &&Process| mine.contains(&process.parent) && !mine.contains(&process.pid);
            let more: Vec<i32> = table
                .iter()
                .filter(below)
                .map(|process| process.pid)
                .collect();
            if more.is_empty() {
                return mine;
            }
            mine.extend(more);
        }
    }

    /// Whether a process carries the marker. One that carries none, because it cleared its environment, is taken
    /// too when no other command is left that it could belong to; one that carries another is left to its own.
    fn marked(&self, pid: i32, alone: bool, patient: bool) -> bool {
        match table::variable(pid, MARKER, patient) {
            Some(marker) => marker == self.marker,
            None => alone,
        }
    }

    /// Ends everybody: TERM, up to `grace` while `pump` waits, then KILL. Returns who was ended, and who would not.
    pub(super) fn end(&mut self, grace: Duration, pump: Pump<'_>) -> Ending {
        let mut ending = Ending::default();
        let mut members = self.members();
        self.signal(&members, Signal::TERM);
        // A stopped process would sleep through TERM.
        self.signal(&members, Signal::CONT);
        ending.note(&members, "TERM");
        let until = Instant::now() + grace;
        let mut pause = Duration::from_millis(2);
        while !members.is_empty() && Instant::now() < until {
            let left = until.saturating_duration_since(Instant::now());
            if pump(pause.min(left)) {
                break;
            }
            pause = (pause * 2).min(Duration::from_millis(50));
            members = self.members();
        }
        let until = Instant::now() + LAST_WAIT;
        pause = Duration::from_millis(1);
        while !members.is_empty() && Instant::now() < until {
            self.signal(&members, Signal::KILL);
            ending.note(&members, "KILL");
            pump(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
            members = self.members();
        }
        ending.survivors = members;
        ending
    }

    fn signal(&self, members: &[Process], signal: Signal) {
        // One call for the group reaches also those who were born since the table was read.
        if members.iter().any(|process| process.group == self.leader)
            && let Some(group) = table::as_pid(self.leader)
        {
            let _ = kill_process_group(group, signal);
        }
        for process in members
            .iter()
            .filter(|process| process.group != self.leader)
        {
            if let Some(pid) = process.id() {
                let _ = kill_process(pid, signal);
            }
        }
    }
}

/// Who was ended.
#[derive(Default)]
pub(super) struct Ending {
    stopped: BTreeMap<i32, Stopped>,
    survivors: Vec<Process>,
}

impl Ending {
    fn note(&mut self, members: &[Process], signal: &'static str) {
        for process in members {
            let (pid, name) = (process.pid, process.name.clone());
            self.stopped.insert(pid, Stopped { pid, name, signal });
        }
    }

    /// Everybody that got a signal, by number.
    pub(super) fn stopped(self) -> Vec<Stopped> {
        self.stopped.into_values().collect()
    }

    /// Who is still there, in words.
    pub(super) fn trouble(&self) -> Option<String> {
        let names = self
            .survivors
            .iter()
            .map(|one| format!("`{}` (pid {})", one.name, one.pid));
        let names = names.collect::<Vec<_>>().join(", ");
        (!names.is_empty()).then(|| format!("{names} could not be ended; end it by hand"))
    }
}

/// Reaps dead orphans, each by its number: children of this room are left to the threads that wait for them.
fn reap(table: &[Process]) {
    let (own, group) = (table::own(), getpgrp().as_raw_nonzero().get());
    let dead = table
        .iter()
        .filter(|one| one.zombie && one.parent == own && one.group != group);
    let dead: Vec<i32> = dead.map(|one| one.pid).collect();
    if dead.is_empty() {
        return;
    }
    leaders::look(|| {
        for pid in dead.into_iter().filter(|pid| !leaders::contains(*pid)) {
            let _ = waitpid(table::as_pid(pid), WaitOptions::NOHANG);
        }
    });
}

/// Ends every orphan that no command is left for.
pub(super) fn sweep(grace: Duration) -> Vec<Stopped> {
    let mut tree = Tree {
        last: true,
        ..Tree::new(-1, "\n")
    };
    let mut wait = |pause| {
        std::thread::sleep(pause);
        false
    };
    if !orphans::possible(0) {
        return Vec::new();
    }
    tree.end(grace, &mut wait).stopped()
}
