//! How fast decisions must be carried out where environments have limits of their own.

use std::collections::BTreeMap;

use super::kernel::Limits;
use crate::config::{Config, Environment, PARAMETERS, Span};
use crate::error::{Error, Result};

/// Limits of time in microseconds: for grants, and for removals.
type Slas = (i64, i64);

/// The limits of every environment.
pub(super) struct Tempo<'c> {
    config: &'c Config,
    general: Slas,
    own: BTreeMap<Environment, Slas>,
}

impl<'c> Tempo<'c> {
    /// Reads the limits.
    ///
    /// # Errors
    /// [`Error::Input`] when a value is no duration.
    pub(super) fn new(config: &'c Config) -> Result<Self> {
        let slas = |environment: Option<Environment>| {
            let grants = span(config, "TRC-01", "provision_sla", environment)?;
            Ok::<Slas, Error>((grants, span(config, "TRC-02", "deprovision_sla", environment)?))
        };
        let general = slas(None)?;
        let mut own = BTreeMap::new();
        for environment in Environment::ALL {
            own.insert(environment, slas(Some(environment))?);
        }
        own.retain(|_, slas| *slas != general);
        Ok(Self { config, general, own })
    }

    /// The longest of all limits.
    pub(super) fn longest(&self) -> i64 {
        let all = self.own.values().chain([&self.general]);
        all.map(|(grants, removals)| *grants.max(removals)).max().unwrap_or(0)
    }

    /// The limits for a key whose effects are looked for in these scopes: of several environments the shortest, since one
    /// decision stands for all of them. Without a scope they are the general ones.
    pub(super) fn limits<'s>(&self, limits: &Limits, scopes: impl Iterator<Item = &'s str>) -> Limits {
        if self.own.is_empty() {
            return *limits;
        }
        let of = |scope: &str| {
            let own = self.config.environment(scope).and_then(|environment| self.own.get(&environment));
            *own.unwrap_or(&self.general)
        };
        let shortest = scopes.map(of).reduce(|a, b| (a.0.min(b.0), a.1.min(b.1)));
        let (provision_sla, deprovision_sla) = shortest.unwrap_or(self.general);
        Limits { provision_sla, deprovision_sla, ..*limits }
    }
}

fn span(config: &Config, test: &str, name: &str, environment: Option<Environment>) -> Result<i64> {
    let parameter = PARAMETERS
        .iter()
        .find(|p| p.name == name)
        .ok_or_else(|| Error::Bug(format!("parameter `{name}` of {test} is not declared")))?;
    let setting = config.setting_in(test, *parameter, environment);
    let span: Span = setting.value.parse().map_err(|e| Error::Input(format!("{} {name}: {e}", setting.origin)))?;
    Ok(span.micros())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::assign::Window;

    const HOUR: i64 = 3_600_000_000;

    fn found(text: &str, scopes: &[&str]) -> (i64, i64) {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("t.toml");
        std::fs::write(&path, format!("[organization]\nname = \"Example Corp\"\n{text}")).unwrap();
        let config = Config::read(&path).unwrap();
        let window = Window::new(Span::hours(24), Span::seconds(300));
        let (general, cut_off) = (24 * HOUR, i64::MAX);
        let limits =
            Limits { window, provision_sla: general, deprovision_sla: general, cut_off, push_cut_off: cut_off };
        let limits = Tempo::new(&config).unwrap().limits(&limits, scopes.iter().copied());
        (limits.provision_sla / HOUR, limits.deprovision_sla / HOUR)
    }

    #[test]
    fn of_several_environments_the_shortest_limit_holds() {
        let text = "[environments]\nproduction = [\"1\"]\nsandbox = [\"2\"]\n\
            [test.\"TRC-01\".environment.production]\nprovision_sla = \"2h\"\n\
            [test.\"TRC-01\".environment.sandbox]\nprovision_sla = \"48h\"\n\
            [test.\"TRC-02\".environment.sandbox]\ndeprovision_sla = \"1h\"\n";
        assert_eq!(found(text, &["1"]), (2, 24));
        assert_eq!(found(text, &["2"]), (48, 1));
        assert_eq!(found(text, &["1", "2"]), (2, 1));
        assert_eq!(found(text, &["2", "account"]), (24, 1), "the account is in no environment");
        assert_eq!(found(text, &[]), (24, 24), "nothing says where");
        assert_eq!(found("", &["1"]), (24, 24));
    }
}
