//! Kernel terms as sentences.

use chrono::{DateTime, SecondsFormat};

use super::Ask;
use crate::correlate::acts::Act;
use crate::correlate::cases::Key;
use crate::correlate::door::ActorClass;
use crate::correlate::kernel::{Candidate, Case, Evidence, Fate, Held, Seen};
use crate::report::format::{duration, instant};

/// An instant as RFC 3339; empty = beyond what a calendar holds.
pub(super) fn moment(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .filter(|time| (0..=9_999).contains(&chrono::Datelike::year(time)))
        .map_or_else(String::new, |t| t.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// An instant as a sentence has it.
pub(super) fn at(micros: i64) -> String {
    instant(&moment(micros))
}

/// A length of time as a sentence has it.
pub(super) fn length(micros: i64) -> String {
    match micros.abs() {
        0..1_000_000 => format!("{} ms", micros.abs() / 1_000),
        long => duration(long / 1_000_000),
    }
}

pub(super) const fn held(held: Held) -> &'static str {
    match held {
        Held::Unknown => "not known",
        Held::Yes => "held",
        Held::No => "not held",
        Held::Suspended => "held, but out of force",
    }
}

pub(super) const fn class(class: ActorClass) -> &'static str {
    match class {
        ActorClass::ScimConnector => "the provisioning connector",
        ActorClass::ConnectorElsewhere => "the connector's principal, by another program or from another address",
        ActorClass::Automatic => "automatic creation by the platform",
        ActorClass::TerraformSp => "a configured pipeline",
        ActorClass::OtherSp => "another service principal",
        ActorClass::HumanAdmin => "a person, by hand",
        ActorClass::DatabricksInternal => "the platform itself",
        ActorClass::Unknown => "the record does not say enough to tell",
    }
}

/// What an item is about: a group's own creation or deletion is about the group.
pub(super) fn object(key: &Key) -> &str {
    if key.is_group { key.subject.label() } else { key.entitlement.name() }
}

impl Ask<'_> {
    /// An act in a few words: what, when, and its event.
    pub(super) fn act(&self, row: usize) -> String {
        let act = self.acts().at(row);
        format!("{} of {} ({})", act.verb.as_str(), at(act.time), act.event_id)
    }

    /// Who acted, resolved.
    pub(super) fn actor(&self, act: &Act<'_>) -> Option<String> {
        act.actor.map(|actor| self.correlation.ground.identities.canonical(actor))
    }

    /// What became of a candidate.
    pub(super) fn fate_in_words(&self, case: &Case, of: &Candidate) -> String {
        let effect = |e: usize| self.act(case.effects[e].row);
        let push = if let Evidence::Push(p) = of.evidence { Some(&case.pushes[p]) } else { None };
        match of.fate {
            Fate::Chosen => match push {
                None => "chosen: the verdict rests on it".to_owned(),
                Some(push) if push.succeeded => "chosen: it carried the change".to_owned(),
                Some(_) => "it belongs to the chosen decision, but it failed".to_owned(),
            },
            Fate::OtherDirection => "of the other direction".to_owned(),
            Fate::AuthorisesNothing => "authorises nothing by itself".to_owned(),
            Fate::Failed => "the push failed".to_owned(),
            Fate::NamesNobody => "names the group and not this subject".to_owned(),
            Fate::NotByConnector => "not known to be the connector's".to_owned(),
            Fate::TooEarly(by) => format!("too early: {} before the window opens", length(by)),
            Fate::TooLate(by) => format!("too late: {} after the window closes", length(by)),
            Fate::ReversedBy(d) => format!("taken back before the effect by {}", self.act(case.decisions[d].row)),
            Fate::Lapsed => "taken back before the effect, while another assignment was left".to_owned(),
            Fate::UsedBy(e) => format!("used already by {}", effect(e)),
            Fate::UndoneBy(Some(e)) => format!("what it brought about was undone by {}", effect(e)),
            Fate::UndoneBy(None) => "a listing saw what it brought about undone".to_owned(),
            Fate::DeletedBy(end) => format!("what it brought about was deleted by {}", self.act(case.endings[end].row)),
            Fate::CameWith(end) => format!("the effect came by itself with {}", self.act(case.endings[end].row)),
            Fate::Weaker => "a stronger one was chosen".to_owned(),
            Fate::Farther => "as strong, but another is nearer or leaves more effects their own".to_owned(),
            Fate::NotNeeded => "could have been, but the verdict does not rest on it".to_owned(),
        }
    }
}

/// What became of a candidate, in one word.
pub(super) const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Chosen => "chosen",
        Fate::OtherDirection => "other_direction",
        Fate::AuthorisesNothing => "authorises_nothing",
        Fate::Failed => "failed",
        Fate::NamesNobody => "names_nobody",
        Fate::NotByConnector => "not_by_connector",
        Fate::TooEarly(_) => "too_early",
        Fate::TooLate(_) => "too_late",
        Fate::ReversedBy(_) => "reversed",
        Fate::Lapsed => "lapsed",
        Fate::UsedBy(_) => "used",
        Fate::UndoneBy(_) | Fate::DeletedBy(_) => "undone",
        Fate::CameWith(_) => "came_with",
        Fate::Weaker => "weaker",
        Fate::Farther => "farther",
        Fate::NotNeeded => "not_needed",
    }
}

/// What became of an effect that was considered for a decision: in one word, and in several.
pub(super) const fn seen(seen: Seen) -> (&'static str, &'static str) {
    match seen {
        Seen::CarriedOut => ("carried_out", "carried the decision out"),
        Seen::OtherDirection => ("other_direction", "did the opposite"),
        Seen::AfterReversal => ("after_reversal", "came when the decision had been taken back"),
        Seen::UndoneBefore => ("undone_before", "stood before the decision and was undone by then"),
        Seen::Redundant => ("redundant", "changed nothing: it was so already"),
        Seen::Another => ("another", "is of the same kind, but another came first or reaches farther"),
    }
}
