//! `tickmark.toml`: read strictly, so that a misspelt key is an error and never a silent default.

mod choice;
mod environment;
mod file;
mod patterns;
mod period;
mod policy;
mod span;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher};
use sha2::{Digest, Sha256};

use crate::catalogue::profiles::Profile;
use crate::companion::{SnapshotMember, SnapshotUser};
use crate::error::{Error, Result};
use crate::report::model::{OrganizationControl, OtherInput};

pub use choice::{Choice, Choices, Facts};
pub use environment::{Environment, bounds_correlation, honours_catalogs, honours_environment, ignored_in};
pub(crate) use file::nearest;
pub use file::{Connector, CustomTest, Scope, Select, Waiver, Window};
pub use patterns::Patterns;
pub use period::Period;
pub(crate) use period::{day, midnight};
pub use policy::{Bound, Policy};
pub use span::Span;
pub use values::{ByEnvironment, Values};

/// What the configuration says and may not mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Name of the file.
    pub path: String,
    /// Line in it.
    pub line: u64,
    /// What is odd, in one sentence.
    pub message: String,
}

/// A configuration that has been read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder that relative paths in the file start from.
    pub dir: PathBuf,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Name of the organisation that the evidence is about.
    pub organization: String,
    /// Time zone in which periods and days are reckoned.
    pub zone: chrono_tz::Tz,
    /// Period to use when the command line names none.
    pub period: Option<Period>,
    /// Lake to use when the command line names none.
    pub lake: Option<PathBuf>,
    /// Package folder to use when the command line names none.
    pub out: Option<PathBuf>,
    /// Package that results are compared with when the command line names none.
    pub previous: Option<PathBuf>,
    /// The declared exports, in the order of the file.
    pub sources: Vec<SourceConfig>,
    /// What collectors say of the hours in which nothing came, by source, scope, time and reference.
    pub heartbeats: Vec<Heartbeat>,
    /// The files that they stand in, by path.
    pub heartbeat_files: Vec<HeartbeatFile>,
    /// The declared companion files, in the order of the file.
    pub companions: Vec<CompanionConfig>,
    /// Domain aliases, lower case: alias to canonical.
    pub domains: BTreeMap<String, String>,
    /// Name aliases, lower case: alias to canonical.
    pub aliases: BTreeMap<String, String>,
    /// Identity-provider group name to Databricks group name.
    pub group_map: BTreeMap<String, String>,
    /// What can be read but may not be meant, in the order of lines.
    pub doubts: Vec<Doubt>,
    /// Prefix that is stripped from identity-provider group names.
    pub group_prefix: String,
    /// How the provisioning connector is recognised.
    pub connector: Connector,
    /// Principals of pipelines, lower case.
    pub automation: Vec<String>,
    /// Workspace resource name to workspace id.
    pub workspaces: BTreeMap<String, String>,
    /// Workspace ids that are not under audit.
    pub out_of_scope: Vec<String>,
    /// Workspace ids that are production.
    pub production: Vec<String>,
    /// Workspace ids that are sandboxes.
    pub sandbox: Vec<String>,
    /// Catalogs (globs) that are production, from whichever workspace they are reached.
    pub production_catalogs: Globs,
    parameters: BTreeMap<String, toml::Value>,
    tests: BTreeMap<String, BTreeMap<String, toml::Value>>,
    /// Tests of the organisation's own, by path.
    pub custom_tests: Vec<CustomTest>,
    environments: BTreeMap<(String, Environment), BTreeMap<String, toml::Value>>,
    /// Which tests run, and values of their parameters; `None` = every test, and no value.
    pub profile: Option<Profile>,
    /// What the organisation has written down about values, in the order of the file.
    pub policies: Vec<Policy>,
    /// How the organisation words its controls, by framework and control.
    pub organization_controls: Vec<OrganizationControl>,
    /// What was read beside the exports, by path: mounted wording, and a profile of the command line.
    pub other_inputs: Vec<OtherInput>,
    /// Approved exceptions, in the order of the file.
    pub waivers: Vec<Waiver>,
    /// Principals as companion snapshots list them, once these have been read.
    pub snapshot_users: Vec<SnapshotUser>,
    /// Memberships as companion snapshots list them, likewise.
    pub snapshot_members: Vec<SnapshotMember>,
}

/// One `[[source]]`.
#[derive(Debug, Clone)]
pub struct SourceConfig {
    /// Source id; `None` = detected from the records.
    pub id: Option<String>,
    /// Files, folders or globs, relative to the configuration's folder.
    pub paths: Vec<String>,
    /// Names (globs) of the identity provider's applications that stand for Databricks.
    pub provider_apps: Vec<String>,
    /// What the export claims to cover.
    pub covers: Option<Period>,
    /// The zone of times that its records give without one; `None` = not declared.
    pub zone: Option<chrono_tz::Tz>,
    /// How long a delivered file must stay; `None` = not declared.
    pub retention: Option<Span>,
    /// What the source says of its own records, in the order of the patterns.
    pub control_totals: Vec<ControlTotal>,
    /// The file that some of them stand in: its path as written, and its SHA-256. `None` = they are all in the configuration.
    pub control_totals_file: Option<(String, String)>,
}

/// How many records a file, or several together, must hold by the source's own count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlTotal {
    /// Path as in table `files`, or a glob over such paths.
    pub pattern: String,
    /// Records of all files that it names.
    pub records: u64,
}

/// A collector asked a source at that time and got an empty page: a receipt for the silence of its hour.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heartbeat {
    /// Source id.
    pub source: String,
    /// Scope; a named workspace by its id.
    pub scope: String,
    /// When, in microseconds.
    pub time: i64,
    /// The collector's own reference, else where it is written.
    pub reference: String,
}

/// A file of heartbeats: it is evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeartbeatFile {
    /// Path relative to the configuration's folder.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Heartbeats in it.
    pub heartbeat_count: u64,
}

/// One `[[companion]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanionConfig {
    /// What the files are lists of.
    pub kind: crate::companion::Kind,
    /// The files, by path; each of them is there.
    pub paths: Vec<PathBuf>,
    /// Who answers for them.
    pub owner: String,
}

/// A parameter that every test shares: its name, default and meaning.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Key in `[parameters]` and in `[test."ID"]`.
    pub name: &'static str,
    /// Default, as it would be written in the file.
    pub default: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// The parameters of `[parameters]`.
pub const PARAMETERS: &[Parameter] = &[
    Parameter { name: "look_back", default: "24h", doc: "how long before an effect its authority may lie" },
    Parameter {
        name: "skew",
        default: "5m",
        doc: "how long after an effect its authority may lie, for clocks that differ",
    },
    Parameter { name: "provision_sla", default: "24h", doc: "time in which granted access must arrive" },
    Parameter { name: "deprovision_sla", default: "24h", doc: "time in which ended access must be gone" },
    Parameter { name: "max_gap", default: "1h", doc: "longest hole in a log that is tolerated" },
];

/// The value of a parameter, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Name of the parameter.
    pub name: String,
    /// Value, as it would be written in the file.
    pub value: String,
    /// Default, as it would be written in the file.
    pub default: String,
    /// Where the value was set: `default`, `profile \`NAME\``, `[parameters]`, `[test."ID"]` or
    /// `[test."ID".environment.NAME]`.
    pub origin: String,
    /// The environment that it is for; `None` = every one that has no value of its own.
    pub environment: Option<Environment>,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// [`Error::Input`] with file, line and, for an unknown key, the nearest known one.
    pub fn read(path: &Path) -> Result<Self> {
        Self::read_as(path, None)
    }

    /// The same, with a profile that the command line names; it comes before the one of the file.
    ///
    /// # Errors
    /// As [`Config::read`]; [`Error::Usage`] for a profile that nobody knows.
    pub fn read_as(path: &Path, profile: Option<&str>) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::Input(format!("no configuration at `{}`", path.display())),
            _ => Error::io("read", path, e),
        })?;
        let text = std::str::from_utf8(&bytes).map_err(|e| {
            let line = 1 + bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count();
            Error::Input(format!("failed to read `{}` line {line}: not UTF-8", path.display()))
        })?;
        let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut config = file::parse_as(text, &path.display().to_string(), dir, profile)?;
        config.sha256 = hex(&Sha256::digest(&bytes));
        Ok(config)
    }

    /// A configuration that declares nothing, for looking at a lake without one.
    ///
    /// # Errors
    /// A bug of ours.
    pub fn bare() -> Result<Self> {
        // Without a folder of its own it has no tests beside it.
        file::parse("[organization]\nname = \"\"\n", file::BARE, Path::new(""))
    }

    /// A path of the file, made relative to the file's folder.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }

    /// True when the profile of the run has the test.
    pub fn runs(&self, test: &str) -> bool {
        self.profile.as_ref().is_none_or(|p| p.runs(test))
    }

    /// The setting of a parameter for one test: the test's own, else the shared one, else the profile's, else the default.
    pub fn setting(&self, test: &str, parameter: Parameter) -> Setting {
        let own = self.tests.get(test).and_then(|t| t.get(parameter.name)).map(|v| (v, format!("[test.\"{test}\"]")));
        let shared = || self.parameters.get(parameter.name).map(|v| (v, "[parameters]".to_owned()));
        let stated = own.or_else(shared).map(|(value, origin)| (plain(value), origin));
        let (value, origin) = stated
            .or_else(|| self.of_profile(parameter.name))
            .unwrap_or_else(|| (parameter.default.to_owned(), "default".to_owned()));
        let default = parameter.default.to_owned();
        Setting { name: parameter.name.to_owned(), value, default, origin, environment: None }
    }

    fn of_profile(&self, parameter: &str) -> Option<(String, String)> {
        let profile = self.profile.as_ref()?;
        Some((profile.parameters.get(parameter)?.clone(), format!("profile `{}`", profile.name)))
    }

    /// A scope as the lake is read with this configuration: the id of a workspace that is named, anything else as it is.
    pub fn scope_of(&self, scope: &str) -> String {
        let named = self.workspaces.iter().find(|(name, _)| name.to_lowercase() == scope.to_lowercase());
        named.map_or_else(|| scope.to_owned(), |(_, id)| id.clone())
    }

    /// The policy that a test's thresholds are taken from; `None` = not stated.
    pub fn policy(&self, test: &str) -> Option<&str> {
        self.tests.get(test)?.get("policy")?.as_str()
    }
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// A set of case-insensitive globs.
#[derive(Debug, Clone, Default)]
pub struct Globs(Vec<GlobMatcher>);

impl Globs {
    /// Compiles the globs.
    ///
    /// # Errors
    /// [`Error::Input`] naming the malformed glob.
    pub fn new(patterns: &[String]) -> Result<Self> {
        patterns.iter().map(|p| glob(p).map(|g| g.compile_matcher())).collect::<Result<_>>().map(Self)
    }

    /// True when any glob matches the whole text.
    pub fn any(&self, text: &str) -> bool {
        self.0.iter().any(|g| g.is_match(text))
    }

    /// True when there is no glob.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A case-insensitive glob over names.
///
/// # Errors
/// [`Error::Input`] naming the glob.
pub fn glob(pattern: &str) -> Result<Glob> {
    GlobBuilder::new(pattern)
        .case_insensitive(true)
        .backslash_escape(true)
        .build()
        .map_err(|e| Error::Input(format!("glob `{pattern}`: {}", e.kind())))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text
}
