//! Files as people write them: what is read, what is refused with its line, what becomes a finding.

mod asked;
mod forms;
mod refused;

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::config::Config;

const HEAD: &str = "[organization]\nname = \"Example Corp\"\n";

/// A folder with these files, each declared as its kind, and a configuration that says `more`.
fn folder(files: &[(&str, &str, &str)], more: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut text = HEAD.to_owned() + more + "\n";
    for (kind, name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
        text += &format!("[[companion]]\nkind = \"{kind}\"\npaths = [\"{name}\"]\nowner = \"People team\"\n");
    }
    std::fs::write(folder.path().join("t.toml"), text).unwrap();
    folder
}

fn config(folder: &Path) -> Config {
    Config::read(&folder.join("t.toml")).unwrap()
}

fn read_with(files: &[(&str, &str, &str)], more: &str) -> Result<Companions> {
    let folder = folder(files, more);
    Companions::read(&config(folder.path()))
}

fn read(files: &[(&str, &str, &str)]) -> Companions {
    read_with(files, "").unwrap()
}

/// The message, without the folder.
fn fails_with(files: &[(&str, &str, &str)], more: &str) -> String {
    let folder = folder(files, more);
    let error = Companions::read(&config(folder.path())).expect_err("a refusal");
    assert_eq!(error.exit_code(), 3, "{error}");
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

fn fails(kind: &str, name: &str, text: &str) -> String {
    fails_with(&[(kind, name, text)], "")
}

fn findings(companions: &Companions) -> Vec<String> {
    companions.findings.iter().map(|f| format!("{}:{}: {}", f.path, f.line, f.message)).collect()
}

fn utc(text: &str) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}

#[test]
fn the_kinds_are_in_order_and_keys_are_columns() {
    for (kind, register) in Kind::ALL.into_iter().zip(&REGISTERS) {
        assert_eq!(register.kind, kind);
        assert_eq!(Kind::by_name(kind.as_str()), Some(kind));
        let names: Vec<&str> = register.columns.iter().map(|column| column.name).collect();
        let mut apart = names.clone();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!(apart.len(), names.len(), "{}", kind.as_str());
        assert!(register.key.iter().all(|name| names.contains(name)), "{}", kind.as_str());
        for column in register.columns {
            assert!(column.doc.ends_with('.') && !column.doc.contains('|'), "{} {}", kind.as_str(), column.name);
        }
    }
}

/// One row of every kind with every column, so that each is read as it is declared.
const EVERY: [(&str, &str); 17] = [
    ("hr_leavers", "bob@example.com,2026-07-01,mover,data-*;SELECT:main.*"),
    ("approvals", "T-1,bob@example.com,data-*,member,*,carol@example.com,bob@example.com,2026-07-01,2026-08-01"),
    ("reviews", "R-1,sha,carol@example.com,2026-07-01,bob@example.com,engineers,revoke"),
    ("guests", "guest@example.com,carol@example.com,2026-12-31"),
    ("service_principals", "app-1,carol@example.com,nightly load,SELECT:main.*;loaders,pipeline"),
    ("break_glass", "root@example.com,user,2h"),
    ("sod_matrix", "grantor,reviewer"),
    ("duties", "grantor,idp,role,*admin*\nreviewer,databricks,group,reviewers"),
    ("environments", "4150000000000001,production"),
    ("groups", "DBX Engineers,engineers"),
    ("group_pairs", "engineers,engineers-lab"),
    ("token_policy", "*@example.com,90d,true"),
    ("snapshot_users", "2026-07-01T00:00:00Z,bob@example.com,user,false,00u1,77,Bob,account,api"),
    ("snapshot_members", "2026-07-01T00:00:00Z,engineers,bob@example.com,user,account"),
    ("snapshot_grants", "2026-07-01T00:00:00Z,bob@example.com,SELECT,main.sales,account"),
    ("snapshot_tokens", "2026-07-01T00:00:00Z,tok-1,bob@example.com,2026-06-01,2026-09-01,2026-06-30,account"),
    ("triage", "I-1,item-1,bob@example.com,eve@example.com,false alarm,carol@example.com,2026-07-02"),
];

#[test]
fn every_column_of_every_kind_is_read() {
    let texts: Vec<(&str, String, String)> = EVERY
        .iter()
        .map(|(kind, rows)| {
            let header: Vec<&str> =
                Kind::by_name(kind).unwrap().register().columns.iter().map(|column| column.name).collect();
            (*kind, format!("{kind}.csv"), format!("{}\n{rows}\n", header.join(",")))
        })
        .collect();
    let files: Vec<_> = texts.iter().map(|(kind, name, text)| (*kind, name.as_str(), text.as_str())).collect();
    let all = read(&files);
    assert_eq!(all.findings, []);
    assert!(Kind::ALL.into_iter().all(|kind| all.has(kind)) && all.files.len() == 17);
    let counts: u64 = all.files.iter().map(|file| file.row_count).sum();
    assert_eq!(counts, 18);
    let leaver = &all.hr_leavers[0];
    assert_eq!((leaver.kind, leaver.effective_at), (LeaverKind::Mover, utc("2026-07-01T00:00:00Z")));
    assert_eq!(leaver.ends.as_deref(), Some(&["data-*".to_owned(), "SELECT:main.*".to_owned()][..]));
    assert_eq!((&*leaver.path, leaver.line), ("hr_leavers.csv", 2));
    assert_eq!(all.approvals[0].expires_at, Some(utc("2026-08-01T00:00:00Z")));
    assert_eq!(all.reviews[0].decision, Decision::Revoke);
    assert_eq!(all.break_glass[0].max_session.map(|span| span.as_seconds()), Some(7_200));
    assert_eq!((all.duties[1].system, all.duties[1].kind), (DutySystem::Databricks, DutyKind::Group));
    assert_eq!((all.token_policy[0].max_life.as_seconds(), all.token_policy[0].may_create), (7_776_000, true));
    assert_eq!((all.snapshot_users[0].active, all.snapshot_users[0].kind), (false, PrincipalKind::User));
    assert_eq!(all.snapshot_tokens[0].last_used_at, Some(utc("2026-06-30T00:00:00Z")));
    assert_eq!(all.triage[0].item_id.as_deref(), Some("item-1"));
}

#[test]
fn a_file_is_digested_counted_and_owned() {
    let all = read(&[("guests", "guests.csv", "principal,sponsor,expires\n")]);
    let [file] = &all.files[..] else { panic!("{:?}", all.files) };
    assert_eq!((file.kind, &*file.path, file.owner.as_str()), (Kind::Guests, "guests.csv", "People team"));
    assert_eq!((file.byte_count, file.row_count), (26, 0));
    assert_eq!(file.sha256, crate::package::sha256_hex(b"principal,sponsor,expires\n"));
    assert!(all.has(Kind::Guests), "an empty register was supplied");
    assert!(!all.has(Kind::Approvals) && !Companions::default().has(Kind::Guests));
}

#[test]
fn a_day_is_midnight_where_the_reports_are_and_scopes_are_ids() {
    let more = "[report]\nzone = \"Europe/Zurich\"\n[workspaces]\nnames = { \"dbx-prod\" = \"4150000000000001\" }";
    let rows = "taken_at,group,member,scope\n2026-07-01T00:00:00+02:00,g,a,DBX-Prod\n2026-07-01T00:00:00Z,g,a,\n";
    let leavers = "person,effective_at,kind\na,2026-07-01,Voluntary\n";
    let all = read_with(&[("snapshot_members", "m.csv", rows), ("hr_leavers", "l.csv", leavers)], more).unwrap();
    assert_eq!(all.hr_leavers[0].effective_at, utc("2026-06-30T22:00:00Z"));
    assert_eq!(all.snapshot_members[0].taken_at, utc("2026-06-30T22:00:00Z"));
    let scopes: Vec<&str> = all.snapshot_members.iter().map(|row| row.scope.as_str()).collect();
    assert_eq!(scopes, ["4150000000000001", "account"]);
}

#[test]
fn maps_are_laid_into_the_configuration_which_wins() {
    let more = "[groups]\nmap = { \"DBX Engineers\" = \"engineers\" }\n[environments]\nproduction = [\"1\"]";
    let groups = "idp_group,databricks_group\ndbx engineers,Engineers\nDBX Roots,admins\n";
    let environments = "scope,environment\n1,production\n2,sandbox\n3,other\n4,production\n";
    let folder = folder(&[("groups", "g.csv", groups), ("environments", "e.csv", environments)], more);
    let (config, companions) = Companions::with_config(&folder.path().join("t.toml"), None).unwrap();
    assert_eq!(companions.findings, []);
    let map: Vec<_> = config.group_map.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    assert_eq!(map, [("DBX Engineers", "engineers"), ("DBX Roots", "admins")]);
    assert_eq!((config.production, config.sandbox), (vec!["1".to_owned(), "4".to_owned()], vec!["2".to_owned()]));
}

#[test]
fn what_does_not_hold_is_a_finding_and_stays_in_the_list() {
    let more = "[identity]\naliases = { \"bob.old@example.com\" = \"bob@example.com\" }\n\
                [groups]\nmap = { \"Old\" = \"roots\" }";
    let approvals = "ticket,subject,object,approver,approved_at,expires_at\n\
        T-1,bob@example.com,engineers,Bob.Old@Example.com,2026-07-01,\n\
        T-2,bob@example.com,engineers,carol@example.com,2026-07-02,2026-07-02\n\
        T-3,bob@example.com,engineers,carol@example.com,2026-07-02,2026-07-03\n";
    let reviews = "review_id,roster_digest,reviewer,at,subject,decision\n\
        R-1,x,bob@example.com,2026-07-01,BOB@example.com,keep\nR-1,x,bob@example.com,2026-07-01,,keep\n";
    let groups = "idp_group,databricks_group\nA,engineers\nB,Engineers\nC,roots\n";
    let triage = "incident,decision,who,at\nI-1,nothing,carol@example.com,2026-07-01\n";
    let matrix = "duty_a,duty_b\ngrant,review\n";
    let duties = "duty,system,kind,value\ngrant,idp,role,admin\n";
    let guests = "principal,sponsor,expires\ng@example.com,G@example.com,2026-09-01\n";
    let files = [
        ("approvals", "a.csv", approvals),
        ("reviews", "r.csv", reviews),
        ("groups", "g.csv", groups),
        ("triage", "t.csv", triage),
        ("sod_matrix", "m.csv", matrix),
        ("duties", "d.csv", duties),
        ("guests", "u.csv", guests),
    ];
    let all = read_with(&files, more).unwrap();
    assert_eq!(
        findings(&all),
        [
            "a.csv:2: approval `T-1`: `Bob.Old@Example.com` approved their own access; no test uses it",
            "a.csv:3: approval `T-2` expires before it is approved, and covers nothing",
            "g.csv:3: groups `B` and `A` (g.csv line 2) both go to `Engineers`",
            "g.csv:4: groups `C` and `Old` (the configuration) both go to `roots`",
            "m.csv:2: no row of duties describes `review`, so nobody can be seen to have it",
            "r.csv:2: review `R-1`: `bob@example.com` reviewed their own access",
            "t.csv:2: triage of `I-1` names neither item, subject nor actor; no test can use it",
            "u.csv:2: guest `g@example.com` is their own sponsor",
        ]
    );
    let own: Vec<bool> = all.approvals.iter().map(|row| row.is_self_approved).collect();
    assert_eq!(own, [true, false, false]);
    assert_eq!((all.reviews.len(), all.groups.len(), all.triage.len()), (2, 3, 1));
}

#[test]
fn groups_in_each_other_are_a_finding_at_their_first_row() {
    let rows = "taken_at,group,member,member_kind,scope\n\
        2026-07-01T00:00:00Z,g1,g2,group,\n2026-07-01T00:00:00Z,G2,g3,group,\n2026-07-01T00:00:00Z,g3,G1,,\n\
        2026-07-01T00:00:00Z,g3,g4,group,\n2026-07-01T00:00:00Z,g4,a@example.com,user,\n\
        2026-07-02T00:00:00Z,g5,g6,group,\n2026-07-03T00:00:00Z,g6,g5,group,\n2026-07-03T00:00:00Z,g7,g7,group,\n";
    let all = read(&[("snapshot_members", "m.csv", rows)]);
    assert_eq!(
        findings(&all),
        [
            "m.csv:2: groups `g1`, `g2`, `g3` are members of each other: whoever is in one of them is in all",
            "m.csv:9: groups `g7` are members of each other: whoever is in one of them is in all",
        ]
    );
}

#[test]
fn two_groups_that_the_configuration_sends_to_one_are_a_finding_with_its_line() {
    let more = "[groups]\nmap = { \"A\" = \"eng\", \"C\" = \"ops\",\n  \"B\" = \"Eng\" }\n";
    let all = read_with(&[], more).unwrap();
    let [finding] = &findings(&all)[..] else { panic!("{:?}", all.findings) };
    assert!(finding.starts_with("t.toml:") && finding.contains("groups `B` and `A` (t.toml line "), "{finding}");
    assert!(finding.ends_with("both go to `Eng`"), "{finding}");
}
