//! The user's own settings of git, where they say how something of ours is to be done.

use super::{GitTrouble, Repository};

impl Repository {
    /// The value of a setting, `None` where it is not set.
    pub fn value_of(&self, name: &str) -> Result<Option<String>, GitTrouble> {
        self.read_setting(&["config", "--get", name])
    }

    /// The value of a setting that names a file, with `~` resolved as git does.
    pub fn path_value_of(&self, name: &str) -> Result<Option<String>, GitTrouble> {
        self.read_setting(&["config", "--type=path", "--get", name])
    }

    fn read_setting(&self, arguments: &[&str]) -> Result<Option<String>, GitTrouble> {
        match self.ask(arguments) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                let text = text.trim_end_matches(['\n', '\r']);
                Ok((!text.is_empty()).then(|| text.to_owned()))
            }
            // Exit 1 without a word means that it is not set.
            Err(GitTrouble(words)) if words.ends_with("exit 1: ") => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Name and address that git would put into a commit; `None` where it knows none.
    pub fn person(&self) -> Option<(String, String)> {
        let answer = self.ask(&["var", "GIT_COMMITTER_IDENT"]).ok()?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (name, rest) = text.trim().split_once(" <")?;
        let (email, _) = rest.split_once('>')?;
        Some((name.to_owned(), email.to_owned()))
    }
}
