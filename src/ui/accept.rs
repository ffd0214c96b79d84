//! What a browser takes: encodings by their weights, and pages.

/// An encoding that files lie beside in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Coding {
    /// The shortest.
    Brotli,
    /// The one that everybody takes.
    Gzip,
}

impl Coding {
    /// The one that is preferred first.
    pub const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// What HTTP calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// The name of a file in this encoding.
    pub fn beside(self, name: &str) -> String {
        match self {
            Self::Brotli => format!("{name}.br"),
            Self::Gzip => format!("{name}.gz"),
        }
    }

    fn is(self, said: &str) -> bool {
        said.eq_ignore_ascii_case(self.name()) || self == Self::Gzip && said.eq_ignore_ascii_case("x-gzip")
    }
}

/// The best of what is offered (in the order of our preference); `None`: as it is. RFC 9110, section 12.5.3; who takes
/// nothing that we have is given it as it is, as the section allows.
pub fn best(accepted: &str, offered: &[Coding]) -> Option<Coding> {
    let weight = |is: &dyn Fn(&str) -> bool| {
        let all = || items(accepted);
        let named = all().find(|(what, _)| is(what)).map(|(_, weight)| weight);
        (named, all().find(|(what, _)| *what == "*").map(|(_, weight)| weight))
    };
    let mut best = None;
    for coding in offered {
        let (named, any) = weight(&|said| coding.is(said));
        let weight = named.or(any).unwrap_or(0);
        if weight > best.map_or(0, |(_, weight)| weight) {
            best = Some((*coding, weight));
        }
    }
    // As it is, it is taken by whoever does not refuse it; it is preferred by those who say so.
    let (identity, _) = weight(&|said| said.eq_ignore_ascii_case("identity"));
    best.filter(|(_, weight)| identity.is_none_or(|identity| *weight >= identity)).map(|(coding, _)| coding)
}

/// Whether a page is asked for, and not a picture, a script or data: browsers say so by name.
pub fn is_navigation(accepted: &str) -> bool {
    items(accepted).any(|(what, weight)| weight > 0 && what.eq_ignore_ascii_case("text/html"))
}

/// What a list names, with its weight in thousandths. A weight that is none is a refusal.
fn items(list: &str) -> impl Iterator<Item = (&str, u16)> {
    list.split(',').filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let what = parts.next().filter(|what| !what.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some((what, weight.map_or(1000, thousandths)))
    })
}

fn thousandths(weight: &str) -> u16 {
    match weight.trim().split_once('.').unwrap_or((weight.trim(), "")) {
        ("1", rest) if rest.len() <= 3 && rest.bytes().all(|digit| digit == b'0') => 1000,
        ("0", rest) if rest.len() <= 3 && rest.bytes().all(|digit| digit.is_ascii_digit()) => {
            format!("{rest:0<3}").parse().unwrap_or(0)
        }
        _ => 0,
    }
}
