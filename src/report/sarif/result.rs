//! One result as it is written, and the little of it that is kept until its run ends.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::json::{First, Int, Scalar};
use super::run::Keep;

/// A result as written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    rule_id: Option<String>,
    rule_index: Option<Int>,
    rule: Option<Reference>,
    kind: Option<String>,
    level: Option<String>,
    message: Option<Message>,
    locations: Option<First<Location>>,
    suppressions: Option<Vec<Suppression>>,
    baseline_state: Option<String>,
    fingerprints: Option<BTreeMap<String, Scalar>>,
    partial_fingerprints: Option<BTreeMap<String, Scalar>>,
    properties: Option<Properties>,
    provenance: Option<Provenance>,
}

/// A reference to a rule in one of the tool's components.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) id: Option<String>,
    pub(super) index: Option<Int>,
    pub(super) tool_component: Option<ComponentReference>,
}

/// A reference to a component of the tool.
#[derive(Clone, Deserialize)]
pub(super) struct ComponentReference {
    index: Option<Int>,
    guid: Option<Scalar>,
    name: Option<Scalar>,
}

/// Which component of the tool is meant; the driver where nothing says.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Meant {
    pub(super) index: Option<usize>,
    pub(super) guid: Option<String>,
    pub(super) name: Option<String>,
}

impl From<ComponentReference> for Meant {
    fn from(from: ComponentReference) -> Self {
        Self {
            index: from.index.and_then(Int::index),
            guid: from.guid.and_then(|guid| guid.0),
            name: from.name.and_then(|name| name.0),
        }
    }
}

/// A message: text, or the name of a string that its rule has.
#[derive(Deserialize, Default)]
pub(super) struct Message {
    pub(super) text: Option<String>,
    pub(super) markdown: Option<String>,
    pub(super) id: Option<String>,
    pub(super) arguments: Option<Vec<Scalar>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Option<Physical>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Option<Artifact>,
    region: Option<Region>,
}

/// Where a file is: by name, or by its index in the run's `artifacts`.
#[derive(Deserialize)]
pub(super) struct Artifact {
    pub(super) uri: Option<String>,
    index: Option<Int>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: Option<Int>,
    start_column: Option<Int>,
}

#[derive(Deserialize)]
struct Suppression {
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    invocation_index: Option<Int>,
}

/// The one property that matters; a property bag may have any shape.
#[derive(Default)]
pub(super) struct Properties {
    /// `security-severity`, a CVSS-like number from 0 to 10.
    pub(super) severity: Option<String>,
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Bag;
        impl<'de> Visitor<'de> for Bag {
            type Value = Properties;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a property bag, an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                #[derive(Deserialize)]
                #[serde(field_identifier)]
                enum Key {
                    #[serde(rename = "security-severity")]
                    Severity,
                    #[serde(other)]
                    Other,
                }
                let mut severity = None;
                while let Some(key) = map.next_key()? {
                    match key {
                        Key::Severity => {
                            let value = map.next_value::<Scalar>()?.0;
                            if severity
                                .as_ref()
                                .is_some_and(|one| Some(one) != value.as_ref())
                            {
                                return Err(serde::de::Error::duplicate_field("security-severity"));
                            }
                            severity = value;
                        }
                        Key::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Properties { severity })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Properties, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Properties::default())
            }
        }
        from.deserialize_any(Bag)
    }
}

/// All that decides how a result counts. Results that agree in it are one sort.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sort {
    pub(super) rule: Option<String>,
    pub(super) index: Option<usize>,
    pub(super) component: Meant,
    pub(super) level: Option<String>,
    /// `kind` is `fail`, as it is when absent.
    pub(super) fails: bool,
    /// `security-severity` of the result itself.
    pub(super) severity: Option<String>,
    pub(super) invocation: Option<usize>,
    pub(super) suppressed: bool,
}

/// What is shown of a result.
pub(super) struct Shown {
    pub(super) message: Message,
    pub(super) uri: Option<String>,
    pub(super) artifact: Option<usize>,
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) fingerprints: Vec<String>,
    /// The fingerprints alone are the identity; otherwise the path belongs to it.
    pub(super) stable: bool,
}

/// The results of a run until it ends.
#[derive(Default)]
pub(super) struct Pending {
    keep: Keep,
    pub(super) items: Vec<(Sort, Shown)>,
    pub(super) more: BTreeMap<Sort, u64>,
}

impl Pending {
    pub(super) fn new(keep: Keep) -> Self {
        Self {
            keep,
            ..Self::default()
        }
    }

    /// Takes a result in, if it counts at all.
    pub(super) fn take(&mut self, written: Written) {
        if !written.counts() {
            return;
        }
        let (sort, rest) = written.split();
        let kept = self.items.len() < self.keep.items;
        if kept && (!sort.suppressed || self.keep.suppressed) {
            self.items.push((sort, rest.shown()));
        } else {
            match self.more.get_mut(&sort) {
                Some(count) => *count += 1,
                None => drop(self.more.insert(sort, 1)),
            }
        }
    }
}

/// The parts of a result that only matter when it is shown.
struct Rest {
    message: Option<Message>,
    locations: Option<First<Location>>,
    fingerprints: Option<BTreeMap<String, Scalar>>,
    partial: Option<BTreeMap<String, Scalar>>,
}

impl Written {
    /// Passed checks and remarks are no findings, and neither is what a baseline says has gone.
    fn counts(&self) -> bool {
        let is = |word: &Option<String>, what: &[&str]| {
            let word = word.as_deref().unwrap_or("");
            what.iter().any(|known| word.eq_ignore_ascii_case(known))
        };
        !is(&self.kind, &["pass", "notApplicable", "informational"])
            && !is(&self.baseline_state, &["absent"])
    }

    fn split(self) -> (Sort, Rest) {
        let (id, index, component) = match self.rule {
            Some(rule) => (rule.id, rule.index, rule.tool_component),
            None => (None, None, None),
        };
        let place = |index: Option<Int>| index.and_then(Int::index);
        let kind = self.kind.as_deref().unwrap_or("fail");
        let sort = Sort {
            rule: self.rule_id.or(id),
            index: place(self.rule_index).or(place(index)),
            component: component.map(Meant::from).unwrap_or_default(),
            // golangci-lint writes an empty level where it has none.
            level: self.level.filter(|level| !level.is_empty()),
            fails: !(kind.eq_ignore_ascii_case("review") || kind.eq_ignore_ascii_case("open")),
            severity: self.properties.and_then(|properties| properties.severity),
            invocation: place(self.provenance.and_then(|from| from.invocation_index)),
            suppressed: self.suppressions.is_some_and(|all| suppressed(&all)),
        };
        let rest = Rest {
            message: self.message,
            locations: self.locations,
            fingerprints: self.fingerprints,
            partial: self.partial_fingerprints,
        };
        (sort, rest)
    }
}

/// At least one suppression, and none that is still asked for or was turned down.
fn suppressed(all: &[Suppression]) -> bool {
    !all.is_empty()
        && all.iter().all(|one| {
            let status = one.status.as_deref().unwrap_or("accepted");
            status.eq_ignore_ascii_case("accepted")
        })
}

impl Rest {
    fn shown(self) -> Shown {
        let place = self
            .locations
            .and_then(|first| first.0)
            .and_then(|location| location.physical_location);
        let (artifact, region) = match place {
            Some(place) => (place.artifact_location, place.region),
            None => (None, None),
        };
        let (uri, artifact) = match artifact {
            Some(artifact) => (artifact.uri, artifact.index.and_then(Int::index)),
            None => (None, None),
        };
        let full = identity(self.fingerprints.unwrap_or_default());
        let stable = !full.is_empty();
        let fingerprints = if stable {
            full
        } else {
            partial(self.partial.unwrap_or_default())
        };
        let (line, column) = match region {
            Some(region) => (region.start_line, region.start_column),
            None => (None, None),
        };
        Shown {
            message: self.message.unwrap_or_default(),
            uri: uri.filter(|uri| !uri.is_empty()),
            artifact,
            line: line.and_then(Int::place),
            column: column.and_then(Int::place),
            fingerprints,
            stable,
        }
    }
}

/// Name and value of each usable fingerprint. Semgrep writes `requires login` where it has none.
fn identity(all: BTreeMap<String, Scalar>) -> Vec<String> {
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value.0?)))
        .filter(|(_, value)| !value.is_empty() && !value.contains(' '))
        .map(|(name, value)| format!("{name}={value}"))
        .collect()
}

/// As [`identity`], but of CodeQL's two the line hash alone: the other is a column, which moves.
fn partial(mut all: BTreeMap<String, Scalar>) -> Vec<String> {
    let hash = "primaryLocationLineHash";
    match all.remove(hash) {
        Some(value) if value.0.is_some() => identity(BTreeMap::from([(hash.to_owned(), value)])),
        _ => identity(all),
    }
}
