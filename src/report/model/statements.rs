//! What only management can state. Until it does, the pages say so and name what would supply it.

use serde::{Deserialize, Serialize};

use super::NOT_SUPPLIED;

/// A statement by management, or the note that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplied {
    /// True when management stated it.
    pub given: bool,
    /// The statement, or [`NOT_SUPPLIED`].
    pub text: String,
    /// What would supply it.
    pub supply: String,
}

impl Supplied {
    /// Nobody stated it; `supply` says what would.
    pub fn missing(supply: &str) -> Self {
        Self { given: false, text: NOT_SUPPLIED.into(), supply: supply.into() }
    }

    /// Management stated it.
    pub fn stated(text: impl Into<String>) -> Self {
        Self { given: true, text: text.into(), supply: String::new() }
    }
}

macro_rules! statements {
    ($($(#[doc = $doc:literal])+ $name:ident = $supply:literal;)*) => {
        /// Every statement that the two documents have a place for.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Statements {
            $($(#[doc = $doc])+ pub $name: Supplied,)*
        }

        impl Statements {
            /// Nothing is stated yet.
            pub fn none() -> Self {
                Self { $($name: Supplied::missing($supply),)* }
            }
        }
    };
}

statements! {
    /// The system under examination, in management's words.
    system = "the system description that management gives its auditor";
    /// Trust services categories in scope.
    categories = "the engagement letter's list of trust services categories";
    /// Subservice organisations and the periods of their own reports.
    subservice_organizations = "the list of subservice organisations (identity provider, Databricks, cloud provider) with the period of each one's own report";
    /// Complementary user entity controls that the data depends on.
    user_entity_controls = "the complementary user entity controls that those organisations' reports name";
    /// How, when, by whom and with which credential the inputs were collected.
    acquisition = "a collection record for each export: person, method, credential and its rights, time";
    /// Counts that the source systems give of their own records.
    control_totals = "control totals from the source systems: page totals, row counts, or an object inventory";
    /// What changed in the method since the last package.
    method_changes = "the package of the period before, named in the run";
    /// Reconciliation of two sources of the same plane.
    cross_source = "a second source of the same events, and a profile that runs test COV-04";
    /// Agreement of clocks.
    clocks = "a profile that runs test COV-05";
    /// Opening access plus changes equals closing access.
    access_roll_forward = "opening and closing access snapshots, and a profile that runs test STA-01";
    /// Management's response to the exceptions.
    management_response = "for each exception: cause, action, owner, due date and evidence of closing";
    /// Open items of earlier packages.
    prior_open_items = "the exception register of the package before";
    /// Samples drawn by the auditor.
    samples = "a seed given by the auditor after the population roots were fixed";
    /// Numbers of privileged and other principals at start and end.
    rosters = "access snapshots at the start and the end of the period, and a profile that runs test PRV-02";
    /// Direct grants at start and end.
    direct_grants = "a profile that runs test PRV-03";
    /// Ages of tokens.
    token_ages = "token lists, and a profile that runs test CRD-01";
    /// What a later package says of an interim one, or what late data changed.
    roll_forward = "an interim package of the same period, or evidence that arrived after a package was sealed";
    /// Who prepared, reviewed and approved.
    sign_off = "signatures of preparer, reviewer and approver, who must be different people";
    /// Who held the evidence, from collection on.
    custody = "a custody log: collected, ingested, tested, sealed, handed over, each with person and time";
    /// Signature and trusted time over the manifest.
    seal = "a detached signature over manifest.json and a time-stamp token";
    /// The document's owner.
    document_owner = "the document register (clause 7.5)";
    /// The document's classification.
    classification = "the document register (clause 7.5)";
    /// The document's approver.
    approver = "the document register (clause 7.5)";
    /// How long the document is kept.
    retention = "the document register (clause 7.5)";
    /// Who receives it.
    distribution = "the document register (clause 7.5)";
    /// Scope of the management system.
    isms_scope = "the scope statement of the information security management system";
    /// Statement of Applicability: version, date.
    soa = "the Statement of Applicability, with version and date, and for each control its status and justification";
    /// Independence of those who test.
    independence = "a statement on who ran the tests and what they are otherwise responsible for";
    /// Targets and owners of the metrics.
    metric_targets = "an owner, a target and a rhythm for each metric, set by management";
    /// Values of earlier periods.
    metric_trend = "packages of earlier periods";
    /// The organisation's rules behind the controls.
    organization_controls = "the organisation's own control ids and wording";
    /// Interviews and documents still needed.
    interviews = "the auditor's plan of interviews and document reviews";
    /// Corrective actions.
    corrective_actions = "for each finding: correction, cause, action, owner, due date, and the later run that shows the outcome";
    /// Decisions of the management review.
    management_review = "minutes of the management review";
    /// Links to the risk register.
    risk_register = "the risk register's ids for each waiver";
    /// Software bill of the program.
    software_bill = "the release's list of components and its signature";
}
