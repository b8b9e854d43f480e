//! x
// TEMPORARY: only so that tests can start a guard; the real command line replaces this.
fn main() {
    if std::env::args().nth(1).as_deref() == Some("guard") {
        tollgate::exec::guard_main(std::io::stdin());
    }
}
