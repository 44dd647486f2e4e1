//! Table `comparison`: written, and read from the package before.

use std::collections::BTreeMap;
use std::path::Path;

use polars::prelude::DataFrame;

use super::columns::{COMPARISON, FIRST_SEEN_PERIOD, FIRST_SEEN_RUN, NOW_VERDICT};
use super::{FirstSeen, Judged, Key, Row};
use crate::correlate::Verdict;
use crate::correlate::columns::{
    ITEM_ID, ITEM_SCOPE, ITEM_TIME, OBJECT, REASON, SEVERITY, SUBJECT, TEST_ID, VERDICT, WAIVER_ID,
};
use crate::error::Result;
use crate::frame::{Values, build, instants, read, texts};

const VERDICTS: [Verdict; 5] =
    [Verdict::Pass, Verdict::Exception, Verdict::Waived, Verdict::Undetermined, Verdict::NotApplicable];

/// The rows as a frame.
///
/// # Errors
/// A bug of ours.
pub fn frame(rows: &[Row]) -> Result<DataFrame> {
    let text = |of: fn(&Row) -> Option<String>| Values::texts(rows, of);
    let before = |of: fn(&Judged) -> Option<String>| Values::texts(rows, |r| r.before.as_ref().and_then(of));
    let now = |of: fn(&Judged) -> Option<String>| Values::texts(rows, |r| r.now.as_ref().and_then(of));
    let latest = |of: fn(&Judged) -> Option<String>| Values::texts(rows, |r| r.latest().and_then(of));
    build(
        &COMPARISON,
        vec![
            text(|r| Some(r.test_id.clone())),
            text(|r| Some(r.item_id.clone())),
            text(|r| Some(r.change.as_str().to_owned())),
            before(|j| Some(j.verdict.as_str().to_owned())),
            now(|j| Some(j.verdict.as_str().to_owned())),
            before(|j| Some(j.reason.clone())),
            now(|j| Some(j.reason.clone())),
            before(|j| j.waiver_id.clone()),
            now(|j| j.waiver_id.clone()),
            text(|r| r.cause.map(|c| c.as_str().to_owned())),
            text(|r| r.proof.clone()),
            text(|r| Some(r.first_seen.run.clone())),
            text(|r| Some(r.first_seen.period.clone())),
            Values::Wholes(rows.iter().map(|r| r.age_days).collect()),
            Values::instants(rows, |r| r.latest().map(|j| j.time)),
            latest(|j| Some(j.severity.clone())),
            latest(|j| j.scope.clone()),
            latest(|j| j.subject.clone()),
            latest(|j| j.object.clone()),
        ],
    )
}

/// The deviations of table `items`, and what else is wanted of it.
pub(super) fn judged(path: &Path, wanted: &dyn Fn(&Key) -> bool) -> Result<BTreeMap<Key, Judged>> {
    let columns = [TEST_ID, ITEM_ID, VERDICT, REASON, SEVERITY, ITEM_TIME, ITEM_SCOPE, SUBJECT, OBJECT, WAIVER_ID];
    let items = read(path, &columns)?;
    let of = |column| texts(&items, column);
    let (test, item, verdict, reason) = (of(TEST_ID)?, of(ITEM_ID)?, of(VERDICT)?, of(REASON)?);
    let (severity, scope, subject, object) = (of(SEVERITY)?, of(ITEM_SCOPE)?, of(SUBJECT)?, of(OBJECT)?);
    let (waiver, time) = (of(WAIVER_ID)?, instants(&items, ITEM_TIME)?);
    let mut found = BTreeMap::new();
    for at in 0..items.height() {
        let given = |column: &polars::prelude::StringChunked| column.get(at).map(str::to_owned);
        let Some(word) = verdict.get(at).and_then(|word| VERDICTS.into_iter().find(|v| v.as_str() == word)) else {
            continue;
        };
        let key = (given(test).unwrap_or_default(), given(item).unwrap_or_default());
        let judged = Judged {
            verdict: word,
            reason: given(reason).unwrap_or_default(),
            severity: given(severity).unwrap_or_default(),
            waiver_id: given(waiver),
            time: time.get(at).unwrap_or_default(),
            scope: given(scope),
            subject: given(subject),
            object: given(object),
            event_ids: Vec::new(),
        };
        if judged.is_deviation() || wanted(&key) {
            found.insert(key, judged);
        }
    }
    Ok(found)
}

/// Since when the deviations of table `comparison` have been listed.
pub(super) fn first_seen(path: &Path) -> Result<BTreeMap<Key, FirstSeen>> {
    let rows = read(path, &[TEST_ID, ITEM_ID, NOW_VERDICT, FIRST_SEEN_RUN, FIRST_SEEN_PERIOD])?;
    let of = |column| texts(&rows, column);
    let (test, item, verdict) = (of(TEST_ID)?, of(ITEM_ID)?, of(NOW_VERDICT)?);
    let (run, period) = (of(FIRST_SEEN_RUN)?, of(FIRST_SEEN_PERIOD)?);
    let deviations = [Verdict::Exception, Verdict::Waived].map(Verdict::as_str);
    let is_deviation = |at: &usize| verdict.get(*at).is_some_and(|word| deviations.contains(&word));
    let row = |at: usize| {
        let text = |column: &polars::prelude::StringChunked| column.get(at).unwrap_or_default().to_owned();
        ((text(test), text(item)), FirstSeen { run: text(run), period: text(period) })
    };
    Ok((0..rows.height()).filter(is_deviation).map(row).collect())
}
