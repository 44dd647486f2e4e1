//! Tables `identities` and `identity_links`.

use crate::schema::{Column, Kind, Table};

/// The cluster.
pub const CLUSTER_ID: Column = Column::required(
    "cluster_id",
    Kind::Text,
    "Stable digest of the id, else the name, that the cluster is named by: the same cluster has the same id in every run over the same evidence.",
);
/// What it is.
pub const CLUSTER_KIND: Column = Column::required("kind", Kind::Text, "person, service_principal or group.");
/// The key that other tables show.
pub const KEY: Column = Column::required(
    "key",
    Kind::Text,
    "The name that other tables show: a person's user name in Databricks, else the name pushed, else the login; a service principal's application id; a group's name in Databricks. Of those that had one name one after the other all but the first have `#` and an id behind it. `id:` and an id = no name is known. Of a contested name, the name.",
);
/// First record.
pub const FIRST_SEEN: Column = Column::required("first_seen", Kind::Instant, "First record at hand that is about it.");
/// Last record.
pub const LAST_SEEN: Column = Column::required("last_seen", Kind::Instant, "Last record at hand that is about it.");
/// How sure.
pub const STATE: Column = Column::required(
    "state",
    Kind::Text,
    "resolved = its records lead to one key; conflict = others claim it or its name at the same time; unresolved = nothing but an id is known of it.",
);
/// The others.
pub const CANDIDATES: Column = Column::required(
    "candidates",
    Kind::TextList,
    "Of a conflict: keys of the others that claim it; of a Databricks group, names of the directory groups that lead to it. Empty = no conflict.",
);

/// Table `identities`.
pub const IDENTITIES: Table = Table {
    name: "identities",
    doc: "One person, service principal or group, or one name that several claim at once.",
    columns: &[CLUSTER_ID, CLUSTER_KIND, KEY, FIRST_SEEN, LAST_SEEN, STATE, CANDIDATES],
};

/// Whose name or id.
pub const LINK_SOURCE: Column = Column::required(
    "source",
    Kind::Text,
    "The system that knows it so: databricks (SCIM speaks its ids too), entra for all logs of Entra, else the source id of the directory.",
);
/// What the value is.
pub const VALUE_KIND: Column = Column::required(
    "value_kind",
    Kind::Text,
    "name, email (a name with an @), id, external_id (another system's id), or alias (the name in the application, or a configured one).",
);
/// The value.
pub const VALUE: Column =
    Column::required("value", Kind::Text, "The name, folded, or the id, as the system writes it.");
/// What the link rests on.
pub const LINK_BASIS: Column = Column::required(
    "basis",
    Kind::Text,
    "What ties it to the cluster, the surest first: external_id, immutable_id, verified_email, alias, domain, name.",
);
/// From when.
pub const VALID_FROM: Column = Column::optional(
    "valid_from",
    Kind::Instant,
    "From when it is taken to hold. null = from the beginning of the evidence.",
);
/// Until when.
pub const VALID_UNTIL: Column =
    Column::optional("valid_until", Kind::Instant, "Until when it held. null = it has not ended.");
/// The event that taught it.
pub const TAUGHT_BY: Column =
    Column::optional("event_id", Kind::Text, "The event that taught it. null = no one event did.");

/// Table `identity_links`.
pub const IDENTITY_LINKS: Table = Table {
    name: "identity_links",
    doc: "One name or id of one cluster, with its basis and its span of time, so that a merge can be questioned.",
    columns: &[
        CLUSTER_ID,
        CLUSTER_KIND,
        LINK_SOURCE,
        VALUE_KIND,
        VALUE,
        LINK_BASIS,
        VALID_FROM,
        VALID_UNTIL,
        TAUGHT_BY,
    ],
};
