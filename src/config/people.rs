//! The file `.tollgate/people.yaml`: who may sign, with which SSH keys, in which roles.
//!
//! A file with a mistake names nobody: a sign-off must not count by half of it. Whether a key counts at a given moment is
//! asked where signatures are checked.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::PEOPLE;
use super::file::{not_a_mapping, plain};
use super::load::read_here;
use super::names::name;
use super::yaml;
use crate::model::{People, Person, PublicKey};
use crate::problem::{Code, Count, Many, Problem, Problems, Shape, Text, nearest, options};
use crate::source::{At, Key, Node, Source, Sources, Value};

options! {
    /// The file of people.
    pub struct PeopleFile {
        /// Version of the file format: 1.
        version("version"): Count,
        /// Roles that there are; any when not given.
        roles("roles"): Many<Text>,
        /// People by the short name that records and files use.
        people("people"): Vec<(Key, PersonOptions)>,
    }
}

options! {
    /// Somebody.
    pub struct PersonOptions {
        /// Full name, as git has it.
        name("name"): Text,
        /// Addresses, as git has them.
        email("email"): Many<Text>,
        /// Public SSH keys, as in an `authorized_keys` file.
        keys("keys"): Many<KeyOptions>,
        /// Roles.
        roles("roles"): Many<Text>,
    }
}

options! {
    /// A key that counts for a time.
    pub struct KeyMap {
        /// The public key.
        key("key"): Text,
        /// First day, or moment in UTC, on which it counts.
        after("valid-after"): Text,
        /// Day, or moment in UTC, from which it counts no more.
        before("valid-before"): Text,
    }
}

/// `ssh-ed25519 AAAA…` or a mapping with its time.
#[derive(Clone, Debug)]
pub struct KeyOptions {
    at: At,
    key: Text,
    after: Option<Text>,
    before: Option<Text>,
}

impl Shape for KeyOptions {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            return Some(Self {
                at: node.at.clone(),
                key: Text::read(node, problems)?,
                after: None,
                before: None,
            });
        }
        let map = KeyMap::read(node, problems)?;
        let Some(key) = map.key else {
            problems.push(
                Problem::new(Code::MISSING_KEY, &map.at, "a key needs `key`")
                    .help("such as `{ key: \"ssh-ed25519 AAAA…\", valid-before: 2027-01-01 }`"),
            );
            return None;
        };
        Some(Self {
            at: map.at,
            key,
            after: map.after,
            before: map.before,
        })
    }

    fn schema() -> Json {
        json!({ "anyOf": [Text::schema(), KeyMap::schema()] })
    }
}

/// Reads the people of a project. Where there is no file there is nobody; `None` where it has a mistake.
pub fn read_people(root: &Path, sources: &mut Sources, problems: &mut Problems) -> Option<People> {
    let path = root.join(PEOPLE);
    // A link that leads nowhere is there: it must not pass for a project without people.
    if path.symlink_metadata().is_err() {
        return Some(People::default());
    }
    match read_here(root, PEOPLE) {
        Ok(text) => {
            let source = Source {
                name: PEOPLE.into(),
                text: text.into(),
            };
            sources.add(source.clone());
            parse_people(&source, problems)
        }
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// The people of a text; `None` where it has a mistake.
pub fn parse_people(source: &Source, problems: &mut Problems) -> Option<People> {
    let mut own = Problems::default();
    let people = checked(source, &mut own);
    let refused = own.refuse();
    problems.extend(own.iter().cloned());
    people.filter(|_| !refused)
}

/// The JSON Schema of the file.
pub fn people_schema() -> Json {
    let mut schema = PeopleFile::schema();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(PEOPLE);
    schema["required"] = json!(["version"]);
    schema
}

fn checked(source: &Source, problems: &mut Problems) -> Option<People> {
    let node = match yaml::parse(source) {
        Ok(node) => node,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    if !matches!(node.value, Value::Map(_)) {
        problems.push(not_a_mapping(&node).help("a file of people begins with `version: 1`"));
        return None;
    }
    let file = PeopleFile::read(&node, problems)?;
    version(&file, problems);
    let mut found = Found {
        roles: file.roles.map(|many| many.0),
        names: BTreeMap::new(),
        keys: BTreeMap::new(),
        emails: BTreeMap::new(),
    };
    let mut people = People::default();
    for (key, options) in file.people.unwrap_or_default() {
        name(&key, problems);
        found.name(&key, problems);
        let person = found.person(&key, &options, problems);
        people.by_name.insert(key.name, person);
    }
    Some(people)
}

fn version(file: &PeopleFile, problems: &mut Problems) {
    let problem = match &file.version {
        Some(version) if version.value == 1 => return,
        Some(version) => Problem::new(
            Code::VERSION,
            &version.at,
            format!("version {} is not known", version.value),
        ),
        None => Problem::new(Code::VERSION, &file.at, "the file does not say its version"),
    };
    problems.push(problem.help("write `version: 1`"));
}

/// What was said before, and where.
struct Found {
    roles: Option<Vec<Text>>,
    names: BTreeMap<String, (String, At)>,
    keys: BTreeMap<String, (String, At)>,
    emails: BTreeMap<String, (String, At)>,
}

impl Found {
    /// Files of signatures are called by the name: where case does not count, one would take the place of the other.
    fn name(&mut self, key: &Key, problems: &mut Problems) {
        let before = self
            .names
            .insert(key.name.to_lowercase(), (key.name.clone(), key.at.clone()));
        if let Some((other, there)) = before.filter(|(other, _)| *other != key.name) {
            let message = format!("`{}` and `{other}` differ only in case", key.name);
            problems.push(
                Problem::new(Code::WRONG_VALUE, &key.at, message)
                    .label("the other one")
                    .also(&there, "this is the first")
                    .help("files of signatures are called by the name, and some disks do not tell case: rename one"),
            );
        }
    }

    fn person(&mut self, key: &Key, options: &PersonOptions, problems: &mut Problems) -> Person {
        let emails = options.email.as_ref().map(|many| many.0.as_slice());
        for email in emails.unwrap_or_default() {
            let plain = email.value.trim().to_lowercase();
            let before = self
                .emails
                .insert(plain, (key.name.clone(), email.at.clone()));
            twice("this address", &email.at, before, problems);
        }
        let mut keys = Vec::new();
        for written in options.keys.iter().flat_map(|many| &many.0) {
            let Some(public) = public_key(written, problems) else {
                continue;
            };
            let place = (key.name.clone(), written.at.clone());
            let before = self.keys.insert(public.base64.clone(), place);
            twice("this key", &written.at, before, problems);
            keys.push(public);
        }
        let roles = options.roles.as_ref().map(|many| many.0.as_slice());
        for role in roles.unwrap_or_default() {
            self.role(role, problems);
        }
        let values = |texts: Option<&[Text]>| -> Vec<String> {
            let texts = texts.unwrap_or_default().iter();
            texts.map(|text| text.value.trim().to_owned()).collect()
        };
        Person {
            name: plain(&options.name).unwrap_or_else(|| key.name.clone()),
            emails: values(emails),
            keys,
            roles: values(roles),
        }
    }

    fn role(&self, role: &Text, problems: &mut Problems) {
        let Some(roles) = &self.roles else { return };
        let mut known = roles.iter().map(|text| text.value.as_str());
        if known.any(|name| name == role.value) {
            return;
        }
        let near = nearest(&role.value, roles.iter().map(|text| text.value.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it to `roles` at the top of the file".to_owned(),
        };
        let message = format!("there is no role `{}`", role.value);
        problems.push(Problem::new(Code::UNKNOWN_NAME, &role.at, message).help(help));
    }
}

fn twice(what: &str, at: &At, before: Option<(String, At)>, problems: &mut Problems) {
    if let Some((owner, there)) = before {
        problems.push(
            Problem::new(Code::WRONG_VALUE, at, format!("{what} is there twice"))
                .label("again")
                .also(&there, format!("here it is {owner}'s"))
                .help("who signs must be one person: keep it in one place"),
        );
    }
}

fn public_key(written: &KeyOptions, problems: &mut Problems) -> Option<PublicKey> {
    let mut words = written.key.value.split_whitespace();
    let (algorithm, base64) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    if let Err(why) = is_key(algorithm, base64) {
        problems.push(
            Problem::new(
                Code::WRONG_VALUE,
                &written.key.at,
                format!("no public SSH key: {why}"),
            )
            .help("copy the line of the `.pub` file: `ssh-ed25519 AAAA…`"),
        );
        return None;
    }
    let bound = |text: &Option<Text>, problems: &mut Problems| {
        text.as_ref().and_then(|text| moment(text, problems))
    };
    let (after, before) = (
        bound(&written.after, problems),
        bound(&written.before, problems),
    );
    if after
        .zip(before)
        .is_some_and(|(after, before)| after >= before)
    {
        problems.push(
            Problem::new(Code::DATE, &written.at, "this key never counts")
                .help("`valid-after` lies before `valid-before`"),
        );
    }
    Some(PublicKey {
        algorithm: algorithm.to_owned(),
        base64: base64.to_owned(),
        after,
        before,
    })
}

/// The blob of a key begins with the name of its algorithm (RFC 4253, 6.6).
fn is_key(algorithm: &str, base64: &str) -> Result<(), String> {
    if algorithm.contains("PRIVATE") || algorithm.starts_with("-----") {
        return Err("this is a private key: never commit one".to_owned());
    }
    let blob = STANDARD
        .decode(base64)
        .map_err(|_| "its second word is not base64".to_owned())?;
    let own = blob
        .split_first_chunk::<4>()
        .and_then(|(length, rest)| rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?));
    match own {
        Some(own) if own == algorithm.as_bytes() && STANDARD.encode(&blob) == base64 => Ok(()),
        Some(_) => Err(format!("`{algorithm}` is not what the key says that it is")),
        None => Err("it is cut off".to_owned()),
    }
}

/// A day, which begins in UTC, or a moment.
fn moment(text: &Text, problems: &mut Problems) -> Option<Timestamp> {
    let written = text.value.trim();
    let utc = |at: DateTime| {
        at.to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    let day = |day: Date| utc(day.to_datetime(jiff::civil::Time::midnight()));
    let found = written.parse::<Timestamp>().ok().or_else(|| {
        let only_day = written.len() == 10;
        only_day
            .then(|| written.parse().ok().and_then(day))
            .flatten()
    });
    if found.is_none() {
        problems.push(
            Problem::new(
                Code::DATE,
                &text.at,
                format!("`{written}` is no day and no moment"),
            )
            .help("write `2027-01-31`, or `2027-01-31T12:00:00Z`"),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICm83Ds2PC5IXKnNR9RvhUNtSrLV0aLe8XnXQhyfFijc";

    fn read(text: &str) -> Result<People, Vec<String>> {
        let source = Source {
            name: "people.yaml".into(),
            text: text.into(),
        };
        let mut problems = Problems::default();
        let people = parse_people(&source, &mut problems);
        people.ok_or_else(|| {
            let list = problems.sorted().into_iter();
            list.map(|problem| format!("{} {}", problem.code, problem.message))
                .collect()
        })
    }

    #[test]
    fn people_have_names_addresses_keys_and_roles() {
        let people = read(&format!(
            "version: 1\nroles: [leads]\npeople:\n  ada:\n    name: Ada L\n    email: ada@example.org\n    roles: leads\n    \
             keys: [{{ key: {KEY} ada@host, valid-after: 2026-01-01, valid-before: 2027-01-01T12:00:00Z }}]\n  bo: {{}}\n"
        ))
        .unwrap();
        let ada = &people.by_name["ada"];
        assert_eq!(
            (ada.name.as_str(), ada.roles.as_slice()),
            ("Ada L", &["leads".to_owned()][..])
        );
        assert_eq!(
            ada.keys[0].after.unwrap().to_string(),
            "2026-01-01T00:00:00Z"
        );
        assert_eq!(
            ada.keys[0].before.unwrap().to_string(),
            "2027-01-01T12:00:00Z"
        );
        assert_eq!(
            people.owner(KEY.split(' ').nth(1).unwrap()).unwrap().0,
            "ada"
        );
        assert_eq!(people.by_name["bo"].name, "bo");
    }

    #[test]
    fn a_mistake_names_nobody() {
        let one = |person: &str| {
            read(&format!(
                "version: 1\nroles: [leads]\npeople:\n  ada: {{ {person} }}\n"
            ))
            .unwrap_err()
        };
        assert_eq!(one("roles: lead"), ["unknown-name there is no role `lead`"]);
        assert_eq!(
            one("keys: ssh-ed25519"),
            ["wrong-value no public SSH key: it is cut off"]
        );
        assert_eq!(
            one("keys: ssh-ed25519 %%%"),
            ["wrong-value no public SSH key: its second word is not base64"]
        );
        assert_eq!(
            one(&format!("keys: {}", KEY.replace("ed25519 ", "rsa "))),
            ["wrong-value no public SSH key: `ssh-rsa` is not what the key says that it is"]
        );
        assert_eq!(
            one("keys: \"-----BEGIN OPENSSH PRIVATE KEY----- x\""),
            ["wrong-value no public SSH key: this is a private key: never commit one"]
        );
        assert_eq!(
            one(&format!("keys: {{ key: {KEY}, valid-before: soon }}")),
            ["date `soon` is no day and no moment"]
        );
        assert_eq!(
            one(&format!(
                "keys: {{ key: {KEY}, valid-after: 2027-01-01, valid-before: 2026-01-01 }}"
            )),
            ["date this key never counts"]
        );
        assert_eq!(
            one(&format!("keys: [{KEY}, {KEY}]")),
            ["wrong-value this key is there twice"]
        );
        assert_eq!(
            one("keys: { valid-before: 2026-01-01 }"),
            ["missing-key a key needs `key`"]
        );
        assert_eq!(one("mail: x"), ["unknown-key unknown key `mail`"]);
        assert_eq!(
            read("people: {}").unwrap_err(),
            ["version the file does not say its version"]
        );
        assert_eq!(
            read("version: 2").unwrap_err(),
            ["version version 2 is not known"]
        );
        assert_eq!(read("[]").unwrap_err().len(), 1);
        assert_eq!(
            read("version: 1\npeople: { ada: { email: a@b }, bo: { email: A@b } }").unwrap_err(),
            ["wrong-value this address is there twice"]
        );
    }

    #[test]
    fn names_that_differ_only_in_case_are_refused() {
        assert_eq!(
            read("version: 1\npeople: { ada: {}, bo: {}, Ada: {} }\n").unwrap_err(),
            ["wrong-value `Ada` and `ada` differ only in case"]
        );
    }
}
