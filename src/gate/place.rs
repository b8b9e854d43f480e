//! Where a file that a report of tests or findings names lies in the repository. A guess is good enough to show, and
//! to tell whether the file is still there; coverage, where a wrong guess decides, has rules of its own.

use std::path::Path;

/// The path of a report as a path of the repository: below the root it loses the root; a path from another
/// machine loses leading folders until a file of that name is there; otherwise it stays as it is.
pub(super) fn in_repository(path: &str, root: &Path, dir: &Path) -> String {
    let plain = path.replace('\\', "/");
    let plain = plain.strip_prefix("./").unwrap_or(&plain);
    let below = Path::new(plain)
        .strip_prefix(root)
        .ok()
        .and_then(Path::to_str);
    if let Some(below) = below {
        return below.to_owned();
    }
    if !dir.as_os_str().is_empty() && root.join(dir).join(plain).is_file() {
        return dir.join(plain).to_string_lossy().replace('\\', "/");
    }
    if !Path::new(plain).is_absolute() && root.join(plain).is_file() {
        return plain.to_owned();
    }
    let mut rest = plain;
    while let Some((_, shorter)) = rest.split_once('/') {
        rest = shorter;
        if !rest.is_empty() && !rest.starts_with("..") && root.join(rest).is_file() {
            return rest.to_owned();
        }
    }
    plain.to_owned()
}
