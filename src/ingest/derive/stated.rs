//! Rows of table `statements`, read back as statements.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, StringArray};

use crate::change::{
    ENTITLEMENT, ENTITLEMENT_ID, MODEL, Model, ORDINAL, PRIVILEGE, ROLE, SECURABLE, STATED_DIRECTION,
    STATED_SUBJECT_KIND, STATED_VERB, STATEMENT_KEY, STATEMENTS, SUBJECT, SUBJECT_ALIAS, SUBJECT_EXTERNAL_ID,
    SUBJECT_ID, Verb,
};
use crate::error::Result;
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID, SCOPE,
    SOURCE_IP, USER_AGENT,
};
use crate::lake::{each_batch, instants, texts, wholes};
use crate::schema::Column;

/// One row of a statement: what its event says, and one thing that is held.
#[derive(Debug, Clone)]
pub(super) struct Stated {
    pub(super) event_id: String,
    pub(super) event_time: i64,
    pub(super) ordinal: i64,
    pub(super) outcome: String,
    pub(super) plane: String,
    pub(super) scope: String,
    pub(super) actor: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) app: Option<String>,
    pub(super) event_type: String,
    pub(super) native_id: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) source_ip: Option<String>,
    pub(super) user_agent: Option<String>,
    /// True = stated only for want of an earlier statement.
    pub(super) is_otherwise: bool,
    /// True = only this came or went; the rest is as it was.
    pub(super) is_part: bool,
    /// `None` = nothing is held.
    pub(super) thing: Option<Arc<Thing>>,
}

/// What is held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Thing {
    pub(super) verb: Verb,
    pub(super) is_revoke: bool,
    pub(super) subject: Option<String>,
    pub(super) subject_id: Option<String>,
    pub(super) subject_alias: Option<String>,
    pub(super) subject_external_id: Option<String>,
    pub(super) subject_kind: String,
    pub(super) entitlement: Option<String>,
    pub(super) entitlement_id: Option<String>,
    pub(super) privilege: Option<String>,
    pub(super) securable: Option<String>,
}

/// Reads the rows of the chosen keys that changed something; snapshots only looked.
pub(super) fn each_statement(
    path: &Path,
    is_chosen: impl Fn(&str) -> bool,
    mut take: impl FnMut(String, Stated),
) -> Result<()> {
    for batch in each_batch(path, STATEMENTS.columns, None)? {
        let batch = batch?;
        let reader = Reader { batch: &batch };
        let (keys, models) = (texts(&batch, STATEMENT_KEY)?, texts(&batch, MODEL)?);
        for row in 0..batch.num_rows() {
            let is_part = models.value(row) == Model::Part.as_str();
            if (is_part || models.value(row) == Model::Replacement.as_str()) && is_chosen(keys.value(row)) {
                take(keys.value(row).to_owned(), Stated { is_part, ..reader.stated(row)? });
            }
        }
    }
    Ok(())
}

struct Reader<'b> {
    batch: &'b RecordBatch,
}

impl Reader<'_> {
    fn text(&self, column: Column, row: usize) -> Result<Option<String>> {
        let cells: &StringArray = texts(self.batch, column)?;
        Ok(cells.is_valid(row).then(|| cells.value(row).to_owned()))
    }

    fn sure(&self, column: Column, row: usize) -> Result<String> {
        Ok(self.text(column, row)?.unwrap_or_default())
    }

    fn stated(&self, row: usize) -> Result<Stated> {
        Ok(Stated {
            event_id: self.sure(EVENT_ID, row)?,
            event_time: instants(self.batch, EVENT_TIME)?.value(row),
            ordinal: wholes(self.batch, ORDINAL)?.value(row),
            outcome: self.sure(OUTCOME, row)?,
            plane: self.sure(PLANE, row)?,
            scope: self.sure(SCOPE, row)?,
            actor: self.text(ACTOR, row)?,
            channel: self.text(CHANNEL, row)?,
            endpoint: self.text(ENDPOINT, row)?,
            app: self.text(APP, row)?,
            event_type: self.sure(EVENT_TYPE, row)?,
            native_id: self.text(NATIVE_ID, row)?,
            request_id: self.text(REQUEST_ID, row)?,
            source_ip: self.text(SOURCE_IP, row)?,
            user_agent: self.text(USER_AGENT, row)?,
            is_otherwise: self.text(ROLE, row)?.as_deref() == Some("otherwise"),
            is_part: false,
            thing: self.thing(row)?,
        })
    }

    fn thing(&self, row: usize) -> Result<Option<Arc<Thing>>> {
        if self.text(ROLE, row)?.as_deref() == Some("nothing") {
            return Ok(None);
        }
        let Some(verb) = self.text(STATED_VERB, row)?.as_deref().and_then(Verb::parse) else { return Ok(None) };
        Ok(Some(Arc::new(Thing {
            verb,
            is_revoke: self.text(STATED_DIRECTION, row)?.as_deref() == Some("revoke"),
            subject: self.text(SUBJECT, row)?,
            subject_id: self.text(SUBJECT_ID, row)?,
            subject_alias: self.text(SUBJECT_ALIAS, row)?,
            subject_external_id: self.text(SUBJECT_EXTERNAL_ID, row)?,
            subject_kind: self.sure(STATED_SUBJECT_KIND, row)?,
            entitlement: self.text(ENTITLEMENT, row)?,
            entitlement_id: self.text(ENTITLEMENT_ID, row)?,
            privilege: self.text(PRIVILEGE, row)?,
            securable: self.text(SECURABLE, row)?,
        })))
    }
}
