//! What a script of package.json says in a form that a gate can use.

/// A script that is one command: its tool and what follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simple {
    /// The program.
    pub tool: String,
    /// Its arguments.
    pub words: Vec<String>,
}

/// Reads a script. None if it is more than one plain command.
pub fn simple(script: &str) -> Option<Simple> {
    // What a shell would act on means something else inside quotes; those are kept only where it does not matter.
    if script.contains(['&', '|', ';', '<', '>', '$', '`', '(', '\n', '\\', '#']) {
        return None;
    }
    let mut words = shell_words::split(script).ok()?.into_iter();
    let mut tool = words.next()?;
    if tool == "npx" {
        tool = words.next()?;
    }
    if tool.contains('=') || tool.starts_with('-') {
        return None;
    }
    Some(Simple {
        tool,
        words: words.collect(),
    })
}

impl Simple {
    /// The arguments without some flags, quoted for a command.
    pub fn without(&self, flags: &[&str]) -> String {
        let kept = self.words.iter().filter(|word| {
            let flag = word.split('=').next().unwrap_or(word);
            !flags.contains(&flag)
        });
        shell_words::join(kept)
    }

    /// Whether a flag is set.
    pub fn has(&self, flag: &str) -> bool {
        self.words
            .iter()
            .any(|word| word.split('=').next() == Some(flag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_command_is_simple_and_more_is_not() {
        let read = simple("vitest run --dir 'my tests'").expect("simple");
        assert_eq!(
            (read.tool.as_str(), read.without(&["run"]).as_str()),
            ("vitest", "--dir 'my tests'")
        );
        for script in [
            "tsc && vitest",
            "NODE_ENV=test jest",
            "jest > log",
            "a; b",
            "jest $X",
            "",
            "echo (x)",
        ] {
            assert_eq!(simple(script), None, "{script}");
        }
    }
}
