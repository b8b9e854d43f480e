//! Progress on a terminal: ended gates scroll by as lines, what runs stays at the bottom.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Style;
use super::layout::{cut, one_line};
use super::progress::{Clock, LINES, Watch};
use super::style::Ink;
use crate::model::{Event, Progress};

/// Progress as a board that stays at the bottom of the terminal.
pub(super) struct Board {
    watch: Watch,
    screen: MultiProgress,
    lines: Vec<ProgressBar>,
    turn: usize,
}

impl Board {
    /// A board on that target.
    pub(super) fn on(target: ProgressDrawTarget, style: Style, clock: Clock) -> Self {
        Self {
            watch: Watch::new(style, clock),
            screen: MultiProgress::with_draw_target(target),
            lines: Vec::new(),
            turn: 0,
        }
    }

    /// Draws the board anew.
    fn draw(&mut self) {
        let style = self.watch.style;
        let frames = style.pick("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\");
        let frame = frames
            .chars()
            .cycle()
            .nth(self.turn % 40)
            .unwrap_or('|')
            .to_string();
        let active = &self.watch.active;
        let mut wanted: Vec<String> = active
            .iter()
            .take(LINES)
            .map(|one| {
                let sign = if one.waits.is_some() {
                    style.pick("…", ".")
                } else {
                    &frame
                };
                let words = style.line(&self.watch.active_words(one, &self.watch.shown(&one.gate)));
                one_line(
                    &[(Ink::Care, sign), (Ink::Plain, " "), (Ink::Plain, &words)],
                    &style,
                )
            })
            .collect();
        let rest = active.len().saturating_sub(LINES);
        let more = if rest > 0 {
            format!("{}{rest} more running", style.dot())
        } else {
            String::new()
        };
        let sum = cut(
            &format!("  {}{more}", self.watch.sum()),
            style.width.saturating_sub(1),
            &style,
        );
        wanted.push(style.paint(Ink::Faint, &sum));
        while self.lines.len() > wanted.len() {
            if let Some(bar) = self.lines.pop() {
                bar.finish_and_clear();
                self.screen.remove(&bar);
            }
        }
        while self.lines.len() < wanted.len() {
            let bar = self.screen.add(ProgressBar::new_spinner());
            // The template is ours and known to parse.
            if let Ok(template) = ProgressStyle::with_template("{msg}") {
                bar.set_style(template);
            }
            self.lines.push(bar);
        }
        for (bar, text) in self.lines.iter().zip(wanted) {
            bar.set_message(text);
            bar.tick();
        }
    }

    fn clear(&mut self) {
        for bar in self.lines.drain(..) {
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
        let _ = self.screen.clear();
    }
}

impl Progress for Board {
    fn event(&mut self, event: &Event) {
        let lines = self.watch.note(event);
        let passing = matches!(event, Event::Waiting { .. } | Event::Service { .. });
        if !lines.is_empty() && !passing && !self.watch.style.quiet {
            let _ = self.screen.println(lines.join("\n"));
        }
        if !matches!(event, Event::Output { .. }) {
            self.draw();
        }
    }

    fn tick(&mut self) {
        self.turn = self.turn.wrapping_add(1);
        self.draw();
    }

    fn finish(&mut self) {
        self.clear();
    }
}

impl Drop for Board {
    /// The screen is left clean however the run ends.
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::super::progress::tests::{Hand, started, watch};
    use super::*;

    /// A terminal of 80 columns that records what is on it.
    #[derive(Clone, Debug, Default)]
    struct Screen(Arc<Mutex<Grid>>);

    /// Rows, and the cursor's row and column.
    type Grid = (Vec<Vec<char>>, usize, usize);

    impl Screen {
        fn text(&self) -> String {
            let rows = &self.0.lock().unwrap().0;
            let rows: Vec<String> = rows
                .iter()
                .map(|row| row.iter().collect::<String>())
                .collect();
            rows.iter()
                .map(|row| row.trim_end())
                .collect::<Vec<_>>()
                .join("\n")
                .trim_end()
                .to_owned()
        }

        fn put(&self, text: &str) {
            let (rows, row, column) = &mut *self.0.lock().unwrap();
            for c in text.chars() {
                match c {
                    '\n' => (*row, *column) = (*row + 1, 0),
                    '\r' => *column = 0,
                    c => {
                        if *column == 80 {
                            (*row, *column) = (*row + 1, 0);
                        }
                        rows.resize(rows.len().max(*row + 1), Vec::new());
                        let line = &mut rows[*row];
                        line.resize(line.len().max(*column + 1), ' ');
                        line[*column] = c;
                        *column += 1;
                    }
                }
            }
        }
    }

    impl indicatif::TermLike for Screen {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, n: usize) -> io::Result<()> {
            let mut screen = self.0.lock().unwrap();
            screen.1 = screen.1.saturating_sub(n);
            Ok(())
        }
        fn move_cursor_down(&self, n: usize) -> io::Result<()> {
            self.0.lock().unwrap().1 += n;
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.put(&format!("{text}\n"));
            Ok(())
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.put(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            let mut screen = self.0.lock().unwrap();
            let at = screen.1;
            if let Some(line) = screen.0.get_mut(at) {
                line.clear();
            }
            screen.2 = 0;
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_board_shows_what_runs_and_leaves_a_clean_screen() {
        let (hand, screen) = (Hand::default(), Screen::default());
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        let mut progress = Board::on(target, Style::default(), hand.clock());
        progress.event(&Event::RunStarted {
            gates: vec!["unit".to_owned(), "load".to_owned()],
            jobs: 2,
            expected_s: 70.0,
        });
        progress.event(&started("unit", 1));
        progress.event(&Event::Waiting {
            gate: "load".to_owned(),
            resource: "database".to_owned(),
        });
        hand.set(12);
        progress.tick();
        assert_eq!(
            screen.text().lines().map(str::trim_end).collect::<Vec<_>>(),
            [
                "⠙ unit 12 s of about 40 s",
                "… load waits for `database`, 12 s",
                "  0 of 2 gates done · 12 s of about 1 min 10 s",
            ]
        );
        watch(&mut progress, &hand);
        insta::assert_snapshot!("live_after", screen.text());
    }
}
