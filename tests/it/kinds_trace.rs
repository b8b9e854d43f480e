//! The kind `trace`: ids of a document against the tests that a gate before it ran.

use crate::support::Project;

const YAML: &str = "gates:
  unit: { run: cp made.xml unit.xml, tests: { reports: unit.xml, failed: '<=1', skipped: '<=1' } }
  patterns:
    needs: unit
    trace: { reports: unit.xml, ids: { files: docs/anti-patterns.md, pattern: 'AP-\\d+' }, covered: '>=2', missing: '<=2' }
";
const DOC: &str = "# Anti-patterns\n\n## AP-1 stubs\n## AP-2 races\n## AP-11 leaks\n";

fn report(cases: &[(&str, &str)]) -> String {
    let case = |(name, inside): &(&str, &str)| {
        format!("<testcase classname=\"suite\" name=\"{name}\">{inside}</testcase>\n")
    };
    let all: String = cases.iter().map(case).collect();
    format!(
        "<testsuite name=\"s\" tests=\"{}\">\n{all}</testsuite>\n",
        cases.len()
    )
}

#[test]
fn ids_with_passing_tests_are_covered_and_the_others_named() {
    let failed = "<failure message=\"no\"/>";
    let made = report(&[
        ("AP-1 refuses stubs", ""),
        ("AP-11 frees", failed),
        ("handles AP-112", "<skipped/>"),
    ]);
    let project = Project::new(YAML)
        .file("docs/anti-patterns.md", DOC)
        .file("made.xml", &made);
    let ran = project.run(&[]).exits(1);
    ran.gate("patterns")
        .is("fail")
        .fact("patterns.trace.covered", 1)
        .fact("patterns.trace.missing", 2)
        .fact("patterns.trace.total", 3);
    ran.says("AP-11 (its test failed: suite::AP-11 frees)")
        .says("AP-2 (no test)")
        .says("docs/anti-patterns.md:");
    project.write(
        "made.xml",
        report(&[("AP-1 a", ""), ("test_ap_2_b", ""), ("x", failed)]),
    );
    project.run(&[]).exits(0).gate("patterns").is("pass");
}

#[test]
fn without_a_report_of_this_run_nothing_is_covered() {
    let yaml = YAML.replace("run: cp made.xml unit.xml", "run: 'true'");
    let project = Project::new(&yaml)
        .file("docs/anti-patterns.md", DOC)
        .file("unit.xml", report(&[("AP-1", ""), ("AP-2", "")]));
    let ran = project.run(&["patterns"]).exits(3);
    assert_ne!(ran.gate("patterns").verdict["verdict"], "pass");
}

#[test]
fn one_gate_may_run_test_and_trace() {
    let yaml = "gates:
  unit:
    run: \"printf '1..2\\\\nok 1 - R-1 holds\\\\nok 2 - R-2 holds\\\\n'\"
    tests: { reports: stdout, format: tap, passed: '>=2' }
    trace: { reports: stdout, format: tap, ids: [R-1, R-2] }
";
    let ran = Project::new(yaml).run(&[]).exits(0);
    ran.gate("unit").is("pass").fact("unit.trace.covered", 2);
    let more = yaml.replace("[R-1, R-2]", "[R-1, R-2, R-3]");
    Project::new(&more).run(&[]).exits(1).says("R-3 (no test)");
}
