//! What outlives a run in the repository and is committed: the files of baselines, and the records of the ledger.
//!
//! Reads and writes baselines, says what is wrong with one, and compares an old state with a new one. Reads, appends,
//! signs and verifies records ([`Ledger`]). It runs no gate and decides no phase; of git it asks only what history held
//! and which key the user signs with.

mod baseline;
mod compare;
mod escape;
mod export;
mod form;
mod gates;
mod history;
mod needs;
mod own;
mod record;
mod sign;
mod sshsig;
mod staged;
mod statement;
mod store;
mod text;
mod verify;

pub use baseline::{
    FOLDER, LIMIT, files, is_tidy, parse, path_of, read, read_file, state, state_at, state_of,
    write,
};
pub use compare::{Change, Way, changes, tighten};
pub use export::{Format, envelope, export, pae};
pub use gates::gate_record;
pub use history::History;
pub use needs::evidence_of;
pub use own::is_own;
pub use record::{Loosening, record, unusable};
pub use sign::{NAMESPACE, Question, Signed, Signer, Signers, allowed_signers};
pub use statement::{
    PREDICATE_TYPE, STATEMENT_TYPE, is_digest, parse_strictly as parse_record,
    render as render_record,
};
pub use store::{Broken, LEDGER, Ledger, LedgerTrouble};
pub use text::{Loosened, Recorded, render};
pub use verify::{
    Against, Counts, Extent, Faults, Remark, Verified, absent, faults, missing, verify,
};
