//! Stub.
use super::{Output, Style};
use crate::model::Outcome;
use std::io;
/// Stub.
pub struct Terminal;
impl Output for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }
    fn about(&self) -> &'static str {
        "stub"
    }
    fn render(&self, outcome: &Outcome, _style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
        for gate in &outcome.verdict.gates {
            writeln!(to, "{} {}", gate.id, gate.verdict.word())?;
        }
        writeln!(to, "{}", outcome.verdict.decision.words())
    }
}
