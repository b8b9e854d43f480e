//! What an expression speaks of, and how large it is: all that can be checked before it is evaluated.

use std::collections::BTreeSet;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue};

/// What an expression speaks of.
#[derive(Default)]
pub(super) struct Found {
    /// Gates.
    pub roots: BTreeSet<String>,
    /// Whether it speaks of any gate at all, also of all of them by `gates`.
    pub speaks: bool,
    /// Whether it speaks of all gates at once.
    pub all: bool,
    /// Paths of facts, the gate first.
    pub paths: BTreeSet<Vec<String>>,
    /// Functions with the number of their values.
    pub calls: BTreeSet<(String, usize)>,
    /// How deep macros nest.
    pub macros: usize,
    /// How deep the expression itself nests.
    pub depth: usize,
    /// The longest list or map that is written out.
    pub longest: usize,
}

impl Found {
    /// What an expression speaks of.
    pub fn of(node: &IdedExpr) -> Self {
        let mut found = Self::default();
        found.walk(node, &mut Vec::new(), 0, 1);
        found
    }

    fn walk(&mut self, node: &IdedExpr, bound: &mut Vec<String>, macros: usize, depth: usize) {
        self.depth = self.depth.max(depth);
        if let Some(path) = path_of(node) {
            self.add(path, bound);
            return;
        }
        let deeper = depth + 1;
        match &node.expr {
            Expr::Call(call) => {
                let count = call.args.len() + usize::from(call.target.is_some());
                if call
                    .func_name
                    .starts_with(|c: char| c.is_ascii_alphabetic())
                {
                    self.calls.insert((call.func_name.clone(), count));
                }
                for child in call.target.iter().map(|target| &**target).chain(&call.args) {
                    self.walk(child, bound, macros, deeper);
                }
            }
            Expr::Comprehension(inner) => {
                self.macros = self.macros.max(macros + 1);
                self.walk(&inner.iter_range, bound, macros, deeper);
                let before = bound.len();
                bound.extend([inner.iter_var.clone(), inner.accu_var.clone()]);
                bound.extend(inner.iter_var2.clone());
                for child in [
                    &inner.accu_init,
                    &inner.loop_cond,
                    &inner.loop_step,
                    &inner.result,
                ] {
                    self.walk(child, bound, macros + 1, deeper);
                }
                bound.truncate(before);
            }
            Expr::List(list) => {
                self.longest = self.longest.max(list.elements.len());
                for child in &list.elements {
                    self.walk(child, bound, macros, deeper);
                }
            }
            Expr::Map(map) => {
                self.longest = self.longest.max(map.entries.len());
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.walk(&entry.key, bound, macros, deeper);
                        self.walk(&entry.value, bound, macros, deeper);
                    }
                }
            }
            Expr::Select(select) => self.walk(&select.operand, bound, macros, deeper),
            Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    fn add(&mut self, mut path: Vec<String>, bound: &[String]) {
        if bound.contains(&path[0]) {
            return;
        }
        self.speaks = true;
        if path[0] == "gates" {
            path.remove(0);
            self.all |= path.is_empty();
        }
        if let Some(gate) = path.first() {
            self.roots.insert(gate.clone());
        }
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }
}

/// `a.b.c` and `gates['a-b'].c` as a path; never an empty one.
pub(super) fn path_of(node: &IdedExpr) -> Option<Vec<String>> {
    match &node.expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select(select) => {
            let mut path = path_of(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        Expr::Call(call) if call.func_name == "_[_]" => {
            let [operand, index] = call.args.as_slice() else {
                return None;
            };
            let Expr::Literal(LiteralValue::String(text)) = &index.expr else {
                return None;
            };
            let mut path = path_of(operand)?;
            path.push(text.inner().to_owned());
            Some(path)
        }
        _ => None,
    }
}
