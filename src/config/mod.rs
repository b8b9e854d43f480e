//! The file `tollgate.yaml`: from text to a valid plan, with every complaint on the way.
pub mod yaml;
