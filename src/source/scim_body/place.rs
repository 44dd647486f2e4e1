//! Where a SCIM service stands: the account, one workspace, or not known.

use std::borrow::Cow;

use crate::event::Text;

/// What the service speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::source) enum Level {
    /// The Databricks account.
    Account,
    /// One Databricks workspace.
    Workspace,
    /// Not said.
    #[default]
    Unknown,
}

/// Where a SCIM service stands, as far as addresses tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::source) struct Place<'r> {
    /// What it speaks for.
    pub(in crate::source) level: Level,
    /// The Databricks account.
    pub(in crate::source) account_id: Option<Text<'r>>,
    /// The Databricks workspace, in digits.
    pub(in crate::source) workspace_id: Option<Text<'r>>,
    /// The workspace by another name, or the host.
    pub(in crate::source) name: Option<Text<'r>>,
}

impl<'r> Place<'r> {
    /// Learns from the word that a log has for its base: `account`, `workspace:<id>`, or an address.
    pub(in crate::source) fn learn_base(&mut self, base: &str) {
        let base = base.trim();
        match base.split_once(':') {
            _ if base.eq_ignore_ascii_case("account") => self.at(Level::Account),
            Some((word, id)) if word.eq_ignore_ascii_case("account") => {
                self.at(Level::Account);
                set(&mut self.account_id, id.trim());
            }
            Some((word, id)) if word.eq_ignore_ascii_case("workspace") => self.learn_workspace(id.trim()),
            _ => self.learn(base),
        }
    }

    /// Learns from a path or URL; what is known already stays.
    pub(in crate::source) fn learn(&mut self, address: &str) {
        if let Some((_, rest)) = address.split_once("://") {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            self.learn_host(host);
        }
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let organisation = query.split('&').find_map(|pair| pair.strip_prefix("o=")).filter(|o| is_digits(o));
        organisation.into_iter().for_each(|id| self.learn_workspace(id));
        self.learn_path(path);
    }

    /// Learns from the name of a host; what is known already stays.
    pub(in crate::source) fn learn_host(&mut self, host: &str) {
        let host = host.rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let first = host.split('.').next().unwrap_or_default();
        if host.ends_with(".databricks.com") || host.ends_with(".azuredatabricks.net") {
            let digits = first.strip_prefix("adb-").unwrap_or(first);
            match first {
                "accounts" => self.at(Level::Account),
                _ if is_digits(digits) => self.learn_workspace(digits),
                _ => self.at(Level::Workspace),
            }
        }
        if !host.is_empty() {
            set(&mut self.name, &host);
        }
    }

    fn learn_path(&mut self, path: &str) {
        let mut segments = path.split('/');
        while let Some(segment) = segments.next() {
            match segment {
                // Databricks' own addresses; the word alone stands in many others.
                "accounts" if path.contains("/api/2.") => {
                    self.at(Level::Account);
                    segments.next().into_iter().for_each(|id| set(&mut self.account_id, id));
                }
                "preview" if path.contains("/preview/scim/") => self.at(Level::Workspace),
                "Users" | "Groups" | "ServicePrincipals" => return,
                _ => {}
            }
        }
    }

    /// Learns that it is a workspace, by its id or another name.
    pub(in crate::source) fn learn_workspace(&mut self, id: &str) {
        self.at(Level::Workspace);
        if self.level == Level::Workspace && !id.is_empty() {
            let slot = if is_digits(id) { &mut self.workspace_id } else { &mut self.name };
            set(slot, &id.to_ascii_lowercase());
        }
    }

    fn at(&mut self, level: Level) {
        if self.level == Level::Unknown {
            self.level = level;
        }
    }

    /// `account`, the workspace's id in digits, or `unknown`.
    pub(in crate::source) fn scope(&self) -> Text<'r> {
        match (self.level, &self.workspace_id) {
            (Level::Account, _) => Cow::Borrowed("account"),
            (Level::Workspace, Some(id)) => id.clone(),
            _ => Cow::Borrowed("unknown"),
        }
    }

    /// What tells resources of one service from those of another.
    pub(in crate::source) fn realm(&self) -> String {
        match (self.level, &self.account_id, &self.workspace_id, &self.name) {
            (Level::Account, Some(id), ..) => format!("account:{id}"),
            (Level::Account, ..) => "account".to_owned(),
            (Level::Workspace, _, Some(id), _) => format!("workspace:{id}"),
            (Level::Workspace, .., Some(name)) => format!("workspace:{name}"),
            (.., Some(name)) => name.clone().into_owned(),
            _ => "unknown".to_owned(),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn set(slot: &mut Option<Text<'_>>, text: &str) {
    if slot.is_none() && !text.is_empty() {
        *slot = Some(Cow::Owned(text.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_tell_account_and_workspace() {
        for (address, scope, realm) in [
            ("account", "account", "account"),
            ("workspace:4150000000000001", "4150000000000001", "workspace:4150000000000001"),
            ("workspace:DBX-Prod", "unknown", "workspace:dbx-prod"),
            ("https://accounts.cloud.databricks.com/api/2.1/accounts/a-1/scim/v2/Users", "account", "account:a-1"),
            ("/api/2.0/accounts/a-1/scim/v2/Groups/accounts", "account", "account:a-1"),
            ("https://accounts.azuredatabricks.net/x", "account", "account"),
            (
                "https://adb-4150000000000001.7.azuredatabricks.net/api/2.0/preview/scim/v2/Users",
                "4150000000000001",
                "workspace:4150000000000001",
            ),
            ("https://4150000000000001.2.gcp.databricks.com", "4150000000000001", "workspace:4150000000000001"),
            (
                "https://dbc-1.cloud.databricks.com/api/2.0/preview/scim/v2/Users?o=4150000000000001",
                "4150000000000001",
                "workspace:4150000000000001",
            ),
            (
                "https://dbc-1.cloud.databricks.com/api/2.0/preview/scim/v2/Users",
                "unknown",
                "workspace:dbc-1.cloud.databricks.com",
            ),
            ("/api/2.0/preview/scim/v2/Users", "unknown", "unknown"),
            ("https://u:p@scim.example.com:8443/v2/Users?x=1", "unknown", "scim.example.com"),
            ("/accounts/7/Users", "unknown", "unknown"),
        ] {
            let mut place = Place::default();
            place.learn_base(address);
            assert_eq!((&*place.scope(), &*place.realm()), (scope, realm), "{address}");
        }
    }
}
