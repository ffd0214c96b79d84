use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_its_own_and_no_other() {
    let passwords = Passwords::new();
    let hash = passwords.hash(Password::new("correct horse")).await.unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
    let verdict = passwords.verify(Some(hash.clone()), Password::new("correct horse")).await.unwrap();
    assert!(verdict.right && verdict.anew.is_none());
    assert!(!passwords.verify(Some(hash), Password::new("correct horse ")).await.unwrap().right);
    assert!(!passwords.verify(None, Password::new("correct horse")).await.unwrap().right);
    assert_eq!(passwords.done(), 4);
}

#[tokio::test]
async fn the_same_password_has_another_hash_each_time() {
    let passwords = Passwords::new();
    let one = passwords.hash(Password::new("correct horse")).await.unwrap();
    assert_ne!(one, passwords.hash(Password::new("correct horse")).await.unwrap());
}

#[tokio::test]
async fn how_a_keyboard_composes_letters_makes_no_other_password() {
    let passwords = Passwords::new();
    let hash = passwords.hash(Password::new("caf\u{e9} au lait")).await.unwrap();
    assert!(passwords.verify(Some(hash), Password::new("cafe\u{301} au lait")).await.unwrap().right);
}

#[tokio::test]
async fn a_hash_by_other_parameters_is_made_anew_where_the_password_is_right() {
    let cheap = || {
        let params = Params::new(64, 1, 1, Some(HASH)).unwrap();
        let hash =
            Passwords::new().0.fill(&Password::new("correct horse"), b"sixteen bytes ok", &params).unwrap();
        let whole = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params).unwrap(),
            salt: Some(Salt::new(b"sixteen bytes ok").unwrap()),
            hash: Some(Output::new(&hash).unwrap()),
        };
        Secret::new(whole.to_string())
    };
    let passwords = Passwords::new();
    assert!(passwords.verify(Some(cheap()), Password::new("wrong")).await.unwrap().anew.is_none());
    let verdict = passwords.verify(Some(cheap()), Password::new("correct horse")).await.unwrap();
    let anew = verdict.anew.unwrap();
    let verdict = passwords.verify(Some(anew), Password::new("correct horse")).await.unwrap();
    assert!(verdict.right && verdict.anew.is_none());
}

#[tokio::test]
async fn what_is_no_hash_of_ours_is_an_error_and_never_a_match() {
    for hash in [
        "",
        "correct horse",
        "$argon2i$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=4194304,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let compared = Passwords::new().verify(Some(Secret::new(hash)), Password::new("correct horse")).await;
        assert!(matches!(compared, Err(Error::Store { .. })), "{hash}");
    }
}

#[test]
fn beyond_those_who_wait_everybody_is_told_to_come_again() {
    let passwords = Passwords::new();
    let runtime = runtime();
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let passwords = passwords.clone();
            runtime.spawn(async move { passwords.hash(Password::new("correct horse")).await })
        })
        .collect();
    let ended: Vec<_> = tasks.into_iter().map(|task| runtime.block_on(task).unwrap()).collect();
    let busy = ended.iter().filter(|ended| matches!(ended, Err(Error::Busy))).count();
    let done = ended.iter().filter(|ended| ended.is_ok()).count();
    assert_eq!(busy + done, 200);
    assert!(done >= AT_ONCE + WAITING, "{done}");
    assert_eq!(passwords.done(), done as u64, "who is told to come again costs nothing");
    assert_eq!(passwords.0.places.available_permits(), AT_ONCE + WAITING);
}

#[test]
fn whoever_hangs_up_leaves_their_place_when_the_work_is_done() {
    let passwords = Passwords::new();
    let runtime = runtime();
    for begun in 1..=AT_ONCE as u64 {
        let theirs = passwords.clone();
        let task = runtime.spawn(async move { theirs.hash(Password::new("correct horse")).await });
        while passwords.done() < begun {
            std::thread::yield_now();
        }
        task.abort();
    }
    assert!(runtime.block_on(passwords.hash(Password::new("correct horse"))).is_ok());
}

#[test]
fn a_new_password_is_long_enough_and_not_the_name() {
    for (weak, name) in
        [("1234567", "user1"), ("", "user1"), ("ümläüt", "user1"), ("LongerName", "longername")]
    {
        assert!(matches!(Password::new(weak).check_new(name), Err(Error::WeakPassword { .. })), "{weak}");
    }
    Password::new("ümläütes").check_new("user1").unwrap();
    Password::new(&"a".repeat(1024)).check_new("user1").unwrap();
    assert!(Password::new(&"a".repeat(1025)).check_new("user1").is_err());
}

#[test]
fn a_random_password_is_strong_and_nothing_prints_it() {
    let (password, shown) = Password::random().unwrap();
    password.check_new("user1").unwrap();
    assert_eq!(shown.expose().len(), 19);
    assert!(!format!("{password:?} {shown:?} {shown}").contains(shown.expose()));
}
