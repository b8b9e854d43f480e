//! A gate as it is going to be written, and what a stack proposes.

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// Text, quoted where it must be.
    Text(String),
    /// A number.
    Number(u64),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping.
    Map(Vec<(String, Yaml)>),
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Yaml::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Yaml::Text(text)
    }
}

impl From<u64> for Yaml {
    fn from(number: u64) -> Self {
        Yaml::Number(number)
    }
}

impl<T: Into<Yaml>> From<Vec<T>> for Yaml {
    fn from(list: Vec<T>) -> Self {
        Yaml::List(list.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Yaml>, const N: usize> From<[(&str, T); N]> for Yaml {
    fn from(entries: [(&str, T); N]) -> Self {
        let pair = |(key, value): (&str, T)| (key.to_owned(), value.into());
        Yaml::Map(entries.into_iter().map(pair).collect())
    }
}

/// A gate as it is going to be written. Names are those inside its project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its name inside the project: `test`, `lint`.
    pub name: String,
    /// What it asks, for the comment above it.
    pub says: String,
    /// The preset it uses.
    pub uses: Option<String>,
    /// The command it runs.
    pub run: Option<String>,
    /// Gates it needs: the folder of their project, and their name there.
    pub needs: Vec<(String, String)>,
    /// Parameters of the preset.
    pub with: Vec<(String, Yaml)>,
    /// Variables of its command.
    pub env: Vec<(String, Yaml)>,
    /// Other keys.
    pub keys: Vec<(String, Yaml)>,
    /// Why it cannot run here; it is written as a comment then.
    pub off: Option<String>,
}

impl Draft {
    fn new(name: &str, says: &str) -> Self {
        Self {
            name: name.to_owned(),
            says: says.to_owned(),
            uses: None,
            run: None,
            needs: Vec::new(),
            with: Vec::new(),
            env: Vec::new(),
            keys: Vec::new(),
            off: None,
        }
    }

    /// A gate of the catalogue.
    pub fn uses(name: &str, preset: &str, says: &str) -> Self {
        Self {
            uses: Some(preset.to_owned()),
            ..Self::new(name, says)
        }
    }

    /// A gate with a command of its own.
    pub fn runs(name: &str, command: impl Into<String>, says: &str) -> Self {
        Self {
            run: Some(command.into()),
            ..Self::new(name, says)
        }
    }

    /// A gate that only looks at files.
    pub fn looks(name: &str, files: &[(&str, Yaml)], says: &str) -> Self {
        let files = files
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()));
        Self::new(name, says).key("files", Yaml::Map(files.collect()))
    }

    /// Sets a parameter of the preset.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Yaml>) -> Self {
        self.with.push((name.to_owned(), value.into()));
        self
    }

    /// Sets a parameter of the preset, if there is a value that is not empty.
    #[must_use]
    pub fn with_text(self, name: &str, value: &str) -> Self {
        if value.is_empty() {
            return self;
        }
        self.with(name, value)
    }

    /// Sets a variable of the command.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sets any other key.
    #[must_use]
    pub fn key(mut self, name: &str, value: impl Into<Yaml>) -> Self {
        self.keys.push((name.to_owned(), value.into()));
        self
    }

    /// Needs a gate of the project in that folder.
    #[must_use]
    pub fn needs(mut self, dir: &str, name: &str) -> Self {
        self.needs.push((dir.to_owned(), name.to_owned()));
        self
    }

    /// Writes it as a comment unless a condition holds.
    #[must_use]
    pub fn only_if(mut self, condition: bool, otherwise: impl FnOnce() -> String) -> Self {
        if !condition && self.off.is_none() {
            self.off = Some(otherwise());
        }
        self
    }

    /// Whether it runs.
    pub fn is_on(&self) -> bool {
        self.off.is_none()
    }
}

/// What a stack proposes for one of its projects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Gates, fast ones first.
    pub gates: Vec<Draft>,
    /// What it is made with: the package manager, the test tool.
    pub made_with: Vec<String>,
    /// What people should know and the file does not say.
    pub notes: Vec<String>,
    /// A command to start once, before the gates can run.
    pub first: Option<String>,
    /// Files that its tools leave in the tree, relative to the project; git should ignore them.
    pub leaves: Vec<&'static str>,
}

/// The usual reason of a gate that is off.
pub fn not_installed(program: &str) -> String {
    format!("`{program}` is not installed here")
}
