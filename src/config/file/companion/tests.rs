use std::path::Path;

use super::super::parse;
use crate::companion::Kind;
use crate::config::Config;
use crate::error::Result;

const HEAD: &str = "[organization]\nname = \"Example Corp\"\n";

fn read(folder: &Path, tables: &str) -> Result<Config> {
    parse(&format!("{HEAD}{tables}"), "t.toml", folder)
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::create_dir_all(folder.path().join("hr/old")).unwrap();
    for name in ["hr/b.csv", "hr/a.jsonl", "hr/old/c.parquet", "notes.txt"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    folder
}

#[test]
fn files_are_found_and_kept_with_kind_and_owner() {
    let folder = folder();
    let table = "[[companion]]\nkind = \"hr_leavers\"\npaths = [\"hr/*.csv\", \"hr\"]\nowner = \" People team \"\n";
    let config = read(folder.path(), table).unwrap();
    let [companion] = &config.companions[..] else { panic!("{:?}", config.companions) };
    assert_eq!((companion.kind, companion.owner.as_str()), (Kind::HrLeavers, "People team"));
    let paths: Vec<_> = companion.paths.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
    assert_eq!(paths, ["hr/a.jsonl", "hr/b.csv", "hr/old/c.parquet"].map(Path::new));
}

#[test]
fn mistakes_are_named_with_line_and_suggestion() {
    let folder = folder();
    let owner = "owner = \"x\"";
    for (table, expected) in [
        (
            format!("kind = \"leavers\"\npaths = [\"hr\"]\n{owner}"),
            "line 4: unknown kind `leavers`; did you mean `hr_leavers`?",
        ),
        (format!("kind = \"guests\"\npaths = []\n{owner}"), "line 3: no companion: `paths` is empty"),
        (format!("kind = \"guests\"\npaths = [\n\"hr/b.csv\",\n\"hr/x*.csv\"]\n{owner}"), "line 7: `"),
        (format!("kind = \"guests\"\npaths = [\"notes.txt\"]\n{owner}"), "notes.txt`: expected .csv, .json, .jsonl"),
        ("kind = \"guests\"\npaths = [\"hr\"]\nowner = \" \"".to_owned(), "line 6: `owner` is empty"),
        ("kind = \"guests\"\npaths = [\"hr\"]".to_owned(), "missing field `owner`"),
        (format!("kind = \"guests\"\npath = [\"hr\"]\n{owner}"), "line 5: unknown key `path`; did you mean `paths`?"),
        (
            format!(
                "kind = \"guests\"\npaths = [\"hr\"]\n{owner}\n[[companion]]\nkind = \"guests\"\npaths = [\"hr/b.csv\"]\n{owner}"
            ),
            "line 7: `",
        ),
    ] {
        let message = read(folder.path(), &format!("[[companion]]\n{table}\n")).unwrap_err().to_string();
        assert!(message.starts_with("failed to read `t.toml` line "), "{message}");
        assert!(message.contains(expected), "{table}\n  got: {message}");
    }
}
