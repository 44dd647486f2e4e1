//! Whether a text may hold secrets, told without walking it.

use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use memchr::memmem::Finder;

use super::{Span, names, texts};

/// Parts of all names of secrets, in the cases they are written in. The search is fast where each has four bytes, and where those
/// that are the same but for their case are looked for from the same letter on.
const STEMS: [&str; 47] = [
    "assw",
    "assWor",
    "ASSW",
    "assphrase",
    "ASSPHRASE",
    "oken\"",
    "oken\\",
    "oken=",
    "oken'",
    "oken:",
    "oken ",
    "OKEN",
    "okenValue",
    "oken_value",
    "oken_hint",
    "uthorization",
    "UTHORIZATION",
    "ecret",
    "ECRET",
    "pi_key",
    "piKey",
    "pi-key",
    "pi-Key",
    "pikey",
    "PI_KEY",
    "PIKEY",
    "rivate",
    "RIVATE",
    "tring_value",
    "tringValue",
    "ytes_value",
    "ytesValue",
    "ookie",
    "ccount.key",
    "ccountKey",
    "ccount_key",
    "azure.sas",
    "ctivation_url",
    "ctivationUrl",
    "igning_key",
    "igningKey",
    "haredAccessKey",
    "mz-Signature",
    "_PWD",
    "ssertion",
    "asscode",
    "assCode",
];

/// Parts of all credentials that are known by their shape.
const SHAPES: [&str; 13] = [
    texts::PEM,
    texts::SCHEME,
    "EARER",
    "SSWS ",
    "dapi",
    "dose",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ithub_pat_",
    "hooks.slack",
    "sig=",
];

/// Such parts that are too short for that search: of names, and of credentials.
const SHORT: [&str; 3] = ["wd", texts::OF_URL, texts::OF_TOKEN];

/// What a text may hold, told without walking it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    /// A word that is the name of a secret, as a key or as a value that names one.
    pub(super) name: bool,
    /// A credential that is known by its shape.
    pub(super) credential: bool,
}

impl Signs {
    pub(super) fn of(text: &str) -> Self {
        let mut all = Self::default();
        for (_, sign) in signs(text) {
            all.name |= sign.name;
            all.credential |= sign.credential;
            if all.name && all.credential {
                break;
            }
        }
        all
    }

    pub(super) const fn any(self) -> bool {
        self.name || self.credential
    }
}

/// Each sign of a secret, and where it is.
fn signs(text: &str) -> impl Iterator<Item = (usize, Signs)> {
    stems(text).filter_map(|(stem, at)| {
        let is_shape = SHAPES.contains(&stem) || SHORT[1..].contains(&stem);
        let credential = is_shape && texts::may_be(stem, text, at);
        let (name, word) = (texts::name_at(text, at), word_at(text, at));
        let name = names::is_secret(name) || word != name && names::is_secret(word);
        (name || credential).then_some((at, Signs { name, credential }))
    })
}

/// What finds the stems in a text.
struct Search {
    /// Finds all but the short ones; `None` where the processor lacks the vectors for that.
    long: Option<Searcher>,
    /// Those that are looked for one by one.
    each: Vec<(&'static str, Finder<'static>)>,
}

impl Search {
    fn new() -> Self {
        let long = Searcher::new(SHAPES.iter().chain(&STEMS));
        let each = SHORT.iter().chain(SHAPES.iter().chain(&STEMS).filter(|_| long.is_none()));
        let each = each.map(|stem| (*stem, Finder::new(*stem))).collect();
        Self { long, each }
    }
}

fn stems(text: &str) -> impl Iterator<Item = (&'static str, usize)> {
    static SEARCH: LazyLock<Search> = LazyLock::new(Search::new);
    let stem =
        |number: usize| SHAPES.get(number).or_else(|| STEMS.get(number - SHAPES.len())).copied().unwrap_or_default();
    let long = SEARCH.long.iter().flat_map(move |search| {
        search.find_iter(text).map(move |found| (stem(found.pattern().as_usize()), found.start()))
    });
    let each = SEARCH.each.iter();
    let each = each.flat_map(move |(stem, finder)| finder.find_iter(text.as_bytes()).map(move |at| (*stem, at)));
    long.chain(each)
}

/// The word around a place: what stands between quotes, or between the marks that divide a path; "" where it is longer than names
/// that are looked at.
fn word_at(text: &str, at: usize) -> &str {
    let is_end = |byte: &u8| b"\"\\:./,{}[]=&?;\n".contains(byte);
    let (first, last) = (at.saturating_sub(names::LONGEST + 1), text.len().min(at + names::LONGEST + 1));
    let bytes = text.as_bytes();
    let start = bytes[first..at].iter().rposition(is_end).map_or(first, |end| first + end + 1);
    let end = bytes[at..last].iter().position(is_end).map_or(last, |length| at + length);
    // Ends are beside ASCII, so that the text can be cut there, or those of a longer word.
    text.get(start..end).filter(|word| word.len() <= names::LONGEST).unwrap_or_default()
}

/// Where in a text secrets may be, told for all its records at once.
#[derive(Debug)]
pub(in super::super) struct Suspects(Vec<usize>);

impl Suspects {
    pub(in super::super) fn of(text: &str) -> Self {
        let mut all: Vec<usize> = signs(text).map(|(at, _)| at).collect();
        all.sort_unstable();
        Self(all)
    }

    /// Whether there may be a secret between two places of the text.
    pub(in super::super) fn any(&self, between: &Span) -> bool {
        let first = self.0.partition_point(|at| *at < between.start);
        self.0.get(first).is_some_and(|at| *at < between.end)
    }
}
