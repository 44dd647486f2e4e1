//! The door by which a change came: connector, pipeline, person or platform.
//!
//! `endpoint=scim` only says which API was called, so the connector is recognised by principal, user agent and address
//! together.

use std::net::IpAddr;

use crate::config::{Config, Globs};
use crate::error::Result;

/// Who or what made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActorClass {
    /// The configured provisioning connector.
    ScimConnector,
    /// Automatic creation by the platform on the identity provider's behalf.
    Automatic,
    /// A configured pipeline.
    TerraformSp,
    /// Another service principal.
    OtherSp,
    /// A person who used an administrator's interface or API.
    HumanAdmin,
    /// The platform itself.
    DatabricksInternal,
    /// The connector's principal, through a program or from an address that is not the connector's.
    ConnectorElsewhere,
    /// The record does not say enough.
    Unknown,
}

impl ActorClass {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::ScimConnector,
        Self::Automatic,
        Self::TerraformSp,
        Self::OtherSp,
        Self::HumanAdmin,
        Self::DatabricksInternal,
        Self::ConnectorElsewhere,
        Self::Unknown,
    ];

    /// The word that the lake stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScimConnector => "scim_connector",
            Self::Automatic => "aim",
            Self::TerraformSp => "terraform_sp",
            Self::OtherSp => "other_sp",
            Self::HumanAdmin => "human_admin",
            Self::DatabricksInternal => "databricks_internal",
            Self::ConnectorElsewhere => "connector_elsewhere",
            Self::Unknown => "unknown",
        }
    }
}

/// Principals by which Databricks does its own housekeeping (`reference` databricks c7).
const PLATFORM_PRINCIPALS: &[&str] = &["system-user", "dbadmin"];

/// True for a principal by which Databricks does its own housekeeping, whatever the case.
pub fn is_platform(principal: &str) -> bool {
    PLATFORM_PRINCIPALS.iter().any(|own| own.eq_ignore_ascii_case(principal))
}

/// What a record says about who came by which door.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'r> {
    /// Actor, in lower case.
    pub actor: Option<&'r str>,
    /// The source's word for the door.
    pub endpoint: Option<&'r str>,
    /// Client software.
    pub user_agent: Option<&'r str>,
    /// Client address.
    pub source_ip: Option<&'r str>,
}

/// Judges doors by the configuration.
#[derive(Debug)]
pub struct Door {
    principals: Vec<String>,
    user_agents: Globs,
    addresses: Vec<(IpAddr, u32)>,
    automation: Vec<String>,
}

impl Door {
    /// The door of a configuration.
    ///
    /// # Errors
    /// A malformed glob.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            principals: config.connector.principals.clone(),
            user_agents: Globs::new(&config.connector.user_agents)?,
            addresses: config.connector.addresses.iter().filter_map(|a| range(a)).collect(),
            automation: config.automation.clone(),
        })
    }

    /// True when the configuration says who the connector is.
    pub fn is_declared(&self) -> bool {
        !self.principals.is_empty()
    }

    /// True when the address of the connector is declared and so is judged.
    pub fn judges_address(&self) -> bool {
        !self.addresses.is_empty()
    }

    /// True when the address is one of the connector's declared ones.
    pub fn is_connectors_address(&self, address: &str) -> bool {
        address.parse().is_ok_and(|address| self.in_range(address))
    }

    /// The class of a visitor.
    pub fn class(&self, visitor: Visitor<'_>) -> ActorClass {
        if visitor.endpoint == Some("autoUserCreation") {
            return ActorClass::Automatic;
        }
        let Some(actor) = visitor.actor else { return ActorClass::Unknown };
        if PLATFORM_PRINCIPALS.contains(&actor) {
            ActorClass::DatabricksInternal
        } else if self.principals.iter().any(|p| p == actor) {
            self.connector(visitor)
        } else if self.automation.iter().any(|p| p == actor) {
            ActorClass::TerraformSp
        } else if is_uuid(actor) {
            ActorClass::OtherSp
        } else if actor.contains('@') {
            ActorClass::HumanAdmin
        } else {
            ActorClass::Unknown
        }
    }

    // The token's owner can use the console, too: the principal alone does not make a push.
    fn connector(&self, visitor: Visitor<'_>) -> ActorClass {
        let agent_fits = self.user_agents.is_empty() || visitor.user_agent.is_some_and(|a| self.user_agents.any(a));
        let address_fits = self.addresses.is_empty()
            || visitor.source_ip.and_then(|a| a.parse().ok()).is_some_and(|a| self.in_range(a));
        let by_console = visitor.endpoint == Some("adminConsole");
        if agent_fits && address_fits && !by_console {
            ActorClass::ScimConnector
        } else {
            ActorClass::ConnectorElsewhere
        }
    }

    fn in_range(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|(network, bits)| match (network, address) {
            (IpAddr::V4(n), IpAddr::V4(a)) => {
                shifted(n.to_bits().into(), *bits, 32) == shifted(a.to_bits().into(), *bits, 32)
            }
            (IpAddr::V6(n), IpAddr::V6(a)) => shifted(n.to_bits(), *bits, 128) == shifted(a.to_bits(), *bits, 128),
            _ => false,
        })
    }
}

fn shifted(address: u128, bits: u32, width: u32) -> u128 {
    address.checked_shr(width - bits).unwrap_or(0)
}

/// Reads an address range in CIDR form; a bare address is a range of one. `None` = malformed.
pub fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(width), |b| b.parse().ok())?;
    (bits <= width).then_some((address, bits))
}

/// True for the text form of a UUID, which is how Databricks names service principals.
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}
