//! Ruby: Gemfile, a gemspec, or specs and tests. The gems of the project are a gate of their own.

use super::Stack;
use super::draft::{Draft, Proposal, Yaml, not_installed};
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, folder_of, name_of};

/// The stack.
pub struct Ruby;

const SPEC: &str = "_spec.rb";

impl Stack for Ruby {
    fn name(&self) -> &'static str {
        "Ruby"
    }

    fn slug(&self) -> &'static str {
        "ruby"
    }

    fn about(&self) -> &'static str {
        "Gemfile, *.gemspec, Rakefile, *_spec.rb"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let mut headed: Vec<Project> = Vec::new();
        for path in tree.manifests(&["Gemfile", "Rakefile"]) {
            if !headed.iter().any(|other| other.dir == folder_of(path)) {
                headed.push(Project::headed(path));
            }
        }
        headed.retain(|project| {
            name_of(&project.evidence) == "Gemfile"
                || tree.files().any(|path| {
                    has_extension(path, &["rb"]) && super::tree::is_below(path, &project.dir)
                })
        });
        if !headed.is_empty() {
            return headed;
        }
        let signs = |path: &&str| {
            has_extension(path, &["gemspec"]) && !path.contains('/')
                || is_spec(path) && path.starts_with("spec/")
                || is_minitest(path) && path.starts_with("test/")
        };
        let top = tree.files().find(signs).map(|path| Project {
            dir: String::new(),
            ..Project::headed(path)
        });
        top.into_iter().collect()
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let mut proposal = Proposal::default();
        let gems = Gems::of(site);
        let mut gates = Vec::new();
        if site.has(".rubocop.yml") {
            let says = "Does RuboCop accept every file, as .rubocop.yml asks?";
            let lint = Draft::uses("lint", "ruby/rubocop", says);
            gates.push(gems.started(site, gems.exec(lint), "rubocop", "rubocop"));
        }
        if site.any(is_spec, |text| {
            has_word(text, &["it", "its", "specify", "example", "scenario"])
        }) {
            gates.push(rspec(site, &gems));
        }
        if site.any(is_minitest, |text| {
            text.contains("def test_") || has_word(text, &["it", "test", "specify"])
        }) {
            gates.push(minitest(site, &gems));
        }
        let tested = !gates.is_empty() && gates.iter().any(|gate| gate.name != "lint");
        if gems.bundled {
            proposal.made_with.push("bundler".to_owned());
            let says = "Are the gems of the Gemfile installed?";
            let check = Draft::runs("gems", "bundle check", says).key("fix", "bundle install");
            proposal
                .gates
                .push(check.only_if(gems.bundle, || not_installed("bundle")));
            if gems.bundle && !site.answers(&["bundle", "check", "--dry-run"]) {
                proposal.first = Some("bundle install".to_owned());
            }
            gates = gates
                .into_iter()
                .map(|gate| gate.needs(site.dir(), "gems"))
                .collect();
        }
        proposal.gates.extend(gates);
        if proposal.gates.iter().all(|gate| !gate.is_on()) {
            proposal.gates.extend(syntax(site));
        }
        if !tested {
            let words =
                "no spec and no test found; see `ruby/rspec` and `ruby/minitest` for the first one";
            proposal.notes.push(words.to_owned());
        }
        proposal
    }
}

/// Where gems come from.
struct Gems {
    /// There is a Gemfile.
    bundled: bool,
    /// Bundler is installed.
    bundle: bool,
    /// Gemfile, its lock file and gemspecs.
    text: String,
}

impl Gems {
    fn of(site: &Site<'_>) -> Self {
        let specs = site
            .files()
            .filter(|path| has_extension(path, &["gemspec"]) && !path.contains('/'));
        let text = ["Gemfile", "Gemfile.lock"]
            .into_iter()
            .chain(specs)
            .filter_map(|path| site.text(path))
            .collect();
        Self {
            bundled: site.has("Gemfile"),
            bundle: site.installed("bundle"),
            text,
        }
    }

    /// Whether the project names a gem, or, without a Gemfile, whether Ruby can load it.
    fn has(&self, site: &Site<'_>, gem: &str, file: &str) -> bool {
        let named = self.text.lines().any(|line| {
            let line = line.trim_start();
            !line.starts_with('#')
                && line
                    .split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
                    .any(|word| word == gem)
        });
        named || (!self.bundled && site.answers(&["ruby", "-e", &format!("require '{file}'")]))
    }

    fn exec(&self, draft: Draft) -> Draft {
        if self.bundled {
            draft
        } else {
            draft.with("exec", "")
        }
    }

    /// Off unless what starts the tool is there.
    fn started(&self, site: &Site<'_>, draft: Draft, gem: &str, program: &str) -> Draft {
        if self.bundled {
            let named = self.has(site, gem, gem);
            return draft
                .only_if(self.bundle, || not_installed("bundle"))
                .only_if(named, || format!("the Gemfile does not name `{gem}`"));
        }
        draft.only_if(site.installed(program), || not_installed(program))
    }

    fn prefix(&self) -> &'static str {
        if self.bundled { "bundle exec " } else { "" }
    }
}

fn rspec(site: &Site<'_>, gems: &Gems) -> Draft {
    let says = "Do all examples pass?";
    if gems.has(site, "rspec_junit_formatter", "rspec_junit_formatter") {
        let draft = Draft::uses("spec", "ruby/rspec", says);
        return gems.started(site, gems.exec(draft), "rspec", "rspec");
    }
    // Without that gem RSpec's own JSON has the numbers.
    let command = format!(
        "{}rspec --format progress --format json --out reports/rspec.json",
        gems.prefix()
    );
    let count = |path: &str, is: Yaml| Yaml::from([("path", path.into()), ("is", is)]);
    let values = Yaml::Map(vec![
        (
            "examples".to_owned(),
            count("$.summary.example_count", ">0".into()),
        ),
        (
            "failures".to_owned(),
            count("$.summary.failure_count", 0.into()),
        ),
        (
            "errors".to_owned(),
            count("$.summary.errors_outside_of_examples_count", 0.into()),
        ),
    ]);
    let report = "reports/rspec.json";
    let metrics = Yaml::Map(vec![
        ("reports".to_owned(), report.into()),
        ("values".to_owned(), values),
    ]);
    let says = format!(
        "{says} (With the gem rspec_junit_formatter, `uses: ruby/rspec` names the failed ones.)"
    );
    gems.started(
        site,
        Draft::runs("spec", command, &says).key("metrics", metrics),
        "rspec",
        "rspec",
    )
}

fn minitest(site: &Site<'_>, gems: &Gems) -> Draft {
    let rails = site.has("bin/rails");
    let rake = site
        .text("Rakefile")
        .is_some_and(|text| text.contains("TestTask"));
    let prefix = gems.prefix();
    let command = if rails {
        "bin/rails test".to_owned()
    } else if rake {
        format!("{prefix}rake test")
    } else {
        format!(
            "{prefix}ruby -Ilib -Itest -e 'Dir[\"test/**/{{*_test,test_*}}.rb\"].each {{ |f| require \"./#{{f}}\" }}'"
        )
    };
    let reporters = gems.text.contains("minitest-reporters")
        && site.any(
            |path| has_extension(path, &["rb"]),
            |text| text.contains("Reporters.use!"),
        );
    let draft = if reporters {
        let draft = Draft::uses("test", "ruby/minitest", "Do all tests pass?");
        if command == "bundle exec rake test" {
            draft
        } else {
            draft.with("command", command.as_str())
        }
    } else {
        let says = "Do all tests pass? (By the exit status alone. With the gem minitest-reporters, \
                    `uses: ruby/minitest` reads a report.)";
        Draft::runs("test", command.as_str(), says)
    };
    let program = if rake { "rake" } else { "ruby" };
    if gems.bundled {
        return draft.only_if(gems.bundle, || not_installed("bundle"));
    }
    draft.only_if(site.installed(program), || not_installed(program))
}

/// What Ruby itself can say, where nothing else does.
fn syntax(site: &Site<'_>) -> Option<Draft> {
    let places = site.places("rb");
    if places.is_empty() || !site.installed("ruby") {
        return None;
    }
    let command = format!(
        "find {} -name '*.rb' -exec sh -c 'for file do ruby -c \"$file\" >/dev/null || exit 1; done' sh {{}} +",
        shell_words::join(places)
    );
    Some(Draft::runs("syntax", command, "Does every file parse?"))
}

fn has_word(text: &str, words: &[&str]) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|word| words.contains(&word))
}

fn is_spec(path: &str) -> bool {
    path.ends_with(SPEC)
}

fn is_minitest(path: &str) -> bool {
    let name = name_of(path);
    name.ends_with("_test.rb")
        || (name.starts_with("test_") && name.ends_with(".rb") && name != "test_helper.rb")
}

#[cfg(test)]
mod tests {
    use crate::init::testing::{Here, check};

    const SPEC_FILE: (&str, &str) = (
        "spec/x_spec.rb",
        "RSpec.describe('x') { it 'works' do end }\n",
    );
    const TEST_FILE: (&str, &str) = (
        "test/x_test.rb",
        "class X < Minitest::Test\n  def test_it; end\nend\n",
    );

    #[test]
    fn rspec_with_its_formatter_is_the_preset() {
        let gemfile = ("Gemfile", "gem \"rspec\"\ngem \"rspec_junit_formatter\"\n");
        let text = check(&[gemfile, SPEC_FILE], &Here::all());
        assert!(
            text.contains("spec: { uses: ruby/rspec, needs: gems }"),
            "{text}"
        );
        assert!(text.contains("run: bundle check"), "{text}");
    }

    #[test]
    fn rspec_without_its_formatter_is_judged_by_its_json() {
        let text = check(&[("Gemfile", "gem 'rspec'\n"), SPEC_FILE], &Here::all());
        assert!(text.contains("$.summary.failure_count"), "{text}");
        assert!(text.contains("bundle exec rspec"), "{text}");
    }

    #[test]
    fn without_a_gemfile_tools_come_from_the_path() {
        let text = check(&[(".rspec", ""), SPEC_FILE], &Here::all());
        assert!(text.contains("exec: \"\""), "{text}");
        let text = check(&[SPEC_FILE], &Here::all().without("rspec"));
        assert!(
            text.contains("# spec:") && text.contains("run: find spec"),
            "{text}"
        );
    }

    #[test]
    fn minitest_runs_by_rake_where_a_task_is_declared() {
        let rakefile = (
            "Rakefile",
            "require \"minitest/test_task\"\nMinitest::TestTask.create\n",
        );
        let text = check(&[rakefile, TEST_FILE], &Here::all());
        assert!(text.contains("run: rake test"), "{text}");
        let text = check(&[("x.gemspec", ""), TEST_FILE], &Here::all());
        assert!(text.contains("ruby -Ilib -Itest"), "{text}");
    }

    #[test]
    fn rubocop_runs_where_it_is_configured() {
        let files = [
            ("Gemfile", "gem 'rubocop'\n"),
            (".rubocop.yml", ""),
            ("lib/x.rb", ""),
        ];
        assert!(check(&files, &Here::all()).contains("lint: { uses: ruby/rubocop, needs: gems }"));
    }
}
