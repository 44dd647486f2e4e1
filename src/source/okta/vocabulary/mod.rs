//! What each event type of the System Log means. Types are an open set: one that is not here is kept as unmapped.

mod authority;
mod families;
mod others;
mod remainder;
mod transport;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::change::SubjectKind;
use crate::change::Verb;
use crate::event::Plane;

pub(super) use transport::is_failure_only;

/// What an event type says about access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing that is an access change.
    None,
    /// A person's account in the directory.
    User(Verb),
    /// A group of the directory.
    Group(Verb),
    /// A person in a group.
    Member(Verb),
    /// A person assigned to an application.
    App(Verb),
    /// A group assigned to an application, or pushed to it.
    GroupApp(Verb),
    /// A person's account in the application, as pushed.
    PushedUser(Verb),
    /// A group in the application, as pushed.
    PushedGroup(Verb),
    /// A group in the application that follows its renamed source.
    MappedGroup(Verb),
    /// A person in a group of the application, as pushed.
    PushedMember(Verb),
    /// All administrator roles that somebody has from now on.
    Roles(SubjectKind),
    /// Somebody has no administrator role any more.
    NoRoles(SubjectKind),
    /// Custom administrator roles bound to somebody, or unbound.
    Binding(Verb),
}

type Row = (Plane, Act, &'static [&'static str]);

type Index = HashMap<Cow<'static, str>, (Plane, Act)>;

static INDEX: LazyLock<Index> = LazyLock::new(|| entries().collect());

fn rows() -> impl Iterator<Item = &'static Row> {
    [authority::AUTHORITY, transport::TRANSPORT, others::OTHERS].into_iter().flatten()
}

fn entries() -> impl Iterator<Item = (Cow<'static, str>, (Plane, Act))> {
    let spelled =
        rows().flat_map(|(plane, act, types)| types.iter().map(|name| (Cow::Borrowed(*name), (*plane, *act))));
    let families = families::FAMILIES.iter().chain(remainder::REMAINDER);
    let tailed = families.flat_map(|(plane, rows)| rows.iter().map(move |row| (*plane, *row)));
    spelled.chain(tailed.flat_map(|(plane, (head, tails))| {
        tails.split_ascii_whitespace().map(move |tail| (Cow::Owned(format!("{head}.{tail}")), (plane, Act::None)))
    }))
}

/// Plane and act of an event type; `None` = not in the vocabulary.
pub(super) fn meaning(event_type: &str) -> Option<(Plane, Act)> {
    INDEX.get(event_type).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_type_stands_twice() {
        let mut names: Vec<_> = entries().map(|(name, _)| name).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
        assert!(names.len() > 1270, "{}", names.len());
    }

    #[test]
    fn types_that_only_failures_have_are_pushes() {
        let failing: Vec<_> = entries().filter(|(name, _)| is_failure_only(name)).collect();
        assert!(failing.len() >= 10);
        assert!(failing.iter().all(|(_, (plane, _))| *plane == Plane::Transport), "{failing:?}");
        assert_eq!(
            meaning("application.provision.user.push"),
            Some((Plane::Transport, Act::PushedUser(Verb::UserCreate)))
        );
        assert_eq!(meaning("pam.gateway.setup_token.create"), Some((Plane::Other, Act::None)));
        assert_eq!(meaning("pam.gateway"), None);
    }

    #[test]
    fn changes_come_from_authority_and_transport_only() {
        for (plane, act, types) in rows() {
            let pushed = matches!(act, Act::PushedUser(_) | Act::PushedGroup(_) | Act::PushedMember(_));
            match act {
                Act::None => {}
                _ if pushed => assert_eq!(*plane, Plane::Transport, "{types:?}"),
                _ => assert_eq!(*plane, Plane::Authority, "{types:?}"),
            }
        }
    }
}
