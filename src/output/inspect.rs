//! Stub.
use super::Style;
use crate::model::{ReportEvidence, ReportRefusal};
use std::io;

/// What came of reading one file.
pub type Inspected<'a> = Result<&'a ReportEvidence, &'a ReportRefusal>;

/// Draws what one report says, or why it says nothing.
pub fn inspect(what: Inspected<'_>, _style: &Style, to: &mut dyn io::Write) -> io::Result<()> {
    match what {
        Ok(report) => writeln!(to, "{}", report.path),
        Err(refusal) => writeln!(to, "{}", refusal.path),
    }
}
