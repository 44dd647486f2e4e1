//! Companion files: listed with digest, owner and findings, or refused with their line.

use serde_json::Value;
use tickmark::package::sha256_hex;

use crate::support::{Place, bare_config, sample, tickmark};

const LEAVERS: &str = "person,effective_at,kind\r\nbob@example.com,2026-07-20,voluntary\r\n";
const APPROVALS: &str = "ticket,subject,object,approver,approved_at\n\
                         T-1,bob@example.com,data-*,carol@example.com,2026-07-01\n\
                         T-2,bob@example.com,data-*,BOB@example.com,2026-07-01\n";
const GROUPS: &str = "idp_group,databricks_group\nDBX Data Scientists,data-engineers\n";

/// A folder whose configuration is the sample's with these companions in the place of its own.
fn with(companions: &[(&str, &str, &str)]) -> Place {
    let place = Place::new();
    let mut text = bare_config();
    for (kind, name, rows) in companions {
        place.write(&format!("registers/{name}"), rows);
        text +=
            &format!("\n[[companion]]\nkind = \"{kind}\"\npaths = [\"registers/{name}\"]\nowner = \"People team\"\n");
    }
    place.write("tickmark.toml", text);
    place
}

/// Reports on the lake of the sample.
fn report(place: &Place) -> crate::support::Ran {
    let lake = sample().join("lake").display().to_string();
    place.run(&["report", "--lake", &lake, "--config", "tickmark.toml", "--period", "2026-07", "--out", "out"])
}

fn json(place: &Place, name: &str) -> Value {
    serde_json::from_slice(&place.read(name)).unwrap()
}

#[test]
fn companions_are_evidence_listed_with_digest_owner_and_findings() {
    let place = with(&[("hr_leavers", "leavers.csv", LEAVERS), ("approvals", "tickets.csv", APPROVALS)]);
    let told = report(&place).ends(0).text();
    assert!(told.contains("approvals from registers/tickets.csv (People team): 2 rows, 1 findings"), "{told}");
    assert!(told.contains("registers/tickets.csv:3: approval `T-2`"), "{told}");

    let model = json(&place, "out/model.json");
    let [leavers, approvals] = &model["companions"].as_array().unwrap()[..] else { panic!("{}", model["companions"]) };
    assert_eq!((&leavers["kind"], &leavers["path"]), (&"hr_leavers".into(), &"registers/leavers.csv".into()));
    assert_eq!((&leavers["owner"], &leavers["row_count"]), (&"People team".into(), &1.into()));
    assert_eq!(
        (&leavers["sha256"], &leavers["byte_count"]),
        (&sha256_hex(LEAVERS.as_bytes()).into(), &LEAVERS.len().into())
    );
    assert_eq!((&approvals["row_count"], &approvals["finding_count"]), (&2.into(), &1.into()));
    let finding = &model["companion_findings"]["rows"][0];
    assert_eq!((&finding["path"], &finding["line"]), (&"registers/tickets.csv".into(), &3.into()));

    let manifest = json(&place, "out/manifest.json");
    let of_kind = |kind: &str| {
        let inputs = manifest["inputs"].as_array().unwrap();
        inputs.iter().find(|input| input["source"] == format!("companion:{kind}")).cloned().unwrap()
    };
    assert_eq!(of_kind("hr_leavers")["sha256"], sha256_hex(LEAVERS.as_bytes()));
    assert_eq!((&of_kind("approvals")["records"], &of_kind("approvals")["accepted"]), (&2.into(), &2.into()));
    place.run(&["verify", "out"]).ends(0);
    for page in ["soc2.html", "soc2.md", "iso27001.html", "iso27001.md"] {
        let text = place.text(&format!("out/{page}"));
        for words in ["registers/leavers.csv", "People team", "approved their own access"] {
            assert!(text.replace('\\', "").contains(words), "{page}: {words}");
        }
    }
}

#[test]
fn the_run_id_follows_from_companions() {
    let place = with(&[("hr_leavers", "leavers.csv", LEAVERS)]);
    report(&place).ends(0);
    let first = json(&place, "out/model.json");
    report(&place).ends(0);
    assert_eq!(json(&place, "out/model.json"), first);
    place.write("registers/leavers.csv", LEAVERS.replace("07-20", "07-21"));
    report(&place).ends(0);
    let second = json(&place, "out/model.json");
    assert_eq!(second["package"]["config_sha256"], first["package"]["config_sha256"]);
    assert_ne!(second["package"]["run_id"], first["package"]["run_id"]);
    let without = with(&[]);
    report(&without).ends(0);
    assert_eq!(json(&without, "out/model.json")["companions"], Value::Array(Vec::new()));
}

#[test]
fn the_map_of_groups_is_in_use_and_two_that_go_to_one_are_told() {
    let place = with(&[("groups", "groups.csv", GROUPS)]);
    let told = report(&place).ends(0).text();
    assert!(
        told.contains(
            "registers/groups.csv:2: groups `DBX Data Scientists` and `DBX Data Engineers` (the configuration)"
        ),
        "{told}"
    );
    let model = json(&place, "out/model.json");
    let groups = model["identity"]["groups"].as_array().unwrap();
    assert!(groups.iter().any(|group| group["from"] == "DBX Data Scientists"), "{groups:?}");
}

#[test]
fn groups_that_records_make_members_of_each_other_are_a_finding_at_the_record() {
    let row = |minute: u32, group: &str, member: &str| {
        let time = 1_782_986_400_000_u64 + u64::from(minute) * 60_000;
        format!(
            r#"{{"version":"2.0","auditLevel":"ACCOUNT_LEVEL","timestamp":{time},"accountId":"a","workspaceId":0,"sourceIPAddress":"192.0.2.1","userAgent":"x","sessionId":null,"userIdentity":{{"email":"root@example.com","subjectName":null}},"serviceName":"accounts","actionName":"addPrincipalToGroup","requestId":"r{minute}","requestParams":{{"endpoint":"scim","targetGroupId":"{group}","targetGroupName":"g{group}","targetUserId":"{member}","targetUserName":"g{member}"}},"response":{{"statusCode":200}}}}"#
        )
    };
    let place = Place::new();
    let made = |minute: u32, group: &str| {
        row(minute, group, "")
            .replace("addPrincipalToGroup", "createGroup")
            .replace(r#","targetUserId":"","targetUserName":"g""#, "")
    };
    let rows = [made(0, "1"), made(1, "2"), row(2, "1", "2"), row(3, "2", "1")];
    place.write("in/rows.json", rows.join("\n"));
    place.write(
        "tickmark.toml",
        "[organization]\nname = \"X\"\n[[source]]\nid = \"databricks\"\npaths = [\"in/*.json\"]\n",
    );
    let run = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake", "--out", "out"];
    place.run(&run).ends(0);
    let finding = &json(&place, "out/model.json")["companion_findings"]["rows"][0];
    assert_eq!((&finding["path"], &finding["line"]), (&"in/rows.json".into(), &4.into()), "{finding}");
    assert!(finding["message"].as_str().unwrap().contains("`g1`, `g2` are members of each other"), "{finding}");
    for page in ["soc2.html", "soc2.md", "iso27001.html", "iso27001.md"] {
        assert!(place.text(&format!("out/{page}")).contains("members of each other"), "{page}");
    }
}

#[test]
fn a_malformed_companion_is_3_and_names_file_and_line() {
    for (kind, rows, words) in [
        (
            "hr_leavers",
            "person,effective_at,kind\na@example.com,2026-07-20,mover\nb@example.com,,mover\n",
            "line 3: `effective_at` is missing",
        ),
        ("hr_leavers", "person,efective_at,kind\n", "line 1: unknown column `efective_at`"),
        ("guests", "principal,sponsor,expires\na,b,2026-07-20\nA,b,2026-07-21\n", "line 3: the same `principal`"),
    ] {
        let place = with(&[(kind, "x.csv", rows)]);
        report(&place).ends(3).says(&["registers/x.csv`", words]);
        let run = place.run(&["run", "--config", "tickmark.toml"]);
        run.ends(3).says(&["registers/x.csv`", words]);
        assert!(!place.path("out").exists() && !place.path("lake").exists(), "nothing may be written");
    }
    let place = with(&[]);
    let text = place.text("tickmark.toml");
    place.write(
        "tickmark.toml",
        format!("{text}\n[[companion]]\nkind = \"guest\"\npaths = [\"x.csv\"]\nowner = \"x\"\n"),
    );
    let line = format!("`tickmark.toml` line {}:", text.lines().count() + 3);
    tickmark(&place.path(""), &["run", "--config", "tickmark.toml"]).ends(3).says(&[&line, "`guest`", "`guests`"]);
}
