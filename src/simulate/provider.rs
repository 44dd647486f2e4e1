//! The identity providers that can decide: what each calls itself, and how its ways differ.

use super::dice::Dice;

/// Which identity provider decides who may use Databricks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Provider {
    /// Okta, by its System Log.
    #[default]
    Okta,
    /// Microsoft Entra ID, by its directory audits and its provisioning log.
    Entra,
    /// PingOne, by its audit activities.
    Ping,
}

impl Provider {
    /// The name that a page gives it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Entra",
            Self::Ping => "PingOne",
        }
    }

    /// What the names of its pushed groups begin with, where nothing else maps them.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Okta => "okta-",
            Self::Entra => "entra-",
            Self::Ping => "ping-",
        }
    }

    /// Whom the command line and a folder call by this word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::Ping => "ping",
        }
    }

    /// The program that pushes.
    pub(super) const fn user_agent(self) -> &'static str {
        match self {
            Self::Okta => "Okta SCIM Client 1.0.0",
            Self::Entra => "Azure AD Provisioning Service SCIM",
            Self::Ping => "PingOne SCIM Provisioner",
        }
    }

    /// The sources of its logs; the first is the one that says what was decided.
    pub(super) const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Okta => &["okta"],
            Self::Entra => &["entra_audit", "entra_provisioning"],
            Self::Ping => &["pingone"],
        }
    }

    /// True where assignments to applications are logged one by one. Elsewhere everybody in the directory is pushed.
    pub(super) const fn assigns(self) -> bool {
        !matches!(self, Self::Ping)
    }

    /// An id of its own; Okta's begin with what they are.
    pub(super) fn id(self, kind: &str, dice: &mut Dice) -> String {
        match self {
            Self::Okta => dice.okta_id(kind),
            Self::Entra | Self::Ping => dice.uuid(),
        }
    }

    /// Seconds until a decision is carried out: seconds or minutes, with Entra the rest of a cycle.
    pub(super) fn lag(self, dice: &mut Dice) -> u32 {
        match self {
            Self::Okta if dice.chance(70) => dice.between(4, 90),
            Self::Okta => dice.between(90, 1_200),
            Self::Entra => dice.between(60, 2_400),
            Self::Ping => dice.between(3, 60),
        }
    }
}
