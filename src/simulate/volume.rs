//! Databricks audit logs by the gigabyte, to measure an ingest with. No organisation stands behind them, and no truth.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::SimulateError;

/// How the records are laid out in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// As delivered: a folder for each workspace and day, files of about a megabyte.
    Delivery,
    /// All in one file of JSON lines.
    OneFile,
    /// All in one JSON array.
    OneArray,
    /// A record in each file.
    SmallFiles,
}

/// How much to write, and how.
#[derive(Debug, Clone, Copy)]
pub struct Volume {
    /// Where the dice start.
    pub seed: u64,
    /// Bytes of records, about.
    pub bytes: u64,
    /// Days they are spread over, from 2026-07-01 on.
    pub days: u32,
    /// How they are laid out.
    pub layout: Layout,
    /// Of a thousand records those that change access.
    pub changes: u32,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Files.
    pub files: u64,
    /// Records.
    pub records: u64,
    /// Bytes.
    pub bytes: u64,
}

/// 2026-07-01 00:00 UTC in milliseconds.
const START: i64 = 1_782_864_000_000;
const DAY: i64 = 86_400_000;
const WORKSPACES: [&str; 3] = ["4150000000000001", "4150000000000002", "0"];
const FILE: u64 = 1_200_000;
const SMALL_FILES_IN_A_FOLDER: u64 = 1000;

/// Writes the records.
///
/// # Errors
/// [`SimulateError::NotEmpty`] where the folder holds something, [`SimulateError::Io`] where the disk refuses.
pub fn write_volume(volume: &Volume, out: &Path) -> Result<Written, SimulateError> {
    super::prepare(out)?;
    let mut writer = Writer { out: out.to_owned(), layout: volume.layout, written: Written::default(), open: None };
    let (dice, text) = (ChaCha8Rng::seed_from_u64(volume.seed), String::with_capacity(4096));
    let mut rows = Rows { dice, text, changes: volume.changes.min(1000) };
    let cells = u64::from(volume.days) * WORKSPACES.len() as u64;
    let share = volume.bytes / cells;
    for (number, workspace) in WORKSPACES.iter().enumerate() {
        for day in 0..volume.days {
            let until = (number as u64 * u64::from(volume.days) + u64::from(day) + 1) * share;
            let mut time = START + i64::from(day) * DAY;
            // So many milliseconds apart that a share fills its day.
            let apart = (DAY * 600 / i64::try_from(share).unwrap_or(i64::MAX).max(600)).max(2);
            while writer.written.bytes < until && time < START + (i64::from(day) + 1) * DAY {
                time += rows.dice.random_range(0..apart);
                rows.put(time, workspace);
                writer.put(&rows.text, workspace, day)?;
            }
        }
    }
    writer.close()?;
    Ok(writer.written)
}

struct Writer {
    out: PathBuf,
    layout: Layout,
    written: Written,
    open: Option<OpenFile>,
}

/// A file that is being written, and the workspace and day that it is of.
struct OpenFile {
    path: PathBuf,
    file: BufWriter<File>,
    size: u64,
    of: (String, u32),
}

impl Writer {
    fn put(&mut self, row: &str, workspace: &str, day: u32) -> Result<(), SimulateError> {
        let is_full = match (&self.open, self.layout) {
            (None, _) => true,
            (Some(_), Layout::OneFile | Layout::OneArray) => false,
            (Some(_), Layout::SmallFiles) => true,
            (Some(open), Layout::Delivery) => open.size >= FILE || open.of != (workspace.to_owned(), day),
        };
        if is_full {
            self.close()?;
            self.begin(workspace, day)?;
        }
        let Some(OpenFile { path, file, size, .. }) = &mut self.open else { return Ok(()) };
        let before = match (self.layout, *size) {
            (Layout::OneArray, 0) => "[\n",
            (Layout::OneArray, _) => ",\n",
            _ => "",
        };
        let after = if self.layout == Layout::OneArray { "" } else { "\n" };
        let written = [before, row, after].iter().try_for_each(|text| file.write_all(text.as_bytes()));
        written.map_err(|source| SimulateError::Io { path: path.clone(), source })?;
        *size += row.len() as u64 + 1;
        self.written.bytes += row.len() as u64 + 1;
        self.written.records += 1;
        Ok(())
    }

    fn begin(&mut self, workspace: &str, day: u32) -> Result<(), SimulateError> {
        let number = self.written.files;
        let date = chrono::DateTime::from_timestamp_millis(START + i64::from(day) * DAY).map(|t| t.date_naive());
        let date = date.map(|d| d.to_string()).unwrap_or_default();
        let folder = match self.layout {
            Layout::Delivery => self.out.join(format!("workspaceId={workspace}/date={date}")),
            Layout::SmallFiles => self.out.join(format!("{:05}", number / SMALL_FILES_IN_A_FOLDER)),
            Layout::OneFile | Layout::OneArray => self.out.clone(),
        };
        let path = folder.join(format!("auditlogs_{number:08}.json"));
        let failed = |source| SimulateError::Io { path: path.clone(), source };
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let file = File::create(&path).map_err(failed)?;
        self.written.files += 1;
        let file = BufWriter::with_capacity(1 << 20, file);
        self.open = Some(OpenFile { path, file, size: 0, of: (workspace.to_owned(), day) });
        Ok(())
    }

    fn close(&mut self) -> Result<(), SimulateError> {
        let Some(OpenFile { path, mut file, .. }) = self.open.take() else { return Ok(()) };
        let end = if self.layout == Layout::OneArray { "\n]\n" } else { "" };
        let written = file.write_all(end.as_bytes()).and_then(|()| file.flush());
        written.map_err(|source| SimulateError::Io { path, source })
    }
}

/// Makes one row after the other.
struct Rows {
    dice: ChaCha8Rng,
    text: String,
    /// Of a thousand records those that change access.
    changes: u32,
}

/// What is logged, how often compared with the others, and with which parameters.
type Kind = (u32, &'static str, &'static str, fn(&mut Rows));

const USES: [Kind; 5] = [
    (390, "accounts", "tokenLogin", Rows::token_login),
    (240, "unityCatalog", "getTable", Rows::get_table),
    (130, "databrickssql", "commandSubmit", Rows::command),
    (90, "notebook", "runCommand", Rows::notebook),
    (80, "unityCatalog", "generateTemporaryTableCredential", Rows::get_table),
];

const CHANGES: [Kind; 3] = [
    (50, "jobs", "changeJobAcl", Rows::acl),
    (15, "unityCatalog", "updatePermissions", Rows::permissions),
    (5, "accounts", "addPrincipalToGroup", Rows::member),
];

/// Tokens of one person.
const TOKENS: u64 = 3;

const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "databricks-sql-connector/3.1.2 (python)",
    "Databricks-Runtime/14.3 spark/3.5.0",
    "Okta SCIM Client 1.0.0",
];

impl Rows {
    /// Makes the row of a moment.
    fn put(&mut self, time: i64, workspace: &str) {
        let is_change = self.dice.random_range(0..1000) < self.changes;
        let kinds = if is_change { &CHANGES[..] } else { &USES[..] };
        let roll = self.dice.random_range(0..kinds.iter().map(|(share, ..)| share).sum());
        let mut sum = 0;
        let kind = kinds.iter().find(|(share, ..)| {
            sum += share;
            roll < sum
        });
        let (_, service, action, params) = kind.unwrap_or(&kinds[0]);
        let level = if workspace == "0" { "ACCOUNT_LEVEL" } else { "WORKSPACE_LEVEL" };
        let (net, host) = (self.dice.random_range(0..4), self.dice.random_range(1..255));
        let agent = AGENTS[self.dice.random_range(0..AGENTS.len())];
        let person = self.dice.random_range(0..2000);
        self.text.clear();
        self.add(&format!(
            r#"{{"version":"2.0","auditLevel":"{level}","timestamp":{time},"orgId":"{workspace}","shardName":"shard-eu-1","accountId":"00000000-0000-4000-8000-00000000acc0","workspaceId":"{workspace}","sourceIPAddress":"198.51.{net}.{host}","userAgent":"{agent}","sessionId":null,"userIdentity":{{"email":"person{person:04}@example.com","subjectName":null}},"serviceName":"{service}","actionName":"{action}","requestId":""#,
        ));
        self.uuid();
        self.add(r#"","requestParams":{"#);
        params(self);
        self.add(
            r#"},"response":{"statusCode":200,"errorMessage":null,"result":null},"MAX_LOG_MESSAGE_LENGTH":16384}"#,
        );
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn uuid(&mut self) {
        let bits = u128::from(self.dice.next_u64()) << 64 | u128::from(self.dice.next_u64());
        let hex = format!("{bits:032x}");
        self.add(&format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]));
    }

    fn token_login(&mut self) {
        let (person, token) = (self.dice.random_range(0..2000_u64), self.dice.random_range(0..TOKENS));
        self.add(&format!(r#""user":"person{person:04}@example.com","tokenId":""#));
        // The same token has the same digest each time.
        let mut own = ChaCha8Rng::seed_from_u64(person * TOKENS + token);
        (0..4).for_each(|_| self.add(&format!("{:016x}", own.next_u64())));
        self.add(r#"","authenticationMethod":"API_INT_PAT_TOKEN""#);
    }

    fn get_table(&mut self) {
        let (schema, table) = (self.dice.random_range(0..40), self.dice.random_range(0..3000));
        self.add(&format!(
            r#""full_name_arg":"main.schema_{schema:02}.table_{table:04}","operation":"READ","metastore_id":"#
        ));
        self.add(r#""11111111-2222-4333-8444-555555555555","workspace_id":"4150000000000001","is_permissions_enforcing_client":"true""#);
    }

    fn command(&mut self) {
        let (schema, table) = (self.dice.random_range(0..40), self.dice.random_range(0..3000));
        let limit = self.dice.random_range(10..10_000);
        self.add(r#""warehouseId":"a1b2c3d4e5f60718","commandId":""#);
        self.uuid();
        self.add(&format!(
            r#"","commandText":"SELECT customer_id, \"region\", SUM(amount) AS total\nFROM main.schema_{schema:02}.table_{table:04}\nWHERE order_date >= '2026-06-01' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT {limit}""#
        ));
    }

    fn notebook(&mut self) {
        let (notebook, took) = (self.dice.random_range(0..5000), self.dice.random_range(5..90_000));
        self.add(&format!(r#""notebookId":"{notebook}","executionTime":"{took}","status":"finished","commandId":""#));
        self.uuid();
        self.add(r#"","commandText":"df = spark.read.table(\"main.sales.orders\")\ndisplay(df.groupBy(\"region\").count())","commandLanguage":"python""#);
    }

    fn acl(&mut self) {
        let (user, job) = (self.dice.random_range(0..2000), self.dice.random_range(0..800));
        self.add(&format!(
            r#""shardName":"shard-eu-1","targetUserId":"70000000000{user:04}","resourceId":"{job}","aclPermissionSet":"Owner","aclChangeResourceName":"jobs/{job}""#
        ));
    }

    fn permissions(&mut self) {
        let (person, table) = (self.dice.random_range(0..2000), self.dice.random_range(0..3000));
        self.add(&format!(
            r#""securable_type":"TABLE","securable_full_name":"main.sales.table_{table:04}","changes":"[{{\"principal\":\"person{person:04}@example.com\",\"add\":[\"SELECT\"],\"remove\":[]}}]""#
        ));
    }

    fn member(&mut self) {
        let (person, group) = (self.dice.random_range(0..2000), self.dice.random_range(0..60));
        self.add(&format!(
            r#""targetUserName":"person{person:04}@example.com","targetUserId":"70000000000{person:04}","targetGroupName":"group-{group:02}","targetGroupId":"80000000000{group:02}","endpoint":"scim""#
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_holds_the_same_records_and_they_are_json() {
        let folder = tempfile::tempdir().unwrap();
        let mut all = Vec::new();
        for (name, layout) in
            [("d", Layout::Delivery), ("f", Layout::OneFile), ("a", Layout::OneArray), ("s", Layout::SmallFiles)]
        {
            let out = folder.path().join(name);
            let volume = Volume { seed: 1, bytes: 60_000, days: 2, layout, changes: 70 };
            let written = write_volume(&volume, &out).unwrap();
            let mut records = Vec::new();
            for entry in walkdir::WalkDir::new(&out).into_iter().flatten().filter(|e| e.file_type().is_file()) {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                match layout {
                    Layout::OneArray => {
                        records.extend(serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap());
                    }
                    _ => records.extend(text.lines().map(|l| serde_json::from_str(l).unwrap())),
                }
            }
            assert_eq!(records.len() as u64, written.records, "{name}");
            let mut records: Vec<String> = records.iter().map(serde_json::Value::to_string).collect();
            records.sort();
            all.push(records);
        }
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
        assert!(all[0].len() > 50, "{}", all[0].len());
    }
}
