//! Where a row holds: the account, or one workspace.

use std::borrow::Cow;

use super::record::Row;
use crate::event::Text;
use crate::source::decode::Reason;

/// Where an act holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The account.
    Account,
    /// One workspace.
    Workspace,
    /// The row does not say.
    Unknown,
}

/// How a delivery tells where its rows hold.
#[derive(Debug, Clone)]
pub(super) enum Site<'r> {
    /// The row says it, else the folder that it was delivered to.
    Row,
    /// The row says it; one that names no workspace is of the account.
    Table,
    /// The delivery is of one workspace, which has this name.
    Workspace(Option<Text<'r>>),
}

/// Where a row holds.
#[derive(Debug)]
pub(super) struct Place<'r> {
    pub(super) level: Level,
    pub(super) scope: Text<'r>,
    pub(super) workspace_id: Option<Text<'r>>,
}

impl<'r> Place<'r> {
    /// What the row says, by the rules of its delivery; `known` = the meaning of its parameters is known.
    pub(super) fn of(row: &Row<'r>, site: &Site<'r>, path: &'r str, known: bool) -> Result<Self, Reason> {
        if let Site::Workspace(name) = site {
            let scope = name.clone().unwrap_or(Cow::Borrowed("unknown"));
            return Ok(Self { level: Level::Workspace, scope, workspace_id: None });
        }
        let digits = match (row.workspace_id.id("/workspaceId")?, site) {
            (Some(id), _) if !is_digits(&id) => return Err(row.workspace_id.unfit("/workspaceId", "digits")),
            (Some(id), _) => Some(id),
            (None, Site::Table) if row.audit_level.is_none() => Some(Cow::Borrowed("0")),
            (None, Site::Table) => None,
            (None, _) => folder_workspace(path).map(Cow::Borrowed),
        };
        let says = |level: &str| row.audit_level.as_deref().is_some_and(|l| l.eq_ignore_ascii_case(level));
        let workspace_id = digits.clone().filter(|id| !id.trim_start_matches('0').is_empty());
        if says("ACCOUNT_LEVEL") || (digits.is_some() && workspace_id.is_none()) {
            // Unity Catalog logs at account level and keeps the workspace among the parameters.
            let params = &row.request_params;
            let param = if known { params.id(&["workspace_id"])? } else { params.hint(&["workspace_id"]) };
            let workspace_id = workspace_id.or(param.filter(|id| is_digits(id) && id != "0"));
            return Ok(Self { level: Level::Account, scope: Cow::Borrowed("account"), workspace_id });
        }
        let level = if says("WORKSPACE_LEVEL") || digits.is_some() { Level::Workspace } else { Level::Unknown };
        Ok(Self { level, scope: workspace_id.clone().unwrap_or(Cow::Borrowed("unknown")), workspace_id })
    }
}

/// Whether a text is a workspace id.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The workspace of a delivery folder `workspaceId=<digits>`.
fn folder_workspace(path: &str) -> Option<&str> {
    path.split(['/', '\\']).find_map(|part| part.strip_prefix("workspaceId=")).filter(|id| is_digits(id))
}

/// The name at the end of an Azure resource id, in lower case; `None` = not the id of a workspace.
pub(super) fn workspace_name(resource_id: &str) -> Option<String> {
    let mut parts = resource_id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("workspaces")).skip(1);
    parts.next().filter(|name| !name.is_empty()).map(str::to_lowercase)
}
