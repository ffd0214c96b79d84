//! Reads the XML of the simulator into the shape of its JSON: elements with attributes, nothing between them.

/// An element.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub fields: Vec<(String, String)>,
    pub children: Vec<Element>,
}

impl Element {
    /// Panics where it is not the XML that is expected.
    pub fn read(text: &str) -> Self {
        let text = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").unwrap().trim();
        let mut rest = text;
        let root = take(&mut rest);
        assert_eq!(rest, "");
        root
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

fn take(rest: &mut &str) -> Element {
    let (head, after) = rest.strip_prefix('<').unwrap().split_once('>').unwrap();
    *rest = after;
    let closed = head.ends_with('/');
    let head = head.trim_end_matches('/');
    let (name, mut attributes) = head.split_once(' ').unwrap_or((head, ""));
    let mut fields = vec![];
    while let Some((field, after)) = attributes.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap();
        fields.push((field.trim().to_owned(), unescape(value)));
        attributes = after;
    }
    let mut children = vec![];
    if !closed {
        let end = format!("</{name}>");
        while !rest.starts_with(&end) {
            children.push(take(rest));
        }
        *rest = &rest[end.len()..];
    }
    Element { name: name.to_owned(), fields, children }
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#10;", "\n");
    text.replace("&amp;", "&")
}
