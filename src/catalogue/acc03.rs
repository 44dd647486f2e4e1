//! ACC-03: external and guest principals are known.

mod recipients;

use std::collections::BTreeMap;

use self::recipients::{Recipient, recipients};
use super::acc01::LAST_ACTIVITY;
use super::deeds::deeds;
use super::directory::Directory;
use super::residents::{Resident, Residents, has_listing, listing_note, residents};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::access::{Bounds, reconstruct};
use crate::change::{EntitlementKind, SubjectKind, Verb};
use crate::companion::{Guest, Kind as Register};
use crate::config::{ByEnvironment, Globs};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};

const DOMAIN: Column = Column::optional(
    "domain",
    Kind::Text,
    "Domain of the name, lower case. null = a recipient, or a name without one.",
);
const SPONSOR: Column = Column::optional("sponsor", Kind::Text, "As in the register. null = it is not in it.");
const EXPIRES: Column = Column::optional(
    "expires",
    Kind::Instant,
    "First instant from which the register has it as a guest no more. null as there.",
);
const GRANT_COUNT: Column = Column::optional(
    "grants_count",
    Kind::Whole,
    "Memberships, roles and privileges that are held directly at the end of the period, as far as records show.",
);

/// The test.
pub(super) const TEST: Test = Test {
    id: "ACC-03",
    version: "2",
    severity: Severity::High,
    needs: &[need::E, need::S_IF],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "allowed_domains",
        default: "[]",
        doc: "domains (globs) of the organisation's own people",
    }],
    words: &[
        pass("registered", "in the register of guests, with a sponsor, and not expired while the access was there"),
        exception("unregistered", "not in the register of guests"),
        exception("expired", "the register has it as a guest no more, and the access was still there"),
        exception("own_sponsor", "the register names the guest as the sponsor"),
        shared::NOT_SUPPLIED,
        undetermined("no_domain_declared", "the configuration does not say which domains are the organisation's own"),
        shared::UNRESOLVED_SUBJECT,
    ],
    columns: &[DOMAIN, SPONSOR, EXPIRES, GRANT_COUNT, LAST_ACTIVITY],
    about: About {
        title: "External and guest principals are known",
        objective: "To find outsiders with access for whom nobody answers, or whose time is over.",
        population: "Users with access at any time of the period whose domain is not among allowed_domains, or whose name bears the mark of a guest, and recipients of shares.",
        item_noun: "principals",
        procedure: &[
            "Each must stand in the register of guests, with a sponsor other than itself.",
            "The register's end must not lie before the end of the access, or of the period where the access outlives it.",
            "Where no domain is declared, nobody can be told from an outsider: all without the mark of a guest are undetermined.",
            "Without a register nothing can pass.",
        ],
        false_positives: &["A domain of the organisation that is not declared: name it under `allowed_domains`."],
        limits: &[
            "This test does not show that the sponsor knows of the guest.",
            "A guest whose login is at one of the organisation's own domains and bears no mark is not recognised, unless a list of the identity provider gives the user type.",
            "Service principals of other organisations are not recognised by a domain.",
        ],
        references: &["NIST SP 800-53 r5 IA-8, PS-7", "PCI DSS 4.0.1 8.2.7"],
        deviation: "{subject} has access as an outsider: {meaning}",
        undecided: "Whether {subject} is an outsider who is known",
    },
    evaluate,
};

struct Ground<'e> {
    allowed: ByEnvironment<Globs>,
    register: BTreeMap<String, &'e Guest>,
    is_supplied: bool,
    goods: BTreeMap<String, usize>,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let directory = Directory::read(evidence)?;
    let marked = recipients::guests(evidence)?;
    let changes = deeds(evidence, &[Verb::PrivGrant, Verb::PrivRevoke, Verb::AclChange])?;
    let ground = Ground {
        allowed: ByEnvironment::new(evidence.config, |here| here.globs(TEST.id, "allowed_domains"))?,
        register: evidence.companions.guests.iter().map(|row| (evidence.name(&row.principal), row)).collect(),
        is_supplied: evidence.companions.has(Register::Guests),
        goods: goods(evidence)?,
    };
    let Residents { all, unknown_count } = residents(evidence)?;
    let (mut items, mut own, mut machines) = (Vec::new(), 0, 0);
    for resident in all {
        let is_guest = directory.is_guest(&resident.subject) || marked.contains(&resident.subject);
        match standing(evidence, resident, is_guest, &ground) {
            Standing::Machine => machines += 1,
            Standing::Own => own += 1,
            standing => items.push(of_resident(evidence, resident, &ground, &standing)),
        }
    }
    items.extend(recipients(evidence, &changes)?.iter().map(|recipient| of_recipient(evidence, recipient, &ground)));
    Ok(Judged {
        items,
        exclusions: vec![
            ("users of the organisation's own domains".to_owned(), own),
            ("service principals: they have no domain".to_owned(), machines),
            ("principals that are neither user nor service principal by any sign".to_owned(), *unknown_count),
        ],
        notes: listing_note(evidence),
        coverage_is_complete: has_listing(evidence) && evidence.is_covered(|s| s == crate::source::DATABRICKS),
        not_tested: (!ground.is_supplied).then(|| "no register of guests was supplied".to_owned()),
        ..Judged::default()
    })
}

/// Privileges and permissions that are held at the end, by subject.
fn goods(evidence: &Evidence<'_>) -> Result<BTreeMap<String, usize>> {
    let (bounds, end) = (Bounds::of(evidence.correlation, evidence.period), evidence.period.end - 1);
    let holders = evidence.stock()?.each(&[EntitlementKind::Privilege], |good, history| {
        let count = reconstruct(&history, &bounds).iter().filter(|held| held.holds_at(end)).count();
        (good.subject.as_str(), count)
    });
    let mut all = BTreeMap::new();
    // Goods come by their holder.
    for of_one in holders.chunk_by(|a, b| a.0 == b.0) {
        let count = of_one.iter().map(|(_, count)| count).sum::<usize>();
        if count > 0 {
            *all.entry(of_one[0].0.to_owned()).or_default() += count;
        }
    }
    Ok(all)
}

enum Standing {
    /// A service principal.
    Machine,
    /// One of the organisation's own.
    Own,
    Outsider,
    /// No domain is declared to tell.
    Untold,
}

/// The gravest of the places in which somebody has access.
fn place<'r>(evidence: &Evidence<'_>, resident: &'r Resident) -> &'r str {
    let in_production = resident.scopes.iter().find(|scope| evidence.environment(scope) == Some("production"));
    in_production.or_else(|| resident.scopes.iter().next()).map_or(ACCOUNT, String::as_str)
}

fn standing(evidence: &Evidence<'_>, resident: &Resident, is_guest: bool, ground: &Ground<'_>) -> Standing {
    let allowed = ground.allowed.at(evidence.config.environment(place(evidence, resident)));
    match domain(&resident.subject) {
        _ if resident.kind == SubjectKind::ServicePrincipal => Standing::Machine,
        _ if is_guest => Standing::Outsider,
        _ if allowed.is_empty() => Standing::Untold,
        Some(domain) if allowed.any(&domain) => Standing::Own,
        _ => Standing::Outsider,
    }
}

// Of two who had one name in turn the second one's key has an id behind it.
fn domain(subject: &str) -> Option<String> {
    let name = subject.split('#').next().unwrap_or(subject);
    name.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
}

fn of_resident(evidence: &Evidence<'_>, resident: &Resident, ground: &Ground<'_>, standing: &Standing) -> Item {
    let guest = ground.register.get(&resident.subject).copied();
    let (verdict, reason) = match standing {
        _ if !resident.is_resolved => (Verdict::Undetermined, "unresolved_subject"),
        Standing::Untold => (Verdict::Undetermined, "no_domain_declared"),
        _ => judge(evidence, ground, guest, resident.until),
    };
    let scope = place(evidence, resident);
    let count = resident.held_count + ground.goods.get(&resident.subject).copied().unwrap_or_default();
    let [subject, kind, resolved] = resident.parts();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: evidence.in_production(scope, TEST.severity),
        scope: Some(scope.to_owned()),
        actor: resident.created_by.clone(),
        subject: Some(resident.subject.clone()),
        object: Some(ACCOUNT.to_owned()),
        event_ids: resident.event_id.clone().into_iter().collect(),
        subject_kind: Some(resident.kind.as_str()),
        extra: extra(domain(&resident.subject), guest, count, resident.last.as_ref().map(|last| last.time)),
        ..Item::new(item_id(&["outsider", subject, kind, resolved]), resident.until.unwrap_or(evidence.period.end - 1))
    }
}

fn of_recipient(evidence: &Evidence<'_>, recipient: &Recipient, ground: &Ground<'_>) -> Item {
    let guest = ground.register.get(&evidence.name(&recipient.name)).copied();
    let (verdict, reason) = judge(evidence, ground, guest, recipient.until);
    let count = ground.goods.get(&recipient.name).copied().unwrap_or_default();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(ACCOUNT.to_owned()),
        actor: recipient.made_by.clone(),
        subject: Some(recipient.name.clone()),
        object: Some("recipient".to_owned()),
        event_ids: vec![recipient.event_id.clone()],
        extra: extra(None, guest, count, None),
        ..Item::new(
            item_id(&["outsider", "recipient", &recipient.name]),
            recipient.until.unwrap_or(evidence.period.end - 1),
        )
    }
}

fn extra(domain: Option<String>, guest: Option<&Guest>, count: usize, last: Option<i64>) -> Vec<Cell> {
    vec![
        Cell::Text(domain),
        Cell::Text(guest.map(|row| row.sponsor.clone())),
        Cell::Instant(guest.map(|row| row.expires)),
        Cell::count(count),
        Cell::Instant(last),
    ]
}

fn judge(
    evidence: &Evidence<'_>,
    ground: &Ground<'_>,
    guest: Option<&Guest>,
    until: Option<i64>,
) -> (Verdict, &'static str) {
    match guest {
        None if !ground.is_supplied => (Verdict::Undetermined, "not_supplied"),
        None => (Verdict::Exception, "unregistered"),
        Some(row) if evidence.name(&row.sponsor) == evidence.name(&row.principal) => {
            (Verdict::Exception, "own_sponsor")
        }
        // Both ends are the first instant after: equal ones leave no time without a sponsor.
        Some(row) if row.expires < until.unwrap_or(evidence.period.end) => (Verdict::Exception, "expired"),
        Some(_) => (Verdict::Pass, "registered"),
    }
}
