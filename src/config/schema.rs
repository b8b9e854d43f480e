//! The JSON Schema of the file, made from the readers' own declarations, so that it cannot drift.

use serde_json::{Value as Json, json};

use super::file::{File, Gate};
use super::preset::PRESETS;
use super::waivers::{WaiverFile, WaiverOptions};
use crate::gate;
use crate::problem::{Shape as _, describe, object};

/// The schema of `tollgate.yaml`, draft 2020-12.
pub fn schema() -> Json {
    let mut gate = Gate::properties();
    for kind in gate::KINDS {
        gate.insert(kind.name(), describe(kind.schema(), kind.about()));
    }
    let names: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
    gate.insert("uses", json!({ "description": "Preset of the catalogue that the gate begins from.", "enum": names }));
    gate.insert(
        "with",
        json!({ "description": "Parameters of the preset.", "type": "object" }),
    );
    let mut file = File::properties();
    file.insert(
        "gates",
        json!({ "description": "The gates.", "type": "object", "minProperties": 1, "additionalProperties": { "$ref": "#/$defs/gate" } }),
    );
    let mut schema = object(file);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("tollgate.yaml");
    schema["required"] = json!(["version", "gates"]);
    schema["patternProperties"] = json!({ "^x-": {} });
    schema["$defs"] = json!({ "gate": object(gate) });
    schema
}

/// The schema of `.tollgate/waivers.yaml`, draft 2020-12.
pub fn waiver_schema() -> Json {
    let mut waiver = WaiverOptions::schema();
    waiver["required"] = json!(["why", "owner", "opened", "until"]);
    let mut file = WaiverFile::properties();
    file.insert(
        "waivers",
        json!({ "description": "The waivers.", "type": "array", "items": waiver }),
    );
    let mut schema = object(file);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(super::WAIVERS);
    schema["required"] = json!(["version", "waivers"]);
    schema
}

#[cfg(test)]
mod tests {
    #[test]
    fn committed_schema_is_what_the_readers_declare() {
        let made = serde_json::to_string_pretty(&super::schema()).expect("schema is JSON") + "\n";
        let committed = include_str!("tollgate.schema.json");
        assert_eq!(
            made, committed,
            "run `tollgate config schema > src/config/tollgate.schema.json`"
        );
    }

    #[test]
    fn committed_schema_of_waivers_is_what_the_readers_declare() {
        let made =
            serde_json::to_string_pretty(&super::waiver_schema()).expect("schema is JSON") + "\n";
        let committed = include_str!("waivers.schema.json");
        assert_eq!(
            made, committed,
            "run `tollgate config schema --waivers > src/config/waivers.schema.json`"
        );
    }

    #[test]
    fn committed_schema_of_people_is_what_the_readers_declare() {
        let schema = crate::config::people_schema();
        let made = serde_json::to_string_pretty(&schema).expect("schema is JSON") + "\n";
        let committed = include_str!("people.schema.json");
        assert_eq!(
            made, committed,
            "run `tollgate config schema --people > src/config/people.schema.json`"
        );
    }
}
