//! Paths of coverage reports as paths of the project.
//!
//! A path below the project, or found where the report says that its paths begin, is taken as it is. One of another
//! machine or container is matched by its end, and all such paths of a report vote on what was put before them; where
//! two answers are equally good none is taken, and the path is told. Nothing is opened, only looked for.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

/// Where the files of reports are looked for.
pub(super) struct Places<'a> {
    root: &'a Path,
    /// The root as it is named, and as it is without links: tools write either.
    named: Vec<String>,
    /// Folder of the command from the root, `""` where it is the root itself.
    dir: String,
    /// What the gate says of prefixes: the report's, and the folder of the project that it stands for.
    map: Vec<(String, String)>,
    /// Whether a path that leads out of the project is of interest.
    beside: &'a dyn Fn(&str) -> bool,
    index: OnceCell<BTreeMap<String, Vec<String>>>,
}

/// What a path of a report stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// For this file of the project.
    For(String),
    /// For one of these, and it cannot be told which.
    ForOneOf(Vec<String>),
    /// For nothing of the project.
    Outside,
}

/// What a path is without the help of the other paths of its report.
enum Answer {
    Is(Stands),
    /// Relative to some folder of the project.
    Relative,
    Unknown,
}

/// A guess: what would have been put before the path, and the file that it then stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Guess {
    put: String,
    file: String,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        root: &'a Path,
        dir: &Path,
        map: impl Iterator<Item = (&'a str, &'a str)>,
        beside: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        let mut map: Vec<(String, String)> = map
            .map(|(from, to)| {
                let from = slashes(from).trim_end_matches('/').to_owned();
                (from, normal(&slashes(to)))
            })
            .collect();
        // The longer prefix knows better.
        map.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        let real = fs::canonicalize(root);
        let mut named: Vec<String> = [Some(root), real.as_deref().ok()]
            .into_iter()
            .flatten()
            .map(|root| {
                slashes(&root.to_string_lossy())
                    .trim_end_matches('/')
                    .to_owned()
            })
            .collect();
        named.dedup();
        Self {
            root,
            named,
            dir: normal(&slashes(&dir.to_string_lossy())),
            map,
            beside,
            index: OnceCell::new(),
        }
    }

    /// What each path of a report stands for, given the folders that the report says its paths begin in, and the
    /// folder that it lies in itself.
    pub(super) fn locate<'p>(
        &self,
        paths: impl Iterator<Item = &'p str>,
        roots: &[String],
        from: &str,
    ) -> BTreeMap<&'p str, Stands> {
        let mut found = BTreeMap::new();
        let mut near: Vec<(&str, Vec<Guess>)> = Vec::new();
        let mut open: Vec<(&str, Vec<Guess>)> = Vec::new();
        let roots: Vec<String> = roots.iter().map(|root| slashes(root)).collect();
        let around = self.folders_around(from);
        for path in paths {
            let answer = self.exactly(path, &roots);
            if let Answer::Is(stands) = answer {
                found.insert(path, stands);
                continue;
            }
            let guesses = match answer {
                Answer::Relative => self.near(&slashes(path), &around),
                _ => Vec::new(),
            };
            if guesses.is_empty() {
                open.push((path, self.guesses(path, &roots, &around)));
            } else {
                near.push((path, guesses));
            }
        }
        agree(&mut found, near);
        vote(&mut found, open);
        found
    }

    /// The folder of a report and those above it: a tool that runs in a package names its files from there.
    fn folders_around(&self, from: &str) -> Vec<String> {
        let mut folders = Vec::new();
        let mut at = from;
        while !at.is_empty() && at != self.dir && !self.dir.starts_with(&format!("{at}/")) {
            folders.push(at.to_owned());
            at = at.rsplit_once('/').map_or("", |(above, _)| above);
        }
        folders
    }

    /// The files of a relative path: from the folder of the command or the root, and from the folders around the
    /// report. Where the first is there, a copy that git ignores is no second one.
    fn near(&self, plain: &str, around: &[String]) -> Vec<Guess> {
        let here = self.relative(plain).map(|file| Guess {
            put: String::new(),
            file,
        });
        let kept = |file: &String| {
            let name = file.rsplit('/').next().unwrap_or("");
            here.is_none() || self.index().get(name).is_some_and(|all| all.contains(file))
        };
        let mut all: Vec<Guess> = Vec::new();
        for folder in around {
            let file = normal(&join(folder, plain));
            if !file.starts_with("../") && self.is_file(&file) && kept(&file) {
                let put = folder.clone();
                all.push(Guess { put, file });
            }
        }
        all.extend(here);
        all
    }

    /// The answer that needs no guess, if there is one.
    fn exactly(&self, path: &str, roots: &[String]) -> Answer {
        let is = |file: String| Answer::Is(Stands::For(file));
        if path.contains('\\') && self.is_file(path) {
            return is(path.to_owned());
        }
        let plain = slashes(path);
        if let Some(mapped) = self.mapped(&plain) {
            return is(mapped);
        }
        if is_absolute(&plain) {
            return self.below(&plain).map_or(Answer::Unknown, is);
        }
        let mut named = BTreeSet::new();
        for root in roots {
            let joined = join(root, &plain);
            if let Some(mapped) = self.mapped(&joined) {
                named.insert(mapped);
            } else if is_absolute(root) {
                named.extend(self.below(&joined).filter(|below| self.is_file(below)));
            } else {
                named.extend(self.relative(&joined));
            }
        }
        match (named.len(), named.first()) {
            (1, Some(only)) => return is(only.clone()),
            (0, _) => {}
            _ => return Answer::Is(Stands::ForOneOf(named.into_iter().collect())),
        }
        // Where the report names folders of another machine, a file that only happens to be here is no answer.
        let foreign = |root: &String| is_absolute(root) && self.below(root).is_none();
        if roots.iter().any(foreign) {
            return Answer::Unknown;
        }
        Answer::Relative
    }

    /// A relative path from the folder of the command, or else from the root.
    fn relative(&self, plain: &str) -> Option<String> {
        let from_dir = normal(&join(&self.dir, plain));
        let from_root = normal(plain);
        [from_dir, from_root]
            .into_iter()
            .find(|file| self.is_file(file) && (!file.starts_with("../") || (self.beside)(file)))
    }

    /// An absolute path as one from the root.
    fn below(&self, plain: &str) -> Option<String> {
        let plain = normal(plain);
        let rest = self.named.iter().find_map(|root| {
            let rest = plain.strip_prefix(root.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
        });
        match rest {
            Some(rest) => Some(rest.to_owned()),
            None => self.named.iter().find_map(|root| self.around(root, &plain)),
        }
    }

    /// An absolute path that leads out of the project, where it is of interest.
    fn around(&self, root: &str, plain: &str) -> Option<String> {
        let (mut up, mut around) = (String::new(), root);
        while let Some((outer, _)) = around
            .rsplit_once('/')
            .filter(|(outer, _)| !outer.is_empty())
        {
            up.push_str("../");
            around = outer;
            let rest = plain.strip_prefix(around);
            if let Some(rest) = rest.and_then(|rest| rest.strip_prefix('/')) {
                return Some(format!("{up}{rest}")).filter(|file| (self.beside)(file));
            }
        }
        None
    }

    fn mapped(&self, plain: &str) -> Option<String> {
        self.map.iter().find_map(|(from, to)| {
            let rest = plain.strip_prefix(from.as_str())?;
            let whole = rest.is_empty() || rest.starts_with('/') || from.is_empty();
            whole.then(|| normal(&join(to, rest.trim_start_matches('/'))))
        })
    }

    /// Whether the project has this file.
    pub(super) fn is_file(&self, path: &str) -> bool {
        !path.is_empty() && self.root.join(path).is_file()
    }

    /// Files of the project that the path may stand for.
    fn guesses(&self, path: &str, roots: &[String], around: &[String]) -> Vec<Guess> {
        let plain = slashes(path);
        let mut variants: Vec<String> = Vec::new();
        if !is_absolute(&plain) {
            let foreign = roots.iter().filter(|root| is_absolute(root));
            variants.extend(foreign.map(|root| join(root, &plain)));
        }
        variants.push(plain);
        let around = around.iter().map(String::as_str);
        let bases: BTreeSet<&str> = ["", self.dir.as_str()].into_iter().chain(around).collect();
        let mut guesses = Vec::new();
        for variant in &variants {
            for (at, _) in variant.match_indices('/') {
                let (put, end) = (&variant[..at], &variant[at + 1..]);
                for base in &bases {
                    let file = join(base, end);
                    if !end.is_empty() && !has_dots(end) && self.is_file(&file) {
                        let put = format!("{put} {base}");
                        guesses.push(Guess { put, file });
                    }
                }
            }
        }
        if guesses.is_empty() && !is_absolute(&variants[variants.len() - 1]) {
            guesses = self.longer(&variants[variants.len() - 1]);
        }
        guesses
    }

    /// Files that end with a whole path: one that begins below a folder which the report does not name.
    fn longer(&self, plain: &str) -> Vec<Guess> {
        let plain = normal(plain);
        let name = plain.rsplit('/').next().unwrap_or("");
        let files = self.index().get(name);
        let ends = |file: &&String| {
            file.strip_suffix(plain.as_str())
                .is_some_and(|rest| rest.ends_with('/'))
        };
        let guess = |file: &String| Guess {
            put: format!("+{}", &file[..file.len() - plain.len()]),
            file: file.clone(),
        };
        files
            .into_iter()
            .flatten()
            .filter(ends)
            .map(guess)
            .collect()
    }

    /// Files of the project that git would not ignore, by name.
    fn index(&self) -> &BTreeMap<String, Vec<String>> {
        self.index.get_or_init(|| {
            let mut index: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let walk = WalkBuilder::new(self.root)
                .hidden(false)
                .require_git(false)
                .filter_entry(|entry| entry.file_name() != ".git")
                .build();
            for entry in walk.flatten() {
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                let path = entry.path().strip_prefix(self.root);
                if let (true, Ok(path)) = (is_file, path) {
                    let path = slashes(&path.to_string_lossy());
                    let name = path.rsplit('/').next().unwrap_or("").to_owned();
                    index.entry(name).or_default().push(path);
                }
            }
            index.values_mut().for_each(|paths| paths.sort());
            index
        })
    }
}

/// Of several files of one path the one counts from whose folder most paths of the report are found.
fn agree<'p>(found: &mut BTreeMap<&'p str, Stands>, near: Vec<(&'p str, Vec<Guess>)>) {
    let mut votes: BTreeMap<String, u64> = BTreeMap::new();
    for guess in near.iter().flat_map(|(_, guesses)| guesses) {
        *votes.entry(guess.put.clone()).or_default() += 1;
    }
    for (path, guesses) in near {
        let most = guesses.iter().map(|guess| votes[&guess.put]).max();
        let best = guesses
            .iter()
            .filter(|guess| Some(votes[&guess.put]) == most);
        let best: BTreeSet<String> = best.map(|guess| guess.file.clone()).collect();
        let mut best: Vec<String> = best.into_iter().collect();
        let stands = match best.len() {
            1 => Stands::For(best.remove(0)),
            _ => Stands::ForOneOf(best),
        };
        found.insert(path, stands);
    }
}

/// What was put before most paths was put before all that it fits.
fn vote<'p>(found: &mut BTreeMap<&'p str, Stands>, open: Vec<(&'p str, Vec<Guess>)>) {
    let mut votes: BTreeMap<String, u64> = BTreeMap::new();
    for (_, guesses) in &open {
        for guess in guesses {
            *votes.entry(guess.put.clone()).or_default() += 1;
        }
    }
    let alone = found.len() + open.len() == 1;
    let mut taken: BTreeMap<String, Vec<(u64, &'p str)>> = BTreeMap::new();
    for (path, guesses) in open {
        // A name that one path among many shares with a file of ours is a coincidence: `/usr/include/version`.
        let told = |guess: &&Guess| alone || votes[&guess.put] > 1 || guess.file.contains('/');
        let most = guesses.iter().filter(told).map(|guess| votes[&guess.put]);
        let Some(most) = most.max() else {
            found.insert(path, Stands::Outside);
            continue;
        };
        let best: BTreeSet<&String> = guesses
            .iter()
            .filter(told)
            .filter(|guess| votes[&guess.put] == most)
            .map(|guess| &guess.file)
            .collect();
        let mut best: Vec<String> = best.into_iter().cloned().collect();
        if best.len() == 1 {
            let file = best.remove(0);
            taken.entry(file).or_default().push((most, path));
        } else {
            found.insert(path, Stands::ForOneOf(best));
        }
    }
    let exact: BTreeSet<String> = found
        .values()
        .filter_map(|stands| match stands {
            Stands::For(file) => Some(file.clone()),
            _ => None,
        })
        .collect();
    for (file, claims) in taken {
        let most = claims.iter().map(|(votes, _)| *votes).max();
        let several = claims
            .iter()
            .filter(|(votes, _)| Some(*votes) == most)
            .count()
            > 1;
        for (votes, path) in claims {
            let stands = if exact.contains(&file) || Some(votes) != most {
                Stands::Outside
            } else if several {
                Stands::ForOneOf(vec![file.clone()])
            } else {
                Stands::For(file.clone())
            };
            found.insert(path, stands);
        }
    }
}

/// Forward slashes, no `file:` in front.
fn slashes(path: &str) -> String {
    let plain = path.trim().replace('\\', "/");
    let Some(rest) = plain.strip_prefix("file://") else {
        return plain;
    };
    // `file:///C:/a` is `C:/a`.
    let drive = rest.strip_prefix('/').filter(|rest| has_drive(rest));
    drive.unwrap_or(rest).to_owned()
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic())
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || has_drive(path)
}

fn has_dots(path: &str) -> bool {
    path.split('/').any(|part| part == ".." || part == ".")
}

fn join(base: &str, path: &str) -> String {
    match base.trim_end_matches('/') {
        "" if base.starts_with('/') => format!("/{path}"),
        "" => path.to_owned(),
        base => format!("{base}/{path}"),
    }
}

/// Without `.`, and without `..` where something is before it.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let start = if path.starts_with('/') { "/" } else { "" };
    format!("{start}{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
