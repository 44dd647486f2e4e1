//! What the organisation keeps beside its logs: who left by the personnel records, what was approved, reviewed and triaged, and
//! registers. The rows follow from the story like the records do.

mod scenes;

use std::collections::BTreeMap;
use std::path::Path;

use super::calendar::{Instant, instant_text};
use super::organisation::Person;
use super::{SimulateError, write_file};

pub(super) use scenes::tell;

/// The folder of all files.
pub(super) const FOLDER: &str = "registers";

/// A kind of companion file.
struct Kind {
    /// As the configuration calls it; the file has the same name.
    name: &'static str,
    owner: &'static str,
    columns: &'static [&'static str],
}

const KINDS: [Kind; 10] = [
    Kind {
        name: "approvals",
        owner: "Service desk",
        columns: &["ticket", "subject", "object", "role", "approver", "requested_by", "approved_at", "expires_at"],
    },
    Kind { name: "break_glass", owner: "Security team", columns: &["principal", "kind", "max_session"] },
    Kind { name: "duties", owner: "Security team", columns: &["duty", "system", "kind", "value"] },
    Kind { name: "guests", owner: "Data platform team", columns: &["principal", "sponsor", "expires"] },
    Kind { name: "hr_leavers", owner: "People team", columns: &["person", "effective_at", "kind", "ends"] },
    Kind {
        name: "reviews",
        owner: "Security team",
        columns: &["review_id", "roster_digest", "reviewer", "at", "subject", "object", "decision"],
    },
    Kind {
        name: "service_principals",
        owner: "Data platform team",
        columns: &["principal", "owner", "purpose", "grants"],
    },
    Kind { name: "sod_matrix", owner: "Security team", columns: &["duty_a", "duty_b"] },
    Kind { name: "token_policy", owner: "Security team", columns: &["principal", "max_life", "may_create"] },
    Kind { name: "triage", owner: "Security team", columns: &["incident", "subject", "decision", "who", "at"] },
];

/// How somebody left, in the word of the personnel records.
#[derive(Debug, Clone, Copy)]
pub(super) enum Leaving {
    Voluntary,
    Involuntary,
}

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Beside {
    rows: BTreeMap<&'static str, Vec<Vec<String>>>,
    /// Names of those who were made administrators and still are.
    pub(super) administrators: Vec<String>,
}

impl Beside {
    /// Adds a row to the file of a kind.
    pub(super) fn keep<const N: usize>(&mut self, kind: &'static str, cells: [&str; N]) {
        self.rows.entry(kind).or_default().push(cells.map(str::to_owned).to_vec());
    }

    /// Somebody left the company.
    pub(super) fn left(&mut self, person: &Person, time: Instant, leaving: Leaving) {
        let word = match leaving {
            Leaving::Voluntary => "voluntary",
            Leaving::Involuntary => "involuntary",
        };
        self.keep("hr_leavers", [&person.email, &instant_text(time), word, ""]);
    }

    /// Writes one file a kind, each in the order of its rows.
    pub(super) fn write(&self, out: &Path) -> Result<(), SimulateError> {
        for kind in &KINDS {
            let path = out.join(FOLDER).join(format!("{}.csv", kind.name));
            let failed = |reason: String| SimulateError::Format { path: path.clone(), reason };
            let mut rows = self.rows.get(kind.name).cloned().unwrap_or_default();
            rows.sort();
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(kind.columns).map_err(|e| failed(e.to_string()))?;
            for row in rows {
                writer.write_record(row).map_err(|e| failed(e.to_string()))?;
            }
            let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
            write_file(&path, &bytes)?;
        }
        Ok(())
    }
}

/// The tables of the configuration that declare the files.
pub(super) fn declared() -> String {
    let table = |kind: &Kind| {
        let path = format!("{FOLDER}/{}.csv", kind.name);
        format!("[[companion]]\nkind = \"{}\"\npaths = [\"{path}\"]\nowner = \"{}\"\n", kind.name, kind.owner)
    };
    KINDS.iter().map(table).collect::<Vec<_>>().join("\n")
}
