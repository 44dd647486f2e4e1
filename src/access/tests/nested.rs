//! Groups in groups.

use super::*;

fn held(subject: &'static str, entitlement: &'static str, span: (i64, i64)) -> Held<'static> {
    let is_group = subject.starts_with('g');
    let pair = Pair {
        subject,
        subject_kind: if is_group { SubjectKind::Group } else { SubjectKind::User },
        entitlement,
        ..PAIR
    };
    let edge = |time: i64| Edge { time: Some(time), by: Some(id(time)), basis: Basis::Effect };
    Held {
        pair,
        holding: 1,
        state: State::InForce,
        opened: edge(span.0),
        closed: (span.1 < 99).then(|| edge(span.1)),
        is_transient: false,
        vouching: None,
        via: Vec::new(),
    }
}

fn at(scope: &'static str, row: Held<'static>) -> Held<'static> {
    Held { pair: Pair { scope, ..row.pair }, ..row }
}

#[track_caller]
fn effective(direct: &[Held<'static>], expected: &[&str]) -> Vec<Cycle<'static>> {
    let found = expand(direct, &(0..99));
    let text = |row: &Held<'_>| {
        let via = row.via.join(">");
        let Pair { subject, entitlement, scope, .. } = row.pair;
        format!("{subject} {entitlement}@{scope} via {via} {}", text(row))
    };
    assert_eq!(found.rows.iter().map(text).collect::<Vec<_>>(), expected, "{direct:#?}");
    let mut reversed = direct.to_vec();
    reversed.reverse();
    assert_eq!(expand(&reversed, &(0..99)).rows, found.rows);
    found.cycles
}

#[test]
fn members_hold_what_their_group_holds_while_all_links_last() {
    let direct = [held("ada", "g1", (10, 50)), held("g1", "g2", (20, 99)), held("g2", "g3", (30, 40))];
    let expected = [
        "ada g2@account via g1 #1 20..50 e2:effect e5:effect transient",
        "ada g3@account via g1>g2 #1 30..40 e3:effect e4:effect transient",
        "g1 g3@account via g2 #1 30..40 e3:effect e4:effect transient",
    ];
    assert_eq!(effective(&direct, &expected), []);
    effective(&[held("ada", "g1", (10, 20)), held("g1", "g2", (20, 99))], &[]);
}

#[test]
fn an_administrator_role_of_a_group_is_its_members() {
    let role = held("g1", "workspace_admin", (10, 99));
    let role = Held { pair: Pair { entitlement_kind: EntitlementKind::Admin, scope: "7", ..role.pair }, ..role };
    effective(&[held("ada", "g1", (20, 99)), role], &["ada workspace_admin@7 via g1 #1 20.. e2:effect still"]);
}

#[test]
fn an_account_group_counts_in_workspaces_but_not_the_other_way() {
    let into_workspace = [held("ada", "g1", (10, 99)), at("7", held("g1", "g2", (20, 99)))];
    effective(&into_workspace, &["ada g2@7 via g1 #1 20.. e2:effect still"]);
    effective(&[at("7", held("ada", "g1", (10, 99))), held("g1", "g2", (20, 99))], &[]);
    effective(&[at("7", held("ada", "g1", (10, 99))), at("8", held("g1", "g2", (20, 99)))], &[]);
    // The workspace row of the account-level membership gives no second row.
    let twin = [into_workspace[0].clone(), at("7", held("ada", "g1", (10, 99))), into_workspace[1].clone()];
    effective(&twin, &["ada g2@7 via g1 #1 20.. e2:effect still"]);
}

#[test]
fn who_is_suspended_is_so_by_every_chain() {
    let out = Held { state: State::Suspended, ..held("ada", "g1", (20, 30)) };
    let direct = [held("ada", "g1", (10, 20)), out, held("g1", "g2", (0, 99))];
    let expected = [
        "ada g2@account via g1 #1 10..20 e1:effect e2:effect transient",
        "ada g2@account via g1 #1 20..30 e2:effect e3:effect suspended transient",
    ];
    effective(&direct, &expected);
}

#[test]
fn circles_end_and_are_reported() {
    let circle = [held("g1", "g2", (10, 50)), held("g2", "g3", (20, 60)), held("g3", "g1", (30, 40))];
    let found = expand(&circle, &(0..99));
    let cycle = Cycle { groups: vec!["g1", "g2", "g3"], scope: "account", from: Some(30), until: Some(40) };
    assert_eq!(found.cycles, [cycle]);
    assert!(found.rows.iter().all(|row| row.pair.subject != row.pair.entitlement));
    let member = [held("ada", "g1", (0, 99)), held("g1", "g2", (10, 99)), held("g2", "g1", (20, 99))];
    let cycles = effective(&member, &["ada g2@account via g1 #1 10.. e1:effect still"]);
    assert_eq!(cycles.len(), 1);
    let out = [held("g1", "g2", (0, 99)), held("g2", "g1", (0, 99)), held("g1", "g3", (0, 99))];
    assert_eq!(effective(&out, &["g2 g3@account via g1 #1 0.. e0:effect still"]).len(), 1);
    assert_eq!(effective(&[held("g1", "g1", (10, 20))], &[])[0].groups, ["g1"]);
    let apart = [held("g1", "g2", (10, 20)), held("g2", "g1", (20, 30))];
    assert_eq!(effective(&apart, &[]), [], "not at the same time");
}

#[test]
fn many_ways_between_two_groups_stay_few_rows() {
    // Thirty layers of two groups each, every group in both of the next layer: 2^30 chains.
    let name = |layer: usize, side: usize| -> &'static str { format!("g{layer:02}{side}").leak() };
    let mut direct = vec![held("ada", name(0, 0), (0, 99))];
    for layer in 0..30 {
        for (from, to) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            direct.push(held(name(layer, from), name(layer + 1, to), (1, 99)));
        }
    }
    let found = expand(&direct, &(0..99));
    let of_ada: Vec<_> = found.rows.iter().filter(|row| row.pair.subject == "ada").collect();
    assert_eq!((of_ada.len(), of_ada.iter().map(|row| row.via.len()).max()), (60, Some(30)));
}

#[test]
fn a_longer_way_counts_where_it_adds_time() {
    let direct = [
        held("ada", "g1", (0, 99)),
        held("g1", "g3", (10, 30)),
        held("g1", "g2", (0, 99)),
        held("g2", "g3", (20, 40)),
        held("g2", "g4", (0, 99)),
        held("g4", "g3", (15, 35)),
    ];
    let expected = [
        "ada g2@account via g1 #1 0.. e0:effect still",
        "ada g3@account via g1 #1 10..30 e1:effect e3:effect transient",
        "ada g3@account via g1>g2 #1 20..40 e2:effect e4:effect transient",
        "ada g4@account via g1>g2 #1 0.. e0:effect still",
    ];
    let of_ada = expand(&direct, &(0..99)).rows.into_iter().filter(|row| row.pair.subject == "ada");
    let text = |row: Held<'_>| {
        format!("{} {}@account via {} {}", row.pair.subject, row.pair.entitlement, row.via.join(">"), text(&row))
    };
    assert_eq!(of_ada.map(text).collect::<Vec<_>>(), expected);
}
