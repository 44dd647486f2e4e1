//! What the records say of principals, gathered without judgement.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::Sighting;
use super::fold::usable;
use super::texts::{NONE, TextId, Texts};
use crate::change::SubjectKind;

/// An id of one system, by number; [`NONE`] = the record gives none.
pub(super) type AccountId = u32;

/// The system whose ids and names are Databricks' own.
pub(super) const DATABRICKS: u16 = 0;

/// How many sightings are kept together.
const PIECE: usize = 1 << 16;

/// An id of one system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Account {
    /// Which system, as [`Store::systems`] numbers them.
    pub(super) system: u16,
    /// Its id there.
    pub(super) id: TextId,
}

/// What a record says of one principal. Names are spellings, not yet what they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Said {
    pub(super) account: AccountId,
    pub(super) name: TextId,
    pub(super) alias: TextId,
    pub(super) external: TextId,
    /// Where a group in Databricks was seen; [`NONE`] = of no matter.
    pub(super) scope: TextId,
    pub(super) system: u16,
    pub(super) kind: SubjectKind,
    pub(super) manner: Manner,
    /// Of a name without an id it does not say on which side of the push it is one.
    pub(super) is_either: bool,
}

/// One record about one principal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) time: i64,
    pub(super) record: u32,
    said: Said,
}

impl std::ops::Deref for Seen {
    type Target = Said;

    fn deref(&self) -> &Said {
        &self.said
    }
}

/// Of these there are as many as records, and so what they say stands elsewhere, each once.
#[derive(Debug, Clone, Copy)]
struct Sight {
    time: i64,
    said: u32,
    record: u32,
}

/// How a record tells of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Manner {
    /// It mentions it.
    Mentions,
    /// It tells its end.
    Ends,
    /// It pushes it to Databricks, or assigns it to be pushed.
    Pushes,
    /// It lists it as it is, so that what it leaves out is not there.
    Lists,
}

/// All that was learnt.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) texts: Texts,
    pub(super) systems: Vec<String>,
    pub(super) accounts: Vec<Account>,
    /// All that was said, each once.
    pub(super) said: Vec<Said>,
    /// In pieces, since a list of so many would be copied as it grows.
    pieces: Vec<Vec<Sight>>,
    numbers: HashMap<Said, u32, RandomState>,
    index: HashMap<Account, AccountId, RandomState>,
}

impl Store {
    pub(super) fn new(texts: Texts) -> Self {
        let systems = vec![crate::source::DATABRICKS.to_owned()];
        Self {
            texts,
            systems,
            accounts: Vec::new(),
            said: Vec::new(),
            pieces: Vec::new(),
            numbers: HashMap::default(),
            index: HashMap::default(),
        }
    }

    /// The number of what a record says, whenever it does; `None` = it names nobody.
    pub(super) fn number(&mut self, sighting: &Sighting<'_>) -> Option<u32> {
        let (name, id) = (usable(sighting.name), directory_id(sighting));
        if name.is_none() && id.is_none() {
            return None;
        }
        let system = self.system(sighting.system());
        let account = id.map_or(NONE, |id| self.account(system, id));
        let said = Said {
            account,
            name: name.map_or(NONE, |name| self.texts.name(name)),
            alias: alias(sighting).map_or(NONE, |alias| self.texts.name(alias)),
            external: usable(sighting.external_id).map_or(NONE, |id| self.texts.intern(id)),
            scope: match sighting.kind {
                SubjectKind::Group if system == DATABRICKS => self.texts.intern(sighting.scope),
                _ => NONE,
            },
            system,
            kind: sighting.kind,
            manner: match sighting.source {
                _ if sighting.ends => Manner::Ends,
                super::SCIM_SNAPSHOT => Manner::Lists,
                super::ENTRA_PROVISIONING => Manner::Pushes,
                _ if sighting.is_pushed => Manner::Pushes,
                _ => Manner::Mentions,
            },
            is_either: sighting.source == super::ENTRA_PROVISIONING,
        };
        Some(*self.numbers.entry(said).or_insert_with(|| {
            self.said.push(said);
            u32::try_from(self.said.len() - 1).unwrap_or(NONE)
        }))
    }

    /// Takes in that a record says what has that number.
    pub(super) fn learn(&mut self, said: u32, time: i64, record: usize) {
        let sight = Sight { time, said, record: u32::try_from(record).unwrap_or(NONE) };
        match self.pieces.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(sight),
            None => {
                let mut piece = Vec::with_capacity(if self.pieces.is_empty() { 0 } else { PIECE });
                piece.push(sight);
                self.pieces.push(piece);
            }
        }
    }

    /// Drops what was seen, once it is judged and nobody will list it.
    pub(super) fn forget(&mut self) {
        (self.pieces, self.numbers) = (Vec::new(), HashMap::default());
    }

    /// All that was seen, in the order in which it was learnt.
    pub(super) fn seen(&self) -> impl Iterator<Item = Seen> {
        self.pieces.iter().flatten().filter_map(|sight| self.with_words(sight))
    }

    /// The accounts of all that was seen.
    pub(super) fn accounts_seen(&self) -> impl Iterator<Item = AccountId> {
        let account = |sight: &Sight| self.said.get(sight.said as usize).map_or(NONE, |said| said.account);
        self.pieces.iter().flatten().map(account)
    }

    /// The one at that place of them.
    pub(super) fn seen_at(&self, place: u32) -> Option<Seen> {
        self.with_words(self.pieces.get(place as usize / PIECE)?.get(place as usize % PIECE)?)
    }

    fn with_words(&self, sight: &Sight) -> Option<Seen> {
        let said = *self.said.get(sight.said as usize)?;
        Some(Seen { time: sight.time, record: sight.record, said })
    }

    fn system(&mut self, name: &str) -> u16 {
        if let Some(system) = self.find_system(name) {
            return system;
        }
        self.systems.push(name.to_owned());
        // A dozen sources make no more systems than that.
        u16::try_from(self.systems.len() - 1).unwrap_or(u16::MAX)
    }

    fn account(&mut self, system: u16, id: &str) -> AccountId {
        let account = Account { system, id: self.texts.intern(id) };
        *self.index.entry(account).or_insert_with(|| {
            self.accounts.push(account);
            u32::try_from(self.accounts.len() - 1).unwrap_or(NONE)
        })
    }

    /// The system of that name.
    pub(super) fn find_system(&self, name: &str) -> Option<u16> {
        self.systems.iter().position(|s| s == name).and_then(|at| u16::try_from(at).ok())
    }

    /// The account of that id.
    pub(super) fn find_account(&self, system: u16, id: &str) -> Option<AccountId> {
        self.index.get(&Account { system, id: self.texts.find(id)? }).copied()
    }

    /// The account of that id in Databricks.
    pub(super) fn databricks_account(&self, id: TextId) -> Option<AccountId> {
        self.index.get(&Account { system: DATABRICKS, id }).copied()
    }

    /// The account; accounts are only numbered here.
    pub(super) fn at(&self, account: AccountId) -> Account {
        self.accounts.get(account as usize).copied().unwrap_or(Account { system: u16::MAX, id: NONE })
    }

    /// Name of the account's system, and its id.
    pub(super) fn named(&self, account: AccountId) -> (&str, &str) {
        let Account { system, id } = self.at(account);
        (self.systems.get(usize::from(system)).map_or("", String::as_str), self.texts.text(id))
    }
}

/// The id of the principal itself. An id that the application's side of the record has too is not the directory's.
pub(super) fn directory_id<'r>(sighting: &Sighting<'r>) -> Option<&'r str> {
    usable(sighting.id).filter(|id| usable(sighting.external_id) != Some(id))
}

// A person's user name in the application is an address; what else stands there is a label.
fn alias<'r>(sighting: &Sighting<'r>) -> Option<&'r str> {
    let is_person = matches!(sighting.kind, SubjectKind::User | SubjectKind::Unknown);
    usable(sighting.alias).filter(|alias| !is_person || alias.contains('@'))
}
