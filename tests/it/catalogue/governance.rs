//! The stories of the tests on service principals, reviews of the roster, and conflicting duties.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::logs::{Door, Logs, instant, user};
use super::ping;
use super::stage::{Ground, Story, config, outcome};

const ROBOT: &str = "11111111-2222-4333-8444-555555555555";
const STRAY: &str = "99999999-2222-4333-8444-555555555555";
const BARE: &str = "33333333-2222-4333-8444-555555555555";
const OLD: &str = "77777777-2222-4333-8444-555555555555";

const fn companion(text: &'static str) -> (&'static str, &'static str) {
    ("", text)
}

const REGISTER: (&str, &str) =
    companion("\n[[companion]]\nkind = \"service_principals\"\npaths = [\"register.csv\"]\nowner = \"platform\"\n");
const REVIEWS: (&str, &str) =
    companion("\n[[companion]]\nkind = \"reviews\"\npaths = [\"reviews.csv\"]\nowner = \"security\"\n");
const DUTIES: (&str, &str) = companion(
    "\n[[companion]]\nkind = \"sod_matrix\"\npaths = [\"matrix.csv\"]\nowner = \"security\"\n\
     \n[[companion]]\nkind = \"duties\"\npaths = [\"duties.csv\"]\nowner = \"security\"\n",
);
const LISTS: (&str, &str) = companion("\n[[source]]\nid = \"scim_snapshot\"\npaths = [\"scim_snapshot.json\"]\n");
const DAILY: (&str, &str) = companion("\n[test.\"PRV-02\"]\nevery = \"24h\"\nrevoke_sla = \"12h\"\n");

pub(super) const GOVERNANCE: &[Story] = &[
    Story {
        test: "PRV-06",
        but: &[REGISTER],
        tell: robots,
        judged: &[
            "user.create 11111111-2222-4333-8444-555555555555 account: pass registered",
            "user.create 99999999-2222-4333-8444-555555555555 account: exception unregistered",
            "priv.grant 11111111-2222-4333-8444-555555555555 main.sales.orders: pass registered",
            "priv.grant 11111111-2222-4333-8444-555555555555 main.hr.pay: exception outside_bundle",
            "priv.grant 33333333-2222-4333-8444-555555555555 main.sales.orders: undetermined bundle_not_declared",
            "member.add 11111111-2222-4333-8444-555555555555 loaders: pass registered",
            "member.add 11111111-2222-4333-8444-555555555555 admirers: exception outside_bundle",
            "admin.grant 11111111-2222-4333-8444-555555555555 account_admin: exception admin_role",
            "cred.create 11111111-2222-4333-8444-555555555555 oauth_secret: pass registered",
            "cred.create id:404 oauth_secret: undetermined unresolved_subject",
            "11111111-2222-4333-8444-555555555555 account: exception interactive_login",
            "acl.change alice service_principal:11111111-2222-4333-8444-555555555555: exception escalation_path",
            "acl.change alice service_principal:99999999-2222-4333-8444-555555555555: exception unregistered",
            "acl.change alice service_principal:77777777-2222-4333-8444-555555555555: undetermined no_opening_state",
        ],
    },
    Story {
        test: "PRV-06",
        but: &[],
        tell: |logs| {
            logs.outage(6..9);
            logs.row("02 05:00", "account", Door::CONNECTOR, "add", &[("targetUserName", ROBOT)]);
            may_use(logs, "02 10:00", ROBOT, &["alice@example.com"]);
        },
        judged: &[
            "user.create 11111111-2222-4333-8444-555555555555 account: undetermined not_supplied",
            "acl.change alice service_principal:11111111-2222-4333-8444-555555555555: undetermined coverage_gap",
        ],
    },
    Story {
        test: "PRV-02",
        but: &[REVIEWS, LISTS, DAILY],
        tell: reviewed,
        judged: &[
            "alice account_admin: pass reviewed",
            "bob account_admin: pass revoked",
            "carol account_admin: exception self_reviewed",
            "alice account_admin: exception late",
            "carol account_admin: exception late",
            "alice account_admin: exception not_executed",
            "carol account_admin: exception partial",
            "dave account_admin: exception partial",
            "erin metastore_admin: undetermined window_open",
        ],
    },
    Story {
        test: "PRV-02",
        but: &[REVIEWS],
        tell: |logs| {
            logs.files.push(("reviews.csv", reviews("R0,x,boss@example.com,2026-01-01,,,keep\n")));
            admin(logs, "02 09:00", "alice");
        },
        judged: &["alice account_admin: exception no_review"],
    },
    Story {
        test: "PRV-02",
        but: &[REVIEWS],
        tell: |logs| {
            admin(logs, "02 09:00", "alice");
            let rows = format!("R1,{},boss@example.com,2026-07-03,,,keep\n", digest(&["alice"]));
            logs.files.push(("reviews.csv", reviews(&rows)));
        },
        judged: &["alice account_admin: undetermined no_opening_state"],
    },
    Story {
        test: "PRV-02",
        but: &[REVIEWS, LISTS],
        tell: |logs| {
            logs.outage(6..9);
            lists(logs, "2026-07-02T05:00:00Z", &["alice"]);
            let rows = format!("R1,{},boss@example.com,2026-07-03,,,keep\n", digest(&["alice"]));
            logs.files.push(("reviews.csv", reviews(&rows)));
        },
        judged: &["alice account_admin: undetermined coverage_gap"],
    },
    Story {
        test: "PRV-02",
        but: &[],
        tell: |logs| admin(logs, "02 09:00", "alice"),
        judged: &["alice account_admin: undetermined not_supplied"],
    },
    Story {
        test: "SOD-02",
        but: &[LISTS],
        tell: by_default,
        judged: &[
            "alice identity-provider administrator + Databricks administrator: exception held",
            "alice SCIM or SSO configurer + account administrator: pass separated",
            "alice log-delivery administrator + account administrator: pass separated",
            "root identity-provider administrator + Databricks administrator: undetermined no_opening_state",
            "root SCIM or SSO configurer + account administrator: exception held",
            "root log-delivery administrator + account administrator: pass separated",
            "carol log-delivery administrator + account administrator: pass separated",
        ],
    },
    Story {
        test: "SOD-02",
        but: &[DUTIES],
        tell: by_matrix,
        judged: &[
            "alice Builds + approves: exception used",
            "bob Builds + approves: pass separated",
            "carol Builds + approves: pass separated",
            "directory-admin Builds + approves: pass separated",
            "dan loads + owns: exception held",
            "erin loads + owns: undetermined no_opening_state",
        ],
    },
    // PingOne names a role by its id where it gives it, and not at all where it takes it.
    Story {
        test: "SOD-02",
        but: &[DUTIES, ping::PING],
        tell: |logs| {
            logs.files.push(("matrix.csv", "duty_a,duty_b\ndecides,administers\n".to_owned()));
            let duties = "duty,system,kind,value\ndecides,idp,role,role-7\nadministers,databricks,role,account_admin\n";
            logs.files.push(("duties.csv", duties.to_owned()));
            let mut roles = Vec::new();
            for (minute, who) in (10..).zip(["alice", "bob", "carol"]) {
                logs.user("01 08:00", "add", who);
                let at = format!("01 07:{minute}");
                roles.push(ping::activity(&at, "root", "USER.CREATED", ping::user(who), "Created User"));
            }
            roles.extend([ping::given("01 09:00", "alice", "role-7"), ping::given("01 09:01", "bob", "role-7")]);
            roles.extend([ping::taken("02 09:01", "bob"), ping::given("01 09:02", "carol", "role-8")]);
            logs.files.push(("pingone.json", roles.join("\n")));
            for (minute, who) in (10..).zip(["alice", "bob", "carol"]) {
                admin(logs, &format!("02 10:{minute}"), who);
            }
        },
        judged: &[
            "alice decides + administers: exception held",
            "bob decides + administers: pass separated",
            "carol decides + administers: pass separated",
        ],
    },
    Story {
        test: "SOD-02",
        but: &[DUTIES],
        tell: |logs| {
            // The hole is in the log that would show who builds.
            logs.outage(6..9);
            matrix(logs);
            creates_catalog(logs, "02 10:00", "bob@example.com");
            approves(logs, "02 10:00", "carol@example.com");
        },
        judged: &["bob Builds + approves: pass separated", "carol Builds + approves: undetermined coverage_gap"],
    },
];

fn by(actor: &'static str) -> Door {
    Door { actor, ..Door::HUMAN }
}

fn may_use(logs: &mut Logs, at: &str, robot: &str, people: &[&str]) {
    let principals: Vec<String> = people.iter().map(|person| format!("users/{person}")).collect();
    let rules = json!({"grant_rules": [{"principals": principals, "role": "roles/servicePrincipal.user"}]});
    let name = format!("accounts/acc/servicePrincipals/{robot}/ruleSets/default");
    let params = json!({"account_id": "acc", "name": name, "rule_set": rules.to_string()});
    logs.act(at, "account", Door::HUMAN, "accountsAccessControl", "updateRuleSet", params, 200, Value::Null);
}

fn permits(logs: &mut Logs, at: &str, table: &str, principal: &str, privilege: &str) {
    let changes = json!([{"principal": principal, "add": [privilege]}]).to_string();
    let params = json!({"securable_type": "table", "securable_full_name": table, "changes": changes});
    logs.act(at, "account", Door::HUMAN, "unityCatalog", "updatePermissions", params, 200, Value::Null);
}

fn robots(logs: &mut Logs) {
    logs.files.push((
        "register.csv",
        format!(
            "principal,owner,purpose,grants,kind\n\
             {ROBOT},data@example.com,loads orders,SELECT:main.sales.*;loaders,batch\n\
             {BARE},data@example.com,reads,,\n\
             {OLD},data@example.com,reads,,\n"
        ),
    ));
    let robot = [("targetUserName", ROBOT), ("targetUserId", "301")];
    logs.row("02 08:00", "account", Door::CONNECTOR, "add", &robot);
    logs.row("02 08:00", "account", Door::CONNECTOR, "add", &[("targetUserName", STRAY), ("targetUserId", "302")]);
    permits(logs, "02 09:00", "main.sales.orders", ROBOT, "SELECT");
    permits(logs, "02 09:01", "main.hr.pay", ROBOT, "SELECT");
    permits(logs, "02 09:02", "main.sales.orders", BARE, "SELECT");
    let add = "addPrincipalToGroup";
    let joins = |group| [("targetUserName", ROBOT), ("targetGroupName", group)];
    logs.row("02 09:03", "account", Door::CONNECTOR, add, &joins("loaders"));
    logs.row("02 09:04", "account", Door::CONNECTOR, add, &joins("admirers"));
    logs.row("02 09:05", "account", Door::HUMAN, "setAccountAdmin", &robot);
    let secret = |logs: &mut Logs, at: &str, id: &str| {
        let params = json!({"account_id": "acc", "service_principal": id, "secret_id": "s1"});
        logs.act(at, "account", Door::HUMAN, "servicePrincipalCredentials", "create", params, 200, Value::Null);
    };
    secret(logs, "02 09:06", "301");
    secret(logs, "02 09:07", "404");
    logs.signs_in("02 09:08", "account", ROBOT);
    logs.signs_in("02 09:09", "account", ROBOT);
    may_use(logs, "02 10:00", ROBOT, &["alice@example.com"]);
    may_use(logs, "02 10:01", STRAY, &["alice@example.com"]);
    may_use(logs, "02 10:02", OLD, &["alice@example.com"]);
    // No items: people, refusals.
    permits(logs, "02 11:00", "main.sales.orders", "alice@example.com", "SELECT");
    let refused = json!({"targetUserName": ROBOT});
    logs.act("02 11:01", "account", Door::HUMAN, "accounts", "setAccountAdmin", refused, 403, Value::Null);
}

fn mail(name: &str) -> String {
    format!("{name}@example.com")
}

fn admin(logs: &mut Logs, at: &str, who: &str) {
    logs.row(at, "account", Door::HUMAN, "setAccountAdmin", &[("targetUserName", &mail(who))]);
}

/// What a reviewer cites: the digest of the names, sorted, one a line.
fn digest(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| mail(name)).collect();
    Sha256::digest(names.join("\n").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn reviews(rows: &str) -> String {
    format!("review_id,roster_digest,reviewer,at,subject,object,decision\n{rows}")
}

/// A listing of the account's users, each an account administrator.
fn lists(logs: &mut Logs, at: &str, admins: &[&str]) {
    let lines: Vec<String> = admins
        .iter()
        .enumerate()
        .map(|(id, name)| {
            json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "id": format!("{}", 900 + id), "userName": mail(name), "active": true,
                "roles": [{"value": "account_admin"}], "snapshot_time": at,
                "meta": {"resourceType": "User",
                    "location": format!("https://accounts.cloud.databricks.com/api/2.0/accounts/acc/scim/v2/Users/{}", 900 + id)},
            })
            .to_string()
        })
        .collect();
    logs.files.push(("scim_snapshot.json", lines.join("\n")));
}

fn reviewed(logs: &mut Logs) {
    lists(logs, "2026-06-30T06:00:00Z", &["alice", "bob", "carol"]);
    let gone = |logs: &mut Logs, at: &str, who: &str| {
        logs.row(at, "account", Door::HUMAN, "removeAccountAdmin", &[("targetUserName", &mail(who))]);
    };
    // Exactly in time.
    gone(logs, "02 00:00", "bob");
    admin(logs, "03 05:00", "dave");
    let owner = json!({"id": "m1", "owner": "erin@example.com"});
    logs.act("03 05:30", "account", Door::HUMAN, "unityCatalog", "updateMetastore", owner, 200, Value::Null);
    let (first, third) = (digest(&["alice", "bob", "carol"]), digest(&["alice", "carol", "dave", "erin"]));
    let rows = format!(
        "R1,{first},boss@example.com,2026-07-01T12:00:00Z,,,keep\n\
         R1,{first},boss@example.com,2026-07-01T12:00:00Z,Bob@example.com,,revoke\n\
         R1,{first},carol@example.com,2026-07-01T12:00:00Z,carol@example.com,,keep\n\
         R3,{third},boss@example.com,2026-07-03T06:00:00Z,alice@example.com,account_admin,revoke\n\
         R3,wrong,boss@example.com,2026-07-03T06:00:00Z,dave@example.com,,keep\n\
         R3,{third},boss@example.com,2026-07-03T12:00:00Z,erin@example.com,,revoke\n"
    );
    logs.files.push(("reviews.csv", reviews(&rows)));
}

fn rules(logs: &mut Logs, at: &str, who: &str) {
    let debug = json!({"privilegeGranted": "Super administrator"});
    logs.decides(at, "directory-admin", "user.account.privilege.grant", "SUCCESS", &[user(who)], debug);
}

fn by_default(logs: &mut Logs) {
    lists(logs, "2026-06-30T06:00:00Z", &["root"]);
    rules(logs, "02 08:00", "alice");
    logs.row("02 09:00", "4150000000000001", Door::HUMAN, "setAdmin", &[("targetUserName", "alice@example.com")]);
    logs.row("02 09:05", "account", Door::HUMAN, "setAccountAdmin", &[("targetUserName", "alice@example.com")]);
    let sso = json!({"account_id": "acc", "sso_type": "saml", "config": "{}"});
    logs.act("02 10:00", "account", Door::HUMAN, "ssoConfigBackend", "update", sso, 200, Value::Null);
    let delivery = json!({"account_id": "acc", "config_id": "c1", "status": "ENABLED"});
    let by_carol = by("carol@example.com");
    logs.act(
        "02 11:00",
        "account",
        by_carol,
        "logDelivery",
        "updateLogDeliveryConfiguration",
        delivery,
        200,
        Value::Null,
    );
}

fn matrix(logs: &mut Logs) {
    logs.files.push(("matrix.csv", "duty_a,duty_b\nbuilds,approves\nloads,owns\nbuilds,dances\n".to_owned()));
    logs.files.push((
        "duties.csv",
        "duty,system,kind,value\n\
         Builds,databricks,action,unityCatalog.createCatalog\n\
         approves,idp,action,group.user_membership.*\n\
         loads,idp,group,Loaders\n\
         owns,databricks,group,owners\n"
            .to_owned(),
    ));
}

fn creates_catalog(logs: &mut Logs, at: &str, who: &'static str) {
    logs.act(at, "account", by(who), "unityCatalog", "createCatalog", json!({"name": "c"}), 200, Value::Null);
}

fn approves(logs: &mut Logs, at: &str, who: &str) {
    let name = who.trim_end_matches("@example.com");
    let targets = [user("zoe"), super::logs::group("Canteen")];
    logs.decides(at, name, "group.user_membership.add", "SUCCESS", &targets, json!({}));
}

fn by_matrix(logs: &mut Logs) {
    matrix(logs);
    creates_catalog(logs, "02 10:00", "Alice@example.com");
    approves(logs, "03 10:00", "alice@example.com");
    creates_catalog(logs, "02 11:00", "bob@example.com");
    approves(logs, "02 11:00", "carol@example.com");
    // Before the period: no use of a duty in it.
    approves(logs, "06-30 11:00", "bob@example.com");
    for who in ["dan", "erin"] {
        logs.joins("01 12:00", who, "Loaders");
    }
    logs.quits("01 18:00", "dan", "Loaders");
    logs.joins("02 12:00", "dan", "Loaders");
    logs.member("02 11:00", Door::CONNECTOR, "addPrincipalToGroup", "dan", "owners");
}

#[test]
fn what_cannot_be_tested_says_so_and_prints_the_roster() {
    let outcomes = Ground::new(&config(&[], ""), |logs| admin(logs, "02 09:00", "alice")).outcomes().0;
    let roster = outcome(&outcomes, "PRV-02");
    assert_eq!(roster.not_tested.as_deref(), Some("No reviews were supplied."));
    assert_eq!(roster.figures[1].1, digest(&["alice"]));
    let notes = Ground::new(&config(&[DUTIES], ""), by_matrix).outcomes().0;
    assert_eq!(
        outcome(&notes, "SOD-02").notes,
        ["Not tested: builds + dances; nothing describes what shows `dances`."]
    );
}

#[test]
fn what_a_service_principal_holds_beyond_a_person_is_listed() {
    let outcomes = Ground::new(&config(&[REGISTER], ""), robots).outcomes().0;
    let items = &outcome(&outcomes, "PRV-06").items;
    let path = items.iter().find(|item| item.reason == "escalation_path").expect("an escalation path");
    let expected = ["SELECT on table:main.hr.pay", "SELECT on table:main.sales.orders", "account_admin in account"];
    let tickmark::catalogue::Cell::Texts(delta) = &path.extra[4] else { panic!("no list") };
    assert_eq!(delta[..3], expected, "{delta:?}");
    assert!(instant("02 10:00").timestamp_micros() == path.time);
}
