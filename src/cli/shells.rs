//! `tollgate completions` and `tollgate man`, made from the declaration of the command line.

use clap::CommandFactory;

use super::args::Args;
use super::exit::Exit;
use super::screen::Screen;

/// Prints completions for a shell.
pub fn completions(shell: clap_complete::Shell, screen: &Screen) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "tollgate", &mut text);
    screen.print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Go)
}

/// Prints the manual page.
pub fn man(screen: &Screen) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut text)?;
    screen.print(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Go)
}
