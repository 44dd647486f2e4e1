//! The tests: each is data plus one function from evidence to judged items.

mod acc01;
mod acc02;
mod acc03;
mod acts;
mod admissions;
mod ano01;
mod atr01;
mod aut01;
mod aut02;
mod chg01;
mod chg02;
mod cld01;
mod clock;
mod cov01;
mod cov02;
mod cov03;
mod cov04;
mod cov05;
mod cov06;
mod cov07;
mod crd01;
mod crd02;
mod crd03;
mod custom;
mod deeds;
mod dep01;
mod dep02;
mod dep03;
mod departures;
mod directory;
mod doc;
mod doings;
mod emg01;
mod evidence;
mod exports;
mod grants;
mod holdings;
mod item;
mod leavers;
mod log01;
mod needs;
mod overlay;
mod privileges;
pub mod profiles;
mod prv01;
mod prv02;
mod prv03;
mod prv04;
mod prv05;
mod prv06;
mod records;
mod removals;
mod residents;
mod settings;
mod sign_ins;
mod sod01;
mod sod02;
mod sta01;
mod sta02;
mod stock;
mod sweep;
mod tables;
mod test;
mod tokens;
mod trc;
mod trc03;
mod trc04;
mod vch01;
mod vch02;
mod vch03;
mod words;

use rayon::prelude::*;

use crate::companion::is_snapshot_id;
use crate::config::{Config, Parameter, Setting, bounds_correlation};
use crate::error::{Error, Result};

pub use custom::by_query;
pub use doc::markdown;
pub use evidence::{Evidence, Views};
pub use item::{Cell, Counts, Item, Judged, Outcome, Severity};
pub use overlay::{Finding, Status, WAIVERS, WaiverUse, waivers_frame};
pub use tables::tables;
pub use test::{About, Kind, Need, Test, need};
pub use vch01::is_item as is_vouched;
pub use words::Word;

/// Every test, in the order of the reports: the gates first.
pub const TESTS: &[&Test] = &[
    &cov01::TEST,
    &cov02::TEST,
    &cov03::TEST,
    &cov04::TEST,
    &cov05::TEST,
    &cov06::TEST,
    &cov07::TEST,
    &vch01::TEST,
    &vch02::TEST,
    &vch03::TEST,
    &trc::TRC_01,
    &trc::TRC_02,
    &trc03::TEST,
    &trc04::TEST,
    &dep01::TEST,
    &dep02::TEST,
    &dep03::TEST,
    &acc01::TEST,
    &acc02::TEST,
    &acc03::TEST,
    &prv01::TEST,
    &prv02::TEST,
    &prv03::TEST,
    &prv04::TEST,
    &prv05::TEST,
    &prv06::TEST,
    &sod01::TEST,
    &sod02::TEST,
    &emg01::TEST,
    &crd01::TEST,
    &crd02::TEST,
    &crd03::TEST,
    &aut01::TEST,
    &aut02::TEST,
    &chg01::TEST,
    &chg02::TEST,
    &log01::TEST,
    &ano01::TEST,
    &sta01::TEST,
    &sta02::TEST,
    &cld01::TEST,
    &atr01::TEST,
];

/// The test whose words the verdicts of vouching have.
pub const VOUCHED_BY: &Test = &vch01::TEST;

/// The test whose words the verdicts of tracing have.
pub const TRACED_BY: &Test = &trc::TRC_01;

/// The ids of all tests.
pub fn ids() -> Vec<&'static str> {
    TESTS.iter().map(|t| t.id).collect()
}

/// The test of that id; `None` = there is none.
pub fn test(id: &str) -> Option<&'static Test> {
    TESTS.iter().copied().find(|t| t.id == id)
}

/// The parameters that a test has of its own; none for an unknown id.
pub fn own_parameters(id: &str) -> impl Iterator<Item = &'static Parameter> {
    test(id).into_iter().flat_map(|t| t.own_parameters)
}

/// Runs every test, then those of the organisation's own, and lays the waivers over the exceptions.
///
/// # Errors
/// The lake cannot be read, a parameter or a query is malformed, or a test breaks its own promises (a bug of ours).
pub fn run(evidence: &Evidence<'_>) -> Result<(Vec<Outcome>, Vec<WaiverUse>)> {
    let mut outcomes = Vec::new();
    let waivers = run_each(evidence, &mut |outcome| {
        outcomes.push(outcome);
        Ok(())
    })?;
    Ok((outcomes, waivers))
}

/// The same, but each outcome is handed over as soon as it is there: the items of all tests together may not fit into memory.
///
/// # Errors
/// As [`run`], and whatever `take` reports.
pub fn run_each(evidence: &Evidence<'_>, take: &mut dyn FnMut(Outcome) -> Result<()>) -> Result<Vec<WaiverUse>> {
    let identities = &evidence.correlation.ground.identities;
    let mut waivers = overlay::Overlay::new(evidence.config, evidence.period, identities)?;
    for test in TESTS.iter().filter(|test| evidence.config.runs(test.id)) {
        take(outcome(test, (test.evaluate)(evidence)?, evidence, &mut waivers)?)?;
    }
    for custom in &evidence.config.custom_tests {
        take(outcome(custom.test, custom::judge(custom, evidence)?, evidence, &mut waivers)?)?;
    }
    Ok(waivers.into_uses())
}

/// Why nothing can be concluded of the account.
const NO_ACCOUNT: &str = "the source cannot contain the population: Azure Monitor carries no acts of the account";

fn outcome(
    test: &'static Test,
    mut judged: Judged,
    evidence: &Evidence<'_>,
    waivers: &mut overlay::Overlay<'_>,
) -> Result<Outcome> {
    judged.items = item::in_order(judged.items);
    // What a companion file lists is no event of the lake.
    judged.items.par_iter_mut().for_each(|item| item.event_ids.retain(|id| !is_snapshot_id(id)));
    item::tell_apart(&mut judged.items);
    check(test, &judged.items)?;
    let of_account = [Kind::Effect, Kind::Configuration];
    let leans_on_account = test.needs.iter().any(|need| of_account.contains(&need.kind));
    if judged.not_tested.is_none() && !test.is_gate() && leans_on_account && evidence.lacks_account() {
        judged.not_tested = Some(NO_ACCOUNT.to_owned());
    }
    leave_out(test, &mut judged, evidence);
    waivers.lay(test.id, &mut judged.items);
    let counts = judged.counts.unwrap_or_else(|| Counts::of(&judged.items));
    if !counts.tie_out() {
        return Err(Error::Bug(format!("the verdicts of {} do not add up to its population", test.id)));
    }
    Ok(Outcome {
        test,
        // Where a log is lacking altogether nothing proves that there was no occurrence.
        coverage_is_complete: judged.coverage_is_complete && (test.is_gate() || !needs::lacks_log(test, evidence)),
        counts,
        items: judged.items,
        exclusions: judged.exclusions,
        notes: judged.notes,
        figures: judged.figures,
        not_tested: judged.not_tested,
        cut_off: judged.cut_off.unwrap_or_else(|| evidence.cut_off()),
        settings: settings(test, evidence.config),
    })
}

// What happened in workspaces that are out of scope is no item of a control test. Vouching says so of each; a decision and a departure are
// nobody's place's, wherever they were carried out.
fn leave_out(test: &Test, judged: &mut Judged, evidence: &Evidence<'_>) {
    let says_so = |word: &str| test.word(word).is_some();
    if evidence.config.out_of_scope.is_empty() || test.is_gate() || says_so("out_of_scope") || says_so("not_pushed") {
        return;
    }
    let before = judged.items.len();
    let is_left_out = |scope: &str| evidence.is_left_out(crate::source::DATABRICKS, scope);
    judged.items.retain(|item| !item.scope.as_deref().is_some_and(is_left_out));
    let gone = (before - judged.items.len()) as u64;
    judged.exclusions.push(("what happened in workspaces that are out of scope".to_owned(), gone));
}

// What a report says of a test must hold of its items: their reasons, their columns, and that each is one item.
fn check(test: &Test, items: &[Item]) -> Result<()> {
    let broken = |what: String| Err(Error::Bug(format!("{}: {what}", test.id)));
    let is_declared = |item: &&Item| test.words.iter().any(|w| w.word == item.reason && w.verdict == item.verdict);
    let fits = |item: &&Item| {
        item.extra.len() == test.columns.len()
            && item.extra.iter().zip(test.columns).all(|(cell, column)| cell.kind() == column.kind)
    };
    if let Some(item) = items.par_iter().find_first(|item| !is_declared(item)) {
        return broken(format!("`{}` is no declared reason for {}", item.reason, item.verdict.as_str()));
    }
    if !items.par_iter().all(|item| fits(&item)) {
        return broken("an item has other columns than the test declares".to_owned());
    }
    match item::twice(items) {
        Some(id) => broken(format!("item `{id}` stands twice")),
        None => Ok(()),
    }
}

// Limits of the correlation are those of vouching, whichever test leans on what came out.
fn settings(test: &Test, config: &Config) -> Vec<Setting> {
    let of = |p: &Parameter| if bounds_correlation(test.id, p.name) { VOUCHED_BY.id } else { test.id };
    crate::config::PARAMETERS
        .iter()
        .filter(|p| test.shared_parameters.contains(&p.name))
        .chain(test.own_parameters)
        .flat_map(|p| config.settings(of(p), *p))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_of_the_catalogue_is_here_and_says_what_it_is() {
        let ids: Vec<&str> = ids();
        assert_eq!(ids, profiles::ALL);
        for test in TESTS {
            assert!(!test.words.is_empty() && !test.about.procedure.is_empty(), "{}", test.id);
            assert!(!test.about.limits.is_empty() && !test.about.false_positives.is_empty(), "{}", test.id);
            assert!(!test.about.references.is_empty() && !test.needs.is_empty(), "{}", test.id);
            for column in test.columns {
                assert!(!column.required, "{}: {} may be absent", test.id, column.name);
            }
        }
    }

    #[test]
    fn the_words_of_a_test_are_told_apart() {
        for test in TESTS {
            let words: std::collections::BTreeSet<_> = test.words.iter().map(|w| (w.verdict, w.word)).collect();
            assert_eq!(words.len(), test.words.len(), "{}", test.id);
        }
    }

    // Reference: compliance 2, "cols+", with its short suffixes written out.
    #[test]
    fn columns_have_the_names_of_the_catalogue() {
        let names = [
            (
                "COV-01",
                "source interval_start interval_end expected_count observed_count heartbeat_ref retention_limit_of_source",
            ),
            (
                "COV-02",
                "path sha256 records accepted duplicate filtered rejected control_total difference first_reject_reason",
            ),
            ("COV-03", "path sha_old sha_new t_old t_new lines_old lines_new lines_lost sample_lost_ref"),
            ("COV-04", "present_in missing_from match_rule probable_cause"),
            (
                "COV-05",
                "source_pair p05_lag_seconds median_lag_seconds p95_lag_seconds negative_count zone_missing_count",
            ),
            ("COV-06", "principal kind basis candidates first_seen last_seen events_count"),
            ("COV-07", "source service action first_seen sample_ref suspicion"),
            (
                "VCH-01",
                "authority_event_id authority_time lag_seconds strength candidate_count fan_out_count rule group_idp group_dbx",
            ),
            ("VCH-02", "allowed_set connector_id user_agent source_ip"),
            ("VCH-03", "attribute value_idp value_dbx since_utc normalisation"),
            ("TRC-01", "effect_event_id effect_time latency_seconds sla_seconds provision_error"),
            ("TRC-02", "sla_seconds provision_error activity_after_count"),
            ("TRC-03", "first_error last_error attempts_count error_code resolved_by resolved_at"),
            ("TRC-04", "net_state"),
            ("DEP-01", "t0_basis t0 t_idp t_dbx leg1_hours leg2_hours sla_hours was_admin last_activity"),
            ("DEP-02", "first_after last_after actions_count action_kinds credential_kind source_ips"),
            ("DEP-03", "residue_kind granted_at granted_by age_days"),
            ("ACC-01", "created_at created_by last_activity idp_status owner"),
            ("ACC-02", "last_activity basis days coverage_from has_admin tokens_count"),
            ("ACC-03", "domain sponsor expires grants_count last_activity"),
            ("PRV-01", "role authority ticket approved_by box_end ended_at"),
            ("PRV-02", "review_id reviewer roster_digest decision executed_at"),
            ("PRV-03", "privilege securable granted_by still_in_force age_days"),
            ("PRV-04", "securable_type securable privilege change statement_or_api authority"),
            ("PRV-05", "object_type old_owner new_owner"),
            ("PRV-06", "sp owner purpose privilege delta_vs_human"),
            ("SOD-01", "rule partner_event identity_basis"),
            ("SOD-02", "duty_a duty_b held_from held_to used_refs"),
            ("EMG-01", "session_start session_end actions_count changes_made ticket reviewer reviewed_at rotated_at"),
            ("CRD-01", "token_id_hash created expires life_days last_use revoked"),
            ("CRD-03", "credential kind created prior_revoked age_max_days source_ips"),
            ("AUT-01", "method idp_event lag_seconds source_ip_dbx source_ip_idp"),
            ("CHG-01", "sandbox_event sandbox_time soak_hours members_at_delete grants_lost_count ticket recreated_at"),
            ("CHG-02", "setting old new direction"),
            ("LOG-01", "setting old new effective_interval cells_lost"),
            ("ANO-01", "threshold subjects_count objects_count"),
            ("STA-01", "opening events_count replayed closing residue"),
            ("CLD-01", "role event_name change_summary weaken pipeline ticket dbx_pair"),
        ];
        for (id, columns) in names {
            let own: Vec<&str> = test(id).unwrap().columns.iter().map(|column| column.name).collect();
            for name in columns.split_whitespace() {
                assert!(own.contains(&name), "{id} has no column `{name}`: {own:?}");
            }
        }
    }

    #[test]
    fn the_words_of_the_contract_have_the_verdicts_of_the_kernel() {
        use crate::correlate::kernel::Reason;
        let all = [Reason::Matched, Reason::NoAuthority, Reason::CoverageGap, Reason::JustInTime, Reason::Implied];
        for reason in all {
            let word = test("VCH-01").and_then(|t| t.word(reason.as_str())).expect("a word");
            assert_eq!(word.verdict, reason.verdict(), "{}", word.word);
        }
    }
}
