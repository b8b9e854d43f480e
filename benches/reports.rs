//! The claim of the README: reading a report costs little more than a bare loop over its tokens.
//!
//! Makes its inputs itself, the same in every run, and prints for each format the best of several
//! alternating rounds and their ratio. `cargo bench --bench reports [-- MEGABYTES [ROUNDS]]`.
//! Bare loops: `quick-xml` with a `BufReader` and nothing else for XML, `BufRead::read_until` for lines.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use quick_xml::Reader;
use quick_xml::events::Event;
use tollgate::report;

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse::<usize>().ok());
    let bytes = numbers.next().unwrap_or(105) << 20;
    let rounds = numbers.next().unwrap_or(9);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let formats: [(&str, Part, &str, &str, Bare); 3] = [
        (
            "junit",
            junit,
            JUNIT_HEAD,
            "</testsuite></testsuites>\n",
            bare_xml,
        ),
        (
            "cobertura",
            cobertura,
            COBERTURA_HEAD,
            "</classes></package></packages></coverage>\n",
            bare_xml,
        ),
        ("lcov", lcov, "TN:\n", "", bare_lines),
    ];
    let mut out = std::io::stdout();
    for (name, part, head, tail, bare) in formats {
        let path = folder.path().join(name);
        write_report(&path, bytes, part, head, tail);
        let format = report::find(name).expect("a registered format");
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        for _ in 0..rounds {
            theirs = theirs.min(timed(|| bare(&path)));
            ours = ours.min(timed(|| {
                report::read_file(&path, name, Some(format), &Default::default())
                    .expect("a good report");
            }));
        }
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        let _ = writeln!(
            out,
            "{name:<10} bare {theirs:>9.1?}  tollgate {ours:>9.1?}  ratio {ratio:.2}"
        );
    }
}

/// A loop over the tokens of a file and nothing else.
type Bare = fn(&Path);
/// Appends a part of a report.
type Part = fn(&mut Dice, &mut String);

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn bare_xml(path: &Path) {
    let mut reader = Reader::from_reader(BufReader::new(File::open(path).expect("the report")));
    let mut buffer = Vec::new();
    while !matches!(
        reader.read_event_into(&mut buffer).expect("good XML"),
        Event::Eof
    ) {
        buffer.clear();
    }
}

fn bare_lines(path: &Path) {
    let mut reader = BufReader::new(File::open(path).expect("the report"));
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).expect("good lines") > 0 {
        line.clear();
    }
}

fn write_report(path: &Path, bytes: usize, part: Part, head: &str, tail: &str) {
    let mut file = std::io::BufWriter::new(File::create(path).expect("a new file"));
    let mut dice = Dice(7);
    let mut written = 0;
    let mut text = head.to_owned();
    while written < bytes {
        part(&mut dice, &mut text);
        file.write_all(text.as_bytes()).expect("room on disk");
        written += text.len();
        text.clear();
    }
    file.write_all(tail.as_bytes()).expect("room on disk");
    file.flush().expect("room on disk");
}

/// A small generator of numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 8] = [
            "ledger", "parser", "queue", "window", "template", "archive", "customer", "id",
        ];
        WORDS[self.roll(8) as usize]
    }
}

const JUNIT_HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><testsuites><testsuite name=\"pytest\">";

/// A test as pytest writes it; one in ten with captured output, one in a hundred failed.
fn junit(dice: &mut Dice, out: &mut String) {
    let (a, b, c) = (dice.word(), dice.word(), dice.word());
    let _ = write!(
        out,
        "<testcase classname=\"tests.unit.{a}.test_{b}_{c}\" name=\"test_{c}_{b}[{a}-{}]\" time=\"0.{:03}\"",
        dice.roll(100),
        dice.roll(1000)
    );
    match dice.roll(100) {
        0 => {
            let _ = write!(out, "><failure message=\"assert {a} == &quot;{b}&quot;\">");
            for line in 0..20 {
                let _ = writeln!(out, "src/{a}/{b}.py:{line}: in {c} a &lt; b &amp;&amp; {a}");
            }
            out.push_str("</failure></testcase>");
        }
        1..10 => {
            out.push_str("><system-out><![CDATA[");
            for line in 0..24 {
                let _ = writeln!(
                    out,
                    "2026-03-13T21:37:{line:02}.612Z ERROR [{a}.{b}] opened {c} id={}",
                    dice.roll(9999)
                );
            }
            out.push_str("]]></system-out></testcase>");
        }
        _ => out.push_str(" />"),
    }
}

const COBERTURA_HEAD: &str = "<?xml version=\"1.0\" ?>\n<coverage version=\"7.4\" line-rate=\"0.8\">\n\t<packages>\n\t\t<package name=\".\">\n\t\t\t<classes>\n";

/// A file as coverage.py writes it.
fn cobertura(dice: &mut Dice, out: &mut String) {
    let name = format!(
        "src/{}/{}_{}.py",
        dice.word(),
        dice.word(),
        dice.roll(1 << 40)
    );
    let _ = writeln!(
        out,
        "\t\t\t\t<class name=\"x\" filename=\"{name}\" complexity=\"0\" line-rate=\"0.5\">\n\t\t\t\t\t<methods/>\n\t\t\t\t\t<lines>"
    );
    let mut line = 0;
    for _ in 0..dice.roll(400) + 1 {
        line += 1 + dice.roll(4);
        let hits = dice.roll(3);
        let _ = write!(out, "\t\t\t\t\t\t<line number=\"{line}\" hits=\"{hits}\"");
        if dice.roll(8) == 0 {
            let taken = hits.min(2);
            let _ = write!(
                out,
                " branch=\"true\" condition-coverage=\"{}% ({taken}/2)\"",
                taken * 50
            );
        }
        out.push_str("/>\n");
    }
    out.push_str("\t\t\t\t\t</lines>\n\t\t\t\t</class>\n");
}

/// A file as Istanbul writes it.
fn lcov(dice: &mut Dice, out: &mut String) {
    let _ = writeln!(
        out,
        "SF:/builds/checkout/app/{}/{}_{}.ts",
        dice.word(),
        dice.word(),
        dice.roll(1 << 40)
    );
    let mut line = 0;
    for at in 0..dice.roll(400) + 1 {
        line += 1 + dice.roll(4);
        let hits = dice.roll(50);
        let _ = writeln!(out, "DA:{line},{hits}");
        if dice.roll(10) == 0 {
            let _ = writeln!(out, "BRDA:{line},{at},0,{hits}\nBRDA:{line},{at},1,-");
        }
    }
    out.push_str("end_of_record\n");
}
