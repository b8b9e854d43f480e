//! Stub.
use super::{Output, Style};
use crate::model::Outcome;
use std::io;
/// Stub.
pub struct Junit;
impl Output for Junit {
    fn name(&self) -> &'static str {
        "junit"
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
