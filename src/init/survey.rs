//! Asks every stack, and gives the gates of all of them names that do not collide.

use super::draft::{Draft, Proposal};
use super::site::{Machine, Project, Site};
use super::tree::Tree;
use super::{STACKS, Stack};

/// Of more projects of one stack only these get gates.
const MOST_PROJECTS: usize = 12;

/// A project that was found, with its gates.
pub struct Found {
    /// What people call its stack.
    pub stack: &'static str,
    /// Where.
    pub project: Project,
    /// What is proposed for it. The gates have their final names; `needs` too.
    pub proposal: Proposal,
}

/// All that was found.
#[derive(Default)]
pub struct Survey {
    /// Projects, in the order of the stacks.
    pub found: Vec<Found>,
    /// Projects beyond the number that gets gates.
    pub left_out: Vec<String>,
}

impl Survey {
    /// Gates that run.
    pub fn active(&self) -> impl Iterator<Item = &Draft> {
        self.drafts().filter(|draft| draft.is_on())
    }

    /// Gates that are written as comments.
    pub fn inactive(&self) -> impl Iterator<Item = &Draft> {
        self.drafts().filter(|draft| !draft.is_on())
    }

    fn drafts(&self) -> impl Iterator<Item = &Draft> {
        self.found.iter().flat_map(|found| &found.proposal.gates)
    }
}

/// Looks through a tree with every stack.
pub fn survey(tree: &Tree, machine: Machine<'_>) -> Survey {
    let detected: Vec<(&dyn Stack, Vec<Project>)> = STACKS
        .iter()
        .map(|stack| (*stack, stack.detect(tree)))
        .filter(|(_, projects)| !projects.is_empty())
        .collect();
    let alone = detected.len() == 1;
    let mut survey = Survey::default();
    let mut slugs = Vec::new();
    for (stack, projects) in &detected {
        for (index, project) in projects.iter().enumerate() {
            let site = Site {
                tree,
                machine,
                project,
                projects,
                alone,
            };
            if index >= MOST_PROJECTS {
                survey.left_out.push(project.evidence.clone());
                continue;
            }
            let proposal = stack.gates(&site);
            // A stack may look closer than its manifest and find nothing to say.
            if proposal == Proposal::default() {
                continue;
            }
            slugs.push(stack.slug());
            survey.found.push(Found {
                stack: stack.name(),
                project: project.clone(),
                proposal,
            });
        }
    }
    name(&mut survey.found, &slugs);
    survey
}

/// Final names: as they are for a single project, else behind the folder, the stack, or both.
fn name(found: &mut [Found], slugs: &[&str]) {
    let single = found
        .iter()
        .filter(|one| !one.proposal.gates.is_empty())
        .count()
        == 1;
    let prefixes: Vec<String> = found
        .iter()
        .zip(slugs)
        .map(|(one, stack)| {
            let dir = &one.project.dir;
            let shared = found
                .iter()
                .filter(|other| other.project.dir == *dir)
                .count()
                > 1;
            let folder = slug(dir);
            match (single, folder.is_empty(), shared) {
                (true, ..) => String::new(),
                (_, true, _) => format!("{stack}-"),
                (_, _, true) => format!("{folder}-{stack}-"),
                _ => format!("{folder}-"),
            }
        })
        .collect();
    let mut taken: Vec<String> = Vec::new();
    // (stack, folder, old name) → new name, for `needs`.
    let mut renamed: Vec<(&'static str, String, String, String, bool)> = Vec::new();
    for (one, prefix) in found.iter_mut().zip(&prefixes) {
        for draft in &mut one.proposal.gates {
            let wanted = format!("{prefix}{}", draft.name);
            let mut name = wanted.clone();
            let mut number = 2;
            while taken.contains(&name) {
                name = format!("{wanted}-{number}");
                number += 1;
            }
            taken.push(name.clone());
            let dir = one.project.dir.clone();
            renamed.push((
                one.stack,
                dir,
                draft.name.clone(),
                name.clone(),
                draft.is_on(),
            ));
            draft.name = name;
        }
    }
    for one in found {
        for draft in &mut one.proposal.gates {
            draft.needs = draft
                .needs
                .iter()
                .filter_map(|(dir, old)| {
                    let (.., new, _) = renamed.iter().find(|(stack, there, name, _, on)| {
                        *stack == one.stack
                            && there == dir
                            && name == old
                            && (*on || !draft.is_on())
                    })?;
                    Some((dir.clone(), new.clone()))
                })
                .collect();
        }
    }
}

/// A folder as part of a gate's name.
fn slug(dir: &str) -> String {
    let mut slug = String::new();
    for c in dir.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug
        .trim_matches(['-', '_'])
        .chars()
        .take(40)
        .collect::<String>();
    match slug.chars().next() {
        // A name begins with a letter.
        Some(first) if !first.is_ascii_alphabetic() => format!("in-{slug}"),
        Some(_) => slug,
        None if dir.is_empty() => slug,
        None => "folder".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_are_told_apart_by_name_and_by_slug() {
        let mut names: Vec<&str> = STACKS
            .iter()
            .flat_map(|stack| [stack.name(), stack.slug()])
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 2 * STACKS.len());
        assert!(STACKS.iter().all(|stack| !stack.about().is_empty()));
    }

    #[test]
    fn every_name_is_given_once() {
        let survey = crate::init::testing::look(
            &[
                ("a b/go.mod", "module x"),
                ("a-b/go.mod", "module y"),
                ("a-b/Cargo.toml", "[package]"),
            ],
            &crate::init::testing::Here::all(),
        );
        let mut names: Vec<&str> = survey.active().map(|draft| draft.name.as_str()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{names:?}");
    }

    #[test]
    fn folders_become_parts_of_names() {
        let cases = [
            ("", ""),
            ("frontend", "frontend"),
            ("packages/My App", "packages-my-app"),
            ("2048", "in-2048"),
            ("日本", "folder"),
        ];
        for (dir, expected) in cases {
            assert_eq!(slug(dir), expected);
        }
    }
}
