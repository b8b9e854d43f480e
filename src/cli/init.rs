//! `tollgate init`.

use super::args::{Global, Init};
use super::exit::Exit;
use super::screen::Screen;

/// Writes a first file.
pub fn init(_global: &Global, _args: &Init, screen: &Screen) -> anyhow::Result<Exit> {
    screen.error("not yet");
    Ok(Exit::Usage)
}
