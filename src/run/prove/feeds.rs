//! Reports that no gate may pass on, as files in its declared format: missing, stale, empty, broken, and whole with nothing
//! in them.

use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use super::asked::{Bench, LATER, strict, why};
use crate::gate::{Content, Elsewhere, Facts, Gate, Reports};
use crate::model::{Began, Feed, PhaseBegan, Proving, Termination, Tooth};
use crate::policy::Glob;
use crate::report::{Empty, FORMATS, ReportFormat};
use crate::run::collect::{Sources, collect};
use crate::run::fresh::{Found, Match};
use crate::run::weigh::Part;

/// Copies of a report at most, where a gate wants so many.
const COPIES: u64 = 64;
/// The commit that reports of an earlier step belong to.
const COMMIT: &str = "1111111111111111111111111111111111111111";

/// One feed.
struct Fed<'a> {
    feed: Feed,
    title: String,
    /// Bytes of each report; none for no report.
    bytes: Option<&'a [u8]>,
    fresh: bool,
    /// It says of itself that something is bad: whether that is too much is for the bounds.
    bad: bool,
    /// Another format of the kind takes it for a clean report: staying green is a warning.
    shared: bool,
    /// It is what a clean run leaves, so only a status that speaks against it is asked.
    clean: bool,
}

/// Feeds a judge what every reader of reports is fed.
pub(super) fn of_reports(
    bench: &Bench<'_>,
    judge: &dyn Gate,
    reports: &Reports,
) -> io::Result<Vec<Proving>> {
    let formats: Vec<&'static dyn ReportFormat> = match reports.declared() {
        Some(format) => vec![format],
        None => FORMATS
            .iter()
            .copied()
            .filter(|format| format.kind() == reports.kind)
            .collect(),
    };
    let silent = reports
        .declared()
        .is_some_and(|format| format.empty_is_clean());
    let plain = |feed, title: &str, bytes, fresh| Fed {
        feed,
        title: title.to_owned(),
        bytes,
        fresh,
        bad: false,
        shared: false,
        clean: false,
    };
    let example = formats
        .first()
        .map_or(&b""[..], |format| format.examples().bad.as_bytes());
    let mut feeds = vec![plain(Feed::Missing, "no report", None, true)];
    let streams_only = reports.file_patterns().is_empty();
    if !streams_only {
        feeds.push(plain(
            Feed::Stale,
            "a report of an earlier run",
            Some(example),
            false,
        ));
    }
    feeds.push(Fed {
        clean: silent,
        ..plain(Feed::Empty, "a report of no bytes", Some(b""), true)
    });
    feeds.push(plain(
        Feed::Broken,
        "a page that says 502",
        Some(b"<html><body>502 Bad Gateway</body></html>\n"),
        true,
    ));
    feeds.push(plain(
        Feed::Broken,
        "bytes that mean nothing",
        Some(b"\x7fELF\x02\x01\x00\x00\xff\xfe"),
        true,
    ));
    for format in &formats {
        feeds.extend(of_format(*format, &formats));
    }
    let mut proven = Vec::new();
    for fed in &feeds {
        for how in bench.ends() {
            let good = matches!(&how, Some(Termination::Exit(status)) if bench.gate.exit.good() == Some(*status));
            if fed.clean && (good || how.is_none()) {
                continue;
            }
            proven.push(feed(bench, judge, reports, fed, how)?);
        }
    }
    Ok(proven)
}

/// Half of a report, one with nothing in it, one of something bad.
fn of_format<'a>(
    format: &'static dyn ReportFormat,
    all: &[&'static dyn ReportFormat],
) -> Vec<Fed<'a>> {
    let examples = format.examples();
    let name = format.name();
    let whole = examples.bad.trim_end();
    let half = (0..=whole.len() / 2)
        .rev()
        .find(|at| whole.is_char_boundary(*at));
    let fed = |feed, title: String, bytes: &'static str| Fed {
        feed,
        title,
        bytes: Some(bytes.as_bytes()),
        fresh: true,
        bad: false,
        shared: false,
        clean: false,
    };
    let mut feeds = vec![fed(
        Feed::Broken,
        format!("half a report ({name})"),
        &whole[..half.unwrap_or(0)],
    )];
    if let Empty::Nothing(text) = examples.empty {
        let title = format!("a report with nothing in it ({name})");
        let takes = |other: &&'static dyn ReportFormat| matches!(other.examples().empty, Empty::Clean(clean) if clean == text);
        feeds.push(Fed {
            shared: all.iter().any(takes),
            ..fed(Feed::Zero, title, text)
        });
    }
    let bad = fed(Feed::Bad, format!("a bad report ({name})"), examples.bad);
    feeds.push(Fed { bad: true, ..bad });
    feeds
}

fn feed(
    bench: &Bench<'_>,
    judge: &dyn Gate,
    reports: &Reports,
    fed: &Fed<'_>,
    how: Option<Termination>,
) -> io::Result<Proving> {
    bench.scratch.empty()?;
    let copies = reports
        .expect
        .as_ref()
        .map_or(1, |expect| expect.value.clamp(1, COPIES));
    let mut files: Vec<String> = Vec::new();
    for copy in 0..copies {
        if let Some(bytes) = fed.bytes {
            let path = format!("probe-{copy}");
            bench.scratch.put(&path, &Content::Bytes(bytes.to_vec()))?;
            files.push(path);
        }
    }
    let streams: Vec<(&'static str, PathBuf)> = ["stdout", "stderr"]
        .into_iter()
        .filter(|stream| reports.reads_stream(stream))
        .zip(files.first().into_iter().cycle())
        .map(|(stream, path)| (stream, bench.scratch.path().join(path)))
        .collect();
    let found = |_: &Glob| {
        let found = files.iter().map(|path| Match {
            path: path.into(),
            fresh: fed.fresh,
        });
        Found {
            matches: found.collect(),
            unseen: Vec::new(),
        }
    };
    let (commit, env) = commit_of(reports);
    let commit = if fed.fresh {
        commit
    } else {
        Some("0".repeat(40))
    };
    let explained = how
        .as_ref()
        .is_some_and(|how| bench.gate.exit.explains_missing_reports(how));
    let began = beginning(bench.now, fed.fresh);
    let sources = Sources {
        names: false,
        root: bench.scratch.path(),
        streams: &streams,
        matches: &found,
        now: moment(bench.now, reports, fed.fresh),
        commit: commit.as_deref(),
        env: &env,
        explained,
        sieve: None,
        phase_began: Some(&began),
    };
    let collected = collect(reports, &sources);
    let read = !collected.reports.is_empty() && collected.reasons.is_empty();
    let part = Part {
        judge,
        collected,
        given: strict(),
    };
    let verdict = bench.verdict(Some(part), &Facts::default(), how.as_ref());
    let tooth = match bench.of_absence(&verdict) {
        // It was understood; the bounds allow as much, and are asked about themselves.
        Tooth::Green if fed.bad && read => Tooth::Allowed,
        Tooth::Green if fed.shared => Tooth::Open,
        tooth => tooth,
    };
    Ok(Proving {
        kind: judge.kind().to_owned(),
        feed: fed.feed,
        fed: fed.title.clone(),
        exit: how.as_ref().map(ToString::to_string),
        tooth,
        verdict: Some(verdict.verdict),
        against: None,
        bound: None,
        written: Some(reports.at.place()),
        why: match tooth {
            Tooth::Open => {
                Some("other tools write the same when they are clean: say `format:`".to_owned())
            }
            tooth => why(tooth, &verdict),
        },
    })
}

/// The commit of HEAD that makes a report of an earlier step belong to it, and the environment that says so.
fn commit_of(reports: &Reports) -> (Option<String>, Vec<(String, String)>) {
    match &reports.elsewhere {
        Some(Elsewhere::Commit(text)) => match text.strip_prefix('$') {
            Some(name) => {
                let name = name.trim_matches(['{', '}']).to_owned();
                (Some(COMMIT.to_owned()), vec![(name, COMMIT.to_owned())])
            }
            None => (Some(text.clone()), Vec::new()),
        },
        _ => (None, Vec::new()),
    }
}

/// The beginning of the phase: for a report that is to be too old, after it was written.
fn beginning(now: SystemTime, fresh: bool) -> PhaseBegan {
    Ok(Began {
        at: if fresh {
            SystemTime::UNIX_EPOCH
        } else {
            now + LATER
        },
        since: "the phase before it was completed".to_owned(),
    })
}

/// The moment of the run: for a report that is to be too old, so much later.
fn moment(now: SystemTime, reports: &Reports, fresh: bool) -> SystemTime {
    match &reports.elsewhere {
        Some(Elsewhere::MaxAge(age)) if !fresh => now + *age + LATER,
        _ => now,
    }
}
