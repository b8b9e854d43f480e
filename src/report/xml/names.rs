//! The names of the elements that are open: each must be closed by its own, innermost first.

/// A stack of names in one piece of memory.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    starts: Vec<usize>,
}

impl Names {
    /// An element opens.
    pub(super) fn push(&mut self, name: &str) {
        self.starts.push(self.text.len());
        self.text.push_str(name);
    }

    /// The innermost element closes.
    pub(super) fn pop(&mut self) {
        self.text.truncate(self.starts.pop().unwrap_or(0));
    }

    /// The name of the innermost element.
    pub(super) fn last(&self) -> Option<&str> {
        self.starts.last().map(|start| &self.text[*start..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_name_is_the_last() {
        let mut names = Names::default();
        assert_eq!(names.last(), None);
        names.push("suite");
        names.push("suites");
        assert_eq!(names.last(), Some("suites"));
        names.pop();
        assert_eq!(names.last(), Some("suite"));
        names.pop();
        names.pop();
        assert_eq!(names.last(), None);
    }
}
