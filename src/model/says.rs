//! How a record's `says` is read: in one pass, whatever its kind, because the kind stands behind most of its keys.
//!
//! Holding everything back until the kind is known costs more than all the rest of reading a ledger. Keys of another
//! kind are refused as unknown ones are.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Completion, Criterion, GateRecord, Says, Verdicts};

/// The keys of all kinds.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Written {
    kind: String,
    after: Option<BTreeMap<String, String>>,
    as_of: Option<String>,
    asks: Option<BTreeMap<String, String>>,
    completion: Option<String>,
    criteria: Option<Vec<Criterion>>,
    decision: Option<String>,
    due: Option<String>,
    entry: Option<bool>,
    evidence: Option<Vec<String>>,
    gates: Option<Gates>,
    liens: Option<Vec<String>>,
    observations: Option<Vec<String>>,
    on: Option<String>,
    owner: Option<String>,
    ruling: Option<String>,
    sign_offs: Option<Vec<String>>,
    to: Option<String>,
    unsigned: Option<bool>,
    verdict: Option<String>,
    weakenings: Option<String>,
    why: Option<String>,
}

/// Gates: all of each in a completion, its verdict alone in an observation.
#[derive(Debug, Default, PartialEq)]
struct Gates {
    records: BTreeMap<String, GateRecord>,
    verdicts: Verdicts,
}

impl<'de> Deserialize<'de> for Gates {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(EachGate)
    }
}

struct EachGate;

impl<'de> Visitor<'de> for EachGate {
    type Value = Gates;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("gates by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Gates, A::Error> {
        let mut gates = Gates::default();
        // One text for all names: what is kept of it, the gates themselves hold.
        let mut name = String::new();
        while map.next_key_seed(Name(&mut name))?.is_some() {
            let (name, gates) = (&name, &mut gates);
            map.next_value_seed(OneGate { name, gates })?;
        }
        gates.verdicts = gates.verdicts.sorted();
        Ok(gates)
    }
}

/// Reads a name into memory that is there.
struct Name<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the name of a gate")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<(), E> {
        name.clone_into(self.0);
        Ok(())
    }
}

/// Reads a gate, or its verdict.
struct OneGate<'a> {
    name: &'a str,
    gates: &'a mut Gates,
}

impl<'de> DeserializeSeed<'de> for OneGate<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneGate<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a gate, or its verdict")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<(), E> {
        self.gates.verdicts.push(self.name, word);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let record = GateRecord::deserialize(MapAccessDeserializer::new(map))?;
        self.gates.records.insert(self.name.to_owned(), record);
        Ok(())
    }
}

impl TryFrom<Written> for Says {
    type Error = String;

    fn try_from(mut written: Written) -> Result<Self, String> {
        let kind = std::mem::take(&mut written.kind);
        let says = match kind.as_str() {
            "completion" => Says::Completion(Box::new(completion(&mut written)?)),
            "sign-off" => Says::SignOff {
                why: written.why.take(),
                evidence: written.evidence.take().unwrap_or_default(),
                entry: written.entry.take().unwrap_or_default(),
                weakenings: written.weakenings.take(),
                asks: written.asks.take().unwrap_or_default(),
            },
            "lien" => Says::Lien {
                on: need(written.on.take(), "on")?,
                owner: need(written.owner.take(), "owner")?,
                why: need(written.why.take(), "why")?,
                due: need(written.due.take(), "due")?,
            },
            "observation" => Says::Observation {
                verdict: need(written.verdict.take(), "verdict")?,
                gates: {
                    let gates = need(written.gates.take(), "gates")?;
                    none_beside(gates.records.keys().next())?;
                    gates.verdicts
                },
            },
            "reopen" => Says::Reopen {
                completion: need(written.completion.take(), "completion")?,
                why: need(written.why.take(), "why")?,
            },
            "ruling" => Says::Ruling {
                ruling: need(written.ruling.take(), "ruling")?,
                why: need(written.why.take(), "why")?,
                to: written.to.take(),
            },
            "" => return Err("missing field `kind`".to_owned()),
            other => return Err(format!("there is no kind `{other}` of records")),
        };
        if written != Written::default() {
            return Err(format!("a key that no `{kind}` has"));
        }
        Ok(says)
    }
}

fn completion(written: &mut Written) -> Result<Completion, String> {
    Ok(Completion {
        decision: need(written.decision.take(), "decision")?,
        as_of: need(written.as_of.take(), "as-of")?,
        after: need(written.after.take(), "after")?,
        gates: {
            let gates = need(written.gates.take(), "gates")?;
            none_beside(gates.verdicts.iter().next().map(|(name, _)| name))?;
            gates.records
        },
        sign_offs: need(written.sign_offs.take(), "sign-offs")?,
        unsigned: written.unsigned.take().unwrap_or_default(),
        liens: need(written.liens.take(), "liens")?,
        observations: need(written.observations.take(), "observations")?,
        criteria: need(written.criteria.take(), "criteria")?,
        verdict: need(written.verdict.take(), "verdict")?,
    })
}

fn need<T>(value: Option<T>, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("missing field `{name}`"))
}

/// Refuses gates that are written in the way of the other kind.
fn none_beside(name: Option<impl AsRef<str>>) -> Result<(), String> {
    let Some(name) = name else { return Ok(()) };
    let name = name.as_ref();
    Err(format!(
        "the gate `{name}` is not written as this kind has it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Says, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn each_kind_has_its_own_keys_and_no_others() {
        let reopen = r#"{"completion":"c","kind":"reopen","why":"w"}"#;
        assert!(matches!(read(reopen), Ok(Says::Reopen { .. })));
        let observed = r#"{"gates":{"a":"pass"},"kind":"observation","verdict":"pass"}"#;
        assert!(matches!(read(observed), Ok(Says::Observation { .. })));
        for (text, wanted) in [
            (
                r#"{"completion":"c","kind":"reopen"}"#,
                "missing field `why`",
            ),
            (r#"{"why":"w"}"#, "missing field `kind`"),
            (r#"{"kind":"wish"}"#, "no kind `wish`"),
            (r#"{"kind":"sign-off","owner":"o"}"#, "no `sign-off` has"),
            (r#"{"kind":"sign-off","wye":"o"}"#, "unknown field `wye`"),
            (
                r#"{"gates":{"a":{"verdict":"pass"}},"kind":"observation","verdict":"pass"}"#,
                "missing field",
            ),
            (
                r#"{"after":{},"as-of":"d","criteria":[],"decision":"go","gates":{"a":"pass"},"kind":"completion","liens":[],"observations":[],"sign-offs":[],"verdict":"v"}"#,
                "the gate `a` is not written",
            ),
        ] {
            let why = read(text).expect_err(text);
            assert!(why.contains(wanted), "{why}");
        }
    }
}
