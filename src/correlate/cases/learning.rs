//! First pass over the changes: who is who. What many changes say of a principal is looked at once.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::super::acts::{Act, Row, Said};
use super::builder::Rules;
use super::ground::{ADMINS, WORKSPACE_ADMIN, sighting};
use super::manner::each;
use crate::change::{SubjectKind, Verb};
use crate::identity::{Identities, Learner, Sighting};

/// What the manner of a change lets it tell about a principal.
#[derive(Debug, Clone, Copy)]
struct Lesson {
    /// The name in the application is one in Databricks.
    has_alias: bool,
    has_external_id: bool,
    ends: bool,
    is_pushed: Pushed,
    group: Group,
    is_about_group: bool,
    /// Number of the scope.
    scope: u32,
}

/// Whether a record pushes to Databricks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pushed {
    Is(bool),
    /// It does where its entitlement is Databricks.
    WhereNamed,
}

/// The group that a change names beside its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    None,
    Entitlement,
    /// The administrators, where the role comes by membership.
    Admins,
}

/// What each principal is called, by number, in the few ways in which it is told.
type Told = HashMap<(u32, u8, u32), Option<u32>, RandomState>;

/// Learns who is who; `first` is the number of the first row.
pub(super) fn learn(identities: &mut Identities, said: &Said, rows: &[Row], rules: &Rules, first: usize) {
    let mut scopes: HashMap<&str, u32> = HashMap::new();
    let lessons: Vec<Option<Lesson>> = each(said)
        .map(|act| {
            let next = u32::try_from(scopes.len()).unwrap_or(u32::MAX);
            lesson(&act, rules, *scopes.entry(act.scope).or_insert(next))
        })
        .collect();
    let class = Class { said, rows, rules, lessons, first };
    let (people, groups) = identities.learners();
    rayon::join(|| class.people(people), || class.groups(groups));
}

/// The changes to learn from.
struct Class<'c> {
    said: &'c Said,
    rows: &'c [Row],
    rules: &'c Rules,
    /// By manner.
    lessons: Vec<Option<Lesson>>,
    first: usize,
}

impl Class<'_> {
    /// The rows that tell anything, with their numbers, and whether each pushes to Databricks.
    fn told(&self) -> impl Iterator<Item = (usize, &Row, &Lesson, bool)> {
        self.rows.iter().enumerate().filter_map(|(at, row)| {
            let lesson = self.lessons[row.manner as usize].as_ref()?;
            let is_pushed = match lesson.is_pushed {
                Pushed::Is(is_pushed) => is_pushed,
                Pushed::WhereNamed => self.rules.is_databricks(&self.said.act(row)),
            };
            Some((self.first + at, row, lesson, is_pushed))
        })
    }

    fn people(&self, mut learner: Learner<'_>) {
        // Most are told of in one way.
        let mut usual: Vec<Option<(u8, Option<u32>)>> = vec![None; self.said.subjects.len()];
        let mut others = Told::default();
        for (record, row, lesson, is_pushed) in self.told().filter(|(_, _, lesson, _)| !lesson.is_about_group) {
            let way = lesson.way(is_pushed);
            let mut number = || learner.number(&self.subject(row, lesson, is_pushed));
            let told = match &mut usual[row.subject as usize] {
                Some((usual, number)) if *usual == way => *number,
                Some(_) => *others.entry((row.subject, way, lesson.scope)).or_insert_with(number),
                usual => usual.insert((way, number())).1,
            };
            told.into_iter().for_each(|number| learner.learn(number, row.time, record));
        }
    }

    fn groups(&self, mut learner: Learner<'_>) {
        let (mut subjects, mut granted) = (Told::default(), Told::default());
        for (record, row, lesson, is_pushed) in self.told() {
            if lesson.is_about_group {
                let number = || learner.number(&self.subject(row, lesson, is_pushed));
                let told = *subjects.entry((row.subject, lesson.way(is_pushed), lesson.scope)).or_insert_with(number);
                told.into_iter().for_each(|number| learner.learn(number, row.time, record));
            }
            if lesson.group == Group::None {
                continue;
            }
            let way = u8::from(is_pushed) | u8::from(lesson.group == Group::Admins) << 1;
            let told = *granted.entry((row.entitlement, way, lesson.scope)).or_insert_with(|| {
                let act = self.said.act(row);
                let name = group_of(&act)?;
                let group = Sighting::new(act.source, SubjectKind::Group, act.time);
                learner.number(&Sighting { scope: act.scope, name, id: act.entitlement_id, is_pushed, ..group })
            });
            told.into_iter().for_each(|number| learner.learn(number, row.time, record));
        }
    }

    /// The subject of a row, with what that lets it tell.
    fn subject(&self, row: &Row, lesson: &Lesson, is_pushed: bool) -> Sighting<'_> {
        let act = self.said.act(row);
        let (alias, external_id) = (act.subject_alias, act.subject_external_id);
        Sighting {
            alias: alias.filter(|_| lesson.has_alias),
            external_id: external_id.filter(|_| lesson.has_external_id),
            ends: lesson.ends,
            is_pushed,
            ..sighting(&act)
        }
    }
}

impl Lesson {
    fn way(&self, is_pushed: bool) -> u8 {
        [self.has_alias, self.has_external_id, self.ends, is_pushed]
            .into_iter()
            .fold(0, |way, flag| way << 1 | u8::from(flag))
    }
}

// A cloud provider's users are others than those of the identity provider, whatever they are called.
fn lesson(act: &Act<'_>, rules: &Rules, scope: u32) -> Option<Lesson> {
    // An account that was refused is nobody's.
    let is_refused = act.plane == "effect" && act.outcome == "failure" && act.verb == Verb::UserCreate;
    // The name and the id in another application say nothing about Databricks.
    let is_databricks = act.app.map(|app| rules.names_databricks(app));
    let is_label = act.subject_kind == "service_principal";
    let is_mapping = matches!(act.verb, Verb::PushCreate | Verb::PushRemove | Verb::AppAssign | Verb::AppUnassign);
    let may_be_pushed = (act.plane == "transport" || is_mapping) && is_databricks != Some(false);
    let is_pushed = match may_be_pushed {
        true if is_mapping && act.app.is_none() => Pushed::WhereNamed,
        true => Pushed::Is(rules.is_databricks(act)),
        false => Pushed::Is(false),
    };
    let group = match act.verb {
        Verb::MemberAdd | Verb::MemberRemove => Group::Entitlement,
        Verb::AdminGrant | Verb::AdminRevoke => Group::Admins,
        _ => Group::None,
    };
    (act.plane != "cloud" && !is_refused).then_some(Lesson {
        has_alias: is_databricks.unwrap_or(is_label),
        has_external_id: is_databricks != Some(false),
        ends: matches!(act.verb, Verb::UserDelete | Verb::GroupDelete),
        is_pushed,
        group,
        is_about_group: act.subject_kind == "group",
        scope,
    })
}

/// The name of the group that a membership is of, which may not be said; `None` = it is no membership of a group.
fn group_of<'a>(act: &Act<'a>) -> Option<Option<&'a str>> {
    match act.verb {
        Verb::MemberAdd | Verb::MemberRemove => Some(act.entitlement),
        Verb::AdminGrant | Verb::AdminRevoke if is_by_membership(act) => Some(Some(ADMINS)),
        _ => None,
    }
}

/// Whether the administrator's role comes by membership, so that the id is the group's.
fn is_by_membership(act: &Act<'_>) -> bool {
    let is_own = act.source == crate::source::DATABRICKS && act.entitlement_id.is_some();
    is_own && act.entitlement == Some(WORKSPACE_ADMIN)
}
