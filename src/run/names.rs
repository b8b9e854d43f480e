//! Names of tests as records keep them: in the record itself while it stays small, else as a list in the local store of
//! which the record has digest and number. Judges nothing.

use crate::model::{TestNames, TestsRecord, canonical, sha256_hex};
use crate::store::Bundles;

/// Bytes that the names of all gates together may take in one record.
pub(super) const ROOM: usize = 2 << 20;

/// What a record says of these tests. `room` is what is left of [`ROOM`]. A list that cannot be kept costs the list,
/// never the record.
pub(super) fn keep(names: TestNames, bundles: &Bundles, room: &mut usize) -> TestsRecord {
    let count = names.values().map(|list| list.len() as u64).sum();
    let list = canonical(&names);
    if list.len() <= *room {
        *room -= list.len();
        return TestsRecord {
            count,
            digest: None,
            names,
        };
    }
    let kept = bundles.keep(&list);
    TestsRecord {
        count,
        digest: Some(kept.unwrap_or_else(|_| sha256_hex(&list))),
        names: TestNames::new(),
    }
}

/// The names that a record speaks of, or why they cannot be had.
pub(super) fn of_record(record: &TestsRecord, bundles: &Bundles) -> Result<TestNames, String> {
    let Some(digest) = &record.digest else {
        return Ok(record.names.clone());
    };
    let short = digest.get(..12).unwrap_or(digest);
    let absent = || {
        format!(
            "the list of its {} tests ({short}) was too long for the record and is not on this machine",
            record.count
        )
    };
    let damaged = |why: String| format!("the list of its tests ({short}) is damaged: {why}");
    let bytes = bundles.read(digest).map_err(damaged)?.ok_or_else(absent)?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TestOutcome;

    fn names(count: usize) -> TestNames {
        let list = (0..count).map(|number| format!("case::{number:05}"));
        [(TestOutcome::Passed, list.collect())].into()
    }

    #[test]
    fn few_names_are_in_the_record_and_many_beside_it() {
        let store = tempfile::tempdir().unwrap();
        let bundles = Bundles::of(store.path());
        let mut room = 100;
        let few = keep(names(5), &bundles, &mut room);
        assert_eq!((few.count, few.digest.as_ref()), (5, None));
        assert_eq!(of_record(&few, &bundles), Ok(names(5)));
        assert!(room < 30, "{room}");
        let many = keep(names(50), &bundles, &mut room);
        assert_eq!((many.count, many.names.len()), (50, 0));
        assert_eq!(of_record(&many, &bundles), Ok(names(50)));
    }

    #[test]
    fn a_list_that_is_lost_or_damaged_is_no_empty_list() {
        let store = tempfile::tempdir().unwrap();
        let bundles = Bundles::of(store.path());
        let many = keep(names(50), &bundles, &mut 0);
        let file = store.path().join("evidence");
        let file = file.join(format!("{}.gz", many.digest.as_ref().unwrap()));
        std::fs::write(&file, b"else").unwrap();
        assert!(
            of_record(&many, &bundles)
                .unwrap_err()
                .contains("is damaged")
        );
        std::fs::remove_file(&file).unwrap();
        let why = of_record(&many, &bundles).unwrap_err();
        assert!(
            why.contains("50 tests") && why.contains("not on this machine"),
            "{why}"
        );
    }
}
