//! What each event type of the System Log means. Types are an open set: one that is not here is kept as unmapped.

mod authority;
mod others;
mod transport;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::change::Verb;
use crate::event::Plane;

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
    /// A person in a group of the application, as pushed.
    PushedMember(Verb),
}

type Row = (Plane, Act, &'static [&'static str]);

static INDEX: LazyLock<HashMap<&'static str, (Plane, Act)>> =
    LazyLock::new(|| rows().flat_map(|(plane, act, types)| types.iter().map(|name| (*name, (*plane, *act)))).collect());

fn rows() -> impl Iterator<Item = &'static Row> {
    [authority::AUTHORITY, transport::TRANSPORT, others::OTHERS].into_iter().flatten()
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
        let count: usize = rows().map(|(_, _, types)| types.len()).sum();
        assert_eq!(INDEX.len(), count);
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
