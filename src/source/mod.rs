//! Where something was said: files that a person wrote, and places in them.
//!
//! The ground floor. It knows text, lines and columns, and nothing of what the text means.
//! It refuses to read anything and to judge anything.

mod node;
mod place;

pub use node::{Key, Node, Value};
pub use place::{At, Located, Place, Source, Sources};
