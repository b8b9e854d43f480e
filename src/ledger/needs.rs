//! What raw evidence a record speaks of: what pruning of the local store must keep.

use std::collections::BTreeSet;

use crate::model::{Record, Says};

/// The digests of all raw evidence that a record speaks of.
pub fn evidence_of(record: &Record) -> BTreeSet<String> {
    let Says::Completion(done) = &record.says else {
        return BTreeSet::new();
    };
    let mut digests = BTreeSet::new();
    for gate in done.gates.values() {
        let reports = gate.reports.iter();
        digests.extend(reports.filter_map(|report| report.digest.clone()));
        let list = gate.tests.as_ref();
        digests.extend(list.and_then(|tests| tests.digest.clone()));
    }
    digests
}
