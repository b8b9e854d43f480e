//! Gates of tools that a package configures: formatting, linting, types.

use super::View;
use super::script::simple;
use crate::init::draft::Draft;
use crate::init::site::has_extension;
use crate::init::tree::join;

const ESLINT: &[&str] = &[
    "eslint.config.js",
    "eslint.config.mjs",
    "eslint.config.cjs",
    "eslint.config.ts",
    "eslint.config.mts",
    "eslint.config.cts",
    ".eslintrc",
    ".eslintrc.js",
    ".eslintrc.cjs",
    ".eslintrc.json",
    ".eslintrc.yml",
    ".eslintrc.yaml",
];
const PRETTIER: &[&str] = &[
    ".prettierrc",
    ".prettierrc.json",
    ".prettierrc.yml",
    ".prettierrc.yaml",
    ".prettierrc.toml",
    ".prettierrc.js",
    ".prettierrc.cjs",
    ".prettierrc.mjs",
    "prettier.config.js",
    "prettier.config.cjs",
    "prettier.config.mjs",
];
const BIOME: &[&str] = &["biome.json", "biome.jsonc"];
const TYPED: &[&str] = &["ts", "tsx", "mts", "cts"];
/// A tsconfig.json may refer to others; of more only these are asked.
const MOST_REFERENCES: usize = 4;

/// The gates, fast ones first.
pub fn gates(view: &View<'_>) -> Vec<Draft> {
    let mut list = Vec::new();
    let configured = |files: &[&'static str], key: &str| {
        view.site.first(files).is_some() || view.package.has(key)
    };
    if configured(PRETTIER, "prettier") && view.depends("prettier") {
        let says = "Is every file laid out as Prettier would do it?";
        list.push(view.tool("node/prettier", "format", says));
    }
    if configured(BIOME, "biome") && view.depends("@biomejs/biome") {
        list.push(view.command("lint", "biome ci .", "Has Biome nothing to say?"));
    } else if configured(ESLINT, "eslintConfig") && view.depends("eslint") {
        list.push(eslint(view));
    }
    if view.depends("typescript") || view.depends("vue-tsc") {
        list.extend(types(view));
    }
    list
}

/// ESLint over what the `lint` script names.
fn eslint(view: &View<'_>) -> Draft {
    let draft = view.tool("node/eslint", "lint", "Does ESLint accept every file?");
    let script = view
        .package
        .script("lint")
        .and_then(simple)
        .filter(|script| script.tool == "eslint");
    let Some(script) = script else {
        return draft;
    };
    // Those are the gate's own business, or would change what is judged.
    let odd = ["-f", "--format", "-o", "--output-file", "--max-warnings"];
    let most = script
        .words
        .iter()
        .position(|word| word == "--max-warnings")
        .and_then(|at| script.words.get(at + 1));
    let most = most.or(None).and_then(|number| number.parse::<u64>().ok());
    if odd.iter().any(|flag| script.has(flag)) && most.is_none() {
        return draft;
    }
    let mut words = script.clone();
    if let Some(at) = words.words.iter().position(|word| word == "--max-warnings") {
        words.words.drain(at..(at + 2).min(words.words.len()));
    }
    let text = words.without(&["--fix", "--quiet", "--cache"]);
    let draft = if text.is_empty() || text == "." {
        draft
    } else {
        draft.with("paths", Vec::<String>::new()).with("args", text)
    };
    match most.filter(|most| *most > 0) {
        Some(most) => draft.with("max-warnings", most),
        None => draft,
    }
}

/// The TypeScript compiler over tsconfig.json, or over what that refers to.
fn types(view: &View<'_>) -> Vec<Draft> {
    let site = view.site;
    if !site.has("tsconfig.json") {
        return Vec::new();
    }
    let files = || {
        if view.member {
            site.files().collect::<Vec<_>>()
        } else {
            site.all_files().collect()
        }
    };
    if !files()
        .iter()
        .any(|path| has_extension(path, TYPED) && !path.ends_with(".d.ts"))
        && !view.depends("vue-tsc")
    {
        return Vec::new();
    }
    let says = "Does the TypeScript compiler accept the project?";
    if view.package.depends("vue-tsc") {
        let script = ["type-check", "typecheck"]
            .into_iter()
            .find(|name| view.package.script(name).is_some());
        return script
            .map(|script| view.script("types", script, says))
            .into_iter()
            .collect();
    }
    let text = site.text("tsconfig.json").unwrap_or_default();
    let references = references(view, &text);
    if references.is_empty() {
        return vec![view.tool("node/tsc", "types", says)];
    }
    references
        .into_iter()
        .take(MOST_REFERENCES)
        .map(|project| {
            let part = project
                .trim_start_matches("tsconfig.")
                .trim_end_matches(".json")
                .to_owned();
            let part = part
                .trim_end_matches("/tsconfig")
                .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            let says = format!("Does the TypeScript compiler accept {project}?");
            view.tool(
                "node/tsc",
                &format!("types-{}", part.trim_matches('-')),
                &says,
            )
            .with("project", project)
        })
        .collect()
}

/// Projects that a tsconfig.json without files of its own refers to.
fn references(view: &View<'_>, text: &str) -> Vec<String> {
    let plain: String = text.split_whitespace().collect();
    if !plain.contains("\"files\":[]") {
        return Vec::new();
    }
    let Some((_, list)) = plain.split_once("\"references\":[") else {
        return Vec::new();
    };
    let list = list.split(']').next().unwrap_or("");
    list.split("\"path\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|path| {
            path.trim_start_matches("./")
                .trim_end_matches('/')
                .to_owned()
        })
        .map(|path| {
            if path.ends_with(".json") {
                path
            } else {
                join(&path, "tsconfig.json")
            }
        })
        .filter(|path| !path.starts_with("..") && view.site.has(path))
        .collect()
}
