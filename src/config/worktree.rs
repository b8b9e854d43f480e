//! What is said of work trees that tollgate makes: paths stay below the project, and the command can be read.

use std::path::{Component, Path, PathBuf};

use super::check::{GRACE, readable};
use super::file;
use super::plan::{PlannedCommand, Worktree};
use crate::problem::{Code, Many, Problem, Problems, Text};

/// Checks `worktree:`.
pub(super) fn check(written: Option<&file::Worktree>, problems: &mut Problems) -> Worktree {
    let Some(written) = written else {
        return Worktree::default();
    };
    let link = written.link.as_ref().map(|many| paths(many, problems));
    let copy = written.copy.as_ref().map(|many| paths(many, problems));
    let copy = copy.unwrap_or_default();
    let twice = written.copy.iter().flat_map(|many| &many.0).find(|text| {
        let named = tidy(&text.value);
        link.iter().flatten().any(|path| *path == named)
    });
    if let Some(text) = twice {
        let message = format!("`{}` is linked and copied", text.value);
        problems.push(
            Problem::new(Code::WRONG_VALUE, &text.at, message)
                .help("name it in `link` or in `copy`"),
        );
    }
    let run = written.run.as_ref().map(|run| PlannedCommand {
        text: run.value.trim().to_owned(),
        at: run.at.clone(),
        shell: None,
        dir: PathBuf::new(),
        env: Vec::new(),
        pass: Vec::new(),
        grace: GRACE,
    });
    if let Some(run) = &run {
        readable(run, problems);
    }
    let timeout = match (&written.timeout, &run) {
        (Some(span), Some(_)) => span.value,
        (Some(span), None) => {
            let message = "`timeout` is the longest time of `run`, and there is none";
            problems.push(
                Problem::new(Code::WRONG_VALUE, &span.at, message)
                    .help("write a `run`, or remove `timeout`"),
            );
            span.value
        }
        (None, _) => Worktree::default().timeout,
    };
    Worktree {
        link,
        copy,
        run,
        timeout,
    }
}

fn paths(many: &Many<Text>, problems: &mut Problems) -> Vec<String> {
    let mut paths = Vec::new();
    for text in &many.0 {
        match wrong(&text.value) {
            Some((words, help)) => problems.push(
                Problem::new(Code::PATTERN, &text.at, format!("`{}` {words}", text.value))
                    .help(help),
            ),
            None => paths.push(tidy(&text.value)),
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

fn tidy(text: &str) -> String {
    let parts = Path::new(text.trim()).components();
    let parts: Vec<_> = parts
        .filter(|part| *part != Component::CurDir)
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// Why a path is none that a work tree can get.
fn wrong(text: &str) -> Option<(&'static str, &'static str)> {
    let path = Path::new(text.trim());
    let leaves = path
        .components()
        .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
    let tidy = tidy(text);
    if leaves {
        Some((
            "leaves the project",
            "write a path below the folder of tollgate.yaml",
        ))
    } else if tidy.is_empty() {
        Some((
            "is the whole project",
            "name what is not committed and needed, such as `node_modules`",
        ))
    } else if tidy.split('/').any(|part| part == ".git") {
        Some((
            "belongs to git",
            "a work tree has its own; remove this path",
        ))
    } else if text.contains(['*', '?', '[', '{']) {
        Some(("is a glob", "name each path as it is"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{tidy, wrong};

    #[test]
    fn paths_that_leave_the_project_are_refused() {
        for text in [
            "",
            ".",
            "./",
            "/etc",
            "../x",
            "a/../../x",
            ".git/hooks",
            "a/.git",
            "*.env",
        ] {
            assert!(wrong(text).is_some(), "{text}");
        }
        for text in ["node_modules", "./a/b/", ".env.test", "a b"] {
            assert_eq!(wrong(text), None, "{text}");
        }
        assert_eq!(tidy("./a//b/"), "a/b");
    }
}
