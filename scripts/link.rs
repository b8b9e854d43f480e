//! Links the program on Linux so that it starts fast and small: gates start often, and nothing may be slow.
//!
//! - At a fixed address. A position-independent program of this size is relocated page by page at each start: a
//!   twentieth of the time of a run with one gate, and 1.5 MiB of memory that no other process shares. What that costs
//!   is the random address of the program's own code; libraries, heap and stack keep theirs, and there is no unsafe code
//!   in the program.
//! - With the functions that a run needs side by side (`startup.txt`, written by `scripts/startup-order`). Spread over
//!   the program they touch three quarters of its pages: a third of the memory of a run with one gate, and a seventh of
//!   its time. A name in the list that no longer exists costs nothing, and one that is missing only its place.
//! - With the few functions of the unwinder built in, where the C compiler has them: one shared library less to load.
//!
//! Only with the linker that Rust brings by default; whoever chooses another gets a plain link.

#![allow(
    clippy::print_stdout,
    reason = "this is how a build script speaks to cargo"
)]

use std::env::var;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=scripts/link.rs");
    println!("cargo:rerun-if-changed=scripts/startup.txt");
    let target = |key: &str| var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let of_its_own = target("FEATURE")
        .split(',')
        .any(|feature| feature == "crt-static");
    if target("OS") != "linux" || target("ENV") != "gnu" || of_its_own {
        return;
    }
    println!("cargo:rustc-link-arg-bin=tollgate=-no-pie");
    if target("ARCH") == "x86_64" && default_linker() && var("PROFILE").as_deref() == Ok("release")
    {
        if let Some(script) = ordered() {
            let script = script.display();
            println!("cargo:rustc-link-arg-bin=tollgate=-T{script}");
        }
        if has_unwinder() {
            println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
        }
    }
}

/// Whether nobody chose a linker.
fn default_linker() -> bool {
    let flags = var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    var("RUSTC_LINKER").is_err() && !flags.contains("linker") && !flags.contains("fuse-ld")
}

/// Writes the linker script; `None` where that cannot be done, which costs speed only.
fn ordered() -> Option<PathBuf> {
    let list = std::fs::read_to_string("scripts/startup.txt").ok()?;
    let sections: String = list
        .lines()
        .map(|name| format!("*(.text.{name} .text.unlikely.{name})\n"))
        .collect();
    let script = Path::new(&var("OUT_DIR").ok()?).join("startup.ld");
    let text = format!("SECTIONS {{ .text.run : {{\n{sections}}} }} INSERT BEFORE .text;\n");
    std::fs::write(&script, text).ok()?;
    Some(script)
}

/// Whether the C compiler, which links, has the unwinder as a library to build in.
fn has_unwinder() -> bool {
    let asked = Command::new("cc")
        .arg("-print-file-name=libgcc_eh.a")
        .output();
    asked.is_ok_and(|said| {
        let path = String::from_utf8_lossy(&said.stdout);
        Path::new(path.trim()).is_absolute() && Path::new(path.trim()).exists()
    })
}
