//! Models for tests: an empty one, a full one of a fictional organisation, and a hostile one.

mod comparison;
mod evidence;
mod tests;

use self::comparison::comparison;
pub(crate) use self::comparison::prior;
use self::evidence::*;
use self::tests::tests;
use super::model::*;
use super::texts;

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Nothing was found, nothing was stated.
pub(crate) fn empty() -> Model {
    Model {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "tickmark".into(), version: "0.1.0".into() },
        package: PackageFacts {
            run_id: crate::package::run_id::<&str>(&[], DIGEST, "0.1.0", None),
            config_sha256: DIGEST.into(),
            redaction_profile: "full".into(),
            data_files: Vec::new(),
        },
        organization: "Example Corp".into(),
        period: Period {
            label: "2026-Q3".into(),
            start: "2026-07-01T00:00:00Z".into(),
            end: "2026-10-01T00:00:00Z".into(),
            zone: "UTC".into(),
        },
        summary: Summary::default(),
        scope: Scope::default(),
        cut_offs: Vec::new(),
        profile: ProfileFacts::default(),
        parameters: Vec::new(),
        door: Door {
            principals: Vec::new(),
            user_agents: Vec::new(),
            addresses: Vec::new(),
            address_judged: false,
            automation: Vec::new(),
        },
        identity: Identity {
            domains: Vec::new(),
            aliases: Vec::new(),
            groups: Vec::new(),
            group_prefix: String::new(),
            principal_count: 0,
            merges: Vec::new(),
            unresolved: Listing::of_total(Vec::new(), 0),
        },
        inputs: Vec::new(),
        companions: Vec::new(),
        companion_findings: Listing::of_total(Vec::new(), 0),
        other_inputs: Vec::new(),
        totals: Totals::default(),
        rejects: Listing::of_total(Vec::new(), 0),
        vocabulary: Vec::new(),
        coverage: Coverage::default(),
        sensitivity: Sensitivity::default(),
        latency: Vec::new(),
        skews: Vec::new(),
        tests: Vec::new(),
        not_tested: Vec::new(),
        waivers: Vec::new(),
        waiver_set: WaiverSet::default(),
        comparison: Comparison::default(),
        soc2: Vec::new(),
        iso27001: Vec::new(),
        crosswalk: Vec::new(),
        mapping: MappingFacts::default(),
        organization_controls: Vec::new(),
        statements: Statements::none(),
    }
    .derive()
    .unwrap()
}

/// Everything that a report can hold, for example.com.
pub(crate) fn full() -> Model {
    let mut model = empty();
    model.inputs = inputs();
    (model.companions, model.companion_findings) = companions();
    model.other_inputs = other_inputs();
    let others = model.other_inputs.iter().map(|f| f.sha256.as_str());
    let others = model.companions.iter().map(|f| f.sha256.as_str()).chain(others);
    let digests: Vec<&str> = model.inputs.iter().map(|f| f.sha256.as_str()).chain(others).collect();
    model.package.run_id = crate::package::run_id(&digests, DIGEST, "0.1.0", Some(&prior()));
    model.package.data_files = data_files();
    model.scope = scope();
    model.profile = ProfileFacts { given: true, name: "our-soc2".into(), left_out: vec!["CHG-01".into()] };
    model.organization_controls = organization_controls();
    model.parameters = parameters();
    model.door.principals = vec!["scim-connector@example.com".into()];
    model.door.user_agents = vec!["*Okta*SCIM*".into()];
    model.door.automation = vec!["terraform@example.com".into()];
    model.identity = identity();
    model.rejects = Listing::of_total(
        vec![Reject {
            path: "exports/databricks/2026-08-03.json.gz".into(),
            line: 812,
            byte_offset: 1_048_201,
            reason: "the record ends inside a string".into(),
        }],
        1,
    );
    model.vocabulary = vocabulary();
    model.coverage = coverage();
    model.sensitivity = Sensitivity {
        rows: [(900, false, 371, 390, 41, 8), (3_600, false, 402, 421, 10, 8), (86_400, true, 408, 427, 4, 8)]
            .map(|(look_back_seconds, in_use, matched, pass, deviations, undetermined)| SensitivityRow {
                look_back_seconds,
                in_use,
                matched,
                pass,
                deviations,
                undetermined,
            })
            .to_vec(),
    };
    model.latency = latency();
    model.skews = skews();
    model.tests = tests();
    model.cut_offs = model.tests.iter().map(|t| cut_off(&t.id)).collect();
    model.not_tested = vec![NotTested {
        id: "PRV-02".into(),
        title: "The privileged roster is reviewed".into(),
        reason: "no review record was supplied".into(),
    }];
    model.waivers = waivers();
    model.comparison = comparison();
    model.statements.system = Supplied::stated("The Databricks account of Example Corp and its two workspaces.");
    model.derive().unwrap()
}

/// Texts that try to become markup.
pub(crate) const ATTACKS: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "a | b | c |",
    "`code` **bold** _it_ [link](https://evil.example) ![i](http://evil.example/i.png)",
    "line\nbreak\r\n# heading\n- item",
    "abc\u{202e}dlrow\u{2066}",
    "\u{1b}[31mred\u{1b}[0m\u{7}",
    "{{ model }} {% include \"soc2.html\" %} </table></svg>",
    "www.evil.example &lt;b&gt; ~~gone~~ $x$ @everyone",
];

/// The full model with every name, path and reason replaced by an attack.
pub(crate) fn hostile() -> Model {
    let mut next = 0;
    let mut attack = || {
        next += 1;
        ATTACKS[next % ATTACKS.len()].to_owned()
    };
    let mut model = full();
    model.organization = attack();
    model.statements.system = Supplied::stated(attack());
    for w in &mut model.waivers {
        (w.reason, w.select, w.approved_by) = (attack(), attack(), attack());
        (w.risk, w.compensating_control, w.ticket, w.finding) = (attack(), attack(), attack(), attack());
    }
    model.inputs.iter_mut().for_each(|f| (f.path, f.source) = (attack(), attack()));
    model.companions.iter_mut().for_each(|f| (f.path, f.owner) = (attack(), attack()));
    model.companion_findings.rows.iter_mut().for_each(|f| (f.path, f.message) = (attack(), attack()));
    model.rejects.rows.iter_mut().for_each(|r| (r.path, r.reason) = (attack(), attack()));
    model.vocabulary.iter_mut().for_each(|v| (v.event_type, v.source) = (attack(), attack()));
    model.identity.aliases.iter_mut().for_each(|a| (a.from, a.to) = (attack(), attack()));
    model.identity.unresolved.rows.iter_mut().for_each(|u| (u.name, u.reason) = (attack(), attack()));
    model.scope.places.iter_mut().for_each(|p| (p.name, p.scope) = (attack(), attack()));
    model.parameters.iter_mut().for_each(|p| (p.value, p.policy, p.origin) = (attack(), attack(), attack()));
    model.profile.name = attack();
    model.other_inputs.iter_mut().for_each(|f| f.path = attack());
    model.organization_controls.iter_mut().for_each(|o| {
        (o.organization_id, o.text, o.owner, o.justification) = (attack(), attack(), attack(), attack());
    });
    model.coverage.rows.iter_mut().for_each(|r| (r.source, r.scope, r.note) = (attack(), attack(), attack()));
    model.coverage.holes.rows.iter_mut().for_each(|h| (h.id, h.source) = (attack(), attack()));
    model.coverage.heartbeat_files.iter_mut().for_each(|f| f.path = attack());
    model.skews.iter_mut().for_each(|s| (s.earlier, s.later) = (attack(), attack()));
    model.door.principals = ATTACKS.map(str::to_owned).to_vec();
    for row in &mut model.comparison.rows.rows {
        (row.item_id, row.previous, row.now, row.proof) = (attack(), attack(), attack(), attack());
        (row.subject, row.object, row.first_seen_period) = (attack(), attack(), attack());
    }
    model.comparison.inputs_added.rows.iter_mut().for_each(|path| *path = attack());
    model.comparison.previous_period = attack();
    for test in &mut model.tests {
        let of = crate::catalogue::test(&test.id).unwrap();
        for row in test.exceptions.rows.iter_mut().chain(&mut test.undetermined.rows) {
            (row.actor, row.subject, row.object, row.detail) = (attack(), attack(), attack(), attack());
            (row.scope, row.item_id, row.waiver_id, row.hole_id) = (attack(), attack(), attack(), attack());
            row.records.iter_mut().for_each(|r| (r.path, r.event_id) = (attack(), attack()));
            row.in_words = texts::sentence(of, row);
        }
    }
    model.derive().unwrap()
}
