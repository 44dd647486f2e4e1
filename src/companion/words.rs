//! The closed words of companion files.

/// An enum that stands in a file as a word.
pub trait Word: Copy + 'static {
    /// Every value with its word, in the order of the documentation.
    const ALL: &'static [(&'static str, Self)];
}

/// The words of an enum.
pub(super) fn words<W: Word>() -> Vec<&'static str> {
    W::ALL.iter().map(|(word, _)| *word).collect()
}

/// How somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum LeaverKind {
    Voluntary,
    Involuntary,
    Mover,
}

impl Word for LeaverKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("voluntary", Self::Voluntary), ("involuntary", Self::Involuntary), ("mover", Self::Mover)];
}

/// What a review decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Decision {
    Keep,
    Revoke,
}

impl Word for Decision {
    const ALL: &'static [(&'static str, Self)] = &[("keep", Self::Keep), ("revoke", Self::Revoke)];
}

/// What an entry for emergencies is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum EmergencyKind {
    User,
    Group,
}

impl Word for EmergencyKind {
    const ALL: &'static [(&'static str, Self)] = &[("user", Self::User), ("group", Self::Group)];
}

/// Where the sign of a duty is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum DutySystem {
    Idp,
    Databricks,
}

impl Word for DutySystem {
    const ALL: &'static [(&'static str, Self)] = &[("idp", Self::Idp), ("databricks", Self::Databricks)];
}

/// What the sign of a duty is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum DutyKind {
    Role,
    Group,
    Action,
}

impl Word for DutyKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("role", Self::Role), ("group", Self::Group), ("action", Self::Action)];
}

/// What a scope is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Environment {
    Production,
    Sandbox,
    Other,
}

impl Word for Environment {
    const ALL: &'static [(&'static str, Self)] =
        &[("production", Self::Production), ("sandbox", Self::Sandbox), ("other", Self::Other)];
}

/// What a principal of a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum PrincipalKind {
    User,
    ServicePrincipal,
    Group,
}

impl Word for PrincipalKind {
    const ALL: &'static [(&'static str, Self)] =
        &[("user", Self::User), ("service_principal", Self::ServicePrincipal), ("group", Self::Group)];
}
