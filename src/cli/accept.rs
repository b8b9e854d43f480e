//! `tollgate policy accept`: a person signs for what the policy here demands less than a trusted one.
//!
//! The list that is signed is shown first. It says nothing for people whom the trusted revision does not name.

use std::sync::Arc;

use super::args::{Global, PolicyAccept};
use super::exit::Exit;
use super::phase::{Asked, append, dirty, reason, stand};
use super::policy::refused;
use super::project;
use super::screen::Screen;
use crate::model::{Says, WeakeningRule};
use crate::output::{self, neutral};
use crate::run::{self, By, POLICY_GATE, Trusted};

/// Records that somebody accepts the weakenings.
pub fn accept(global: &Global, typed: &PolicyAccept, screen: &Screen) -> anyhow::Result<Exit> {
    if let Err(exit) = reason(&typed.why, screen) {
        return Ok(exit);
    }
    let Some((plan, _)) = project::load(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let mut ground = match stand(By::itself(Arc::new(plan)), &[], screen) {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    if !ground.is_clean() {
        return Ok(dirty(&ground, screen));
    }
    let Some(file) = project::policy_file(global, screen)? else {
        return Ok(Exit::Usage);
    };
    let trusted = match run::trusted(&file, &typed.reference) {
        Ok(trusted) => trusted,
        Err(trouble) => return Ok(refused(&trouble, screen)),
    };
    let mut shown = Vec::new();
    output::policy_diff("terminal", &trusted.diff, &screen.style(), &mut shown)?;
    if !typed.json {
        screen.print(&String::from_utf8_lossy(&shown))?;
    }
    if let Some(exit) = nothing_to_sign(&trusted, screen) {
        return Ok(exit);
    }
    ground.people = match trusted.people {
        Ok(people) => people,
        Err(words) => {
            screen.error(&format!("{}: nobody can accept", neutral::line(&words)));
            return Ok(Exit::Undecided);
        }
    };
    let says = Says::SignOff {
        why: Some(typed.why.clone()),
        evidence: Vec::new(),
        entry: false,
        weakenings: Some(trusted.diff.weakening_digest()),
        asks: Default::default(),
    };
    let asked = Asked {
        global,
        phase: POLICY_GATE,
        tree: ground.committed_tree().to_owned(),
        key: &typed.key,
        needed: true,
        json: typed.json,
        takes_back: false,
    };
    let exit = append(&mut ground, asked, says, screen)?;
    if exit == Exit::Go && !typed.json {
        screen.tell(
            "help",
            "commit the record; it counts for this list and these two policies, on whatever commit",
        );
    }
    Ok(exit)
}

/// Where no signature is asked for, or none would help.
fn nothing_to_sign(trusted: &Trusted, screen: &Screen) -> Option<Exit> {
    let from = neutral::line(&trusted.diff.from);
    if trusted.introduced {
        screen.say(&format!("{from} has no policy: there is nothing to accept"));
        return Some(Exit::Go);
    }
    if trusted.diff.weakenings.is_empty() {
        screen.say("there is nothing to accept");
        return Some(Exit::Go);
    }
    match trusted.rule {
        WeakeningRule::SignOff => None,
        WeakeningRule::Warn => {
            screen.say(&format!(
                "the policy of {from} only warns of weakenings: nobody has to accept them"
            ));
            Some(Exit::Go)
        }
        WeakeningRule::Block => {
            screen.error(&format!(
                "the policy of {from} blocks on weakenings (`policy: {{ weakening: block }}`): nobody can accept them"
            ));
            Some(Exit::NoGo)
        }
    }
}
