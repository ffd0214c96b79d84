//! Plain text out of error pages.

/// The longest that is quoted of a body.
const LONGEST: usize = 160;

/// What a body says: of the JSON of plex.tv its message, else the text without markup, on one line and short.
pub(super) fn said(text: &str) -> String {
    let text = serde_json::from_str::<Errors>(text).map_or_else(
        |_| plain(text),
        |errors| errors.errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(", "),
    );
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

#[derive(serde::Deserialize)]
struct Errors {
    errors: Vec<Message>,
}

#[derive(serde::Deserialize)]
struct Message {
    #[serde(default)]
    message: String,
}

/// Drops tags, and what stands between those of scripts and styles; control characters become spaces.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        out.push(' ');
        let tag = &rest[start..];
        let hidden = ["script", "style", "title"]
            .into_iter()
            .find(|name| tag.get(1..=name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)));
        let end = hidden.and_then(|name| tag.find(&format!("</{name}"))).unwrap_or(0);
        rest = tag[end..].find('>').map_or("", |close| &tag[end + close + 1..]);
    }
    out.push_str(rest);
    out.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_stripped_and_the_message_of_plex_tv_is_found() {
        let page = "<html><head><title>502</title><script>x<y</script></head>\n<body><h1>502 Bad Gateway</h1>\x1b[1m</body>";
        assert_eq!(said(page), "502 Bad Gateway [1m");
        let errors = r#"{"errors":[{"code":1001,"message":"User could not be authenticated","status":401}]}"#;
        assert_eq!(said(errors), "User could not be authenticated");
        assert_eq!(said(&"ä ".repeat(500)).chars().count(), LONGEST + 1);
        assert_eq!(said("<unclosed"), "");
    }
}
