//! Detects what a project is made of and proposes a first `tollgate.yaml` for it.
//!
//! Looks at files and asks [`Machine`] what is installed; starts nothing, reads no clock and no environment,
//! and writes nothing: `cli` does. A gate is proposed only where the project gives evidence that it wants it,
//! and one that could not run on this machine is written as a comment with the reason.

mod draft;
mod go;
mod java;
mod manifest;
mod node;
mod php;
mod python;
mod ruby;
mod rust;
mod shell;
mod site;
mod survey;
#[cfg(test)]
mod testing;
mod tree;
mod write;

pub use draft::Proposal;
pub use site::{Machine, Project, Site};
pub use survey::{Survey, survey};
pub use tree::Tree;
pub use write::write;

/// A stack that `init` knows: how to recognise it, and which gates it deserves.
pub trait Stack: Sync {
    /// What people call it.
    fn name(&self) -> &'static str;
    /// What its gates are called after where several stacks meet.
    fn slug(&self) -> &'static str;
    /// What is looked for.
    fn about(&self) -> &'static str;
    /// The projects of this stack in the tree, outer ones first.
    fn detect(&self, tree: &Tree) -> Vec<Project>;
    /// The gates of one of them, fast ones first.
    fn gates(&self, site: &Site<'_>) -> Proposal;
}

/// Every stack, in the order in which they are written.
pub static STACKS: &[&dyn Stack] = &[
    &rust::Rust,
    &node::Node,
    &python::Python,
    &go::Go,
    &java::Java,
    &php::Php,
    &ruby::Ruby,
    &shell::Shell,
];
