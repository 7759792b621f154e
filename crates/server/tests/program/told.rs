//! The program as it is told what to do: what it prints, and what it says where it cannot.

use std::path::Path;
use std::process::Output;

use crate::running::{self, Running};

/// The one sentence that a refusal is.
fn refusal(arguments: &[&str]) -> String {
    sentence(&running::run(arguments), arguments)
}

fn sentence(output: &Output, arguments: &[&str]) -> String {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
    assert!(told.starts_with("wuwei: ") && told.ends_with(".\n"), "{told:?}");
    assert_eq!(told.lines().count(), 1, "{told:?}");
    told
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn words_that_it_does_not_know_are_refused_in_one_sentence() {
    for (arguments, expected) in [
        (&["serve", "--lisen", "127.0.0.1:0"][..], "--lisen"),
        (&["surve"], "surve"),
        (&[], "wuwei demo"),
        (&["serve", "--listen", "here"], "--listen"),
        (&["serve", "--node", "5000"], "--node"),
        (&["serve", "--node"], "--node"),
        (&["demo", "extra"], "extra"),
    ] {
        let told = refusal(arguments);
        assert!(told.contains(expected) && told.contains("help"), "{told}");
    }
}

#[test]
fn help_and_version_are_no_refusals() {
    for arguments in [&["--help"][..], &["serve", "--help"], &["--version"]] {
        let output = running::run(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let told = refusal(&["serve", "--config", "/nowhere/wuwei.toml"]);
    assert!(told.contains("/nowhere/wuwei.toml") && told.contains("--config"), "{told}");
    let folder = running::folder("config");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("wuwei.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\nnode = \"one\"\n").unwrap();
    let told = refusal(&["serve", "--config", text(&file)]);
    assert!(told.contains("line 2"), "{told}");
}

#[test]
fn a_busy_port_is_told_before_anything_is_made() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = running::folder("busy");
    for command in ["serve", "demo"] {
        let told = refusal(&[command, "--data", text(&folder), "--listen", &address]);
        assert!(told.contains(&address) && told.contains("--listen"), "{told}");
    }
    assert!(!folder.exists());
}

#[test]
fn a_database_of_another_version_is_told() {
    let folder = running::folder("version");
    let place = ["--data", text(&folder), "--listen", "127.0.0.1:0"];
    let migrated = running::run(&["migrate", "--data", text(&folder)]);
    assert_eq!(migrated.status.code(), Some(0), "{migrated:?}");
    let url = format!("sqlite:{}", folder.join("wuwei.sqlite").display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let db = db::Db::open(&url).unwrap();
        let later = "INSERT INTO migrations (name, text) VALUES ('9999_from_later', '')";
        db.write(|tx| tx.execute(later, &[])).await.unwrap();
    });
    drop(runtime);
    for command in ["serve", "demo"] {
        let told = refusal(&[&[command], &place[..]].concat());
        assert!(told.contains("9999_from_later") && told.contains("version"), "{told}");
    }
    let doctor = running::run(&["doctor", "--data", text(&folder)]);
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{said}");
    assert!(said.lines().any(|it| it.starts_with("fault  version") && it.contains(';')), "{said}");
}

#[test]
fn what_is_no_database_of_ours_is_told() {
    let folder = running::folder("foreign");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("wuwei.sqlite");
    std::fs::write(&file, "a letter, not a database, and long enough to be one. ".repeat(99))
        .unwrap();
    let told = refusal(&["serve", "--data", text(&folder), "--listen", "127.0.0.1:0"]);
    assert!(told.contains("wuwei.sqlite"), "{told}");
    let told = refusal(&["migrate", "--database", "mysql://somewhere/street"]);
    assert!(told.contains("sqlite:") && told.contains("postgres://"), "{told}");
    let told = refusal(&["serve", "--data", text(&file.join("below")), "--listen", "127.0.0.1:0"]);
    assert!(told.contains("--data"), "{told}");
}

#[test]
fn a_database_server_that_is_not_there_is_told_without_its_password() {
    let url = "postgres://ann:s3cret@127.0.0.1:1/street";
    let told = refusal(&[
        "serve",
        "--database",
        url,
        "--listen",
        "127.0.0.1:0",
        "--data",
        text(&running::folder("nowhere")),
    ]);
    assert!(told.contains("ann@127.0.0.1:1") && !told.contains("s3cret"), "{told}");
}

#[test]
fn a_second_process_does_not_share_a_file() {
    let folder = running::folder("shared");
    let _first = Running::start(&["serve", "--data", text(&folder)]);
    let told = refusal(&["serve", "--data", text(&folder), "--listen", "127.0.0.1:0"]);
    assert!(told.contains("another process"), "{told}");
    let doctor = running::run(&["doctor", "--data", text(&folder)]);
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert_eq!(doctor.status.code(), Some(0), "{said}");
    assert!(said.contains("another process"), "{said}");
}

#[test]
fn a_flag_can_be_told_by_the_environment() {
    let folder = running::folder("environment");
    let mut command = running::command(&["doctor"]);
    let output = command.env("WUWEI_DATA", &folder).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(text(&folder)), "{said}");
}

#[test]
fn an_empty_installation_prints_its_one_time_link() {
    let folder = running::folder("empty");
    let mut command = running::command(&["serve", "--listen", "127.0.0.1:0", "--data"]);
    let mut child = command.arg(&folder).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let link = lines.map(Result::unwrap).find_map(|line| {
        line.split_once("http://")
            .filter(|(_, it)| it.contains("/set-up/"))
            .map(|it| it.1.to_owned())
    });
    let link = link.unwrap();
    let (address, secret) = link.split_once('/').unwrap();
    let mut client = running::Client::new(address);
    assert_eq!(client.get(&format!("/{secret}")).unwrap().status, 200);
    assert_eq!(client.get("/set-up/guessed").unwrap().status, 410);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_demonstration_is_made_once_and_kept_and_made_afresh_when_asked() {
    let folder = running::folder("demo");
    let prepare = |more: &[&str]| {
        let arguments = ["demo", "--prepare-only", "--json", "--data", text(&folder)];
        let output = running::run(&[&arguments[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("left out"), "{output:?}");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let first = prepare(&[]);
    let begun = std::time::Instant::now();
    assert_eq!(prepare(&[]), first, "the second start keeps the data");
    assert!(begun.elapsed() < std::time::Duration::from_secs(1), "{:?}", begun.elapsed());
    let of = |role: &str| {
        let people = first["people"].as_array().unwrap();
        people.iter().find(|person| person["role"] == role).unwrap().clone()
    };
    for role in [
        "resident",
        "grid_worker",
        "grid_leader",
        "community_officer",
        "unit_liaison",
        "street_officer",
        "clerk",
        "points_group",
        "administrator",
    ] {
        assert_eq!(of(role)["phone"].as_str().unwrap().len(), 11);
    }
    let running = Running::start(&["demo", "--data", text(&folder)]);
    let sign_in = |password: &str| {
        let body = serde_json::json!({ "phone": of("grid_worker")["phone"], "password": password });
        running.client().post("/api/v1/sessions", &server::chance::code(12), &body.to_string())
    };
    let password = of("grid_worker")["password"].as_str().unwrap().to_owned();
    assert_eq!(sign_in(&password).unwrap().status, 201);
    assert_eq!(sign_in("something else").unwrap().status, 401);
    let told = refusal(&["demo", "--fresh", "--prepare-only", "--data", text(&folder)]);
    assert!(told.contains("another process"), "{told}");
    drop(running);
    let afresh = prepare(&["--fresh"]);
    assert_ne!(afresh, first, "there are new passwords");
    let outside = format!("sqlite:{}", folder.join("wuwei.sqlite").display());
    let told = refusal(&[
        "demo",
        "--fresh",
        "--prepare-only",
        "--database",
        &outside,
        "--data",
        text(&running::folder("elsewhere")),
    ]);
    assert!(told.contains("--fresh") && told.contains("outside"), "{told}");
}

#[test]
fn the_demonstration_lives_on_postgres_too_and_spares_tables_of_others() {
    let Some(server) = running::server() else { return };
    let url = running::database(&server, "demo");
    let folder = running::folder("demo-postgres");
    let place = ["demo", "--prepare-only", "--database", &url, "--data", text(&folder)];
    for more in [&[][..], &[], &["--fresh"]] {
        let output = running::run(&[&place[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let mut root = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    root.batch_execute("CREATE TABLE precious (a BIGINT)").unwrap();
    let told = refusal(&[&place[..], &["--fresh"]].concat());
    assert!(told.contains("precious"), "{told}");
    root.query("SELECT count(*) FROM people", &[]).unwrap();
}

#[test]
fn figures_are_for_this_machine_alone_unless_they_are_opened() {
    let folder = running::folder("figures");
    let running = Running::start(&["serve", "--data", text(&folder)]);
    let mut client = running.client();
    let answer = client.get("/metrics").unwrap();
    assert_eq!(answer.status, 200);
    let line = "http_request_seconds_count{route=\"/readyz\",method=\"GET\",status=\"200\"}";
    assert!(answer.body.contains(line), "{}", answer.body);
    let passed_on = "GET /metrics HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n";
    client.send(passed_on).unwrap();
    assert_eq!(client.receive().unwrap().status, 404);
    drop(running);
    let running = Running::start(&["serve", "--metrics-open", "--data", text(&folder)]);
    let mut client = running.client();
    client.send(passed_on).unwrap();
    assert_eq!(client.receive().unwrap().status, 200);
}

#[test]
fn every_answer_guards_its_page() {
    let folder = running::folder("headers");
    let running = Running::start(&["serve", "--data", text(&folder)]);
    let mut client = running.client();
    for path in ["/healthz", "/nowhere", "/api/v1/categories", "/sign-in"] {
        let headers = client.get(path).unwrap().headers;
        let policy = &headers["content-security-policy"];
        for part in ["default-src 'self'", "script-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "same-origin", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}
