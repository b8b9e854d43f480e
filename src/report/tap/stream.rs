//! The points of one stream and its plan: what the specification asks of the two.
//!
//! It judges no test; what it finds belongs to none and is `broken`.

use super::super::count::of;
use super::Sink;
use super::point::Point;

/// Numbers that are told apart; a plan beyond is only counted.
const NUMBERS: u64 = 1 << 20;

/// A stream from its first line to its last.
#[derive(Default)]
pub(super) struct Stream {
    /// The file that wrote it, where prove tells.
    file: String,
    plan: Option<u64>,
    plans: u64,
    points: u64,
    next: u64,
    /// Numbers that came out of their order, and so may repeat others.
    seen: Vec<u64>,
    highest: u64,
    disordered: bool,
    /// What failed, points and all else.
    bad: u64,
}

impl Stream {
    /// That of a file.
    pub fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            ..Self::default()
        }
    }

    /// The file that wrote it, or nothing.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How many points it has.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// How much in it failed.
    pub fn bad(&self) -> u64 {
        self.bad
    }

    /// Says what fails and is no point.
    pub fn broken(&mut self, words: String, sink: &mut dyn Sink) {
        self.bad += 1;
        match self.file.as_str() {
            "" => sink.broken(&words),
            file => sink.broken(&format!("{file}: {words}")),
        }
    }

    /// A plan.
    pub fn plan(&mut self, last: u64) {
        self.plans += 1;
        self.plan = Some(last);
    }

    /// A point.
    pub fn point(&mut self, point: &Point<'_>, sink: &mut dyn Sink) {
        self.points += 1;
        self.next += 1;
        self.bad += u64::from(point.failed());
        let number = point.number.unwrap_or(self.next);
        self.disordered |= number != self.next;
        self.next = number;
        self.highest = self.highest.max(number);
        self.note(number, sink);
    }

    /// Remembers a number, to find one that comes twice.
    fn note(&mut self, number: u64, sink: &mut dyn Sink) {
        if number == 0 {
            self.broken("point 0 is outside of any plan".to_owned(), sink);
        }
        if number == 0 || number > NUMBERS {
            return;
        }
        let (word, bit) = ((number / 64) as usize, 1u64 << (number % 64));
        if self.seen.len() <= word {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit != 0 {
            self.broken(format!("point {number} occurs twice"), sink);
        }
        self.seen[word] |= bit;
    }

    /// Holds points and plan against each other.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        if self.plans > 1 {
            let words = "there is more than one plan; write one report a file".to_owned();
            self.broken(words, sink);
        }
        let (points, highest) = (self.points, self.highest);
        let words = match self.plan {
            None => "there is no plan, so nobody knows whether all tests ran".to_owned(),
            Some(plan) if points != plan => {
                format!("the plan is {}, {points} ran", of(plan, "test"))
            }
            Some(plan) if highest > plan => {
                format!("point {highest} is outside of the plan of {plan}")
            }
            Some(_) => String::new(),
        };
        if !words.is_empty() {
            self.broken(words, sink);
        }
        if self.disordered {
            let message = "the points are not in the order of their numbers";
            sink.warn("out-of-order", message.to_owned());
        }
    }
}
