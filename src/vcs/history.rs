//! What a file held before, as far as the clone goes back.

use std::fs;
use std::path::Path;

use super::{GitTrouble, Repository};

/// Changes of the file that are looked at: the newest.
const MOST: &str = "-n200";

/// The texts that a file had, oldest first, without what is not committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The texts; an empty one where the file was deleted.
    pub texts: Vec<String>,
    /// The clone does not hold all of history.
    pub shallow: bool,
}

impl Repository {
    /// Every committed text of a file. One git process.
    pub fn versions(&self, file: &Path) -> Result<Versions, GitTrouble> {
        let folder = file.parent().unwrap_or(Path::new("."));
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let full = folder.join(file.file_name().unwrap_or_default());
        let Ok(below) = full.strip_prefix(&self.top) else {
            return Err(GitTrouble(format!(
                "{} is not in the repository",
                file.display()
            )));
        };
        // So much context that each difference shows the whole file.
        let path = format!(":(top,literal){}", below.display());
        let arguments = [
            "log",
            MOST,
            "--reverse",
            "--topo-order",
            "--format=%x00",
            "--patch",
            "--unified=99999999",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--no-show-signature",
            "HEAD",
            "--",
            &path,
        ];
        let answer = self.ask(&arguments)?;
        Ok(Versions {
            texts: texts(&String::from_utf8_lossy(&answer)),
            shallow: self.common.join("shallow").exists(),
        })
    }
}

/// The text after each commit: what a difference keeps and adds.
fn texts(log: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for commit in log.split('\0').skip(1) {
        let deleted = commit.lines().any(|line| line.starts_with("deleted file"));
        let Some((_, body)) = commit.split_once("\n@@") else {
            if deleted {
                texts.push(String::new());
            }
            continue;
        };
        let mut text = String::new();
        for line in body.lines().skip(1) {
            if let Some(line) = line.strip_prefix([' ', '+']) {
                text.push_str(line);
                text.push('\n');
            }
        }
        texts.push(text);
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::texts;

    #[test]
    fn each_difference_gives_back_the_whole_text() {
        let log = "\0\n\ndiff --git a/w b/w\nnew file mode 100644\n--- /dev/null\n+++ b/w\n@@ -0,0 +1,2 @@\n+a\n+b\n\
                   \0\n\ndiff --git a/w b/w\n--- a/w\n+++ b/w\n@@ -1,2 +1,2 @@ x\n a\n-b\n+c\n\\ No newline at end of file\n\
                   \0\n\
                   \0\n\ndiff --git a/w b/w\ndeleted file mode 100644\n--- a/w\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-c\n";
        assert_eq!(texts(log), ["a\nb\n", "a\nc\n", ""]);
        assert!(texts("").is_empty());
    }
}
