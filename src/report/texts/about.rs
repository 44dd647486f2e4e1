//! Each test of this version in words.

/// A test in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// True for an integrity gate.
    pub gate: bool,
    /// Why it is run.
    pub objective: &'static str,
    /// What is an item.
    pub population: &'static str,
    /// What items are called.
    pub item_noun: &'static str,
    /// How each item is judged.
    pub procedure: &'static [&'static str],
    /// What the test does not show.
    pub limits: &'static [&'static str],
}

/// Ids of the tests of this version, gates first.
pub const TEST_IDS: &[&str] =
    &["COV-01", "COV-02", "COV-03", "DEP-01", "DEP-02", "PRV-01", "TRC-01", "TRC-02", "TRC-03", "VCH-01", "VCH-02"];

/// The words for a test; `None` = not a test of this version.
pub fn about(test_id: &str) -> Option<&'static About> {
    ABOUT.iter().find(|a| a.id == test_id)
}

const ABOUT: &[About] = &[
    About {
        id: "COV-01",
        title: "Source coverage is continuous",
        gate: true,
        objective: "To find out for which sources, scopes and hours the logs at hand speak, since the absence of a record proves something only where they do.",
        population: "Every hour of the period for every source and scope declared in the configuration or seen in the data.",
        item_noun: "hours",
        procedure: &[
            "An hour with a record, or with a declared heartbeat, passes.",
            "An hour without a record passes as quiet where fewer than one record was to be expected. Expected is the median of the same hour of the week in the other weeks at hand, else of the same hour of the day on the other days.",
            "An hour without a record where one or more were to be expected is an exception where the run of such hours is longer than max_gap.",
            "Where too few days are at hand to say what was to be expected, the hour is undetermined.",
        ],
        limits: &[
            "This test does not show that a vendor logged everything that happened.",
            "It does not show that an hour with some records has all of them.",
        ],
    },
    About {
        id: "COV-02",
        title: "Every record is accounted for",
        gate: true,
        objective: "To show that nothing was lost between the files received and the populations tested.",
        population: "Every record of every file: each line of JSON lines, each element of an array, each row.",
        item_noun: "records",
        procedure: &[
            "Each record ends in exactly one place: accepted, duplicate of an accepted one, filtered by a named rule, or rejected with a reason.",
            "Per file and in total, records read must equal the sum of the four.",
            "A rejected record beyond max_rejects is an exception, and so is a file that could not be read to its end.",
            "Where the configuration gives control totals, the records of the last version of each file named must be as many. Records that a source counts and no file holds belong to the population; they and records beyond the count are exceptions, and so is a control total whose path matches no file.",
        ],
        limits: &[
            "This test does not show that the files received are all the files that the source holds; only counts given by the source could, for the files that they name.",
        ],
    },
    About {
        id: "COV-03",
        title: "Delivered files only grow",
        gate: true,
        objective: "To find delivered logs from which records were taken or in which records were altered after they had been read once.",
        population: "Every Databricks log file that was seen more than once with different bytes. A delivered file is known by its path from workspaceId= on, on Azure from resourceId= on; any other file by its whole path.",
        item_noun: "files",
        procedure: &[
            "The versions of a file are put in order by the time of modification where all of them have one, else by the time at which they were read.",
            "A file of which every version holds every record of the version before it, each as often, passes.",
            "A file of which a later version lacks a record of an earlier one is an exception; the lost records are named with file and line.",
            "Where the lake does not list every record of a version, or nothing tells which version is the older, the file is undetermined.",
        ],
        limits: &[
            "Records are compared by the identity of their events, which leaves out what some deliveries lack (session, address, user agent): a change of those alone is not seen. Records that could not be read, or were filtered, are not compared.",
            "This test does not show that a file has not vanished, nor that one put back as it was before had not been altered in between.",
            "An export that is written to the same path with another span of time loses the records of the span before, and is reported so.",
        ],
    },
    About {
        id: "VCH-01",
        title: "Each Databricks access change has an authorising decision of the identity provider",
        gate: false,
        objective: "To find access changes made in Databricks that the identity provider did not decide (vouching, from effect back to authority).",
        population: "Every change that Databricks logged as done, at account and workspace level: users created, activated, deactivated, deleted; group members added, removed; groups created, deleted; administrator roles granted, revoked.",
        item_noun: "changes",
        procedure: &[
            "The decision must name the same subject and the mapped group or role, go in the same direction, and lie between look_back before the change and skew after it. Each decision vouches at most one change per scope.",
            "A successful push by the configured connector, recorded by the identity provider or the provisioning log, vouches where no decision is found; an older decision still in force vouches a full synchronisation. Both are counted apart.",
            "Consequences of another change, and changes that altered nothing, pass and are counted apart.",
            "A change without a decision is an exception only where the identity provider's log is complete over the window; over a hole, or where the choice between decisions would change the verdict, it is undetermined.",
        ],
        limits: &[
            "This test does not show that the decision itself was approved by a manager or an owner.",
            "It does not show that the access granted suits the person's job.",
        ],
    },
    About {
        id: "VCH-02",
        title: "Changes arrive through the approved door",
        gate: false,
        objective: "To find access changes that were made by hand or by an unknown program, even where a decision exists.",
        population: "The changes of VCH-01.",
        item_noun: "changes",
        procedure: &[
            "The door is judged on connector principal, user agent and, where configured, network address together.",
            "A change by the configured connector, by automatic identity management or, for groups, by a configured pipeline passes.",
            "A change by an administrator's own hand or by an unknown program is an exception, even where a decision of the identity provider authorises it.",
        ],
        limits: &["This test does not show that the connector's credential was used by the connector alone."],
    },
    About {
        id: "TRC-01",
        title: "Authorised provisioning takes effect in time",
        gate: false,
        objective: "To find grants that were decided and not carried out, or carried out late (tracing, from authority forward to effect).",
        population: "Every decision of the identity provider to give access: assignments to Databricks, reactivations, members added to pushed groups.",
        item_noun: "decisions",
        procedure: &[
            "The effect must be found in Databricks within provision_sla of the decision.",
            "A decision reversed before its limit ran out, or on a group or person not assigned to Databricks, is not applicable.",
            "No effect by cut-off is an exception where the limit has passed and the Databricks log is complete over it; it is undetermined where the limit is still open or the log has a hole.",
        ],
        limits: &["A late or missing grant is a matter of service, seldom of security; its severity is low."],
    },
    About {
        id: "TRC-02",
        title: "Authorised removals of access take effect in time",
        gate: false,
        objective: "To find people who kept access after the identity provider had decided to take it away.",
        population: "Every decision of the identity provider to take access away: members removed from pushed groups, assignments and roles removed.",
        item_noun: "decisions",
        procedure: &[
            "The effect must be found in Databricks within deprovision_sla of the decision.",
            "A decision reversed before its limit ran out, or on a group or person not assigned to Databricks, is not applicable.",
            "No effect by cut-off is an exception where the limit has passed and the Databricks log is complete over it; it is undetermined where the limit is still open or the log has a hole.",
        ],
        limits: &["This test does not show that the decision to remove access was made in time."],
    },
    About {
        id: "TRC-03",
        title: "Provisioning failures are noticed and resolved",
        gate: false,
        objective: "To find pushes that failed and were left so.",
        population: "Failed, quarantined or skipped pushes, gathered into incidents by subject, object and action where less than a day lies between them.",
        item_noun: "incidents",
        procedure: &[
            "A later success of the same action within resolve_sla passes; where the source logs no success, the effect in Databricks resolves the incident.",
            "An incident ended by an opposite decision passes.",
            "An unresolved or late incident is an exception.",
            "An effect with no push on record, where the source does log successes, is undetermined.",
        ],
        limits: &["This test does not show that somebody looked at the failure; only that it was resolved."],
    },
    About {
        id: "DEP-01",
        title: "Leavers lose Databricks access in time",
        gate: false,
        objective: "To find people who could still reach Databricks after the organisation had ended their access.",
        population: "Identities deactivated or deleted in the identity provider, or stripped of their last Databricks assignment, one item for each uninterrupted absence; leavers of before the period whose access still stood at its start included.",
        item_noun: "leavers",
        procedure: &[
            "The clock starts with the identity provider's deactivation, deletion or last unassignment, and runs in elapsed hours.",
            "An account made inactive or deleted, or removed from every workspace, within deprovision_sla passes.",
            "Later than that, or never by cut-off, is an exception; a limit still open at cut-off, or a hole in the log, leaves it undetermined.",
        ],
        limits: &[
            "This test does not show that personnel records reached the identity provider in time: the leg from the end of employment to deactivation was not tested.",
        ],
    },
    About {
        id: "DEP-02",
        title: "No activity after access should have ended",
        gate: false,
        objective: "To find use of access that should no longer have existed.",
        population: "The leavers of DEP-01.",
        item_noun: "leavers",
        procedure: &[
            "Sign-ins, token use and data access by the leaver after the limit, or after the removal took effect, are an exception.",
            "Activity after the departure but inside the limit and before the removal is counted and is no exception.",
            "No activity passes only where the usage logs are complete over the window.",
        ],
        limits: &[
            "This test does not show reading of data in cloud storage that bypasses Databricks.",
            "It does not show events that are logged only with verbose logging on.",
        ],
    },
    About {
        id: "PRV-01",
        title: "Administrator grants are authorised",
        gate: false,
        objective: "To find administrator roles that were given without a decision behind them.",
        population: "Every grant of an administrator role: account administrator, workspace administrator (membership of admins among them), metastore administrator, group manager roles.",
        item_noun: "grants",
        procedure: &[
            "A grant vouched by a decision of the identity provider, as in VCH-01, passes.",
            "A grant without one is an exception where the identity provider's log is complete over the window, else undetermined.",
            "Revocations are counted, not judged.",
        ],
        limits: &[
            "This test does not show that the role was needed, or that it was reviewed later.",
            "Approval outside the logs was not tested.",
        ],
    },
];
