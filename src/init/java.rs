//! Java and its neighbours: pom.xml (Maven) or build.gradle (Gradle).

use super::Stack;
use super::draft::{Draft, Proposal, not_installed};
use super::site::{Project, Site, has_extension};
use super::tree::{Tree, is_below, name_of};

/// The stack.
pub struct Java;

const MAVEN: &str = "pom.xml";
/// Files that head a Gradle build, the most telling first.
const GRADLE: &[&str] = &[
    "settings.gradle.kts",
    "settings.gradle",
    "build.gradle.kts",
    "build.gradle",
];

impl Stack for Java {
    fn name(&self) -> &'static str {
        "Java"
    }

    fn slug(&self) -> &'static str {
        "java"
    }

    fn about(&self) -> &'static str {
        "pom.xml, build.gradle, settings.gradle"
    }

    fn detect(&self, tree: &Tree) -> Vec<Project> {
        let mut projects: Vec<Project> = Vec::new();
        let names: Vec<&str> = std::iter::once(MAVEN)
            .chain(GRADLE.iter().copied())
            .collect();
        for path in tree.manifests(&names) {
            // Modules are built by the build they belong to.
            if !projects.iter().any(|outer| is_below(path, &outer.dir)) {
                projects.push(Project::headed(path));
            }
        }
        projects
    }

    fn gates(&self, site: &Site<'_>) -> Proposal {
        let maven = name_of(&site.project.evidence) == MAVEN;
        let (wrapper, program, leaves) = if maven {
            ("mvnw", "mvn", "target/x")
        } else {
            ("gradlew", "gradle", "build/x")
        };
        let wrapped = site.has(wrapper) && site.answers(&["test", "-x", wrapper]);
        let exec = if wrapped {
            format!("./{wrapper}")
        } else {
            program.to_owned()
        };
        let missing = if !site.installed("java") {
            Some("java")
        } else if !wrapped && !site.installed(program) {
            Some(program)
        } else {
            None
        };
        let tested = site.any(is_test_source, has_test);
        let draft = if tested {
            tests(maven, &exec, wrapped)
        } else {
            build(maven, &exec)
        };
        let mut proposal = Proposal {
            gates: vec![draft.only_if(missing.is_none(), || {
                not_installed(missing.unwrap_or("java"))
            })],
            made_with: vec![exec],
            leaves: vec![leaves],
            ..Proposal::default()
        };
        if !tested {
            let preset = if maven {
                "java/maven-test"
            } else {
                "java/gradle-test"
            };
            proposal.notes.push(format!(
                "no test found; with the first one add `test: {{ uses: {preset} }}`"
            ));
        }
        proposal
    }
}

fn tests(maven: bool, exec: &str, wrapped: bool) -> Draft {
    let (preset, standard) = if maven {
        ("java/maven-test", !wrapped)
    } else {
        ("java/gradle-test", wrapped)
    };
    let draft = Draft::uses(
        "test",
        preset,
        "Does everything compile, and do all tests pass?",
    );
    if standard {
        draft
    } else {
        draft.with("exec", exec)
    }
}

fn build(maven: bool, exec: &str) -> Draft {
    let command = if maven {
        format!("{exec} --batch-mode --no-transfer-progress compile")
    } else {
        format!("{exec} --console=plain assemble")
    };
    Draft::runs("build", command, "Does everything compile?")
}

fn is_test_source(path: &str) -> bool {
    has_extension(path, &["java", "kt", "groovy", "scala"])
        && path
            .split('/')
            .any(|part| part.to_ascii_lowercase().ends_with("test"))
}

fn has_test(text: &str) -> bool {
    [
        "@Test",
        "@ParameterizedTest",
        "@TestFactory",
        "extends TestCase",
        "extends Specification",
        "Spec(",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

#[cfg(test)]
mod tests_of_stack {
    use crate::init::testing::{Here, check, look};

    const TEST: (&str, &str) = (
        "src/test/java/x/AppTest.java",
        "class AppTest { @Test void it() {} }\n",
    );

    #[test]
    fn maven_tests_are_run_by_the_wrapper_where_there_is_one() {
        let text = check(&[("pom.xml", "<project/>"), TEST], &Here::all());
        assert!(text.contains("test: { uses: java/maven-test }"), "{text}");
        let text = check(
            &[("pom.xml", "<project/>"), ("mvnw", ""), TEST],
            &Here::all(),
        );
        assert!(text.contains("exec: ./mvnw"), "{text}");
    }

    #[test]
    fn a_build_without_tests_is_compiled() {
        let text = check(
            &[
                ("build.gradle", ""),
                ("src/main/java/A.java", "class A {}\n"),
            ],
            &Here::all(),
        );
        assert!(
            text.contains("run: gradle --console=plain assemble"),
            "{text}"
        );
    }

    #[test]
    fn modules_belong_to_their_build_and_reports_to_theirs() {
        let files = [
            ("api/pom.xml", "<project/>"),
            ("api/core/pom.xml", "<project/>"),
            ("api/core/src/test/java/T.java", "@Test void it() {}\n"),
            ("app/settings.gradle", ""),
            ("app/build.gradle", ""),
            ("app/src/test/kotlin/T.kt", "@Test fun it() {}\n"),
        ];
        let text = check(&files, &Here::all());
        // Each gate looks for reports below its own folder.
        assert!(
            text.contains("dir: api") && text.contains("dir: app"),
            "{text}"
        );
        assert_eq!(text.matches("uses:").count(), 2, "{text}");
    }

    #[test]
    fn without_maven_nothing_runs() {
        let survey = look(
            &[("pom.xml", "<project/>"), TEST],
            &Here::all().without("mvn"),
        );
        assert_eq!(survey.active().count(), 0);
        assert_eq!(survey.inactive().count(), 1);
    }
}
