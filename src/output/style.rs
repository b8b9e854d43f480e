//! How an output may look. Filled by the command line from the terminal, the environment and the flags;
//! this room asks neither.

/// How an output may look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; 80 where there is none.
    pub width: usize,
    /// Whether colours may be used.
    pub color: bool,
    /// Whether the terminal shows more than ASCII.
    pub unicode: bool,
    /// How much more to say: 0 is usual, 1 also what passed.
    pub verbose: u8,
    /// Say only what keeps from going on, and the decision.
    pub quiet: bool,
    /// The gates were already shown one by one while they ran, so clean ones need no second line.
    pub seen: bool,
}

impl Default for Style {
    /// Plain text for a pipe.
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            unicode: true,
            verbose: 0,
            quiet: false,
            seen: false,
        }
    }
}
