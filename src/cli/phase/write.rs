//! Records that people write: sign-offs, promises, rulings, and what takes a completion back.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::args::Global;
use super::super::exit::Exit;
use super::super::screen::Screen;
use super::super::signer;
use super::super::world;
use super::typed::{Key, Lien, Sign, Why};
use super::{named, notes, open, whole, whole_at_any_time};
use crate::model::{Entry, Says, SubjectState};
use crate::output::{self, neutral};
use crate::phase::{PlannedPhase, SignOffs};
use crate::problem::nearest;
use crate::run::{About, Ground, Keys, Known, View};

/// Signs for a phase.
pub fn sign(global: &Global, typed: &Sign, screen: &Screen) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    let plan = ground.plan.clone();
    let Some(phase) = named(&plan, &typed.phase, screen) else {
        return Ok(Exit::Usage);
    };
    if !ground.is_clean() {
        return Ok(dirty(&ground, screen));
    }
    let asked = sign_offs(phase, typed.entry);
    if asked.is_none() {
        let which = if typed.entry { " for its entry" } else { "" };
        let words = format!("phase `{}` asks for no sign-off{which}", phase.id);
        notes(&[words], screen);
    }
    let says = Says::SignOff {
        why: typed.why.clone(),
        evidence: typed.evidence.clone(),
        entry: typed.entry,
        weakenings: None,
        asks: match (&phase.entry, typed.entry) {
            (Some(entry), true) => entry.asked(),
            _ => Default::default(),
        },
    };
    let needed = asked.is_some_and(|asked| !asked.unsigned);
    let tree = ground.subject().id.clone();
    let asked = Asked {
        global,
        phase: &phase.id,
        tree,
        key: &typed.key,
        needed,
        json: typed.json,
        takes_back: false,
    };
    record_openly(&mut ground, asked, says, phase, screen)
}

fn sign_offs(phase: &PlannedPhase, entry: bool) -> Option<&SignOffs> {
    if entry {
        phase.entry.as_ref()?.sign_offs.as_ref()
    } else {
        phase.sign_offs.as_ref()
    }
}

/// Records, and says at once if it will not count.
fn record_openly(
    ground: &mut Ground,
    asked: Asked<'_>,
    says: Says,
    phase: &PlannedPhase,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    Ok(match record(ground, asked, says, screen)? {
        Ok(entry) => {
            tell_in_vain(ground, phase, &entry, screen);
            Exit::Go
        }
        Err(exit) => exit,
    })
}

/// Says right away that what was recorded will not count, and why: everybody else would see it only in a decision.
fn tell_in_vain(ground: &mut Ground, phase: &PlannedPhase, entry: &Entry, screen: &Screen) {
    if let Err(words) = ground.check_counting() {
        return screen.warning(&neutral::line(&words));
    }
    let known = Known::read(&ground.store, ground.subject(), &ground.plan.digest);
    let view = View::of(ground, known, world::now(), world::today());
    for why in view.in_vain(phase, entry) {
        let kind = match &entry.record.says {
            Says::Lien { .. } => "lien",
            _ => "sign-off",
        };
        screen.warning(&neutral::line(&format!(
            "this {kind} is recorded, and it does not count: {why}"
        )));
    }
}

/// Promises that a gate or criterion will hold.
pub fn lien(global: &Global, typed: &Lien, screen: &Screen) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    let plan = ground.plan.clone();
    let Some(phase) = named(&plan, &typed.phase, screen) else {
        return Ok(Exit::Usage);
    };
    if let Err(words) = promise(&ground, phase, typed) {
        screen.error(&neutral::line(&words));
        return Ok(Exit::Usage);
    }
    let says = Says::Lien {
        on: typed.on.clone(),
        owner: typed.owner.clone(),
        why: typed.why.clone(),
        due: typed.due.clone(),
    };
    let asked = Asked {
        global,
        phase: &phase.id,
        tree: ground.committed_tree().to_owned(),
        key: &typed.key,
        needed: true,
        json: typed.json,
        takes_back: false,
    };
    record_openly(&mut ground, asked, says, phase, screen)
}

/// Whether a promise could ever count.
fn promise(ground: &Ground, phase: &PlannedPhase, typed: &Lien) -> Result<(), String> {
    if phase.liens.is_none() {
        return Err(format!(
            "phase `{}` accepts no lien: `liens: {{ from: [ROLE], most: 2, longest: 30d }}` in it says who may",
            phase.id
        ));
    }
    if typed.why.trim().is_empty() || typed.owner.trim().is_empty() {
        return Err("a lien needs an owner and a reason".to_owned());
    }
    owner(ground, &typed.owner)?;
    let gates = crate::phase::gates_of(phase, &ground.plan.phases);
    let known = || {
        gates
            .iter()
            .map(String::as_str)
            .chain(["readiness", "soak"])
    };
    if !known().any(|one| one == typed.on) {
        let help = match nearest(&typed.on, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it asks for {}", known().collect::<Vec<_>>().join(", ")),
        };
        return Err(format!(
            "phase `{}` has no `{}`: {help}",
            phase.id, typed.on
        ));
    }
    let phases = &ground.plan.phases;
    let known = phases.iter().any(|one| one.id == typed.due);
    if !known && typed.due.parse::<Date>().is_err() {
        return Err(format!(
            "`{}` is neither a day such as 2027-01-31 nor a phase of the file",
            typed.due
        ));
    }
    let when = (world::now(), world::today());
    let history = ground.history();
    match crate::phase::due_at_once(phase, phases, &history, &typed.due, when) {
        Some(words) => Err(words),
        None => Ok(()),
    }
}

/// Somebody answers for a promise: a person of people.yaml, or all in a role.
fn owner(ground: &Ground, name: &str) -> Result<(), String> {
    let people = &ground.people;
    let roles = people.by_name.values().flat_map(|person| &person.roles);
    let known: BTreeSet<&str> = (people.by_name.keys().chain(roles))
        .map(String::as_str)
        .collect();
    if known.contains(name) {
        return Ok(());
    }
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "known are {}",
            known
                .iter()
                .copied()
                .take(20)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    Err(format!(
        "people.yaml knows no `{name}` who could answer for it: {help}"
    ))
}

/// Holds a phase, sends it back, or ends it.
pub fn rule(
    global: &Global,
    ruling: &str,
    typed: &Why,
    to: Option<&str>,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    let plan = ground.plan.clone();
    let Some(phase) = named(&plan, &typed.phase, screen) else {
        return Ok(Exit::Usage);
    };
    if let Err(exit) = reason(&typed.why, screen) {
        return Ok(exit);
    }
    if let Some(to) = to {
        if named(&plan, to, screen).is_none() {
            return Ok(Exit::Usage);
        }
        let earlier = crate::phase::earlier(phase, &plan.phases);
        if !earlier.iter().any(|one| one.id == to) {
            screen.error(&format!("phase `{to}` does not come before `{}`", phase.id));
            return Ok(Exit::Usage);
        }
    }
    let says = Says::Ruling {
        ruling: ruling.to_owned(),
        why: typed.why.clone(),
        to: to.map(str::to_owned),
    };
    let asked = Asked::of(global, &ground, &phase.id, typed);
    append(&mut ground, asked, says, screen)
}

/// Takes back the completion that stands; where there is none, the ruling that holds.
pub fn reopen(global: &Global, typed: &Why, screen: &Screen) -> anyhow::Result<Exit> {
    let mut ground = match open(global, &typed.trust, &[], screen)? {
        Ok(ground) => ground,
        Err(exit) => return Ok(exit),
    };
    let sound = whole_at_any_time(&mut ground, screen);
    if let Err(exit) = sound.and_then(|()| reason(&typed.why, screen)) {
        return Ok(exit);
    }
    let history = ground.history();
    let recorded = history.phase(&typed.phase);
    // A phase that the file does not have any more can still be taken back.
    let known = !(recorded.completions.is_empty() && recorded.rulings.is_empty());
    if !known && named(&ground.plan, &typed.phase, screen).is_none() {
        return Ok(Exit::Usage);
    }
    let taken_back = recorded.completion().or_else(|| recorded.ruled.last());
    let Some(taken_back) = taken_back else {
        screen.error(&format!(
            "phase `{}` has no completion that stands and no ruling that holds: there is nothing to reopen",
            neutral::line(&typed.phase)
        ));
        return Ok(Exit::Usage);
    };
    let says = Says::Reopen {
        completion: taken_back.digest.clone(),
        why: typed.why.clone(),
    };
    let ruling = matches!(taken_back.record.says, Says::Ruling { .. });
    let signed = ruling && !taken_back.signatures.is_empty();
    let mut asked = Asked::of(global, &ground, &typed.phase, typed);
    // It was signed: what nobody signs would not lift it.
    asked.needed = signed && !ground.keyless().contains(&typed.phase.as_str());
    append(&mut ground, asked, says, screen)
}

/// A record that is to be written.
pub(in super::super) struct Asked<'a> {
    pub global: &'a Global,
    pub phase: &'a str,
    pub tree: String,
    pub key: &'a Key,
    pub needed: bool,
    pub json: bool,
    /// It takes something back or holds it, and gives nothing: a clock that is behind does not keep it.
    pub takes_back: bool,
}

impl<'a> Asked<'a> {
    /// One about the content that is committed, whatever is in the work tree.
    fn of(global: &'a Global, ground: &Ground, phase: &'a str, typed: &'a Why) -> Self {
        Self {
            global,
            phase,
            tree: ground.committed_tree().to_owned(),
            key: &typed.key,
            needed: false,
            json: typed.json,
            takes_back: true,
        }
    }
}

/// Appends a record and shows it.
pub(in super::super) fn append(
    ground: &mut Ground,
    asked: Asked<'_>,
    says: Says,
    screen: &Screen,
) -> anyhow::Result<Exit> {
    let recorded = record(ground, asked, says, screen)?;
    Ok(recorded.err().unwrap_or(Exit::Go))
}

/// The same, and gives the record.
fn record(
    ground: &mut Ground,
    asked: Asked<'_>,
    says: Says,
    screen: &Screen,
) -> anyhow::Result<Result<Entry, Exit>> {
    let sound = match asked.takes_back {
        true => whole_at_any_time(ground, screen),
        false => whole(ground, screen),
    };
    if let Err(exit) = sound {
        return Ok(Err(exit));
    }
    // Going on from an earlier time takes somebody who answers for it.
    let behind = ground.ahead(world::now()).is_some() && !ground.people.is_empty();
    if ground.commit().is_none() {
        screen.error("there is no commit yet: a record is about content that git knows");
        return Ok(Err(Exit::Undecided));
    }
    let about = About {
        phase: asked.phase,
        tree: &asked.tree,
        now: world::now(),
    };
    let keys = keys(asked.key, asked.needed || behind);
    let here = signer::here(asked.global)?;
    let written = match ground.append(&about, says, &keys, &here) {
        Ok(written) => written,
        Err(words) => {
            screen.error(&neutral::line(&words));
            screen.say("nothing was recorded");
            return Ok(Err(Exit::Undecided));
        }
    };
    notes(&written.notes, screen);
    let mut out = Vec::new();
    if asked.json {
        output::phase::records_json(&[&written.entry], &mut out)?;
    } else {
        output::phase::recorded(&written.entry, &screen.style(), &mut out)?;
    }
    screen.print(&String::from_utf8_lossy(&out))?;
    Ok(Ok(written.entry))
}

/// The keys that a command line asks for.
pub(super) fn keys(key: &Key, needed: bool) -> Keys {
    Keys {
        key: key.key.clone(),
        askpass: signer::askpass(),
        needed,
    }
}

/// A reason that says something.
pub(in super::super) fn reason(why: &str, screen: &Screen) -> Result<(), Exit> {
    if why.trim().is_empty() {
        screen.error("`--why` is empty: say why, others will ask");
        return Err(Exit::Usage);
    }
    Ok(())
}

/// Nothing that is not committed is signed.
pub(in super::super) fn dirty(ground: &Ground, screen: &Screen) -> Exit {
    if ground.subject().state == SubjectState::Clean && !ground.astray().is_empty() {
        for words in ground.astray() {
            screen.error(&neutral::line(words));
        }
        screen.tell(
            "help",
            "commit what decides: whoever checks this tree out must have it",
        );
        return Exit::NoGo;
    }
    let differs = ground.differs();
    let shown: Vec<String> = differs
        .iter()
        .take(5)
        .map(|path| neutral::line(path))
        .collect();
    let more = match differs.len().saturating_sub(5) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    screen.error(&format!(
        "the work tree is not clean ({}{more}): only committed content is recorded",
        shown.join(", ")
    ));
    screen.tell("help", "commit or stash, then run this again");
    Exit::NoGo
}
