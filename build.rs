//! Puts the commit into the version, where whoever builds says which it is (`CACHERR_COMMIT`).

fn main() {
    println!("cargo::rerun-if-env-changed=CACHERR_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let commit = std::env::var("CACHERR_COMMIT").unwrap_or_default();
    let version = if commit.is_empty() { version } else { format!("{version} ({commit})") };
    println!("cargo::rustc-env=CACHERR_VERSION={version}");
}
