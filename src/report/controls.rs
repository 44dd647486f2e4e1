//! Criteria and controls by id, each with a short paraphrase of our own, and which tests bear on which.
//!
//! The frameworks' texts are licensed; readers hold them. Mappings are the author's, and few on purpose.

use super::model::{ControlRow, ControlTest, Strength, Supplied, Test, TestControl};

/// A framework that a document is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framework {
    /// Trust Services Criteria 2017, points of focus revised 2022.
    Soc2,
    /// ISO/IEC 27001:2022, clauses and Annex A.
    Iso27001,
}

impl Framework {
    /// Its name in print.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Soc2 => "SOC 2",
            Self::Iso27001 => "ISO/IEC 27001:2022",
        }
    }

    const fn controls(self) -> &'static [Control] {
        match self {
            Self::Soc2 => SOC2,
            Self::Iso27001 => ISO27001,
        }
    }
}

/// A criterion, clause or control.
struct Control {
    id: &'static str,
    theme: &'static str,
    tests: &'static [(&'static str, Strength)],
    limits: &'static str,
}

const fn control(
    id: &'static str,
    theme: &'static str,
    tests: &'static [(&'static str, Strength)],
    limits: &'static str,
) -> Control {
    Control { id, theme, tests, limits }
}

use Strength::{Direct, Supporting};

const NO_TEST: &str = "No test of this version bears on it.";
const NOT_ADDRESSED: &str = "Not addressed by this evidence.";

const SOC2: &[Control] = &[
    control(
        "CC2.1",
        "Control runs on relevant information of good quality",
        &[("COV-01", Supporting), ("COV-02", Supporting)],
        "That the vendors logged everything that happened.",
    ),
    control(
        "CC4.1, CC4.2",
        "Controls are evaluated, and what is found wanting is told in time",
        &[],
        "The package is an input to such an evaluation; planned rhythm, responses and sign-off are not in it.",
    ),
    control("CC5.1", "Activities that lower risk, with duties kept apart", &[], NO_TEST),
    control("CC5.2", "General controls over technology and who reaches it", &[], NO_TEST),
    control(
        "CC5.3",
        "Policy is put into practice in time, by those responsible",
        &[],
        "Limits and their policy references are printed as parameters; that the policy was approved and read is not shown.",
    ),
    control(
        "CC6.1",
        "Access software and its set-up guard information",
        &[("DEP-02", Supporting), ("PRV-01", Direct)],
        "Network segmentation, encryption, asset inventory, and access to cloud storage that bypasses Databricks.",
    ),
    control(
        "CC6.2",
        "People are registered and authorised before they get access, and lose it when no longer authorised",
        &[("VCH-01", Direct), ("TRC-01", Direct), ("DEP-01", Direct)],
        "A manager's approval, the leg from personnel records to the identity provider, and the proof of a person's identity.",
    ),
    control(
        "CC6.3",
        "Access is given, changed and removed by role and need, with least privilege",
        &[("VCH-01", Direct), ("VCH-02", Direct), ("TRC-02", Direct), ("DEP-01", Direct), ("PRV-01", Direct)],
        "That a role suits the job, and that what a person can do in the end equals what is listed.",
    ),
    control("CC6.4, CC6.5", "Physical access, and disposal of media", &[], NOT_ADDRESSED),
    control(
        "CC6.6, CC6.7, CC6.8",
        "Threats from outside, movement of information, unauthorised software",
        &[],
        NO_TEST,
    ),
    control("CC7.1", "Changes of configuration that open holes are detected", &[], NO_TEST),
    control(
        "CC7.2",
        "Components are watched for anomalies",
        &[("COV-01", Supporting), ("TRC-03", Supporting), ("DEP-02", Supporting)],
        "Detection as it happens: this is a review of logs after the fact.",
    ),
    control(
        "CC7.3",
        "Events are judged for whether they are incidents",
        &[("TRC-03", Supporting)],
        "The judgement itself: no triage record is part of the evidence.",
    ),
    control("CC7.4, CC7.5", "Incidents are answered and recovered from", &[], NO_TEST),
    control("CC8.1", "Changes are authorised, tested, approved and carried out", &[], NO_TEST),
    control(
        "CC1, CC2.2, CC2.3, CC3, CC9",
        "Control environment, communication, risk assessment, risk mitigation",
        &[],
        NOT_ADDRESSED,
    ),
    control(
        "A, C, PI and P series",
        "Availability, confidentiality, processing integrity, privacy",
        &[],
        NOT_ADDRESSED,
    ),
];

const ISO27001: &[Control] = &[
    control(
        "7.5.3",
        "Documented information is kept under control",
        &[],
        "The manifest shows change since writing; version, retention and access are for the document register.",
    ),
    control(
        "9.1",
        "The system is monitored and measured",
        &[],
        "The metric sheets of section 4 are an input; evaluation is the owner's.",
    ),
    control("9.2", "Internal audit", &[], "The package is evidence for an audit, not an audit."),
    control("9.3", "Management review", &[], "Section 8 is an input; the review is management's."),
    control(
        "10.2",
        "Nonconformities are corrected",
        &[],
        "Findings are listed ungraded; corrections are not supplied.",
    ),
    control("A.5.3", "Conflicting duties are held by different people", &[], NO_TEST),
    control("A.5.15", "Rules for access follow business and security needs", &[], NO_TEST),
    control(
        "A.5.16",
        "Identities are managed through their whole life",
        &[("VCH-01", Direct), ("TRC-01", Direct)],
        "Proof of identity when a person joins.",
    ),
    control("A.5.17", "Authentication secrets are handled by a process", &[], NO_TEST),
    control(
        "A.5.18",
        "Access rights are given, reviewed, changed and removed by policy",
        &[("VCH-01", Direct), ("VCH-02", Direct), ("TRC-01", Direct), ("TRC-02", Direct), ("DEP-01", Direct)],
        "The owner's approval, and the periodic review of rights.",
    ),
    control(
        "A.5.25",
        "Security events are assessed and classed",
        &[("TRC-03", Supporting)],
        "The assessment itself: no triage record is part of the evidence.",
    ),
    control("A.5.26", "Incidents are answered", &[], NO_TEST),
    control(
        "A.5.28",
        "Evidence is identified, collected and preserved by a procedure",
        &[("COV-02", Direct), ("COV-03", Supporting)],
        "Collection before the first digest, and whether a given court would admit it.",
    ),
    control(
        "A.5.33, A.5.34",
        "Records and personal data are protected",
        &[("COV-03", Supporting)],
        "Protection of records that are no delivered logs, and of personal data.",
    ),
    control("A.5.35, A.5.36", "Independent review, and adherence to the organisation's own rules", &[], NO_TEST),
    control(
        "A.6.5",
        "Duties and access end when people leave or change jobs",
        &[("TRC-02", Direct), ("DEP-01", Direct)],
        "That personnel records reached the identity provider in time.",
    ),
    control(
        "A.8.2",
        "Privileged rights are limited, given by process, reviewed and logged",
        &[("PRV-01", Direct)],
        "The periodic review, and what administrators did with cloud access to the same data.",
    ),
    control("A.8.3", "Access to information follows the rules", &[], NO_TEST),
    control("A.8.5", "Secure authentication", &[], NO_TEST),
    control("A.8.9", "Configurations are set, documented and watched", &[], NO_TEST),
    control(
        "A.8.15",
        "Activities, exceptions and faults are logged; logs are kept, protected and analysed",
        &[("COV-01", Direct), ("COV-02", Direct)],
        "Events that a vendor does not log, and read events where verbose logging is off.",
    ),
    control(
        "A.8.16",
        "Systems are watched for anomalies, and acted on",
        &[("TRC-03", Supporting), ("DEP-02", Supporting)],
        "Triage: who looked, and when.",
    ),
    control("A.8.17", "Clocks agree with a reference", &[], NO_TEST),
    control("A.8.31, A.8.32", "Environments apart; changes managed", &[], NO_TEST),
    control("All other Annex A controls", "Organisation, people, premises, technology", &[], NOT_ADDRESSED),
];

/// The controls that a test bears on, in both frameworks.
pub fn of_test(test_id: &str) -> Vec<TestControl> {
    let mut found = Vec::new();
    for framework in [Framework::Soc2, Framework::Iso27001] {
        for control in framework.controls() {
            if let Some((_, strength)) = control.tests.iter().find(|(id, _)| *id == test_id) {
                found.push(TestControl {
                    framework: framework.name().into(),
                    id: control.id.into(),
                    strength: *strength,
                });
            }
        }
    }
    found
}

/// The matrix of a framework over the tests that were run.
pub fn matrix(framework: Framework, tests: &[Test]) -> Vec<ControlRow> {
    framework.controls().iter().map(|control| row(control, tests)).collect()
}

fn row(control: &Control, tests: &[Test]) -> ControlRow {
    let bearing: Vec<ControlTest> = control
        .tests
        .iter()
        .filter_map(|(id, strength)| cell(tests.iter().find(|t| t.id == *id)?, *strength))
        .collect();
    ControlRow {
        id: control.id.into(),
        theme: control.theme.into(),
        organization_control: Supplied::missing("the organisation's own control id and wording"),
        has_evidence: !bearing.is_empty(),
        tests: bearing,
        limits: control.limits.into(),
    }
}

fn cell(test: &Test, strength: Strength) -> Option<ControlTest> {
    Some(ControlTest {
        id: test.id.clone(),
        title: test.title.clone(),
        strength,
        conclusion: test.conclusion,
        conclusion_words: test.conclusion_words.clone(),
        deviation_count: test.counts.deviations,
    })
}
