//! The page: what it is told about where it is served, and what stands in its place where there is none.

/// Fills in the base path and the build. What else the page has stays as it is.
pub fn fill_in(page: &str, base_path: &str, build: Option<&str>) -> String {
    let base = format!("{}/", base_path.trim_end_matches('/'));
    let page = put(page, r#"<base href=""#, &base);
    put(&page, r#"<meta name="cacherr-build" content=""#, build.unwrap_or_default())
}

/// Puts a value where an attribute begins so, in place of what it has there.
fn put(page: &str, before: &str, value: &str) -> String {
    match page.split_once(before) {
        Some((head, rest)) => {
            let tail = rest.find('"').map_or("", |end| &rest[end..]);
            format!("{head}{before}{}{tail}", escaped(value))
        }
        None => page.to_owned(),
    }
}

/// As a text within a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What a person reads where the binary has no web app.
pub fn absent(base_path: &str) -> String {
    let base = escaped(base_path.trim_end_matches('/'));
    let version = escaped(env!("CARGO_PKG_VERSION"));
    format!(
        "\
<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>Cacherr: no web app in this binary</title>
<style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}}</style>
<h1>The web app is not in this binary</h1>
<p>Cacherr {version} runs here and does its work, but it was built without its web app, as it is where Node is missing.</p>
<p>To build it with it: with Node 20 or newer and npm installed, run <code>scripts/build</code> in the sources, and start the
binary that it names. Released binaries have it.</p>
<p>Everything else is there: <a href=\"{base}/api/docs\">the API</a> and the command line.</p>
</html>
"
    )
}
