//! Duties: which conflict, and what shows them.

use std::collections::BTreeMap;

use crate::catalogue::Evidence;
use crate::companion::{DutyKind, DutySystem, Kind};
use crate::config::Globs;
use crate::error::Result;
use crate::identity::fold;
use crate::source::{DATABRICKS, is_authority};

/// What shows a duty.
#[derive(Debug, Clone)]
pub(super) enum Sign {
    /// A role that is held.
    Role(DutySystem, Globs),
    /// A group of which somebody is a member.
    Group(DutySystem, Globs),
    /// An act, by its event type.
    Action(DutySystem, Globs),
    /// Owning a securable.
    Owner,
    /// Having approved access, by the companion file.
    Approver,
    /// Having reviewed access, by the companion file.
    Reviewer,
}

/// One duty.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub(super) name: String,
    pub(super) signs: Vec<Sign>,
}

impl Duty {
    /// False for a duty that only companion files show.
    pub(super) fn is_logged(&self) -> bool {
        self.signs.iter().any(|sign| !matches!(sign, Sign::Approver | Sign::Reviewer))
    }

    /// True when the log of that source would show the duty.
    pub(super) fn is_shown_by(&self, source: &str) -> bool {
        self.signs.iter().any(|sign| match sign {
            Sign::Role(system, _) | Sign::Group(system, _) | Sign::Action(system, _) => match system {
                DutySystem::Idp => is_authority(source),
                DutySystem::Databricks => source == DATABRICKS,
            },
            Sign::Owner => source == DATABRICKS,
            Sign::Approver | Sign::Reviewer => false,
        })
    }
}

/// What the test asks for.
pub(super) struct Duties {
    /// Conflicting duties, by folded name.
    pub(super) pairs: Vec<(String, String)>,
    /// Duties by folded name.
    pub(super) all: BTreeMap<String, Duty>,
    pub(super) notes: Vec<String>,
}

/// The pairs of the catalogue (reference: compliance SOD-02).
const DEFAULT_PAIRS: &[(&str, &str)] = &[
    ("identity-provider administrator", "Databricks administrator"),
    ("SCIM or SSO configurer", "account administrator"),
    ("log-delivery administrator", "account administrator"),
    ("data owner", "access approver"),
    ("evidence preparer", "evidence reviewer"),
];

/// What shows the duties of the default pairs, as far as logs do: system, kind, globs.
const DEFAULT_SIGNS: &[(&str, DutySystem, DutyKind, &[&str])] = &[
    ("identity-provider administrator", DutySystem::Idp, DutyKind::Role, &["*"]),
    ("Databricks administrator", DutySystem::Databricks, DutyKind::Role, &["*"]),
    (
        "SCIM or SSO configurer",
        DutySystem::Databricks,
        DutyKind::Action,
        &["ssoConfigBackend.create", "ssoConfigBackend.update"],
    ),
    ("account administrator", DutySystem::Databricks, DutyKind::Role, &["account_admin", "account_owner"]),
    (
        "log-delivery administrator",
        DutySystem::Databricks,
        DutyKind::Action,
        &["logDelivery.createLogDeliveryConfiguration", "logDelivery.updateLogDeliveryConfiguration"],
    ),
];

/// The pairs of the matrix, else the default ones; the described duties, else the default ones of that name. A pair of which a duty
/// is not described cannot be tested, and a note says so.
pub(super) fn read(evidence: &Evidence<'_>) -> Result<Duties> {
    let companions = evidence.companions;
    let mut all: BTreeMap<String, Duty> = BTreeMap::new();
    let mut add = |name: &str, sign: Sign| {
        let duty = all.entry(fold(name)).or_insert_with(|| Duty { name: name.to_owned(), signs: Vec::new() });
        duty.signs.push(sign);
    };
    for row in &companions.duties {
        add(&row.duty, sign(row.system, row.kind, &[row.value.as_str()])?);
    }
    let is_described = |name: &str| companions.duties.iter().any(|row| fold(&row.duty) == fold(name));
    for (name, system, kind, globs) in DEFAULT_SIGNS.iter().filter(|(name, ..)| !is_described(name)) {
        add(name, sign(*system, *kind, globs)?);
    }
    let by_file = [
        ("data owner", Sign::Owner, true),
        ("access approver", Sign::Approver, companions.has(Kind::Approvals)),
        ("evidence reviewer", Sign::Reviewer, companions.has(Kind::Reviews)),
    ];
    for (name, sign, is_there) in by_file {
        if is_there && !is_described(name) {
            add(name, sign);
        }
    }
    let mut notes = Vec::new();
    let named: Vec<(String, String)> = if companions.has(Kind::SodMatrix) {
        companions.sod_matrix.iter().map(|row| (row.duty_a.clone(), row.duty_b.clone())).collect()
    } else {
        notes.push("No matrix of duties was supplied: the default pairs were tested.".to_owned());
        DEFAULT_PAIRS.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    };
    let mut pairs = Vec::new();
    for (a, b) in named {
        match [&a, &b].into_iter().find(|name| !all.contains_key(&fold(name))) {
            Some(name) => notes.push(format!("Not tested: {a} + {b}; nothing describes what shows `{name}`.")),
            None => pairs.push((fold(&a), fold(&b))),
        }
    }
    Ok(Duties { pairs, all, notes })
}

fn sign(system: DutySystem, kind: DutyKind, globs: &[&str]) -> Result<Sign> {
    let globs = Globs::new(&globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>())?;
    Ok(match kind {
        DutyKind::Role => Sign::Role(system, globs),
        DutyKind::Group => Sign::Group(system, globs),
        DutyKind::Action => Sign::Action(system, globs),
    })
}
