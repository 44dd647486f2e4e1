//! Models for tests: an empty one, a full one of a fictional organisation, and a hostile one.

use super::model::*;
use super::{controls, derive, texts};

const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Nothing was found, nothing was stated.
pub(crate) fn empty() -> Model {
    Model {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "tickmark".into(), version: "0.1.0".into() },
        package: PackageFacts {
            run_id: crate::package::run_id::<&str>(&[], DIGEST, "0.1.0"),
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
        totals: Totals::default(),
        rejects: Listing::of_total(Vec::new(), 0),
        vocabulary: Vec::new(),
        coverage: Coverage::default(),
        sensitivity: Sensitivity::default(),
        latency: Vec::new(),
        tests: Vec::new(),
        not_tested: Vec::new(),
        waivers: Vec::new(),
        soc2: Vec::new(),
        iso27001: Vec::new(),
        statements: Statements::none(),
    }
    .derive()
    .unwrap()
}

/// Everything that a report can hold, for example.com.
pub(crate) fn full() -> Model {
    let mut model = empty();
    model.inputs = inputs();
    let digests: Vec<&str> = model.inputs.iter().map(|f| f.sha256.as_str()).collect();
    model.package.run_id = crate::package::run_id(&digests, DIGEST, "0.1.0");
    model.package.data_files = data_files();
    model.scope = scope();
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
    model.tests = tests();
    model.cut_offs = model.tests.iter().map(|t| cut_off(&t.id)).collect();
    model.not_tested = texts::not_tested();
    model.waivers = waivers();
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
    model.waivers.iter_mut().for_each(|w| (w.reason, w.select, w.approved_by) = (attack(), attack(), attack()));
    model.inputs.iter_mut().for_each(|f| (f.path, f.source) = (attack(), attack()));
    model.rejects.rows.iter_mut().for_each(|r| (r.path, r.reason) = (attack(), attack()));
    model.vocabulary.iter_mut().for_each(|v| (v.event_type, v.source) = (attack(), attack()));
    model.identity.aliases.iter_mut().for_each(|a| (a.from, a.to) = (attack(), attack()));
    model.identity.unresolved.rows.iter_mut().for_each(|u| (u.name, u.reason) = (attack(), attack()));
    model.scope.places.iter_mut().for_each(|p| (p.name, p.scope) = (attack(), attack()));
    model.parameters.iter_mut().for_each(|p| (p.value, p.policy) = (attack(), attack()));
    model.coverage.rows.iter_mut().for_each(|r| (r.source, r.scope, r.note) = (attack(), attack(), attack()));
    model.coverage.holes.rows.iter_mut().for_each(|h| (h.id, h.source) = (attack(), attack()));
    model.door.principals = ATTACKS.map(str::to_owned).to_vec();
    for test in &mut model.tests {
        let id = test.id.clone();
        for row in test.exceptions.rows.iter_mut().chain(&mut test.undetermined.rows) {
            (row.actor, row.subject, row.object, row.detail) = (attack(), attack(), attack(), attack());
            (row.scope, row.item_id, row.waiver_id, row.hole_id) = (attack(), attack(), attack(), attack());
            row.records.iter_mut().for_each(|r| (r.path, r.event_id) = (attack(), attack()));
            row.in_words = texts::sentence(&id, row);
        }
    }
    model.derive().unwrap()
}

fn inputs() -> Vec<InputFile> {
    let file = |index: u8, path: &str, source: &str, records: RecordCounts, first: &str, last: &str| InputFile {
        file_id: format!("f{index:02}"),
        path: path.into(),
        source: source.into(),
        sha256: crate::package::sha256_hex(&[index]),
        byte_count: 1_234_567 + u64::from(index) * 91_331,
        records,
        first_event_time: first.into(),
        last_event_time: last.into(),
    };
    vec![
        file(
            1,
            "exports/databricks/2026-07.json.gz",
            "databricks",
            RecordCounts::new(48_211, 47_982, 229, 0, 0),
            "2026-07-01T00:00:12Z",
            "2026-07-31T23:58:40Z",
        ),
        file(
            2,
            "exports/databricks/2026-08-03.json.gz",
            "databricks",
            RecordCounts::new(51_904, 51_903, 0, 0, 1),
            "2026-08-01T00:00:03Z",
            "2026-09-30T23:59:51Z",
        ),
        file(
            3,
            "exports/okta/2026-Q3.json",
            "okta",
            RecordCounts::new(9_317, 9_105, 12, 200, 0),
            "2026-07-01T00:04:55Z",
            "2026-10-02T00:00:00Z",
        ),
    ]
}

fn data_files() -> Vec<DataFile> {
    [
        ("data/items.parquet", "every judged item", 14_402),
        ("data/results.parquet", "one row a test", 10),
        ("data/tracing.parquet", "one row a decision", 361),
        ("data/vouching.parquet", "one row an effect", 439),
    ]
    .map(|(path, doc, row_count)| DataFile { path: path.into(), doc: doc.into(), row_count })
    .to_vec()
}

fn scope() -> Scope {
    let place = |kind: &str, scope: &str, name: &str, environment: &str, source: &str, declared| Place {
        kind: kind.into(),
        scope: scope.into(),
        name: name.into(),
        environment: environment.into(),
        sources: vec![source.into()],
        declared,
    };
    Scope {
        places: vec![
            place("tenant", "tenant", "Example Corp Okta", NOT_SUPPLIED, "okta", true),
            place("account", "account", NOT_SUPPLIED, NOT_SUPPLIED, "databricks", true),
            place("workspace", "4150000000000001", "dbx-prod", "production", "databricks", true),
            place("workspace", "4150000000000002", "dbx-lab", "sandbox", "databricks", true),
            place("workspace", "4150000000000009", NOT_SUPPLIED, NOT_SUPPLIED, "databricks", false),
        ],
        excluded: vec!["Cloud provider logs (cloudtrail) were not supplied.".into()],
    }
}

fn parameters() -> Vec<Parameter> {
    let all: Vec<String> = ["VCH-01", "PRV-01"].map(str::to_owned).to_vec();
    let parameter =
        |name: &str, value: &str, default: &str, policy: &str, used_by: &[String], meaning: &str| Parameter {
            name: name.into(),
            value: value.into(),
            default: default.into(),
            changed: value != default,
            policy: policy.into(),
            used_by: used_by.to_vec(),
            meaning: meaning.into(),
        };
    vec![
        parameter("look_back", "24h", "24h", NOT_SUPPLIED, &all, "how long a decision may precede its effect"),
        parameter("skew", "5m", "5m", NOT_SUPPLIED, &all, "how far clocks may disagree"),
        parameter("max_gap", "1h", "1h", NOT_SUPPLIED, &["COV-01".into()], "longest hole that COV-01 tolerates"),
        parameter(
            "TRC-01.provision_sla",
            "4h",
            "24h",
            "IAM-7 section 3",
            &["TRC-01".into()],
            "limit for carrying out a grant",
        ),
        parameter(
            "deprovision_sla",
            "24h",
            "24h",
            "IAM-7 section 4",
            &["TRC-02".into(), "DEP-01".into()],
            "limit for carrying out a removal",
        ),
    ]
}

fn identity() -> Identity {
    let alias = |from: &str, to: &str| Alias { from: from.into(), to: to.into() };
    Identity {
        domains: vec![alias("corp.example.com", "example.com")],
        aliases: vec![alias("bob.old@example.com", "bob@example.com")],
        groups: vec![alias("DBX Data Engineers", "data-engineers")],
        group_prefix: "okta-".into(),
        principal_count: 412,
        merges: vec![
            MergeCount { basis: "external id".into(), count: 301 },
            MergeCount { basis: "verified e-mail".into(), count: 58 },
            MergeCount { basis: "configured alias".into(), count: 1 },
        ],
        unresolved: Listing::of_total(
            vec![Unresolved {
                name: "j.doe".into(),
                source: "databricks".into(),
                reason: "two identities claim the name".into(),
                event_count: 3,
            }],
            1,
        ),
    }
}

fn vocabulary() -> Vec<VocabularyLine> {
    let line = |source: &str, event_type: &str, plane: &str, count, mapped| VocabularyLine {
        source: source.into(),
        event_type: event_type.into(),
        plane: plane.into(),
        count,
        mapped,
    };
    vec![
        line("databricks", "accounts.addPrincipalToGroup", "effect", 214, true),
        line("databricks", "accounts.tokenLogin", "usage", 80_112, true),
        line("databricks", "unityCatalog.listTables", "other", 11, false),
        line("okta", "group.user_membership.add", "authority", 190, true),
    ]
}

fn days(holes: &[(usize, u32)], quiet_nights: bool) -> Vec<CoverageDay> {
    let lengths = [31, 31, 30];
    let mut days = Vec::new();
    for (month, length) in (7..).zip(lengths) {
        for day in 1..=length {
            let hole = holes.iter().find(|(at, _)| *at == days.len()).map_or(0, |(_, hours)| *hours);
            let quiet = if quiet_nights { 9.min(24 - hole) } else { 0 };
            let date = format!("2026-{month:02}-{day:02}");
            days.push(CoverageDay { date, covered: 24 - hole - quiet, quiet, hole });
        }
    }
    days
}

fn coverage() -> Coverage {
    let row = |source: &str, scope: &str, days: Vec<CoverageDay>| CoverageRow {
        source: source.into(),
        scope: scope.into(),
        established: true,
        note: "expected from the same hour of the week".into(),
        hour_count: 92 * 24,
        covered_hours: days.iter().map(|d| u64::from(d.covered)).sum(),
        quiet_hours: days.iter().map(|d| u64::from(d.quiet)).sum(),
        hole_hours: days.iter().map(|d| u64::from(d.hole)).sum(),
        days,
    };
    let mut young = row("databricks", "4150000000000009", days(&[], false));
    (young.established, young.note) = (false, "fewer than three days of records are at hand".into());
    (young.covered_hours, young.hour_count) = (0, 92 * 24);
    let hole =
        |id: &str, source: &str, scope: &str, start: &str, end: &str, hours, expected_count, undetermined| Hole {
            id: id.into(),
            source: source.into(),
            scope: scope.into(),
            start: start.into(),
            end: end.into(),
            hours,
            expected_count,
            undetermined_count: undetermined,
        };
    Coverage {
        rows: vec![
            row("databricks", "account", days(&[], true)),
            row("databricks", "4150000000000001", days(&[(40, 7)], false)),
            row("databricks", "4150000000000002", days(&[], true)),
            young,
            row("okta", "tenant", days(&[(15, 24), (16, 24), (17, 9)], true)),
        ],
        holes: Listing::of_total(
            vec![
                hole(
                    "H-001",
                    "databricks",
                    "4150000000000001",
                    "2026-08-10T03:00:00Z",
                    "2026-08-10T10:00:00Z",
                    7,
                    310,
                    1,
                ),
                hole("H-002", "okta", "tenant", "2026-07-16T00:00:00Z", "2026-07-18T09:00:00Z", 57, 402, 7),
            ],
            2,
        ),
    }
}

fn latency() -> Vec<Latency> {
    let spread = |count: i64, step: i64| (1..=count).map(|i| (i * i * step) % 50_000 + i).collect::<Vec<_>>();
    let mut grants = spread(180, 97);
    grants.extend((0..90).map(|i| 20 + i * 3));
    let mut removals = spread(60, 41);
    removals.extend([90_000, 190_000, 400_000]);
    vec![derive::latency("grants", grants, 3, 14_400), derive::latency("removals", removals, 2, 86_400)]
}

fn cut_off(test_id: &str) -> CutOff {
    CutOff {
        test_id: test_id.into(),
        cut_off: "2026-10-02T00:00:00Z".into(),
        basis: "end of the period plus the longest window, 24 h".into(),
    }
}

fn waivers() -> Vec<Waiver> {
    let waiver = |id: &str, status: &str, finding: &str, item_count| Waiver {
        id: id.into(),
        test_id: "VCH-01".into(),
        select: "actor = terraform@example.com".into(),
        reason: "The lab's groups are made by pipeline until the connector serves it.".into(),
        requested_by: "dana@example.com".into(),
        approved_by: "erik@example.com".into(),
        approved_at: "2026-07-01".into(),
        expires: "2026-10-01".into(),
        status: status.into(),
        finding: finding.into(),
        item_count,
    };
    vec![
        waiver("W-2026-07", "used", "", 1),
        waiver("W-2026-02", "unused", "No exception matched it; it may be withdrawn.", 0),
    ]
}

/// id, pass, exception, waived, undetermined, not applicable.
const COUNTS: [(&str, [u64; 5]); 10] = [
    ("COV-01", [10_972, 64, 0, 0, 0]),
    ("COV-02", [109_431, 1, 0, 0, 0]),
    ("DEP-01", [21, 1, 0, 1, 2]),
    ("DEP-02", [23, 0, 0, 1, 1]),
    ("PRV-01", [0, 0, 0, 0, 0]),
    ("TRC-01", [265, 1, 0, 2, 11]),
    ("TRC-02", [63, 2, 0, 1, 4]),
    ("TRC-03", [5, 0, 0, 0, 0]),
    ("VCH-01", [427, 3, 1, 8, 19]),
    ("VCH-02", [433, 2, 0, 0, 23]),
];

fn tests() -> Vec<Test> {
    COUNTS.iter().map(|(id, counts)| test(id, *counts)).collect()
}

fn test(id: &str, [pass, exception, waived, undetermined, not_applicable]: [u64; 5]) -> Test {
    let about = texts::about(id).unwrap();
    let counts = Counts::new(pass, exception, waived, undetermined, not_applicable);
    let conclusion = Conclusion::of(&counts, true, 0);
    let rows = |verdict: &str, reason: &str, count: u64| -> Vec<ItemRow> {
        (0..count.min(12)).map(|index| item(id, verdict, reason, index)).collect()
    };
    let failing = if id.starts_with("TRC") || id == "DEP-01" { "late" } else { "no_authority" };
    let mut exceptions = rows("exception", failing, exception);
    exceptions.extend(rows("waived", failing, waived));
    let severities = derive::severities(exceptions.iter().map(|r| (r.severity, r.verdict.as_str())));
    let item_ids: Vec<&str> = exceptions.iter().map(|r| r.item_id.as_str()).collect();
    Test {
        id: id.into(),
        version: "1".into(),
        title: about.title.into(),
        gate: about.gate,
        objective: about.objective.into(),
        population_definition: about.population.into(),
        item_noun: about.item_noun.into(),
        procedure: about.procedure.iter().map(|s| (*s).into()).collect(),
        exclusions: vec![Exclusion { name: "failed attempts".into(), count: 37 }],
        counts,
        by_scope: vec![ScopeCounts { scope: "account".into(), counts }],
        conclusion,
        conclusion_words: conclusion.in_words(&counts),
        severity: if id == "TRC-01" { Severity::Low } else { Severity::High },
        severities,
        parameters: parameters().into_iter().filter(|p| p.used_by.iter().any(|t| t == id)).collect(),
        controls: controls::of_test(id),
        reasons: reasons(id, failing, &counts),
        limits: about.limits.iter().map(|s| (*s).into()).collect(),
        population_root: crate::package::merkle_root(&item_ids),
        undetermined: Listing::of_total(rows("undetermined", "coverage_gap", undetermined), undetermined),
        exceptions: Listing::of_total(exceptions, counts.deviations),
    }
}

fn reasons(id: &str, failing: &str, counts: &Counts) -> Vec<ReasonCount> {
    [
        ("pass", "matched", counts.pass),
        ("exception", failing, counts.exception),
        ("waived", failing, counts.waived),
        ("undetermined", "coverage_gap", counts.undetermined),
        ("not_applicable", "platform_internal", counts.not_applicable),
    ]
    .into_iter()
    .filter(|(_, _, count)| *count > 0)
    .map(|(verdict, reason, count)| ReasonCount {
        verdict: verdict.into(),
        reason: reason.into(),
        count,
        meaning: texts::reason(id, reason).into(),
    })
    .collect()
}

fn item(test_id: &str, verdict: &str, reason: &str, index: u64) -> ItemRow {
    let people = ["alice@example.com", "bob@example.com", "carol@example.com", "dmitri@example.com"];
    let pick = |offset: u64| people[usize::try_from((index + offset) % 4).unwrap()].to_owned();
    let digest = crate::package::sha256_hex(format!("{test_id} {verdict} {index}").as_bytes());
    let mut row = ItemRow {
        item_id: digest[..32].into(),
        verdict: verdict.into(),
        reason: reason.into(),
        severity: if test_id == "TRC-01" { Severity::Low } else { Severity::High },
        event_time: format!("2026-07-{:02}T08:15:{:02}Z", 16 + index % 10, index),
        scope: "account".into(),
        actor: if verdict == "waived" { "terraform@example.com".into() } else { pick(2) },
        subject: pick(0),
        object: "data-engineers".into(),
        detail: if reason == "late" { "carried out after 31 h 4 min, limit 24 h".into() } else { String::new() },
        in_words: String::new(),
        waiver_id: if verdict == "waived" { "W-2026-07".into() } else { String::new() },
        hole_id: if reason == "coverage_gap" { "H-002".into() } else { String::new() },
        records: vec![RecordRef {
            event_id: digest[32..].into(),
            path: "exports/databricks/2026-07.json.gz".into(),
            line: 4_100 + index,
        }],
    };
    row.in_words = texts::sentence(test_id, &row);
    row
}
