//! What must hold of every judge: the order of reports says nothing, a failure more gains nothing, and neither does a
//! tighter bound or a tighter baseline.

use std::fs;

use proptest::prelude::*;
use tollgate::config::Plan;
use tollgate::gate::{Context, Facts};
use tollgate::model::{
    Baseline, BaselineState, Better, Given, Judgement, KnownValue, Measure, ReportEvidence, Verdict,
};

use crate::support::junit;

/// The plan of a gate `g` with these judges.
fn plan(judges: &str) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tollgate.yaml");
    fs::write(
        &file,
        format!("version: 1\ngates: {{ g: {{ run: x, {judges} }} }}\n"),
    )
    .unwrap();
    let loaded = tollgate::config::load(&file, "tollgate.yaml");
    loaded
        .plan
        .unwrap_or_else(|| panic!("{judges}: {:?}", loaded.problems))
}

fn read(texts: &[String], name: &str) -> Vec<ReportEvidence> {
    let folder = tempfile::tempdir().unwrap();
    let one = |(index, text): (usize, &String)| {
        let path = format!("{index}.{name}");
        let file = folder.path().join(&path);
        fs::write(&file, text).unwrap();
        let format = (name == "json").then(|| tollgate::report::find("json").unwrap());
        let evidence = tollgate::report::read_file(&file, &path, format, &Default::default());
        evidence.unwrap_or_else(|error| panic!("{path}: {:?}", error.refusal(&path)))
    };
    texts.iter().enumerate().map(one).collect()
}

fn judge(plan: &Plan, reports: &[ReportEvidence], baseline: &Baseline) -> Judgement {
    let given = Given {
        baseline_must_exist: true,
        baseline: BaselineState::Here(Box::new(baseline.clone())),
        ..Given::default()
    };
    let context = Context {
        gate: "g",
        root: &plan.root,
        dir: &plan.gates[0].dir,
        reports,
        facts: &Facts::default(),
        given: &given,
    };
    plan.gates[0].judges[0].judge(&context)
}

/// The worst of a judgement's clauses.
fn worst(judgement: &Judgement) -> Verdict {
    let conditions = judgement.conditions.iter().map(|one| one.verdict);
    let reasons = judgement.reasons.iter().map(|one| one.verdict);
    conditions.chain(reasons).min().unwrap_or(Verdict::Pass)
}

fn known(values: &[(&str, Measure, Better)]) -> Baseline {
    let mut baseline = Baseline::default();
    for (name, value, better) in values {
        let one = KnownValue {
            value: *value,
            better: *better,
            spread: None,
        };
        baseline.values.insert((*name).to_owned(), one);
    }
    baseline
}

fn suite(index: usize, passed: usize, failed: usize) -> String {
    let names = |sort: &str, count: usize| -> Vec<String> {
        (0..count).map(|n| format!("{sort}{index}_{n}")).collect()
    };
    let (passed, failed) = (names("p", passed), names("f", failed));
    let passed: Vec<&str> = passed.iter().map(String::as_str).collect();
    let failed: Vec<&str> = failed.iter().map(String::as_str).collect();
    junit(&passed, &failed)
}

const TESTS: &str =
    "tests: { reports: '*.xml', failed: '<=baseline', passed: '>=-10%', pass-rate: '>=-5%' }";

fn tests_known(passed: u64, failed: u64) -> Baseline {
    known(&[
        ("tests.failed", Measure::Count(failed), Better::Lower),
        ("tests.passed", Measure::Count(passed), Better::Higher),
        (
            "tests.pass-rate",
            Measure::Share {
                part: passed,
                whole: (passed + failed).max(1),
            },
            Better::Higher,
        ),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn order_of_reports_says_nothing(
        suites in prop::collection::vec((0_usize..4, 0_usize..3), 1..5), turn in 0_usize..5, passed in 0_u64..9, failed in 0_u64..4,
    ) {
        let plan = plan(TESTS);
        let texts: Vec<String> = suites.iter().enumerate().map(|(index, (p, f))| suite(index, *p, *f)).collect();
        let mut reports = read(&texts, "xml");
        let baseline = tests_known(passed, failed);
        let shown = |reports: &[ReportEvidence]| {
            let mut judgement = judge(&plan, reports, &baseline);
            for one in &mut judgement.conditions {
                one.evidence.clear();
            }
            (judgement.conditions, judgement.facts, judgement.accepted)
        };
        let before = shown(&reports);
        reports.reverse();
        let turn = turn % reports.len();
        reports.rotate_left(turn);
        prop_assert_eq!(before, shown(&reports));
    }

    #[test]
    fn failure_more_never_turns_red_to_green(
        suites in prop::collection::vec((0_usize..4, 0_usize..3), 1..4), more in 1_usize..3, passed in 0_u64..9, failed in 0_u64..4,
    ) {
        let plan = plan(TESTS);
        let baseline = tests_known(passed, failed);
        let verdict = |suites: &[(usize, usize)]| {
            let texts: Vec<String> = suites.iter().enumerate().map(|(index, (p, f))| suite(index, *p, *f)).collect();
            worst(&judge(&plan, &read(&texts, "xml"), &baseline))
        };
        // Nothing at all is another matter: it cannot be decided, and one accepted failure can.
        prop_assume!(suites.iter().any(|(passed, failed)| passed + failed > 0));
        let before = verdict(&suites);
        let mut after = suites.clone();
        after[0].1 += more;
        let after = verdict(&after);
        prop_assert!(after <= before, "{before:?} → {after:?}");
    }

    #[test]
    fn tighter_bound_or_baseline_never_turns_red_to_green(
        samples in prop::collection::vec(50_i64..150, 3..8), base in 80_i64..120, better in 0_i64..30, limit in 0_i64..20, less in 0_i64..20,
    ) {
        let text = format!("{{\"a\": {samples:?}}}");
        let reports = read(&[text], "json");
        let verdict = |base: i64, limit: i64| {
            let judges = format!("metrics: {{ reports: '*.json', values: {{ a: {{ path: '$.a[*]', is: '<=+{limit}%', samples: 3 }} }} }}");
            let value = Measure::Number(rust_decimal::Decimal::from(base));
            worst(&judge(&plan(&judges), &reports, &known(&[("metrics.a", value, Better::Lower)])))
        };
        let before = verdict(base, limit);
        prop_assert!(verdict(base, limit.saturating_sub(less).max(0)) <= before);
        prop_assert!(verdict(base - better, limit) <= before);
    }

    #[test]
    fn order_of_samples_says_nothing(samples in prop::collection::vec(0_i64..1000, 2..7), turn in 0_usize..7) {
        let plan = plan("metrics: { reports: '*.json', values: { a: { path: $.a, is: '<=+5%', samples: 2 } } }");
        let texts: Vec<String> = samples.iter().map(|sample| format!("{{\"a\": {sample}}}")).collect();
        let mut reports = read(&texts, "json");
        let baseline = known(&[("metrics.a", Measure::Number(500.into()), Better::Lower)]);
        let shown = |reports: &[ReportEvidence]| {
            let judgement = judge(&plan, reports, &baseline);
            let one = &judgement.conditions[0];
            (one.verdict, one.measured.clone(), one.bound.clone(), judgement.accepted)
        };
        let before = shown(&reports);
        let turn = turn % reports.len();
        reports.rotate_left(turn);
        prop_assert_eq!(before, shown(&reports));
    }
}
