//! What the process is to the system. Most of it can only be seen by root, who can become somebody else.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;

use cacherr::config::{Config, Environment, Flags, ProcessSettings};

use crate::process::{House, Instance, hash};
use crate::support::tell;

const USER: u32 = 12_345;
const GROUP: u32 = 12_346;
/// Somebody else, whose films are cached.
const OTHER: (u32, u32) = (23_456, 23_457);
/// `CAP_CHOWN`, `CAP_DAC_OVERRIDE`, `CAP_FOWNER`, `CAP_FSETID`.
const KEPT: &str = "000000000000001b";
const NOTHING: &str = "0000000000000000";

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        tell("skipped: only root can become somebody else");
    }
    is_root
}

/// What the kernel says of a process, of all of its threads alike.
fn says(instance: &Instance, name: &str) -> String {
    let line = |status: &Path| {
        let text = fs::read_to_string(status).unwrap();
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        found.unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let process = Path::new("/proc").join(instance.pid().to_string());
    let said = line(&process.join("status"));
    let threads: Vec<_> =
        fs::read_dir(process.join("task")).unwrap().map(|one| one.unwrap().path()).collect();
    assert!(threads.len() > 2, "there is more than one thread by now");
    for thread in threads {
        assert_eq!(line(&thread.join("status")), said, "{}", thread.display());
    }
    said
}

fn owner(path: impl AsRef<Path>) -> (u32, u32) {
    let found = fs::symlink_metadata(path).unwrap();
    (found.uid(), found.gid())
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn start(house: &House, env: &[(&str, &str)]) -> Instance {
    let mut command = house.command(["run"]);
    command.envs(env.iter().copied());
    house.start_by(command)
}

/// What is configured of the process by this environment alone, or what is wrong with it.
fn configured(env: &[(&str, &str)]) -> Result<ProcessSettings, String> {
    let flags = Flags { data_dir: Some("/nowhere".into()), config: None };
    let env: Environment = env.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Config::load(flags, &env).map(|config| config.process).map_err(|error| error.to_string())
}

#[test]
fn the_names_that_all_containers_know_count_unless_ours_say_otherwise() {
    let user = |env: &[(&str, &str)]| configured(env).unwrap().user;
    assert_eq!(user(&[]), None);
    assert_eq!(user(&[("PUID", "0"), ("PGID", "7")]), None);
    assert_eq!(user(&[("PUID", ""), ("PGID", "")]), None, "as templates leave them");
    assert_eq!(user(&[("PUID", "1000")]), Some((1000, 1000)));
    assert_eq!(user(&[("PUID", "99"), ("PGID", "100")]), Some((99, 100)));
    assert_eq!(user(&[("PUID", "99"), ("CACHERR_PUID", "1000")]), Some((1000, 1000)));
    for wrong in ["-1", "root", "4294967295"] {
        let said = configured(&[("PUID", wrong)]).unwrap_err();
        assert!(said.contains("PUID: puid") && said.contains("must be a whole number"), "{said}");
    }
}

const AS_USER: &[(&str, &str)] = &[("PUID", "12345"), ("PGID", "12346")];

#[test]
fn root_becomes_whom_it_is_told_to_and_films_keep_their_owners() {
    if !is_root() {
        return;
    }
    let house = House::new();
    let film = house.film("Film (2001)/Film.mkv", &[7; 300_000]);
    for (path, mode) in [(film.parent().unwrap(), 0o2755), (&film, 0o640)] {
        chown(path, Some(OTHER.0), Some(OTHER.1)).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let second = house.film("Film (2001)/Film.srt", &[8; 3_000]);
    let (before, bytes) = (house.library(), hash(&film));
    let instance = start(&house, AS_USER);

    assert_eq!(says(&instance, "Uid"), "12345 12345 12345 12345");
    assert_eq!(says(&instance, "Gid"), "12346 12346 12346 12346");
    assert_eq!(says(&instance, "Groups"), "12346");
    for (set, holds) in
        [("CapEff", KEPT), ("CapPrm", KEPT), ("CapInh", NOTHING), ("CapAmb", NOTHING), ("NoNewPrivs", "1")]
    {
        assert_eq!(says(&instance, set), holds, "{set}");
    }
    for name in ["data", "data/cacherr.redb", "data/cacherr.lock", "data/cacherr.sock"] {
        assert_eq!(owner(house.at(name)), (USER, GROUP), "{name}");
    }
    assert_eq!((mode(house.at("data")), mode(house.at("data/cacherr.redb"))), (0o700, 0o600));

    house.cache([&film, &second]);
    assert!(film.is_symlink());
    let copy = fs::canonicalize(&film).unwrap();
    assert!(copy.starts_with(house.at("fast")));
    assert_eq!((owner(&copy), mode(&copy), hash(&copy)), (OTHER, 0o640, bytes));
    let folder = copy.parent().unwrap();
    assert_eq!((owner(folder), mode(folder)), (OTHER, 0o2755));
    assert_eq!(owner(&film), OTHER, "the link, too");
    house.tell(["check", "--deep"]);
    house.tell(["restore", "--all"]);
    assert_eq!(house.library(), before);
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn what_root_left_in_the_data_dir_is_given_over_and_nothing_else_is() {
    if !is_root() {
        return;
    }
    let house = House::new();
    assert_eq!(start(&house, &[]).stop().0, Some(0));
    assert_eq!(owner(house.at("data/cacherr.redb")), (0, 0));
    fs::set_permissions(house.at("data/cacherr.redb"), fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(house.at("data/notes.txt"), "theirs").unwrap();
    fs::write(house.at("elsewhere"), "root's").unwrap();
    fs::remove_file(house.at("data/setup-token")).unwrap();
    fs::hard_link(house.at("elsewhere"), house.at("data/setup-token")).unwrap();

    let instance = start(&house, AS_USER);
    assert_eq!(owner(house.at("data/cacherr.redb")), (USER, GROUP));
    assert_eq!(mode(house.at("data/cacherr.redb")), 0o600);
    assert_eq!(owner(house.at("data/notes.txt")), (0, 0));
    assert_eq!(owner(house.at("elsewhere")), (0, 0), "another name is no reason to give it away");
    assert!(instance.log().contains("cannot be given to user"), "{}", instance.log());
    for apart in ["library", "fast"] {
        assert_eq!(owner(house.at(apart)), (0, 0), "{apart}");
    }
    // Root's commands reach it.
    assert_eq!(house.tell(["status"])["running"], true);
    assert_eq!(instance.stop().0, Some(0));

    // And those without an instance leave everything as it shall be.
    let mut command = house.command(["status"]);
    assert!(command.envs(AS_USER.iter().copied()).status().unwrap().success());
    assert_eq!(owner(house.at("data/cacherr.redb")), (USER, GROUP));
}

#[test]
fn root_stays_root_where_nobody_says_otherwise() {
    if !is_root() {
        return;
    }
    for env in [&[][..], &[("PUID", "0")], &[("PUID", "")]] {
        let house = House::new();
        let instance = start(&house, env);
        assert_eq!(says(&instance, "Uid"), "0 0 0 0");
        assert_eq!(owner(house.at("data/cacherr.redb")), (0, 0));
        assert_eq!(instance.stop().0, Some(0));
    }
}

#[test]
fn who_is_not_root_stays_who_they_are() {
    if !is_root() {
        return;
    }
    // Where everybody gets to, unlike the folder of a build.
    let house = House::below(Path::new("/tmp"));
    fs::set_permissions(house.at(""), fs::Permissions::from_mode(0o755)).unwrap();
    let program = house.at("cacherr");
    fs::copy(env!("CARGO_BIN_EXE_cacherr"), &program).unwrap();
    fs::create_dir(house.at("data")).unwrap();
    for name in ["data", "fast", "library"] {
        chown(house.at(name), Some(USER), Some(GROUP)).unwrap();
    }
    let said = house.command(["run"]);
    let mut command = std::process::Command::new(program);
    command.args(said.get_args()).env_clear().env("PUID", "1000").uid(USER).gid(GROUP).current_dir("/");
    let instance = house.start_by(command);
    assert!(instance.log().contains("PUID = 1000 is ignored"), "{}", instance.log());
    assert_eq!(says(&instance, "Uid"), "12345 12345 12345 12345");
    assert_eq!(says(&instance, "CapEff"), NOTHING);
    assert_eq!(owner(house.at("data/cacherr.redb")), (USER, GROUP));
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn files_of_ours_are_closed_to_others_also_where_somebody_opened_them() {
    let house = House::new();
    assert_eq!(start(&house, &[("UMASK", "000")]).stop().0, Some(0));
    let files = ["data/cacherr.redb", "data/cacherr.lock"];
    for name in files {
        assert_eq!(mode(house.at(name)), 0o600, "{name}: no umask opens it");
        fs::set_permissions(house.at(name), fs::Permissions::from_mode(0o666)).unwrap();
    }
    fs::write(house.at("data/setup-token"), "x").unwrap();
    fs::set_permissions(house.at("data"), fs::Permissions::from_mode(0o755)).unwrap();
    let instance = start(&house, &[]);
    for name in files {
        assert_eq!(mode(house.at(name)), 0o600, "{name}");
    }
    assert_eq!(mode(house.at("data")), 0o755, "who opens the data dir is warned, and may");
    assert!(instance.log().contains("open to every user"), "{}", instance.log());
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn the_umask_is_as_it_is_set() {
    for (env, mask) in [
        (&[][..], "0022"),
        (&[("UMASK", "002")], "0002"),
        (&[("UMASK", "002"), ("CACHERR_UMASK", "077")], "0077"),
    ] {
        let house = House::new();
        let instance = start(&house, env);
        assert_eq!(says(&instance, "Umask"), mask);
        assert_eq!(instance.stop().0, Some(0));
    }
    let house = House::new();
    for wrong in ["9", "0o22", "700", "rwx"] {
        let mut command = house.command(["run"]);
        let output = command.env("UMASK", wrong).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{wrong}");
        assert!(said.contains("must be octal digits"), "{said}");
    }
}
