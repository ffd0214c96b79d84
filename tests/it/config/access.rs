//! Who may come in, as a person says it.

use cacherr::domain::access::Role;
use cacherr::domain::settings::{AccessSettings, PRIVATE_NETWORKS};
use jiff::SignedDuration;

use super::{Home, complaint};

#[test]
fn nobody_is_let_in_from_nearby_unless_somebody_chose_that() {
    let access = Home::new().load().access;
    assert_eq!((access.local_role, &*access.trusted_proxies, access.user_header), (None, &[][..], None));
    assert_eq!(access.local_networks, PRIVATE_NETWORKS);
    let home = Home::with_file(
        "[access]\nlocal_role = \"viewer\"\nlocal_networks = [\"192.168.7.1/24\", \"::1\"]\nhosts = \"NAS.lan\"\n\
         trusted_proxies = \"10.0.0.1\"\nuser_header = \"Remote-User\"\nallowed_origins = [\"https://App.example:443\"]\n\
         session_idle = \"2d\"\nsession_longest = \"72h\"\n",
    );
    let config = home.load();
    assert!(config.warnings.iter().any(|warning| warning.contains("lets everybody in as viewer")));
    let expected = AccessSettings {
        local_role: Some(Role::Viewer),
        local_networks: vec!["192.168.7.0/24".parse().unwrap(), "::1/128".parse().unwrap()],
        trusted_proxies: vec!["10.0.0.1/32".parse().unwrap()],
        user_header: Some("remote-user".to_owned()),
        hosts: vec!["nas.lan".to_owned()],
        allowed_origins: vec!["https://app.example".to_owned()],
        plex_role: None,
        session_idle: SignedDuration::from_hours(48),
        session_longest: SignedDuration::from_hours(72),
    };
    assert_eq!(config.access, expected);
    assert_eq!(config.server.bind.to_string(), "0.0.0.0:5445", "whoever may ask, it is reached");
}

#[test]
fn who_may_come_in_is_said_so_that_it_can_only_be_meant() {
    for (line, allowed) in [
        ("local_role = \"root\"", "must be viewer or operator or admin, or empty for nobody"),
        ("local_networks = [\"192.168.0.0/33\"]", "must be addresses and networks"),
        ("trusted_proxies = \"proxy.lan\"", "must be addresses and networks"),
        ("user_header = \"Cookie\"", "must be the name of a header"),
        ("user_header = \"X-Forwarded-For\"", "must be the name of a header"),
        ("hosts = \"nas.lan:5445\"", "must be names of this instance without a port"),
        ("allowed_origins = \"app.example\"", "must be origins such as"),
        ("allowed_origins = \"https://app.example/\"", "must be origins such as"),
        ("session_idle = \"0d\"", "must be a length of time of at least a minute"),
        ("session_longest = \"for ever\"", "must be a length of time of at least a minute"),
    ] {
        let said = complaint(&format!("[access]\n{line}\n"));
        assert!(said.contains(allowed) && said.contains("cacherr.toml:2:"), "{line}: {said}");
    }
    let warned = |text: &str, words: &str| {
        let warnings = Home::with_file(text).load().warnings;
        assert!(warnings.iter().any(|warning| warning.contains(words)), "{warnings:?}");
    };
    warned("[access]\nuser_header = \"Remote-User\"\n", "counts for nobody");
    warned("[access]\ntrusted_proxies = \"0.0.0.0/0\"\n", "trusts everybody");
}
