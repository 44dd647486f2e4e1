//! From an id to the items that it stands for.

use super::Ask;
use super::model::Brief;
use super::words::{at, moment};
use crate::catalogue::is_vouched;
use crate::change::Verb;
use crate::correlate::acts::Act;
use crate::correlate::cases::Key;
use crate::correlate::kernel::Reason;
use crate::correlate::{Tracing, Vouching};
use crate::error::{Error, Result};
use crate::inventory;

/// An item of either side.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'c> {
    /// A judged effect.
    Vouching(&'c Vouching),
    /// A judged decision.
    Tracing(&'c Tracing),
}

impl<'c> Found<'c> {
    fn id(self) -> &'c str {
        match self {
            Self::Vouching(v) => &v.item_id,
            Self::Tracing(t) => &t.item_id,
        }
    }

    /// Row of what the item is.
    pub(super) const fn row(self) -> usize {
        match self {
            Self::Vouching(v) => v.effect,
            Self::Tracing(t) => t.authority,
        }
    }

    pub(super) fn key(self) -> &'c Key {
        match self {
            Self::Vouching(v) => &v.key,
            Self::Tracing(t) => &t.key,
        }
    }

    pub(super) const fn reason(self) -> Reason {
        match self {
            Self::Vouching(v) => v.reason,
            Self::Tracing(t) => t.reason,
        }
    }

    fn rows(self) -> impl Iterator<Item = usize> {
        let others = match self {
            Self::Vouching(v) => [v.authority, v.transport],
            Self::Tracing(t) => [t.effect, t.transport],
        };
        std::iter::once(self.row()).chain(others.into_iter().flatten())
    }
}

/// What an id leads to.
pub(super) enum Search<'c> {
    /// The items that it stands for.
    Items(Vec<Found<'c>>),
    /// It is the beginning of several items' ids.
    Several(Vec<Found<'c>>),
}

impl<'e> Ask<'e> {
    /// # Errors
    /// [`Error::Input`] when nothing has that id; it says what was searched. [`Error::Usage`] for an empty one.
    pub(super) fn find(&self, id: &str) -> Result<Search<'e>> {
        let id = id.trim();
        if id.is_empty() {
            return Err(Error::Usage("an empty id names no item".to_owned()));
        }
        let has = |act: &Act<'_>| act.event_id == id || act.native_id == Some(id) || act.request_id == Some(id);
        let by_event: Vec<Found<'_>> =
            self.items().filter(|item| item.rows().any(|row| has(&self.acts().at(row)))).collect();
        if !by_event.is_empty() {
            return Ok(Search::Items(by_event));
        }
        let folded = id.to_lowercase();
        let by_prefix: Vec<Found<'_>> = self.items().filter(|item| item.id().starts_with(&folded)).collect();
        match by_prefix.len() {
            0 => Err(self.not_found(id)?),
            1 => Ok(Search::Items(by_prefix)),
            _ => Ok(Search::Several(by_prefix)),
        }
    }

    fn items(&self) -> impl Iterator<Item = Found<'e>> {
        let judged = &self.correlation.judged;
        judged.vouching.iter().map(Found::Vouching).chain(judged.tracing.iter().map(Found::Tracing))
    }

    fn not_found(&self, id: &str) -> Result<Error> {
        let judged = &self.correlation.judged;
        let events = inventory::records_named(self.lake, id)?;
        let what = match events.values().next() {
            Some(event) => format!(
                "`{id}` is an event of the lake ({} {} of {}, {}), but no item of vouching or tracing rests on it",
                event.source,
                event.event_type,
                at(event.event_time),
                event.outcome
            ),
            None => format!(
                "nothing has the id `{id}`: searched the item ids of {} vouched effects and {} traced decisions, and the event, \
                 native and request ids of the lake",
                judged.vouching.len(),
                judged.tracing.len()
            ),
        };
        Ok(Error::Input(what))
    }

    pub(super) fn brief(&self, item: Found<'_>) -> Brief {
        let act = self.acts().at(item.row());
        Brief {
            item_id: item.id().to_owned(),
            side: if matches!(item, Found::Vouching(_)) { "vouching" } else { "tracing" },
            time: moment(act.time),
            verb: act.verb.as_str(),
            subject: item.key().subject.label().to_owned(),
            entitlement: item.key().entitlement.name().to_owned(),
            verdict: item.reason().verdict().as_str(),
            reason: item.reason().as_str(),
        }
    }

    /// The test that has the item; other tests may judge the same change under the same id.
    pub(super) fn test_of(&self, item: Found<'_>) -> Option<&'static str> {
        let act = self.acts().at(item.row());
        let test = match (item, act.verb) {
            (Found::Vouching(_), verb) => is_vouched(verb).then_some("VCH-01"),
            (_, Verb::AppAssign | Verb::UserActivate | Verb::MemberAdd) => Some("TRC-01"),
            (_, Verb::AppUnassign | Verb::MemberRemove | Verb::AdminRevoke) => Some("TRC-02"),
            _ => None,
        };
        test.filter(|_| self.period.contains(act.time))
    }

    /// The item of an effect or of a decision, by its row; a row is an item of one side only.
    pub(super) fn item_at(&self, row: usize) -> Option<Brief> {
        let judged = &self.correlation.judged;
        let effects = &judged.vouching[judged.vouching.partition_point(|v| v.effect < row)..];
        let decisions = &judged.tracing[judged.tracing.partition_point(|t| t.authority < row)..];
        let effect = effects.first().filter(|v| v.effect == row).map(Found::Vouching);
        let decision = decisions.first().filter(|t| t.authority == row).map(Found::Tracing);
        effect.or(decision).map(|item| self.brief(item))
    }
}
