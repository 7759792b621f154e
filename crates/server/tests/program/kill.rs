//! What was acknowledged outlasts the program: it is killed under load, over and over, and asked
//! afterwards. And what ends in order ends with everybody served.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::running::{self, Client, Running};
use db::{Db, params};

const CLIENTS: usize = 8;
const BUILDING: &str = "3703230010280010103";

/// What the clients know, by key: the id where the server acknowledged it.
type Book = HashMap<String, Option<String>>;

/// A prepared street on a fresh database, and how to serve it.
struct Street {
    folder: String,
    database: String,
}

impl Street {
    fn on(database: Option<String>) -> Self {
        let folder = running::folder("kill").display().to_string();
        let database = database.unwrap_or_else(|| format!("sqlite:{folder}/wuwei.sqlite"));
        let place = ["--data", &folder, "--database", &database];
        let begun = Instant::now();
        let made = running::run(&[&["demo", "--prepare-only"], &place[..]].concat());
        assert!(made.status.success(), "{made:?}");
        println!("the demonstration was prepared in {:?}", begun.elapsed());
        Self { folder, database }
    }

    fn serve(&self) -> Running {
        Running::start(&["serve", "--data", &self.folder, "--database", &self.database])
    }

    /// Everything that is on record under a text of these tests: the text, and how often.
    fn recorded(&self) -> HashMap<String, Vec<String>> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let rows = runtime.block_on(async {
            let db = Db::open_to_read(&self.database).unwrap();
            db.read(|tx| {
                let rows = tx.rows(
                    "SELECT text, id FROM requests WHERE street = $1 AND text LIKE 'load %'",
                    params![370_323_001_i64],
                )?;
                rows.iter()
                    .map(|row| Ok((row.get::<String>("text")?, row.get::<i64>("id")?)))
                    .collect::<Result<Vec<_>, db::Error>>()
            })
            .await
            .unwrap()
        });
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        for (text, id) in rows {
            let id = domain::id::RequestId(id).to_string();
            found.entry(text["load ".len()..].to_owned()).or_default().push(id);
        }
        found
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn raise(client: &mut Client, key: &str) -> io::Result<running::Answer> {
    let body = serde_json::json!({
        "area": BUILDING, "category": "sanitation", "text": format!("load {key}"),
    });
    client.post("/api/v1/requests", key, &body.to_string())
}

/// Raises requests over and over until the server is gone or `enough` says so.
fn load(address: &str, name: &str, book: &Mutex<Book>, enough: &AtomicBool) {
    let mut client = Client::new(address);
    for n in 0.. {
        if enough.load(Ordering::Relaxed) {
            return;
        }
        let key = format!("{name}-{n:05}");
        book.lock().unwrap().insert(key.clone(), None);
        match raise(&mut client, &key) {
            Ok(answer) if answer.status == 201 => {
                let id = answer.json()["id"].as_str().unwrap().to_owned();
                book.lock().unwrap().insert(key, Some(id));
            }
            // Not now; the key is asked again later.
            Ok(answer) if answer.status == 503 => client = Client::new(address),
            Ok(answer) => panic!("{answer:?}"),
            Err(_) => return,
        }
    }
}

/// Asks every key of `book` again: what was acknowledged is answered as the first time, and what
/// was not is done now, or was done then.
fn ask_again(address: &str, book: &Book) {
    let mut client = Client::new(address);
    for (key, known) in book {
        let answer = raise(&mut client, key).unwrap();
        assert_eq!(answer.status, 201, "{key}: {answer:?}");
        if let Some(id) = known {
            assert_eq!(answer.json()["id"].as_str(), Some(id.as_str()), "{key} was lost");
            let replayed = answer.headers.get("idempotent-replayed").map(String::as_str);
            assert_eq!(replayed, Some("true"), "{key}: {answer:?}");
        }
    }
}

/// One bout of load from several clients, ended by `end`; what they know afterwards.
fn bout(address: &str, name: &str, end: impl FnOnce(&AtomicBool)) -> Book {
    let (book, enough) = (Arc::new(Mutex::new(Book::new())), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (address, name) = (address.to_owned(), format!("{name}-{client}"));
            let (book, enough) = (Arc::clone(&book), Arc::clone(&enough));
            thread::spawn(move || load(&address, &name, &book, &enough))
        })
        .collect();
    end(&enough);
    for client in clients {
        client.join().unwrap();
    }
    Arc::try_unwrap(book).unwrap().into_inner().unwrap()
}

/// From 20 to 250 milliseconds, another each time.
fn a_while() -> Duration {
    let chance = u64::from_str_radix(
        &server::chance::code(4).replace(|letter: char| !letter.is_ascii_hexdigit(), "7"),
        16,
    );
    Duration::from_millis(20 + chance.unwrap() % 231)
}

fn killed_over_and_over(street: &Street, cycles: usize) {
    let mut running = street.serve();
    let (mut acknowledged, mut open, mut slowest) = (0, 0, Duration::ZERO);
    let mut all = Book::new();
    for cycle in 0..cycles {
        let address = running.address.clone();
        let book = bout(&address, &format!("k{cycle:03}"), |_| {
            thread::sleep(a_while());
            running.kill();
        });
        acknowledged += book.values().flatten().count();
        open += book.values().filter(|known| known.is_none()).count();
        running = street.serve();
        slowest = slowest.max(running.ready_after);
        ask_again(&running.address, &book);
        all.extend(book);
    }
    running.kill();
    each_is_there_once(street, &all);
    println!(
        "{cycles} kills: {acknowledged} acknowledged and kept, {open} left open, ready again \
         within {slowest:?}"
    );
    assert!(acknowledged >= cycles, "there was no load to speak of: {acknowledged}");
}

fn each_is_there_once(street: &Street, book: &Book) {
    let recorded = street.recorded();
    for (key, known) in book {
        let ids = recorded.get(key).unwrap_or_else(|| panic!("{key} is not there"));
        assert_eq!(ids.len(), 1, "{key} is there twice");
        assert!(known.as_ref().is_none_or(|id| *id == ids[0]), "{key} is another");
    }
    assert_eq!(recorded.len(), book.len(), "something is there that nobody asked for");
}

#[test]
fn killed_at_any_moment_sqlite_loses_nothing_that_was_acknowledged() {
    killed_over_and_over(&Street::on(None), 50);
}

#[test]
fn killed_at_any_moment_postgres_loses_nothing_that_was_acknowledged() {
    let Some(server) = running::server() else { return };
    killed_over_and_over(&Street::on(Some(running::database(&server, "kill"))), 10);
}

#[test]
fn cut_from_postgres_it_comes_back_by_itself_and_has_lost_nothing() {
    let Some(server) = running::server() else { return };
    let street = Street::on(Some(running::database(&server, "cut")));
    let mut running = street.serve();
    let name = street.database.rsplit('/').next().unwrap().to_owned();
    let mut all = Book::new();
    for cycle in 0..3 {
        let book = bout(&running.address, &format!("c{cycle:03}"), |enough| {
            let url = format!("{server}/postgres");
            let mut root = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            for _ in 0..5 {
                thread::sleep(a_while());
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE datname = $1";
                root.query(cut, &[&name]).unwrap();
            }
            thread::sleep(Duration::from_millis(300));
            enough.store(true, Ordering::Relaxed);
        });
        let open = book.values().filter(|known| known.is_none()).count();
        println!("cut {cycle}: {} acknowledged, {open} left open", book.len() - open);
        assert!(book.len() > CLIENTS, "there was no load to speak of");
        ask_again(&running.address, &book);
        all.extend(book);
    }
    running.kill();
    each_is_there_once(&street, &all);
}

#[test]
fn asked_to_end_it_serves_whoever_is_inside_and_nobody_new() {
    let street = Street::on(None);
    let mut running = street.serve();
    let body = serde_json::json!({
        "area": BUILDING, "category": "sanitation", "text": "load halfway",
    });
    let body = body.to_string();
    let (first, second) = body.split_at(body.len() / 2);
    let mut inside = running.client();
    let head = inside.head("/api/v1/requests", "halfway-1", body.len());
    inside.send(&format!("{head}{first}")).unwrap();
    // Somebody who only keeps a connection does not hold it up.
    let mut idle = running.client();
    assert_eq!(idle.get("/healthz").unwrap().status, 200);
    thread::sleep(Duration::from_millis(100));
    running.terminate();
    thread::sleep(Duration::from_millis(200));
    assert!(running.client().get("/healthz").is_err(), "somebody new was let in");
    assert!(running.child.try_wait().unwrap().is_none(), "it did not wait");
    inside.send(second).unwrap();
    let answer = inside.receive().unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    let begun = Instant::now();
    assert_eq!(running.ended().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(5), "it took its time: {:?}", begun.elapsed());
    assert_eq!(street.recorded()["halfway"], [answer.json()["id"].as_str().unwrap()]);
}

#[test]
fn an_existing_street_is_served_at_once_and_in_little_memory() {
    let street = Street::on(None);
    let mut starts: Vec<Duration> = (0..5).map(|_| street.serve().ready_after).collect();
    starts.sort_unstable();
    let running = street.serve();
    let mut client = running.client();
    let asked = "/api/v1/requests?limit=50";
    for n in 0..200 {
        assert_eq!(raise(&mut client, &format!("memory-{n:03}")).unwrap().status, 201);
        assert!(client.get(asked).unwrap().status < 500);
    }
    let status = Path::new("/proc").join(running.child.id().to_string()).join("status");
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let resident: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    println!("ready after {starts:?}; {resident} kB resident");
    if cfg!(debug_assertions) {
        return;
    }
    // The middle one: a neighbour on the machine may hold up one or two.
    assert!(starts[2] < Duration::from_millis(300), "{starts:?}");
    assert!(resident < 60_000, "{resident} kB");
}
