//! The NAS's own mover: while it runs nothing moves, afterwards everything goes on; what it carries away costs no byte.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cacherr::clock::{Clock, SystemClock};
use cacherr::domain::mover::Running;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::process::{House, Instance, Ran, wait_for};
use crate::support::app::TestApp;
use crate::support::house::{self, film};
use crate::support::tell;

/// The key of instances that are asked over HTTP.
const KEY: &str = "0123456789abcdef";
/// What is seen of the mover holds for three seconds.
const A_LOOK: Duration = Duration::from_secs(4);

/// A process, and a file with its number, as Unraid's mover has one.
struct Mover {
    process: Child,
    file: PathBuf,
}

impl Mover {
    fn starts(house: &House) -> Self {
        let process = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap();
        let file = house.at("mover.pid");
        fs::write(&file, format!("{}\n", process.id())).unwrap();
        Self { process, file }
    }

    /// As a mover that is killed: the file stays.
    fn dies(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.file = PathBuf::new();
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_file(&self.file);
    }
}

/// Adds lines to `[mover]`, where the file with its number is named already.
fn with_mover(house: &House, more: &str) {
    let file = house.at("cacherr.toml");
    let pid_file = house.at("mover.pid");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}[mover]\npid_file = {:?}\n{more}\n", pid_file.display().to_string()))
        .unwrap();
}

/// An instance, asked over HTTP.
struct Served {
    instance: Instance,
    origin: String,
    runtime: Runtime,
    client: reqwest::Client,
}

impl Served {
    fn start(house: &House) -> Self {
        let mut command = house.command(["run"]);
        command.env("CACHERR_API_KEY", KEY);
        let instance = house.start_by(command);
        let log = instance.log();
        let (_, rest) = log.split_once("listening at ").expect(&log);
        let origin = rest.split_whitespace().next().unwrap().trim_end_matches('/').to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { instance, origin, runtime, client: crate::support::http_client() }
    }

    fn ask(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.origin);
        let mut request = self.client.request(method, url).header("X-Api-Key", KEY);
        if !body.is_null() {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
        })
    }

    fn cache(&self, film: &Path) -> String {
        let (status, body) = self.ask(Method::POST, "/api/cached/files", &json!({ "file_path": film }));
        assert_eq!(status, 202, "{body}");
        body["data"]["job_id"].as_str().unwrap().to_owned()
    }

    fn job(&self, id: &str) -> Value {
        self.ask(Method::GET, &format!("/api/jobs/{id}"), &Value::Null).1["data"].clone()
    }

    fn waits(&self, id: &str) -> bool {
        self.job(id)["error"]["code"] == "mover_runs"
    }
}

/// Nothing of it moves while one look and some follow each other.
fn stands_still(what: impl Fn() -> Value) {
    let before = what();
    std::thread::sleep(A_LOOK);
    assert_eq!(what(), before);
}

#[test]
fn while_the_mover_runs_nothing_moves_and_afterwards_everything_goes_on() {
    let house = House::new();
    house.configure_with("0s", "bandwidth = \"4MB\"");
    with_mover(&house, "");
    let bytes = house::bytes(1, 20 << 20);
    let (large, small) = (house.film("large.mkv", &bytes), house.film("small.mkv", b"small"));
    let there = house.film("there.mkv", b"there");
    let served = Served::start(&house);
    let done = served.cache(&there);
    wait_for("the first copy", || served.job(&done)["state"] == "done");
    let id = served.ask(Method::GET, "/api/cached/files", &Value::Null).1["data"]["files"][0]["id"].clone();

    let copy = served.cache(&large);
    wait_for("some bytes", || served.job(&copy)["bytes_done"].as_i64().unwrap() >= 4 << 20);
    let mover = Mover::starts(&house);
    wait_for("a word about the mover", || served.waits(&copy));
    let queued = served.cache(&small);
    let gone =
        served.ask(Method::DELETE, &format!("/api/cached/files/{}", id.as_str().unwrap()), &Value::Null);
    assert_eq!(gone.0, 202, "{}", gone.1);
    let back = gone.1["data"]["job_id"].as_str().unwrap().to_owned();
    assert!(served.waits(&queued) && served.waits(&back));
    stands_still(|| json!([served.job(&copy), served.job(&queued), served.job(&back)]));
    let halted = served.job(&copy);
    assert_eq!((&halted["state"], &halted["rate"]), (&json!("copying"), &json!(0)), "{halted}");
    assert!(halted["bytes_done"].as_i64().unwrap() < 20 << 20, "{halted}");
    assert!(there.is_symlink() && !small.is_symlink() && !large.is_symlink());
    let sentence = halted["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("mover is running") && sentence.contains("mover.pid"), "{sentence}");
    let plan = served.ask(Method::GET, "/api/plan", &Value::Null).1;
    assert_eq!(plan["data"]["mover"]["running"], true, "{plan}");

    drop(mover);
    for job in [&copy, &queued, &back] {
        wait_for("the end of it", || served.job(job)["state"] == "done");
    }
    assert!(large.is_symlink() && small.is_symlink() && !there.is_symlink());
    assert!(fs::read(&large).unwrap() == bytes);
    assert_eq!(served.instance.stop().0, Some(0));
}

#[test]
fn killed_while_it_waits_it_waits_again_and_loses_nothing() {
    let house = House::new();
    house.configure_with("0s", "bandwidth = \"2MB\"");
    with_mover(&house, "");
    let bytes = house::bytes(2, 16 << 20);
    let large = house.film("large.mkv", &bytes);
    let served = Served::start(&house);
    let copy = served.cache(&large);
    wait_for("some bytes", || served.job(&copy)["bytes_done"].as_i64().unwrap() >= 2 << 20);
    let mover = Mover::starts(&house);
    wait_for("a word about the mover", || served.waits(&copy));
    served.instance.kill();
    assert!(fs::read(&large).unwrap() == bytes);

    let served = Served::start(&house);
    wait_for("a word about the mover", || served.waits(&copy));
    assert_eq!(served.job(&copy)["state"], "queued");
    assert!(!large.is_symlink());
    // It died, and left its file behind.
    mover.dies();
    wait_for("the copy", || served.job(&copy)["state"] == "done");
    assert!(large.is_symlink() && fs::read(&large).unwrap() == bytes);
    assert_eq!(served.instance.stop().0, Some(0));
}

#[test]
fn a_mover_is_known_by_the_name_of_its_script_and_is_not_waited_for_for_ever() {
    let house = House::new();
    with_mover(&house, "process = \"cacherr-tests-mover\"\nlongest = \"6s\"");
    let script = house.at("cacherr-tests-mover");
    fs::write(&script, "sleep 600\n").unwrap();
    let mut mover = Command::new("sh").arg(&script).stdin(Stdio::null()).spawn().unwrap();
    let film = house.film("a.mkv", b"aaaa");
    let served = Served::start(&house);
    let copy = served.cache(&film);
    let is_seen = served.waits(&copy);
    wait_for("the end of patience", || served.job(&copy)["state"] == "done");
    mover.kill().unwrap();
    mover.wait().unwrap();
    assert!(is_seen);
    let log = served.instance.log();
    assert!(log.contains("cacherr-tests-mover) has not ended"), "{log}");
    assert_eq!(served.instance.stop().0, Some(0));
}

#[test]
fn a_command_says_that_the_mover_runs_and_leaves_the_job_for_later() {
    let house = House::new();
    with_mover(&house, "");
    let film = house.film("a.mkv", b"aaaa");
    let mover = Mover::starts(&house);
    let Ran { code, stdout, stderr } = house.run(["cache".as_ref(), film.as_os_str()]);
    assert_ne!(code, 0);
    assert!((stdout + &stderr).contains("mover is running"), "{stderr}");
    assert!(!film.is_symlink());
    drop(mover);
    let instance = house.start();
    wait_for("the copy", || film.is_symlink());
    assert_eq!(instance.stop().0, Some(0));
}

#[tokio::test]
async fn whoever_listens_hears_of_the_mover_and_whoever_waits_can_be_called_off() {
    let app = TestApp::start().await;
    let runs = Arc::new(AtomicBool::new(true));
    let (asked, since) = (runs.clone(), SystemClock.now());
    app.cacher().engine().step_aside_for(Box::new(move || {
        asked.load(Ordering::SeqCst).then(|| Running { since, sign: "a test".to_owned() })
    }));
    let mut socket = app.listen("").await;
    let (one, other) = (app.film("one.mkv", 4096), app.film("other.mkv", 4096));
    let ask = async |film: PathBuf| {
        let accepted = app.post("/api/cached/files", &json!({ "file_path": film })).await.is(202);
        accepted["job_id"].as_str().unwrap().to_owned()
    };
    let job = ask(one).await;
    let told = socket.until("mover_runs").await.pop().unwrap();
    assert_eq!((&told["data"]["running"], &told["data"]["sign"]), (&json!(true), &json!("a test")), "{told}");
    let called_off = ask(other).await;
    app.post(&format!("/api/jobs/{called_off}/cancel"), &Value::Null).await.is(200);
    assert_eq!(app.ended(&called_off).await["state"], "cancelled");
    assert_eq!(app.get(&format!("/api/jobs/{called_off}")).await.is(200)["error"]["code"], "cancelled");
    runs.store(false, Ordering::SeqCst);
    let told = socket.until("mover_runs").await.pop().unwrap();
    assert_eq!(told["data"], json!({ "running": false, "since": null, "sign": null }));
    assert_eq!(app.ended(&job).await["state"], "done");
    assert_eq!(app.get("/api/plan").await.is(200)["mover"]["running"], false);
}

#[test]
fn what_has_its_time_is_not_removed_while_the_mover_runs() {
    let (_dir, root) = house::disk();
    let (library, cache) = (root.join("movies"), root.join("cache"));
    fs::create_dir(&library).unwrap();
    fs::create_dir(&cache).unwrap();
    let path = library.join("a.mkv");
    film(&path, b"aaaa");
    let home = house::House::of(&library, &cache);
    let file = home.cache(&path).unwrap();
    home.restore(file).unwrap();
    let copy = cache.join("Movies/a.mkv");
    let since = home.clock.now();
    home.engine.step_aside_for(Box::new(move || Some(Running { since, sign: "a test".to_owned() })));
    home.later(SignedDuration::from_hours(1));
    assert!(copy.exists());
    // The next process finds no mover.
    let home = home.restarted(
        cacherr::files::real::RealFs,
        vec![house::library("Movies", &library)],
        house::settings(&cache),
    );
    home.engine.recover().unwrap();
    home.later(SignedDuration::ZERO);
    assert!(!copy.exists());
    home.assert_idle();
}

/// What a mover does: copies, keeps the time, deletes.
fn carries(from: &Path, to: &Path) {
    let found = from.symlink_metadata().unwrap();
    if found.is_symlink() {
        let text = fs::read_link(from).unwrap();
        fs::remove_file(from).unwrap();
        return symlink(text, to).unwrap();
    }
    let staged = to.with_extension("moving");
    fs::copy(from, &staged).unwrap();
    let copied = fs::File::options().write(true).open(&staged).unwrap();
    copied.set_modified(found.modified().unwrap()).unwrap();
    fs::remove_file(from).unwrap();
    fs::rename(&staged, to).unwrap();
}

#[test]
fn what_a_mover_carries_away_costs_no_byte_and_is_put_in_order() {
    let house = House::new();
    let [link, kept, copy] =
        ["link.mkv", "kept.mkv", "copy.mkv"].map(|name| house.film(name, name.as_bytes()));
    let before = house.library();
    house.cache([&link, &kept, &copy]);
    let instance = house.start();
    // From disk to disk, behind the union through which we see them: the names stay, the inodes do not.
    carries(&link, &link);
    let beside = house.at("library/.kept.mkv.cacherr-original");
    let old = fs::metadata(&beside).unwrap().ino();
    carries(&beside, &beside);
    assert_ne!(fs::metadata(&beside).unwrap().ino(), old);
    // And a copy away from the fast volume, as where nothing keeps it from that.
    let away = house.at("array-copy.mkv");
    carries(&house.at("fast/Movies/copy.mkv"), &away);
    wait_for("the original", || !copy.is_symlink());

    let checked = house.tell(["check", "--deep"]);
    assert_eq!(checked["findings"], json!([]), "{checked:#}");
    for path in [&link, &kept, &copy] {
        assert_eq!(fs::read(path).unwrap(), path.file_name().unwrap().as_encoded_bytes());
    }
    assert!(link.is_symlink() && kept.is_symlink());
    assert_eq!(fs::read(&away).unwrap(), b"copy.mkv");
    assert_eq!(house.tell(["status"])["files"]["orphaned"]["files"], 1);
    house.ask(["restore", "--all"]);
    assert_eq!(instance.stop().0, Some(0));
    let after = house.library();
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    for path in [&link, &kept, &copy] {
        assert_eq!(fs::read(path).unwrap(), path.file_name().unwrap().as_encoded_bytes());
    }
}

/// A list that somebody else wrote to first, and a house that keeps it.
fn with_list() -> (House, PathBuf) {
    let house = House::new();
    let list = house.at("lists/exclude.txt");
    fs::create_dir(house.at("lists")).unwrap();
    fs::write(&list, "/mnt/cache/appdata/theirs\n").unwrap();
    let pair = format!("{}=/mnt/cache/cacherr", house.at("fast").display());
    with_mover(&house, &format!("exclude_file = {:?}\nhost_paths = [{pair:?}]", list.display().to_string()));
    (house, list)
}

fn lines(list: &Path) -> Vec<String> {
    fs::read_to_string(list).unwrap().lines().map(str::to_owned).collect()
}

fn names_us(list: &Path) -> bool {
    lines(list).iter().any(|line| line == "/mnt/cache/cacherr")
}

#[test]
fn the_list_names_the_cache_before_the_first_copy_and_not_after_the_last() {
    let (house, list) = with_list();
    let film = house.film("a.mkv", b"aaaa");
    let instance = house.start();
    assert!(names_us(&list));
    house.cache([&film]);
    // Somebody wrote another list over it; the doctor sees to it, and so does the next look.
    fs::write(&list, "/mnt/cache/theirs-too\n").unwrap();
    let (_, examined) = house.ask(["doctor"]);
    assert!(names_us(&list), "{examined:#}");
    let found = finding(&examined, "mover_list");
    assert_eq!(found["verdict"], "ok", "{found}");
    assert_eq!(finding(&examined, "mover_seen")["verdict"], "ok");
    assert_eq!(instance.stop().0, Some(0));
    // A film is still there, so the line is, too.
    assert_eq!(lines(&list).len(), 4);
    house.tell(["restore", "--all"]);
    assert_eq!(lines(&list), ["/mnt/cache/theirs-too"]);
    assert_eq!(fs::read_dir(house.at("lists")).unwrap().count(), 1);
}

#[test]
fn whoever_reads_the_list_reads_all_of_it_whenever_it_is_written() {
    let (house, list) = with_list();
    let theirs: String = (0..5000).map(|number| format!("/mnt/cache/share/{number}\n")).collect();
    fs::write(&list, &theirs).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (seen, watched) = (stop.clone(), list.clone());
    let reader = std::thread::spawn(move || {
        let mut torn = 0;
        while !seen.load(Ordering::SeqCst) {
            let found = fs::read_to_string(&watched).unwrap();
            let whole = found.starts_with("/mnt/cache/share/0\n") && found.contains("/share/4999\n");
            torn += u32::from(!whole);
        }
        torn
    });
    let film = house.film("a.mkv", b"aaaa");
    for _ in 0..4 {
        house.cache([&film]);
        assert!(names_us(&list));
        house.tell(["restore", "--all"]);
        assert_eq!(fs::read_to_string(&list).unwrap(), theirs);
    }
    stop.store(true, Ordering::SeqCst);
    assert_eq!(reader.join().unwrap(), 0);
}

fn finding(examined: &Value, check: &str) -> Value {
    let findings = examined["data"]["findings"].as_array().unwrap();
    findings.iter().find(|one| one["check"] == check).unwrap_or_else(|| panic!("{examined:#}")).clone()
}

#[test]
fn a_list_that_is_mounted_by_itself_is_told_of_and_keeps_what_it_says() {
    let (house, list) = with_list();
    let mut command = Command::new("unshare");
    let script = "mount --bind \"$1\" \"$1\" && shift && exec \"$@\"";
    command.args(["-m", "sh", "-c", script, "sh"]).arg(&list);
    if !Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success()) {
        return tell("skipped: nothing can be mounted here");
    }
    let doctor = house.command(["doctor", "--json"]);
    command.arg(doctor.get_program()).args(doctor.get_args()).current_dir(house.at(""));
    // What cargo sets for tests is no setting.
    let output = command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").output().unwrap();
    let examined: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = finding(&examined, "mover_list");
    assert_eq!(found["verdict"], "failure", "{found}");
    assert!(found["fix"].as_str().unwrap().contains("mount the folder"), "{found}");
    assert_eq!(lines(&list), ["/mnt/cache/appdata/theirs"]);
}

#[test]
fn a_cache_of_which_nobody_knows_the_host_path_is_told_of() {
    let house = House::new();
    let list = house.at("exclude.txt").display().to_string();
    with_mover(&house, &format!("exclude_file = {list:?}\nhost_paths = \"/elsewhere=/mnt/cache\""));
    let (_, examined) = house.ask(["doctor"]);
    let found = finding(&examined, "mover_list");
    assert_eq!(found["verdict"], "failure", "{found}");
    assert!(found["says"].as_str().unwrap().contains("host_paths"), "{found}");
    assert!(!house.at("exclude.txt").exists());
}
