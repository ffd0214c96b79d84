//! Puts the commit into the version, where whoever builds says which it is (`CACHERR_COMMIT`), and sees to it that a binary
//! for release has the web app that there is now.

fn main() {
    println!("cargo::rerun-if-env-changed=CACHERR_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    // Else it is read from the disk at every start. What is not there cannot be watched, but what it would be made from.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let there = ["web/dist", "web"].into_iter().find(|folder| std::path::Path::new(folder).is_dir());
        there.into_iter().for_each(|folder| println!("cargo::rerun-if-changed={folder}"));
    }
    println!("cargo::rustc-env=CACHERR_TARGET={}", std::env::var("TARGET").unwrap_or_default());
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = std::env::var("CACHERR_COMMIT").unwrap_or_default();
    let version = if commit.is_empty() { version } else { format!("{version} ({commit})") };
    println!("cargo::rustc-env=CACHERR_VERSION={version}");
}
