//! Links the program at a fixed address on Linux, where gates start often and nothing may be slow.
//!
//! A position-independent program of this size is relocated page by page at each start: a twentieth of the time of a run
//! with one gate, and 1.5 MiB of memory that no other process shares. What that costs is the random address of the
//! program's own code; libraries, heap and stack keep theirs, and there is no unsafe code in the program.

#![allow(
    clippy::print_stdout,
    reason = "this is how a build script speaks to cargo"
)]

fn main() {
    println!("cargo:rerun-if-changed=scripts/link.rs");
    let target = |key: &str| std::env::var(format!("CARGO_CFG_TARGET_{key}")).unwrap_or_default();
    let of_its_own = target("FEATURE")
        .split(',')
        .any(|feature| feature == "crt-static");
    if target("OS") == "linux" && target("ENV") == "gnu" && !of_its_own {
        println!("cargo:rustc-link-arg-bin=tollgate=-no-pie");
    }
}
