//! The rules of a run, and what follows from them for a sort of results.

use std::collections::HashMap;

use serde::Deserialize;

use super::super::json::Scalar;
use super::result::{Meant, Message, Properties, Reference, Sort};
use crate::model::Level;

/// `tool` of a run.
#[derive(Deserialize, Default)]
pub(super) struct Tool {
    driver: Option<Component>,
    extensions: Option<Vec<Component>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Component {
    name: Option<String>,
    guid: Option<Scalar>,
    rules: Option<Vec<Rule>>,
    global_message_strings: Option<HashMap<String, Message>>,
}

/// A rule, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: Option<String>,
    default_configuration: Option<Configuration>,
    properties: Option<Properties>,
    message_strings: Option<HashMap<String, Message>>,
}

/// How a rule is set.
#[derive(Deserialize)]
pub(super) struct Configuration {
    level: Option<String>,
}

/// A rule set otherwise in one invocation.
#[derive(Deserialize)]
pub(super) struct Override {
    descriptor: Option<Reference>,
    configuration: Option<Configuration>,
}

/// Where a rule stands: component (0 is the driver), then index in it.
type Place = (usize, usize);

/// The rules of a run, ready to be looked up.
#[derive(Default)]
pub(super) struct Rules {
    components: Vec<Component>,
    by_id: HashMap<String, Vec<Place>>,
    overrides: HashMap<Key, String>,
}

/// Which rule in which invocation; `None` is any invocation.
type Key = (Option<usize>, Target);

#[derive(PartialEq, Eq, Hash)]
enum Target {
    Place(Place),
    Id(String),
}

/// What a sort of results counts as.
pub(super) struct Settled {
    /// The rule's name.
    pub(super) rule: Option<String>,
    /// The word of SARIF, or a foreign word as written.
    pub(super) severity: String,
    /// The common scale.
    pub(super) level: Level,
    /// The word is none of SARIF's.
    pub(super) foreign: bool,
    /// The rule index points at no rule, or at one of another name.
    pub(super) lost: bool,
}

impl Rules {
    /// From the tool and the overrides of each invocation.
    pub(super) fn new<'a>(
        tool: Tool,
        overrides: impl Iterator<Item = (usize, &'a Override)>,
    ) -> Self {
        let mut components = vec![tool.driver.unwrap_or_default()];
        components.extend(tool.extensions.into_iter().flatten());
        let mut rules = Self {
            components,
            ..Self::default()
        };
        for (at, component) in rules.components.iter().enumerate() {
            for (index, rule) in component.rules.iter().flatten().enumerate() {
                if let Some(id) = &rule.id {
                    rules.by_id.entry(id.clone()).or_default().push((at, index));
                }
            }
        }
        for (invocation, change) in overrides {
            rules.set(invocation, change);
        }
        rules
    }

    /// The name of the tool.
    pub(super) fn tool(&self) -> &str {
        let driver = self.components.first();
        let name = driver.and_then(|driver| driver.name.as_deref());
        name.filter(|name| !name.is_empty()).unwrap_or("the tool")
    }

    fn set(&mut self, invocation: usize, change: &Override) {
        let level = change.configuration.as_ref().and_then(|c| c.level.clone());
        let (Some(level), Some(descriptor)) = (level, &change.descriptor) else {
            return;
        };
        let index = descriptor.index.and_then(|index| index.index());
        let component = descriptor.tool_component.clone();
        let component = component.map(Meant::from).unwrap_or_default();
        let id = descriptor.id.as_deref();
        let targets = self
            .place(id, index, &component)
            .map(Target::Place)
            .into_iter()
            .chain(id.map(|id| Target::Id(id.to_owned())));
        let keys: Vec<_> = targets.collect();
        for target in keys {
            let again = match &target {
                Target::Place(place) => Target::Place(*place),
                Target::Id(id) => Target::Id(id.clone()),
            };
            self.overrides
                .insert((Some(invocation), target), level.clone());
            self.overrides.entry((None, again)).or_insert(level.clone());
        }
    }

    /// Which component is meant: by index among the extensions, by GUID, by name; else the driver.
    fn component(&self, meant: &Meant) -> Option<usize> {
        if let Some(index) = meant.index {
            return Some(index + 1);
        }
        let find = |is: &dyn Fn(&Component) -> bool| self.components.iter().position(is);
        let guid = |one: &Component| one.guid.as_ref().and_then(|guid| guid.0.clone());
        let by_guid = meant.guid.as_deref().and_then(|wanted| {
            find(&|one| guid(one).is_some_and(|guid| guid.eq_ignore_ascii_case(wanted)))
        });
        let by_name = || {
            let wanted = meant.name.as_deref()?;
            find(&|one| one.name.as_deref() == Some(wanted))
        };
        let named = meant.guid.is_some() || meant.name.is_some();
        by_guid.or_else(by_name).or((!named).then_some(0))
    }

    /// The rule at an index of a component, where its name is not another than the one given.
    fn indexed(&self, id: Option<&str>, index: usize, component: Option<usize>) -> Option<Place> {
        let place = (component?, index);
        let own = self.rule(place)?.id.as_deref();
        let same = |(id, own): (&str, &str)| {
            let rest = id.strip_prefix(own);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        id.zip(own).is_none_or(same).then_some(place)
    }

    /// The rule meant: by index in its component, then by name, then by the name of a parent (`a/b` → `a`).
    fn place(&self, id: Option<&str>, index: Option<usize>, meant: &Meant) -> Option<Place> {
        let component = self.component(meant);
        if let Some(place) = index.and_then(|index| self.indexed(id, index, component)) {
            return Some(place);
        }
        let mut id = id?;
        loop {
            if let Some(places) = self.by_id.get(id) {
                let own = places.iter().find(|place| Some(place.0) == component);
                return own.or(places.first()).copied();
            }
            match id.rfind('/') {
                Some(end) => id = &id[..end],
                // Nothing has the name: the rule at the index is all that is known.
                None => break,
            }
        }
        index.and_then(|index| self.indexed(None, index, component))
    }

    fn rule(&self, (component, index): Place) -> Option<&Rule> {
        self.components.get(component)?.rules.as_ref()?.get(index)
    }

    /// What this sort of results counts as.
    pub(super) fn settle(&self, sort: &Sort) -> Settled {
        let place = self.place(sort.rule.as_deref(), sort.index, &sort.component);
        let rule = place.and_then(|place| self.rule(place));
        let word = self.word(sort, place, rule);
        let (severity, foreign) = match word.to_ascii_lowercase() {
            known if ["error", "warning", "note", "none"].contains(&known.as_str()) => {
                (known, false)
            }
            _ => (word.to_owned(), true),
        };
        let scores = [
            sort.severity.as_deref(),
            rule.and_then(|rule| rule.properties.as_ref()?.severity.as_deref()),
        ];
        let score = scores.into_iter().flatten().find_map(by_score);
        let lost = sort.index.is_some_and(|index| {
            let component = self.component(&sort.component);
            let id = sort.rule.as_deref();
            self.indexed(id, index, component).is_none()
        });
        Settled {
            rule: sort
                .rule
                .clone()
                .or_else(|| rule.and_then(|rule| rule.id.clone())),
            level: score.unwrap_or(match severity.as_str() {
                "warning" => Level::Medium,
                "note" => Level::Low,
                "none" => Level::Info,
                _ => Level::High,
            }),
            severity,
            foreign,
            lost,
        }
    }

    fn word<'a>(&'a self, sort: &'a Sort, place: Option<Place>, rule: Option<&'a Rule>) -> &'a str {
        if let Some(level) = &sort.level {
            return level;
        }
        if !sort.fails {
            return "none";
        }
        let changed = |target| self.overrides.get(&(sort.invocation, target));
        let changed = place
            .and_then(|place| changed(Target::Place(place)))
            .or_else(|| changed(Target::Id(sort.rule.clone()?)));
        let default =
            || rule.and_then(|rule| rule.default_configuration.as_ref()?.level.as_deref());
        changed
            .map(String::as_str)
            .or_else(default)
            .unwrap_or("warning")
    }

    /// The words of a message, with its arguments put in.
    pub(super) fn message(&self, sort: &Sort, message: Message) -> String {
        let text = message.text.or(message.markdown).or_else(|| {
            let place = self.place(sort.rule.as_deref(), sort.index, &sort.component);
            let id = message.id?;
            let of_rule = place
                .and_then(|place| self.rule(place))
                .and_then(|rule| rule.message_strings.as_ref()?.get(&id));
            let global = || {
                let component = self.components.get(place.map_or(0, |place| place.0))?;
                component.global_message_strings.as_ref()?.get(&id)
            };
            let found = of_rule.or_else(global);
            Some(found.and_then(|found| found.text.clone()).unwrap_or(id))
        });
        let mut text = text.unwrap_or_default();
        if text.contains('{') {
            for (at, argument) in message.arguments.iter().flatten().enumerate() {
                let value = argument.0.as_deref().unwrap_or("");
                text = text.replace(&format!("{{{at}}}"), value);
            }
        }
        text
    }
}

/// The level of a `security-severity`; 0 and what is no number say nothing.
fn by_score(text: &str) -> Option<Level> {
    let score: f64 = text.trim().parse().ok()?;
    Some(match score {
        s if s >= 9.0 => Level::Critical,
        s if s >= 7.0 => Level::High,
        s if s >= 4.0 => Level::Medium,
        s if s > 0.0 => Level::Low,
        _ => return None,
    })
}
