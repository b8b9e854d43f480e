//! The people of a project: who may sign, with which keys, in which roles. Plain data, read by `config`.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Everybody whom the project knows, by the short name that files and records use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// By short name.
    pub by_name: BTreeMap<String, Person>,
}

/// Somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Full name, as git has it; the short name where none is written.
    pub name: String,
    /// Addresses, as git has them.
    pub emails: Vec<String>,
    /// SSH keys.
    pub keys: Vec<PublicKey>,
    /// Roles.
    pub roles: Vec<String>,
}

/// A public SSH key of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// `ssh-ed25519` and the like.
    pub algorithm: String,
    /// The key in base64, as in an `authorized_keys` file.
    pub base64: String,
    /// It counts for what was written at this moment or later.
    pub after: Option<Timestamp>,
    /// It counts for what was written before this moment.
    pub before: Option<Timestamp>,
}

impl People {
    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Whose key this is, with the key.
    pub fn owner(&self, base64: &str) -> Option<(&str, &PublicKey)> {
        self.by_name.iter().find_map(|(name, person)| {
            let key = person.keys.iter().find(|key| key.base64 == base64)?;
            Some((name.as_str(), key))
        })
    }

    /// The person that git calls so: by an address, or by the full name where no address is known here.
    pub fn of_git(&self, name: &str, email: &str) -> Option<&str> {
        let has = |person: &Person| {
            let mut known = person.emails.iter();
            known.any(|other| other.eq_ignore_ascii_case(email))
        };
        let by_email = self.by_name.iter().find(|(_, person)| has(person));
        let by_name = || {
            let mut nameless = self.by_name.iter();
            nameless.find(|(_, person)| person.emails.is_empty() && person.name == name)
        };
        by_email.or_else(by_name).map(|(short, _)| short.as_str())
    }

    /// Everybody whom git may call so: by an address, or by the short or the full name, whatever the address.
    pub fn all_of_git<'a>(&'a self, name: &str, email: &str) -> impl Iterator<Item = &'a str> {
        let (name, email) = (told(name), told(email));
        let is = move |short: &str, person: &Person| {
            let mut emails = person.emails.iter().map(|other| told(other));
            let named = told(&person.name) == name || told(short) == name;
            (named && !name.is_empty()) || (!email.is_empty() && emails.any(|other| other == email))
        };
        let all = self.by_name.iter();
        all.filter(move |(short, person)| is(short, person))
            .map(|(short, _)| short.as_str())
    }

    /// Whether somebody of that short name has this role.
    pub fn has_role(&self, name: &str, role: &str) -> bool {
        let person = self.by_name.get(name);
        person.is_some_and(|person| person.roles.iter().any(|own| own == role))
    }
}

/// A name or address as far as it tells people apart: without case, and blanks that nobody sees.
pub fn told(text: &str) -> String {
    let words = text.split_whitespace().map(str::to_lowercase);
    words.collect::<Vec<_>>().join(" ")
}

impl PublicKey {
    /// Why it does not count for what was written at that moment; `None` where it does.
    pub fn refuses(&self, at: Timestamp) -> Option<String> {
        match (self.after, self.before) {
            (Some(after), _) if at < after => Some(format!("it counts only from {after}")),
            (_, Some(before)) if at >= before => Some(format!("it expired on {before}")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> People {
        let person = |name: &str, emails: &[&str], roles: &[&str]| Person {
            name: name.to_owned(),
            emails: emails.iter().map(|text| (*text).to_owned()).collect(),
            keys: Vec::new(),
            roles: roles.iter().map(|text| (*text).to_owned()).collect(),
        };
        let by_name = [
            ("ada", person("Ada L", &["ada@example.org"], &["leads"])),
            ("bo", person("Bo", &[], &["leads", "security"])),
        ];
        People {
            by_name: by_name.map(|(name, one)| (name.to_owned(), one)).into(),
        }
    }

    #[test]
    fn git_names_lead_to_people() {
        let people = people();
        assert_eq!(people.of_git("A", "Ada@Example.org"), Some("ada"));
        assert_eq!(people.of_git("Bo", "any@example.org"), Some("bo"));
        assert_eq!(people.of_git("Ada L", "other@example.org"), None);
    }

    #[test]
    fn any_name_or_address_of_somebody_leads_to_them_whatever_the_other_is() {
        let people = people();
        let all =
            |name: &str, email: &str| -> Vec<&str> { people.all_of_git(name, email).collect() };
        assert_eq!(all("Ada L", "home@example.org"), ["ada"]);
        assert_eq!(all(" ada  l ", ""), ["ada"]);
        assert_eq!(all("ADA", "x@example.org"), ["ada"]);
        assert_eq!(all("Another", " ADA@example.org"), ["ada"]);
        assert_eq!(all("Bo", "ada@example.org"), ["ada", "bo"]);
        assert_eq!(all("Ada K", "home@example.org"), [""; 0]);
        assert_eq!(all("", ""), [""; 0]);
    }

    #[test]
    fn roles_are_held_by_whom_they_are_given() {
        let people = people();
        assert!(people.has_role("bo", "security") && !people.has_role("ada", "security"));
    }

    #[test]
    fn a_key_counts_in_its_time_only() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let key = PublicKey {
            algorithm: "ssh-ed25519".to_owned(),
            base64: String::new(),
            after: Some(at("2026-01-01T00:00:00Z")),
            before: Some(at("2027-01-01T00:00:00Z")),
        };
        assert!(key.refuses(at("2025-12-31T23:59:59Z")).is_some());
        assert!(key.refuses(at("2026-01-01T00:00:00Z")).is_none());
        assert!(key.refuses(at("2027-01-01T00:00:00Z")).is_some());
    }
}
