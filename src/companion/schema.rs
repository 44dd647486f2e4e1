//! What a companion file may hold: kinds, columns and keys as data. Reader and documentation are derived from it.

use super::registers::REGISTERS;

/// What a companion file is a list of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words are those of the configuration, each explained in `REGISTERS`")]
pub enum Kind {
    HrLeavers,
    Approvals,
    Reviews,
    Guests,
    ServicePrincipals,
    BreakGlass,
    SodMatrix,
    Duties,
    Environments,
    Groups,
    GroupPairs,
    TokenPolicy,
    SnapshotUsers,
    SnapshotMembers,
    SnapshotGrants,
    SnapshotTokens,
    Triage,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::HrLeavers,
        Self::Approvals,
        Self::Reviews,
        Self::Guests,
        Self::ServicePrincipals,
        Self::BreakGlass,
        Self::SodMatrix,
        Self::Duties,
        Self::Environments,
        Self::Groups,
        Self::GroupPairs,
        Self::TokenPolicy,
        Self::SnapshotUsers,
        Self::SnapshotMembers,
        Self::SnapshotGrants,
        Self::SnapshotTokens,
        Self::Triage,
    ];

    /// The word that the configuration uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HrLeavers => "hr_leavers",
            Self::Approvals => "approvals",
            Self::Reviews => "reviews",
            Self::Guests => "guests",
            Self::ServicePrincipals => "service_principals",
            Self::BreakGlass => "break_glass",
            Self::SodMatrix => "sod_matrix",
            Self::Duties => "duties",
            Self::Environments => "environments",
            Self::Groups => "groups",
            Self::GroupPairs => "group_pairs",
            Self::TokenPolicy => "token_policy",
            Self::SnapshotUsers => "snapshot_users",
            Self::SnapshotMembers => "snapshot_members",
            Self::SnapshotGrants => "snapshot_grants",
            Self::SnapshotTokens => "snapshot_tokens",
            Self::Triage => "triage",
        }
    }

    /// The kind of that word; `None` = there is none.
    pub fn by_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What its files may hold.
    pub fn register(self) -> &'static Register {
        &REGISTERS[self as usize]
    }
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// Any text, kept as written.
    Text,
    /// A glob over names, in any letter case; `*` = any.
    Glob,
    /// Globs with `;` between them.
    Globs,
    /// `account`, `tenant`, a workspace id, or a name of `[workspaces]`, which is read as its id.
    Scope,
    /// RFC 3339 with a zone.
    Instant,
    /// RFC 3339 with a zone, or a day for its midnight in the zone of the configuration.
    DayOrInstant,
    /// A length of time such as `24h` or `90d`.
    Duration,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Words(fn() -> Vec<&'static str>),
}

/// One column of a companion file.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in header, object or Parquet file.
    pub name: &'static str,
    /// What its cells are.
    pub cell: Type,
    /// True when every row must have it.
    pub required: bool,
    /// What it holds, and what an absent cell means.
    pub doc: &'static str,
}

impl Column {
    pub(super) const fn required(name: &'static str, cell: Type, doc: &'static str) -> Self {
        Self { name, cell, required: true, doc }
    }

    pub(super) const fn optional(name: &'static str, cell: Type, doc: &'static str) -> Self {
        Self { name, cell, required: false, doc }
    }
}

/// The declared shape of one kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Register {
    /// Which kind.
    pub kind: Kind,
    /// What one row is.
    pub doc: &'static str,
    /// The columns; there are no others.
    pub columns: &'static [Column],
    /// The columns that no two rows of the kind may share, letter case aside.
    pub key: &'static [&'static str],
    /// What beyond a malformed cell is found in it, one sentence each.
    pub findings: &'static [&'static str],
}

impl Register {
    /// The register as a Markdown section for `docs/companions.md`.
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "## `{}`\n\n{}\n\n| column | type | required | meaning |\n|---|---|---|---|\n",
            self.kind.as_str(),
            self.doc
        );
        for column in self.columns {
            let required = if column.required { "yes" } else { "no" };
            text += &format!("| `{}` | {} | {required} | {} |\n", column.name, type_name(column.cell), column.doc);
        }
        let key: Vec<String> = self.key.iter().map(|name| format!("`{name}`")).collect();
        text += &format!("\nNo two rows may have the same {}.", key.join(" + "));
        if !self.findings.is_empty() {
            text += &format!(" Findings: {}.", self.findings.join("; "));
        }
        text.push('\n');
        text
    }
}

fn type_name(cell: Type) -> String {
    match cell {
        Type::Text => "text".to_owned(),
        Type::Glob => "glob".to_owned(),
        Type::Globs => "globs with `;` between them".to_owned(),
        Type::Scope => "scope".to_owned(),
        Type::Instant => "instant".to_owned(),
        Type::DayOrInstant => "day or instant".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Flag => "flag".to_owned(),
        Type::Words(words) => words().iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}
