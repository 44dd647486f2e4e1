//! Digests: of files, of populations, of runs.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::PriorPackage;
use crate::config::hex;
use crate::error::{Error, Result};

/// SHA-256 of bytes, in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 and size of a file, read in pieces.
pub fn file_sha256(path: &Path) -> Result<(String, u64)> {
    let mut file = File::open(path).map_err(|e| Error::io("read", path, e))?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut byte_count = 0;
    loop {
        let length = file.read(&mut piece).map_err(|e| Error::io("read", path, e))?;
        if length == 0 {
            return Ok((hex(&hasher.finalize()), byte_count));
        }
        hasher.update(&piece[..length]);
        byte_count += length as u64;
    }
}

/// Merkle root over a population, as in RFC 6962: items are sorted by their bytes; a leaf is SHA-256 of `00` and the
/// item, a node SHA-256 of `01`, the left and the right digest; a digest without a partner moves up unchanged. The root
/// of an empty population is SHA-256 of nothing. The two prefixes keep a node from passing for an item.
///
/// With the root in hand, an auditor can be shown that an item belongs to the population that was counted.
pub fn merkle_root<T: AsRef<[u8]>>(items: &[T]) -> String {
    let mut sorted: Vec<&[u8]> = items.iter().map(AsRef::as_ref).collect();
    sorted.par_sort_unstable();
    let mut level: Vec<[u8; 32]> =
        sorted.par_iter().map(|item| Sha256::new().chain_update([0]).chain_update(item).finalize().into()).collect();
    while level.len() > 1 {
        level = level.par_chunks(2).map(node).collect();
    }
    level.first().map_or_else(|| sha256_hex(&[]), |root| hex(root))
}

fn node(pair: &[[u8; 32]]) -> [u8; 32] {
    match pair {
        [left, right] => Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into(),
        [alone] => *alone,
        _ => [0; 32],
    }
}

/// The id of a run: digest of the inputs' digests (companion files among them), the configuration's digest and the version. The same inputs,
/// configuration and version give the same id, wherever the files lie and whenever the run takes place. A package that it is compared
/// with is an input, too: it counts by its own run id and period, since its manifest holds the time of its run.
pub fn run_id<T: AsRef<str>>(
    input_sha256: &[T],
    config_sha256: &str,
    version: &str,
    prior: Option<&PriorPackage>,
) -> String {
    let mut inputs: Vec<&str> = input_sha256.iter().map(AsRef::as_ref).collect();
    inputs.sort_unstable();
    let mut text =
        format!("tickmark run 1\nversion {version}\nconfig {config_sha256}\ninput {}\n", inputs.join("\ninput "));
    if let Some(prior) = prior {
        text.push_str(&format!("previous {} {}..{}\n", prior.run_id, prior.period_start, prior.period_end));
    }
    sha256_hex(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_those_of_rfc_6962() {
        assert_eq!(merkle_root::<&str>(&[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(merkle_root(&[""]), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        let leaf = |text: &[u8]| Sha256::new().chain_update([0]).chain_update(text).finalize();
        let pair = Sha256::new().chain_update([1]).chain_update(leaf(b"a")).chain_update(leaf(b"b")).finalize();
        let root = Sha256::new().chain_update([1]).chain_update(pair).chain_update(leaf(b"c")).finalize();
        assert_eq!(merkle_root(&["c", "a", "b"]), hex(&root));
    }

    #[test]
    fn a_root_depends_on_items_and_not_on_their_order() {
        assert_eq!(merkle_root(&["a", "b"]), merkle_root(&["b", "a"]));
        assert_ne!(merkle_root(&["a", "b"]), merkle_root(&["a", "c"]));
        assert_ne!(merkle_root(&["a", "a"]), merkle_root(&["a"]));
    }

    #[test]
    fn run_ids_forget_order() {
        let id = |inputs: &[&str], config: &str| run_id(inputs, config, "v", None);
        assert_eq!(id(&["1", "2"], "c"), id(&["2", "1"], "c"));
        assert_ne!(id(&["1", "2"], "c"), id(&["1"], "c"));
        assert_ne!(id(&["1"], "c"), id(&["1"], "d"));
    }

    #[test]
    fn another_package_before_makes_another_run() {
        let prior = |run: &str, end: &str, manifest: &str| PriorPackage {
            run_id: run.into(),
            manifest_sha256: manifest.into(),
            period_start: "s".into(),
            period_end: end.into(),
        };
        let id = |prior: Option<&PriorPackage>| run_id(&["1"], "c", "v", prior);
        let one = id(Some(&prior("a", "e", "m")));
        assert_ne!(id(None), one);
        assert_ne!(id(Some(&prior("b", "e", "m"))), one);
        assert_ne!(id(Some(&prior("a", "f", "m"))), one);
        assert_eq!(id(Some(&prior("a", "e", "made at another time"))), one);
    }
}
