//! PRV-03: access is given to groups, not people.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::deeds::{Deed, deeds};
use super::holdings::{Holding, count_at, holdings};
use super::privileges::{Callers, Kinds, LeftOut, cut_off, fits, is_from_a_first_list, name, object, of_deed};
use super::records::held;
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::{SubjectKind, Verb};
use crate::config::{ByEnvironment, Choices, Patterns};
use crate::coverage::Log;
use crate::error::Result;
use crate::event::{EVENT_TYPE, EVENTS, REQUEST_ID};
use crate::frame::{each, scan, texts};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-03",
    version: "3",
    severity: Severity::Medium,
    needs: &[need::E],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "allow",
            default: "[]",
            doc: "grants to people that are allowed: selects of actor, subject, object, privilege, scope (globs, all given must hold)",
        },
        Parameter {
            name: "personal",
            default: r#"["*.{user}", "/Users/{user}/**"]"#,
            doc: "securables that are a person's own: globs in which `{user}` stands for the login, or for its part before the `@`",
        },
        Parameter {
            name: "temporary",
            default: "7d",
            doc: "a grant that is revoked within this time is temporary, and passes",
        },
    ],
    words: &[
        pass("allowed", "the grant is on the list of allowed ones"),
        pass("personal", "the securable is the person's own schema or folder"),
        pass("temporary", "revoked again within the time that a temporary grant may last"),
        exception("direct_grant", "given to a person, not to a group"),
        undetermined("content_not_stated", "the record does not say which privilege, or whether it was a grant"),
        undetermined(
            "no_opening_state",
            "the first list of an object at hand names the person, who may have been on it before",
        ),
        shared::COVERAGE_GAP,
        shared::WINDOW_OPEN,
        shared::UNRESOLVED_SUBJECT,
        shared::PLATFORM_INTERNAL,
    ],
    columns: &[
        Column::optional("privilege", Kind::Text, "The privilege or permission. null = the record does not say."),
        Column::optional("securable", Kind::Text, "On what, as `type:name`. null = the record does not say."),
        Column::optional("granted_by", Kind::Text, "Who granted it. null = the record does not say."),
        Column::optional("still_in_force", Kind::Flag, "True = no revocation is on record by cut-off."),
        Column::optional("age_days", Kind::Real, "How long it stood: to its revocation, else to cut-off."),
    ],
    about: About {
        title: "Access is given to groups, not people",
        objective: "To find access that is tied to a person and outlives the person's role.",
        population: "Every grant of a privilege on a securable, or of a permission on an object, to a person; also to a principal of whom it is not known what it is.",
        item_noun: "direct grants",
        procedure: &[
            "A grant to a person is an exception unless a list allows it, the securable is the person's own, or it was revoked within the time of a temporary grant.",
            "A grant that is not revoked yet, and whose time is not over at cut-off, stays undetermined.",
            "The owner's permission that Databricks writes with a run or a creation is listed apart.",
            "The stock of direct grants at the start and the end of the period is printed as the records show it.",
        ],
        false_positives: &[
            "A platform feature that can only be granted to people: put it on the list of allowed grants.",
            "A permission that was set again without a change is a grant all the same.",
        ],
        limits: &[
            "This test does not show grants from before the first record, unless they were revoked since.",
            "It does not show that a securable was deleted, which ends its grants.",
        ],
        references: &["NIST SP 800-53 r5 AC-3(7)", "PCI DSS 7.2.2"],
        deviation: "At {at} {actor} gave {subject} access to {object} directly",
        undecided: "The grant on {object} to {subject} by {actor} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let all = deeds(evidence, &[Verb::PrivGrant, Verb::PrivRevoke, Verb::AclChange])?;
    let kinds = Kinds::of(evidence);
    let (held, (made, (chosen, left_out))) =
        rayon::join(|| holdings(all.iter()), || (requests_that_make(evidence, &all), chosen(evidence, &all, &kinds)));
    let court = Court::new(evidence, &held, made?)?;
    let is_of_user = |h: &Holding<'_>| h.grant.or(h.revoke).is_some_and(|deed| kinds.kind(deed) == SubjectKind::User);
    let stock = |instant| count_at(&held, instant, is_of_user).to_string();
    Ok(Judged {
        items: chosen.into_par_iter().map(|(deed, kind)| court.item(deed, kind)).collect(),
        exclusions: left_out.exclusions(),
        figures: vec![
            (
                "direct grants at the start of the period, as far as records show".to_owned(),
                stock(evidence.period.start),
            ),
            ("direct grants at the end of the period, as far as records show".to_owned(), stock(evidence.period.end)),
        ],
        cut_off: Some(court.cut_off),
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

/// The changes that are items, each with what its subject is, and what is left out.
fn chosen<'d>(evidence: &Evidence<'_>, all: &'d [Deed], kinds: &Kinds<'_>) -> (Vec<(&'d Deed, SubjectKind)>, LeftOut) {
    let (mut chosen, mut left_out) = (Vec::new(), LeftOut::default());
    for deed in all {
        if !left_out.lets(evidence, deed) {
            continue;
        }
        match kinds.kind(deed) {
            _ if is_to_recipient(deed) => left_out.add("grants on shares to their recipients (PRV-04)"),
            SubjectKind::Group => left_out.add("grants to groups"),
            SubjectKind::ServicePrincipal => left_out.add("grants to service principals (PRV-06)"),
            kind => chosen.push((deed, kind)),
        }
    }
    (chosen, left_out)
}

// Shares are granted to recipients, who are no users; what looks like one is not left out.
fn is_to_recipient(deed: &Deed) -> bool {
    let is_user = deed.subject.as_deref().is_some_and(|subject| subject.contains('@'));
    deed.event_type.eq_ignore_ascii_case("unityCatalog.updateSharePermissions") && !is_user
}

struct Rule {
    allow: Choices,
    personal: Vec<String>,
    /// In microseconds.
    temporary: i64,
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    rules: ByEnvironment<Rule>,
    cut_off: i64,
    callers: Callers,
    /// The revocation of each grant, by the id of the grant.
    revoked: HashMap<&'c str, &'c Deed, FixedState>,
    made: HashSet<String, FixedState>,
}

impl<'c, 'e> Court<'c, 'e> {
    fn new(evidence: &'c Evidence<'e>, held: &[Holding<'c>], made: HashSet<String, FixedState>) -> Result<Self> {
        let rules = ByEnvironment::new(evidence.config, |here| {
            Ok(Rule {
                allow: here.choices(TEST.id, "allow")?,
                personal: here.texts(TEST.id, "personal")?,
                temporary: here.span(TEST.id, "temporary")?.micros(),
            })
        })?;
        let longest = rules.all().map(|rule| rule.temporary).into_iter().max().unwrap_or_default();
        Ok(Self {
            evidence,
            rules,
            cut_off: cut_off(evidence, longest),
            callers: Callers::read(evidence)?,
            revoked: held.iter().filter_map(|h| Some((h.grant?.id.as_str(), h.revoke?))).collect(),
            made,
        })
    }

    fn item(&self, deed: &Deed, kind: SubjectKind) -> Item {
        let revoke = self.revoked.get(deed.id.as_str()).filter(|revoke| revoke.time < self.cut_off);
        let (word, hole) = self.judge(deed, kind, revoke.copied());
        let mut base = of_deed(&TEST, deed);
        base.event_ids.extend(revoke.map(|revoke| revoke.event_id.clone()));
        let end = revoke.map_or(self.cut_off, |revoke| revoke.time);
        Item {
            verdict: TEST.word(word).map_or(base.verdict, |w| w.verdict),
            reason: word.to_owned(),
            severity: self.callers.severity(self.evidence, deed, TEST.severity),
            subject_kind: Some(kind.as_str()),
            object: object(deed),
            hole_id: hole,
            extra: vec![
                Cell::Text(deed.privilege.clone()),
                Cell::Text(deed.securable.clone()),
                Cell::Text(deed.actor.clone()),
                Cell::Flag(Some(revoke.is_none())),
                Cell::days(Some(end - deed.time)),
            ],
            ..base
        }
    }

    fn judge(&self, deed: &Deed, kind: SubjectKind, revoke: Option<&Deed>) -> (&'static str, Option<String>) {
        if deed.request_id.as_ref().is_some_and(|id| self.made.contains(id)) && is_owner(deed) {
            return ("platform_internal", None);
        }
        let rule = self.rules.at(self.callers.environment(self.evidence, deed));
        if fits(&rule.allow, deed) {
            return ("allowed", None);
        }
        if !deed.is_resolved || kind == SubjectKind::Unknown {
            return ("unresolved_subject", None);
        }
        if deed.privilege.is_none() {
            return ("content_not_stated", None);
        }
        if is_personal(&self.evidence.views.patterns, rule, deed) {
            return ("personal", None);
        }
        let limit = deed.time.saturating_add(rule.temporary);
        match revoke {
            Some(revoke) if revoke.time <= limit => return ("temporary", None),
            None if limit >= self.cut_off => return ("window_open", None),
            _ => {}
        }
        let is_log = |log: &Log| log.source == crate::source::DATABRICKS && log.scope == deed.scope;
        match self.evidence.hole(is_log, deed.time, limit.min(self.cut_off - 1)) {
            Some(hole) => ("coverage_gap", Some(hole)),
            None if is_from_a_first_list(deed) => ("no_opening_state", None),
            None => ("direct_grant", None),
        }
    }
}

fn is_personal(patterns: &Patterns, rule: &Rule, deed: &Deed) -> bool {
    let (Some(user), Some(securable)) = (deed.subject.as_deref(), deed.securable.as_deref()) else { return false };
    let is_own = |pattern: &String, name: &str| is_own(patterns, pattern, user, name);
    rule.personal.iter().any(|pattern| is_own(pattern, name(securable)) || is_own(pattern, securable))
}

/// True when the pattern, with the user put in, means the name. `*` does not reach over the parts of a name: a table called like the
/// person is not the person's schema.
pub(super) fn is_own(patterns: &Patterns, pattern: &str, user: &str, name: &str) -> bool {
    let short = user.split('@').next().unwrap_or(user);
    // However it is spelt, a name that holds the user's holds how that begins; most do not, and are told without a copy of either.
    let first = short.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().as_bytes();
    let holds =
        |name: &[u8]| first.is_empty() || name.windows(first.len()).any(|part| part.eq_ignore_ascii_case(first));
    if pattern.contains("{user}") && name.is_ascii() && !holds(name.as_bytes()) {
        return false;
    }
    let spelt = [user.to_owned(), short.to_owned(), short.replace(|c: char| !c.is_ascii_alphanumeric(), "_")];
    // Most names do not hold the user's at all, and need no pattern made for them.
    let folded = name.to_lowercase();
    let may_be = |user: &&String| !pattern.contains("{user}") || folded.contains(&user.to_lowercase());
    spelt.iter().filter(|user| !user.is_empty()).filter(may_be).any(|user| {
        let pattern = pattern.replace("{user}", &globset::escape(user));
        let is_as_deep = pattern.contains('/') || pattern.matches('.').count() == name.matches('.').count();
        is_as_deep && patterns.fits(&pattern, name)
    })
}

fn is_owner(deed: &Deed) -> bool {
    deed.verb == Verb::AclChange
        && deed.privilege.as_deref().is_some_and(|word| matches!(word.to_uppercase().as_str(), "OWNER" | "IS_OWNER"))
}

// Runs and creations write the owner's permission by themselves, under the same request.
fn requests_that_make(evidence: &Evidence<'_>, all: &[Deed]) -> Result<HashSet<String, FixedState>> {
    let asked: HashSet<&str, FixedState> =
        all.iter().filter(|d| is_owner(d)).filter_map(|d| d.request_id.as_deref()).collect();
    if asked.is_empty() {
        return Ok(HashSet::default());
    }
    let makes = |event_type: &str| {
        let action = event_type.rsplit('.').next().unwrap_or_default().to_lowercase();
        action.starts_with("create") || matches!(action.as_str(), "submitrun" | "runnow" | "runstart")
    };
    let Some(making) = held(evidence, |typed| makes(typed.event_type))? else { return Ok(HashSet::default()) };
    let chosen = scan(evidence.lake, &EVENTS)?
        .filter(making.and(REQUEST_ID.expr().is_not_null()))
        .select([REQUEST_ID.expr(), EVENT_TYPE.expr()]);
    let mut made = HashSet::default();
    // A list of all that are asked for would be made anew for every piece of the lake.
    each(chosen, "read what made objects", |piece| {
        let (requests, types) = (texts(piece, REQUEST_ID)?, texts(piece, EVENT_TYPE)?);
        let pairs = requests.iter().zip(types.iter()).filter_map(|(request, kind)| request.zip(kind));
        let wanted = pairs.filter(|(request, kind)| asked.contains(request) && makes(kind));
        made.extend(wanted.map(|(request, _)| request.to_owned()));
        Ok(())
    })?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_as_deep_as_its_pattern() {
        let (patterns, schema) = (Patterns::default(), "*.{user}");
        for (user, name, is) in [
            ("a@example.com", "main.a", true),
            ("a@example.com", "MAIN.A", true),
            ("a@example.com", "main.sales.a", false),
            ("a@example.com", "main.ab", false),
            ("ann.lee@example.com", "main.ann_lee", true),
            ("*@example.com", "main.sales", false),
            ("d'arcy@example.com", "main.d_arcy", true),
            ("_svc@example.com", "main._svc", true),
            ("ann@example.com", "main.bob", false),
        ] {
            assert_eq!(is_own(&patterns, schema, user, name), is, "{user} {name}");
        }
        let folder = |name: &str| is_own(&patterns, "/Users/{user}/**", "a@example.com", name);
        assert!(folder("/Users/a@example.com/notes/x") && !folder("/Users/b@example.com/x"));
    }
}
