//! What of the joined reports is in doubt: said always, and inconclusive where a share could come out too good by it.

use crate::policy::Glob;

use super::merged::Merged;
use crate::gate::Judging;
use crate::gate::wording::few;

/// What helps where a path may be two files.
const MAP: &str = "say with `map:` which folder the paths of the reports begin in";

/// What helps where totals cannot be joined.
const HELP: &str = "let the tool write each line, branch and function, or join the reports with it";

/// Says which paths could not be told apart.
pub(super) fn note(judging: &mut Judging, merged: &Merged<'_>) {
    if !merged.ambiguous.is_empty() {
        let words: Vec<String> = merged.ambiguous.iter().map(one_of).collect();
        let message = format!("cannot be told apart: {}", few(&words, 3));
        judging.note("path-ambiguous", message);
    }
    if !merged.apart.is_empty() {
        let names: Vec<String> = merged.apart.keys().cloned().collect();
        let message = format!(
            "not joined with files that other reports call the same: {}; {MAP}",
            few(&names, 3)
        );
        judging.note("path-apart", message);
    }
}

fn one_of((path, files): (&String, &Vec<String>)) -> String {
    match files.as_slice() {
        [one] => format!("`{path}` and another path, for {one}"),
        several => format!("`{path}`, for {}", few(several, 3)),
    }
}

/// A share that rests on totals which cannot be joined, or on files that a report blends, is no proof.
pub(super) fn judge(judging: &mut Judging, merged: &Merged<'_>, asked: impl Fn(&str) -> bool) {
    let [lines, branches] = merged.overlaps();
    let overlap = [lines, branches, false];
    for (at, share) in ["lines", "branches", "functions"].into_iter().enumerate() {
        if !asked(share) {
            continue;
        }
        if overlap[at] {
            let message = format!(
                "reports state {share} as a whole, and may speak of the same files as another report"
            );
            judging.undecided("totals-overlap", message, HELP);
        }
        let files = merged.report.files.iter();
        let unsure = files.filter(|(_, file)| file.unsure()[at]);
        let names: Vec<String> = unsure.map(|(name, _)| name.clone()).collect();
        if !names.is_empty() {
            let message = format!(
                "reports state different totals of {share} of {}, and name none of them",
                few(&names, 3)
            );
            judging.undecided("totals-differ", message, HELP);
        }
    }
    if !merged.blended.is_empty() {
        let message = format!(
            "a report has several sources that hold {}, and cannot tell them apart",
            few(&merged.blended, 3)
        );
        let help = "write one report for each source, or let the paths begin in one folder";
        judging.undecided("source-ambiguous", message, help);
    }
}

/// Whether a glob would select other files, were it known which ones the reports mean.
pub(super) fn selected(judging: &mut Judging, merged: &Merged<'_>, what: &str, glob: &Glob) {
    let depends = |(path, files): &(&String, &Vec<String>)| {
        let is = glob.is_match(path.replace('\\', "/"));
        files.iter().any(|file| glob.is_match(file) != is)
    };
    let words: Vec<String> = merged
        .ambiguous
        .iter()
        .filter(depends)
        .map(one_of)
        .collect();
    if !words.is_empty() {
        let message = format!(
            "{what} selects some of what cannot be told apart: {}",
            few(&words, 3)
        );
        judging.undecided("path-ambiguous", message, MAP);
    }
}
