//! Tollgate as people meet it: the real binary, run in small projects, one file a command or topic.
//!
//! Each rule of the specification has a test here that breaks when the rule does. The tests need `sh`, `git`
//! and the usual small tools, no network, and leave nothing behind.
#![cfg(unix)]

mod absence;
mod baseline;
mod bending;
mod cheating;
mod codes;
mod config;
mod contradiction;
mod elsewhere;
mod enforce;
mod environment;
mod evidence;
mod examples;
mod flood;
mod fresh;
mod hostile_files;
mod hostile_output;
mod house;
mod inspect;
mod inventory;
mod judging;
mod kinds_git;
mod kinds_http;
mod kinds_trace;
mod kinds_tree;
mod ledger;
mod ledger_faults;
mod ledger_kill;
mod needs;
mod outputs;
mod patch;
mod people;
mod phase_blocked;
mod phase_complete;
mod phase_ground;
mod phase_kill;
mod phase_records;
mod phase_screens;
mod phase_signs;
mod phase_soak;
mod phase_sound;
mod phase_tests;
mod policy;
mod prove;
mod reasoning;
mod refs;
mod resources;
mod retry;
mod scenario_blockers;
mod scenario_gaps;
mod scenario_polish;
mod scenario_portfolio;
mod scenario_tenants;
mod secrets;
mod services;
mod skip;
mod start;
mod storage;
mod subfolder;
mod subject;
mod support;
mod waivers;
mod when;
