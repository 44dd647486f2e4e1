//! Who holds which privilege on what, replayed from grants and revocations: pure, and only as complete as the records are.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::deeds::Deed;
use super::privileges::privilege;
use crate::change::Direction;

/// One holding of one privilege on one securable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding<'d> {
    pub(super) subject: &'d str,
    pub(super) securable: &'d str,
    /// `None` = the record does not say which.
    pub(super) privilege: Option<&'d str>,
    /// The grant; `None` = only the revocation is on record, so that it was held before the first one.
    pub(super) grant: Option<&'d Deed>,
    /// The revocation; `None` = none is on record.
    pub(super) revoke: Option<&'d Deed>,
    /// Holdings of the same by the same have one number.
    number: usize,
}

impl Holding<'_> {
    /// True when it was held at the instant, as far as the records show.
    pub(super) fn holds_at(&self, instant: i64) -> bool {
        self.grant.is_none_or(|grant| grant.time <= instant) && self.revoke.is_none_or(|revoke| instant < revoke.time)
    }
}

/// Whose, and which privilege: its number, as it is compared.
type Key<'d> = (&'d str, Option<usize>);

/// The holdings of one securable: their number, and those that are open.
type OfSecurable<'d> = HashMap<Key<'d>, (usize, Vec<usize>), FixedState>;

/// Privileges by number.
#[derive(Default)]
struct Words<'d> {
    all: Vec<String>,
    numbers: HashMap<&'d str, usize, FixedState>,
}

impl<'d> Words<'d> {
    fn number(&mut self, word: &'d str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let word_as_compared = privilege(word);
        let number = self.all.iter().position(|known| *known == word_as_compared).unwrap_or(self.all.len());
        if number == self.all.len() {
            self.all.push(word_as_compared);
        }
        self.numbers.insert(word, number);
        number
    }
}

/// Every holding that the changes show, in their order. They must be ordered by time; what failed is passed over.
///
/// A grant of what is held already is a holding beside the first one, and both end together: each grant has an end of its own to be
/// looked up. A revocation that names no privilege, or all of them, ends all that the subject holds on the securable; one that names no
/// subject ends all that anybody does.
pub(super) fn holdings<'d>(deeds: impl Iterator<Item = &'d Deed>) -> Vec<Holding<'d>> {
    let mut all: Vec<Holding<'d>> = Vec::new();
    let mut known: HashMap<String, OfSecurable<'d>, FixedState> = HashMap::default();
    let (mut words, mut count) = (Words::default(), 0);
    let mut numbered = || {
        count += 1;
        (count, Vec::new())
    };
    for deed in deeds.filter(|deed| deed.succeeded() && deed.plane == "effect") {
        let Some(securable) = deed.securable.as_deref() else { continue };
        let on_it = known.entry(securable.to_lowercase()).or_default();
        let word = deed.privilege.as_deref().map(|word| words.number(word));
        match (deed.direction, deed.subject.as_deref()) {
            (Direction::Grant, Some(subject)) => {
                let (number, open) = on_it.entry((subject, word)).or_insert_with(&mut numbered);
                open.push(all.len());
                let (privilege, number) = (deed.privilege.as_deref(), *number);
                all.push(Holding { subject, securable, privilege, grant: Some(deed), revoke: None, number });
            }
            (Direction::Revoke, subject) => {
                let takes_all = word.is_none_or(|word| words.all[word] == "ALL PRIVILEGES");
                let is_ended = |(whose, which): &Key<'_>| {
                    subject.is_none_or(|subject| subject == *whose) && (takes_all || *which == word)
                };
                let rows: Vec<usize> = match subject.filter(|_| !takes_all) {
                    Some(subject) => {
                        on_it.get_mut(&(subject, word)).map(|(_, open)| std::mem::take(open)).unwrap_or_default()
                    }
                    None => {
                        let ended = on_it.iter_mut().filter(|(key, _)| is_ended(key));
                        ended.flat_map(|(_, (_, open))| std::mem::take(open)).collect()
                    }
                };
                let Some(subject) = subject.filter(|_| rows.is_empty() && deed.privilege.is_some()) else {
                    for row in rows {
                        all[row].revoke = Some(deed);
                    }
                    continue;
                };
                let (number, _) = on_it.entry((subject, word)).or_insert_with(&mut numbered);
                let (privilege, number) = (deed.privilege.as_deref(), *number);
                all.push(Holding { subject, securable, privilege, grant: None, revoke: Some(deed), number });
            }
            _ => {}
        }
    }
    all
}

/// How many different holdings stood at an instant.
pub(super) fn count_at(all: &[Holding<'_>], instant: i64, chosen: impl Fn(&Holding<'_>) -> bool + Sync) -> usize {
    let held = all.par_iter().filter(|holding| holding.holds_at(instant) && chosen(holding));
    let mut numbers: Vec<usize> = held.map(|holding| holding.number).collect();
    numbers.par_sort_unstable();
    numbers.dedup();
    numbers.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::deeds::Done;
    use crate::change::{SubjectKind, Verb};
    use crate::correlate::door::ActorClass;

    fn deed(time: i64, direction: Direction, subject: &str, word: Option<&str>) -> Deed {
        Deed::new(Done {
            id: format!("{time}-0"),
            event_id: time.to_string(),
            event_type: String::new(),
            time,
            source: String::new(),
            plane: "effect".to_owned(),
            verb: Verb::PrivGrant,
            direction,
            subject: Some(subject.to_owned()).filter(|s| !s.is_empty()),
            is_resolved: true,
            subject_kind: SubjectKind::User,
            entitlement: None,
            entitlement_id: None,
            privilege: word.map(str::to_owned),
            securable: Some("table:Main.a".to_owned()),
            scope: String::new(),
            actor: None,
            class: ActorClass::Unknown,
            channel: None,
            app: None,
            outcome: if time == 99 { "failure" } else { "success" }.to_owned(),
            may_be_older: false,
            request_id: None,
        })
    }

    fn spans(deeds: &[Deed]) -> Vec<String> {
        let at = |deed: Option<&Deed>| deed.map_or("?".to_owned(), |d| d.time.to_string());
        let written = |h: &Holding<'_>| format!("{} {}..{}", h.subject, at(h.grant), at(h.revoke));
        holdings(deeds.iter()).iter().map(written).collect()
    }

    #[test]
    fn grants_end_with_the_revocation_that_means_them() {
        use Direction::{Grant, Revoke};
        let all = [
            deed(1, Grant, "a", Some("SELECT")),
            deed(2, Grant, "a", Some("select")),
            deed(3, Grant, "a", Some("MODIFY")),
            deed(4, Grant, "b", Some("SELECT")),
            deed(5, Revoke, "a", Some("SELECT")),
            deed(6, Revoke, "c", Some("SELECT")),
            deed(7, Revoke, "b", Some("ALL_PRIVILEGES")),
            deed(99, Revoke, "a", Some("MODIFY")),
        ];
        assert_eq!(spans(&all), ["a 1..5", "a 2..5", "a 3..?", "b 4..7", "c ?..6"]);
        let found = holdings(all.iter());
        assert_eq!([0, 2, 4, 5, 6, 7].map(|t| count_at(&found, t, |_| true)), [1, 2, 4, 3, 2, 1]);
    }

    #[test]
    fn what_two_records_say_of_one_holding_is_counted_once() {
        use Direction::{Grant, Revoke};
        let word = Some("SELECT");
        let all = [deed(1, Grant, "a", word), deed(3, Revoke, "a", word), deed(5, Revoke, "a", word)];
        assert_eq!(spans(&all), ["a 1..3", "a ?..5"]);
        let found = holdings(all.iter());
        assert_eq!([2, 4, 5].map(|t| count_at(&found, t, |_| true)), [1, 1, 0]);
    }

    #[test]
    fn a_revocation_may_mean_everybody() {
        use Direction::{Grant, Revoke};
        let all = [deed(1, Grant, "a", Some("SELECT")), deed(2, Grant, "b", None), deed(3, Revoke, "", None)];
        assert_eq!(spans(&all), ["a 1..3", "b 2..3"]);
    }
}
