//! An import by the program itself: what it prints, and what is left when it is killed.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use db::{Db, params};

use crate::running;

const HEAD: &str = "id,kind,status,raised,closed";
const MAPPING: &str = r#"
    name = "old"
    zone = "Asia/Shanghai"
    [columns]
    source = "id"
    type = "kind"
    status = "status"
    text = "诉求：{kind}"
    raised = "raised"
    closed = "closed"
    [statuses]
    "办结" = { stage = "closed" }
    "在办" = { stage = "handling" }
    [categories]
    column = "kind"
    fallback = "other"
    [areas]
    fallback = "370323001028"
"#;

/// A demonstration, a mapping, and a file of so many requests.
struct Place {
    folder: String,
    database: String,
    file: String,
    mapping: String,
}

impl Place {
    fn with(rows: usize, database: Option<String>) -> Self {
        let folder = running::folder("import").display().to_string();
        let database = database.unwrap_or_else(|| format!("sqlite:{folder}/wuwei.sqlite"));
        let place = ["--data", &folder, "--database", &database];
        let made = running::run(&[&["demo", "--prepare-only"], &place[..]].concat());
        assert!(made.status.success(), "{made:?}");
        let rows = (0..rows).map(|n| {
            let closed =
                if n % 10 == 0 { "在办,2025-3-1 8:00," } else { "办结,2025-3-1,2025.3.2" };
            format!("A{n},路灯不亮,{closed}\n")
        });
        let text = format!("{HEAD}\n{}", rows.collect::<String>());
        let (file, mapping) = (format!("{folder}/old.csv"), format!("{folder}/old.toml"));
        std::fs::write(&file, text).unwrap();
        std::fs::write(&mapping, MAPPING).unwrap();
        Self { folder, database, file, mapping }
    }

    fn arguments(&self) -> Vec<&str> {
        let asked = ["import", "requests", &self.file, "--mapping", &self.mapping];
        let place = ["--data", &self.folder, "--database", &self.database, "--json"];
        asked.into_iter().chain(place).collect()
    }

    /// How many requests of the other system are on record, and how many lines of their stories.
    fn recorded(&self) -> (i64, i64) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let db = Db::open_to_read(&self.database).unwrap();
            db.read(|tx| {
                let mut count = |sql| -> Result<i64, db::Error> {
                    tx.row(sql, params![370_323_001_i64])?.unwrap().get("n")
                };
                let requests = count(
                    "SELECT COUNT(*) AS n FROM requests WHERE street = $1 AND channel = 'import'",
                )?;
                let lines = count("SELECT COUNT(*) AS n FROM request_sources WHERE street = $1")?;
                Ok::<_, db::Error>((requests, lines))
            })
            .await
            .unwrap()
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn killed_midway(database: Option<String>) {
    const ROWS: usize = 20_000;
    let place = Place::with(ROWS, database);
    let all = i64::try_from(ROWS).unwrap();
    let mut cut = 0;
    for pause in [150, 400, 700, 1000, 1300] {
        let mut child = running::command(&place.arguments())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = place.recorded();
        assert!([(0, 0), (all, all)].contains(&found), "{found:?} after {pause} ms");
        cut += usize::from(found == (0, 0));
    }
    println!("{cut} of 5 were cut off before their end");
    let output = running::run(&place.arguments());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(place.recorded(), (all, all));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["rows"], ROWS, "{said}");
    assert!(cut > 0, "it was never killed before its end");
}

#[test]
fn killed_midway_nothing_is_half_in() {
    killed_midway(None);
}

#[test]
fn killed_midway_nothing_is_half_in_on_postgres() {
    let Some(server) = running::server() else { return };
    killed_midway(Some(running::database(&server, "import")));
}

#[test]
fn it_tells_programs_and_people_what_came_of_it() {
    let place = Place::with(30, None);
    let said = |arguments: &[&str]| {
        let output = running::run(arguments);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let arguments = place.arguments();
    let (code, json) = said(&[&arguments[..], &["--dry-run"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["imported"], &json["dry_run"]), (Some(0), &30.into(), &true.into()));
    assert_eq!(place.recorded(), (0, 0));
    let human: Vec<&str> = arguments.iter().copied().filter(|it| *it != "--json").collect();
    let (code, text) = said(&human);
    assert!(code == Some(0) && text.contains("30 imported") && text.contains("agree"), "{text}");
    let (_, json) = said(&arguments);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["imported"], &json["skipped"]), (&0.into(), &30.into()));
    std::fs::write(Path::new(&place.file), format!("{HEAD}\nB1,a,办结,2025-13-1,\n")).unwrap();
    let (code, json) = said(&arguments);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &json["errors"][0]["row"]), (Some(1), &2.into()), "{json}");
    assert_eq!(json["errors"][0]["column"], "raised");
    let (code, text) = said(&human);
    assert!(code == Some(1) && text.starts_with("row 2: raised: "), "{text}");
}
