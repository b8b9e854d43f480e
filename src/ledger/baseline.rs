//! The files of baselines: `.tollgate/baseline/<gate>.txt`, read whole or not at all, written whole or not at all.
//!
//! A file that cannot be used is never an empty baseline, and one that history held is never one that nobody
//! recorded. Beside the files lies a `.gitattributes` with `merge=union`, a driver that git has built in
//! (gitattributes, "Built-in merge drivers"): branches that add entries in one place merge without a conflict.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::history::History;
use super::text::{self, Recorded, render};
use crate::model::BaselineState;
use crate::vcs::Repository;

/// Folder of the files, below the project.
pub const FOLDER: &str = ".tollgate/baseline";
/// Larger files are refused, when written too.
pub const LIMIT: u64 = 64 << 20;
/// How git shall merge them, and keep their line ends.
const ATTRIBUTES: &str = "* merge=union text eol=lf";
/// Names that are devices on some systems.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The file of a gate, below the project. Two gates never share one, also where case does not tell names apart.
pub fn path_of(gate: &str) -> String {
    let mut name = String::new();
    let lower = gate.to_ascii_lowercase();
    let numbered = |stem: &str| {
        lower
            .strip_prefix(stem)
            .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let device = DEVICES.contains(&lower.as_str()) || numbered("com") || numbered("lpt");
    for (index, c) in gate.char_indices() {
        let plain = c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if plain && !(device && index == 0) {
            name.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                name.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    format!("{FOLDER}/{name}.txt")
}

/// Reads the text of a baseline: from a file, or from another commit. `name` is how messages call it.
pub fn parse(bytes: &[u8], name: &str) -> Result<Recorded, String> {
    if bytes.len() as u64 > LIMIT {
        return Err(format!("{name}: larger than {} MiB", LIMIT >> 20));
    }
    text::read(bytes, name)
}

/// Reads a file below the project; `None` where there is none, words where it cannot be used.
pub fn read_file(root: &Path, path: &str) -> Result<Option<Recorded>, String> {
    let full = root.join(path);
    let meta = match fs::symlink_metadata(&full) {
        Ok(meta) => meta,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{path}: {error}")),
    };
    if !meta.is_file() {
        return Err(format!("{path}: not a regular file; restore it from git"));
    }
    let mut bytes = Vec::new();
    fs::File::open(&full)
        .and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("{path}: {error}"))?;
    parse(&bytes, path).map(Some)
}

/// Reads the file of a gate.
pub fn read(root: &Path, gate: &str) -> Result<Option<Recorded>, String> {
    read_file(root, &path_of(gate))
}

/// Whether the file of a gate is byte for byte what would be written: a merge may leave it out of order.
pub fn is_tidy(root: &Path, gate: &str, recorded: &Recorded) -> bool {
    fs::read(root.join(path_of(gate))).is_ok_and(|bytes| bytes == render(recorded).as_bytes())
}

/// Every file of a baseline, below the project and sorted.
pub fn files(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join(FOLDER))
        .into_iter()
        .flatten()
        .flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut paths: Vec<String> = names
        .filter(|name| !name.starts_with('.'))
        .map(|name| format!("{FOLDER}/{name}"))
        .collect();
    paths.sort();
    paths
}

/// What is known of a gate's baseline in the work tree. Git is asked only when there is no file.
pub fn state(root: &Path, gate: &str, history: &History) -> BaselineState {
    known(
        gate,
        read_file(root, &path_of(gate)),
        "this branch",
        history,
    )
}

/// As [`state`], of a file that was read elsewhere: its bytes, nothing where there is none, or why it cannot be read.
/// `place` is how messages call where it was read.
pub fn state_of(
    gate: &str,
    bytes: Result<Option<Vec<u8>>, String>,
    place: &str,
    history: &History,
) -> BaselineState {
    let name = format!("{place}:{}", path_of(gate));
    let found = match bytes {
        Ok(Some(bytes)) => parse(&bytes, &name).map(Some),
        Ok(None) => Ok(None),
        Err(words) => Err(format!("{name}: {words}")),
    };
    known(gate, found, &format!("`{place}`"), history)
}

fn known(
    gate: &str,
    found: Result<Option<Recorded>, String>,
    whose: &str,
    history: &History,
) -> BaselineState {
    let path = path_of(gate);
    match found {
        Ok(Some(recorded)) => BaselineState::Here(Box::new(recorded.baseline)),
        Err(words) => BaselineState::Broken(words),
        Ok(None) => match history.held(&path) {
            Ok(false) => BaselineState::Never,
            Ok(true) => BaselineState::Gone(format!(
                "{path} is in the history of {whose} and not in its tree"
            )),
            Err(trouble) => BaselineState::Broken(format!(
                "{path} is not there, and whether it ever was cannot be told: {trouble}"
            )),
        },
    }
}

/// What is known of a gate's baseline in the tree of a ref. One that its history held and it lacks is gone, as here.
pub fn state_at(
    repository: &Repository,
    root: &Path,
    reference: &str,
    gate: &str,
) -> BaselineState {
    let path = path_of(gate);
    let commit = match repository.commit(reference) {
        Ok(commit) => commit,
        Err(trouble) => return BaselineState::Broken(trouble.words(reference)),
    };
    let bytes = match repository.from_top(root, &path) {
        Some(path) => repository.file_at(&commit, &path),
        None => return BaselineState::Broken(format!("{path}: git has no name for it")),
    };
    let bytes = bytes.map_err(|trouble| trouble.to_string());
    let history = History::of(Some(repository.clone()), root).from(&commit);
    state_of(gate, bytes, reference, &history)
}

/// Writes the file of a gate, whole or not at all, and sees to it that git merges it by lines.
pub fn write(root: &Path, gate: &str, recorded: &Recorded) -> io::Result<PathBuf> {
    let text = render(recorded);
    if text.len() as u64 > LIMIT {
        return Err(io::Error::other(format!(
            "it would be larger than {} MiB",
            LIMIT >> 20
        )));
    }
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder)?;
    let (real, top) = (fs::canonicalize(&folder)?, fs::canonicalize(root)?);
    if !real.starts_with(&top) {
        return Err(io::Error::other(format!(
            "{FOLDER} leads out of the project"
        )));
    }
    attributes(&folder)?;
    let path = root.join(path_of(gate));
    replace(&folder, &path, text.as_bytes())?;
    Ok(path)
}

fn attributes(folder: &Path) -> io::Result<()> {
    let path = folder.join(".gitattributes");
    let old = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if old.lines().any(|line| line.trim() == ATTRIBUTES) {
        return Ok(());
    }
    let gap = if old.is_empty() || old.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    replace(
        folder,
        &path,
        format!("{old}{gap}{ATTRIBUTES}\n").as_bytes(),
    )
}

/// A reader sees the old file or the new one, never a part.
fn replace(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_safe_and_never_shared() {
        for (gate, file) in [
            ("unit", "unit.txt"),
            ("a-b_1", "a-b_1.txt"),
            ("Unit", "%55nit.txt"),
            ("con", "%63on.txt"),
            ("com1", "%63om1.txt"),
            ("com", "com.txt"),
            ("../x", "%2e%2e%2fx.txt"),
        ] {
            assert_eq!(path_of(gate), format!("{FOLDER}/{file}"));
        }
    }

    #[test]
    fn file_is_written_whole_beside_its_merge_driver() {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path();
        assert_eq!(read(root, "unit"), Ok(None));
        let mut recorded = Recorded::default();
        recorded.baseline.holds.insert("tests".to_owned());
        for _ in 0..2 {
            write(root, "unit", &recorded).expect("writes");
        }
        assert_eq!(read(root, "unit"), Ok(Some(recorded)));
        let attributes = fs::read_to_string(root.join(FOLDER).join(".gitattributes"));
        assert_eq!(attributes.expect("reads"), format!("{ATTRIBUTES}\n"));
        let names = fs::read_dir(root.join(FOLDER)).expect("lists").count();
        assert_eq!(names, 2, "nothing else is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_neither_read_nor_followed_out_of_the_project() {
        let (folder, other) = (
            tempfile::tempdir().expect("a"),
            tempfile::tempdir().expect("b"),
        );
        let root = folder.path();
        fs::create_dir_all(root.join(".tollgate")).expect("makes");
        std::os::unix::fs::symlink(other.path(), root.join(FOLDER)).expect("links");
        assert!(write(root, "unit", &Recorded::default()).is_err());
        fs::remove_file(root.join(FOLDER)).expect("removes");
        fs::create_dir_all(root.join(FOLDER)).expect("makes");
        let file = other.path().join("unit.txt");
        fs::write(&file, render(&Recorded::default())).expect("writes");
        std::os::unix::fs::symlink(&file, root.join(path_of("unit"))).expect("links");
        assert!(matches!(
            state(root, "unit", &History::default()),
            BaselineState::Broken(_)
        ));
    }
}
