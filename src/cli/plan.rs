//! A plan, for people and for scripts.

use std::fmt::Write as _;
use std::io::IsTerminal;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::json::of_path;
use super::show::{clean, wrapped};
use crate::domain::file::Operation;
use crate::domain::plan::words::{RefusalKind, moment};
use crate::domain::size::readable;
use crate::domain::time::Time;
use crate::domain::wanted::Source;
use crate::librarian::shown::{
    Kept, Listed, Shown, ShownAttribute, ShownPart, ShownReason, ShownRefused, ShownRoom, ShownSource,
    ShownStep, ShownWisher, Trouble, Unresolved, name_of,
};

/// Lines are broken before this column.
const WIDTH: usize = 80;
/// Where what belongs to an entry begins.
const INDENT: usize = 7;
/// Of each list so many entries are shown; a script reads all of them.
const MOST: usize = 25;
/// Of wishes that bring nothing for the same reason so many.
const MOST_REFUSED: usize = 5;

/// As JSON, with the names that the API has.
pub(super) fn data(shown: &Shown) -> Value {
    let Shown {
        drawn_at,
        asked_at,
        quiet_until,
        unsure,
        room,
        cache,
        give_back,
        attribute,
        keep,
        refused,
        unresolved,
        sources,
    } = shown;
    json!({
        "drawn_at": drawn_at.to_string(),
        "asked_at": instant(*asked_at),
        "quiet_until": instant(*quiet_until),
        "unsure": unsure,
        "room": room_data(room),
        "totals": {
            "cache": tally(cache),
            "give_back": tally(give_back),
            "attribute": attribute.total,
            "refused": refused.total,
            "unresolved": unresolved.total,
        },
        "cache": each(&cache.shown, step_data),
        "give_back": each(&give_back.shown, step_data),
        "attribute": each(&attribute.shown, attribute_data),
        "keep": keep_data(keep),
        "refused": each(&refused.shown, refused_data),
        "unresolved": each(&unresolved.shown, unresolved_data),
        "sources": each(sources, source_data),
    })
}

fn each<T>(items: &[T], one: impl Fn(&T) -> Value) -> Value {
    items.iter().map(one).collect()
}

fn instant(at: Option<Time>) -> Value {
    at.map(|at| at.to_string()).into()
}

fn room_data(room: &ShownRoom) -> Value {
    let ShownRoom { limit, min_free, capacity, used, pending, free } = *room;
    json!({
        "limit_bytes": limit,
        "min_free_bytes": min_free,
        "capacity_bytes": capacity,
        "used_bytes": used,
        "pending_bytes": pending,
        "left_bytes": room.left(),
        "free_bytes": free,
    })
}

fn tally(Listed { shown: _, total, files, bytes }: &Listed<ShownStep>) -> Value {
    json!({ "steps": total, "files": files, "size_bytes": bytes, "size_readable": readable(*bytes) })
}

fn step_data(step: &ShownStep) -> Value {
    let ShownStep { path, title, parts, wishers, score, why, cause } = step;
    let part = |ShownPart { path, size, file }: &ShownPart| json!({ "file_path": of_path(path), "file_size_bytes": size, "file_id": file.map(|id| id.to_string()) });
    json!({
        "file_path": of_path(path),
        "title": name_of(title.as_deref(), path),
        "size_bytes": step.size(),
        "size_readable": readable(step.size()),
        "parts": each(parts, part),
        "users": each(wishers, wisher_data),
        "priority": score,
        "why": each(why, reason_data),
        "cause": cause.map(|cause| cause.name()),
    })
}

fn wisher_data(ShownWisher { user, operation }: &ShownWisher) -> Value {
    json!({ "user_id": user, "operation": operation.name() })
}

fn reason_data(ShownReason { points, text, user }: &ShownReason) -> Value {
    json!({ "points": points, "text": text, "user": user })
}

fn attribute_data(ShownAttribute { file, path, wisher }: &ShownAttribute) -> Value {
    let ShownWisher { user, operation } = wisher;
    json!({
        "file_id": file.to_string(),
        "file_path": path.as_deref().map(of_path),
        "user_id": user,
        "operation": operation.name(),
    })
}

fn keep_data(Kept { files, wanted }: &Kept) -> Value {
    json!({ "files": files, "wanted": wanted, "unwanted": files.saturating_sub(*wanted) })
}

fn refused_data(refused: &ShownRefused) -> Value {
    let ShownRefused { path, user, kind, sentence, score, why } = refused;
    json!({
        "file_path": of_path(path),
        "user_id": user,
        "code": kind.name(),
        "message": sentence,
        "priority": score,
        "why": each(why, reason_data),
    })
}

fn unresolved_data(Unresolved { server_path, path, lack }: &Unresolved) -> Value {
    json!({
        "server_path": server_path,
        "file_path": path.as_deref().map(of_path),
        "code": lack.name(),
        "message": lack.sentence(),
    })
}

fn source_data(source: &ShownSource) -> Value {
    let ShownSource {
        user,
        source,
        answered_at,
        holds_since,
        holds_until,
        items,
        is_blind,
        is_asked,
        trouble,
    } = source;
    let problem = |Trouble { code, sentence }: &Trouble| json!({ "code": code.name(), "message": sentence });
    json!({
        "user_id": user,
        "source": source.name(),
        "items": items,
        "answered_at": instant(*answered_at),
        "holds_since": instant(*holds_since),
        "holds_until": instant(*holds_until),
        "is_blind": is_blind,
        "is_asked": is_asked,
        "problem": trouble.as_ref().map(problem),
    })
}

/// For people; in bold and colour where they look at a terminal.
pub(super) fn text(shown: &Shown) -> String {
    Page { out: String::new(), in_colour: std::io::stdout().is_terminal(), now: shown.drawn_at }.of(shown)
}

struct Page {
    out: String,
    in_colour: bool,
    /// Ages are told as of now.
    now: Time,
}

impl Page {
    fn of(mut self, shown: &Shown) -> String {
        self.head(shown);
        self.steps("To be cached", &shown.cache);
        self.steps("To be given back", &shown.give_back);
        self.attribute(&shown.attribute);
        self.refused(&shown.refused);
        self.unresolved(&shown.unresolved);
        self.sources(shown);
        if shown.cache.total + shown.give_back.total + shown.attribute.total == 0 {
            self.line("\nNothing is to be done: what is cached is what should be.");
        }
        self.out
    }

    fn line(&mut self, text: &str) {
        self.out += text;
        self.out.push('\n');
    }

    fn coloured(&self, colour: u8, text: &str) -> String {
        if self.in_colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn heading(&mut self, text: &str) {
        let text = self.coloured(1, text);
        self.line(&format!("\n{text}"));
    }

    /// A text below an entry, in lines that begin below each other.
    fn below(&mut self, text: &str, indent: usize) {
        let text = wrapped(text, indent, WIDTH);
        self.line(&text);
    }

    fn row(&mut self, label: &str, text: &str) {
        let text = wrapped(text, 11, WIDTH);
        self.line(&format!("{label:<11}{}", text.trim_start()));
    }

    fn head(&mut self, shown: &Shown) {
        let ShownRoom { limit, min_free: _, capacity, used, pending, free: _ } = shown.room;
        let of = if limit == Some(capacity) { "the limit" } else { "what the volume allows" };
        let mut room = format!("{} of {} used ({of})", readable(used), readable(capacity));
        if pending > 0 {
            let _ = write!(room, ", {} more on their way", readable(pending));
        }
        let _ = write!(room, ", {} left", readable(shown.room.left()));
        self.row("room", &room);
        let Kept { files, wanted } = shown.keep;
        let keep = match files {
            0 => "nothing is cached".to_owned(),
            files => format!("{} as they are, {wanted} of them wanted", count(files, "file", "files")),
        };
        self.row("stays", &keep);
        if let Some(until) = shown.quiet_until {
            self.row("quiet", &format!("nothing begins before {}", moment(until)));
        }
        if shown.unsure {
            let text = self
                .coloured(33, "a volume could not be looked at; nothing is given back for want of wishes");
            self.row("careful", &text);
        }
    }

    fn steps(&mut self, title: &str, list: &Listed<ShownStep>) {
        if list.total == 0 {
            return;
        }
        let files =
            if list.files == list.total { String::new() } else { format!(" in {} files", list.files) };
        self.heading(&format!("{title}: {}{files}, {}", list.total, readable(list.bytes)));
        for step in list.shown.iter().take(MOST) {
            self.step(step);
        }
        self.more(list.total, list.shown.len().min(MOST));
    }

    fn step(&mut self, step: &ShownStep) {
        let size = readable(step.size());
        let title = clean(&name_of(step.title.as_deref(), &step.path));
        let room = WIDTH - INDENT - size.chars().count() - 2;
        self.line(&format!("{:>5}  {:<room$}  {size}", step.score, shortened(&title, room)));
        if let Some(cause) = step.cause {
            self.below(cause.sentence(), INDENT);
        }
        if !step.wishers.is_empty() {
            let users: Vec<String> = step.wishers.iter().map(wisher).collect();
            let along = match step.parts.iter().filter(|part| part.path != step.path).count() as u64 {
                0 => String::new(),
                along => format!("; with {}", count(along, "subtitle file", "subtitle files")),
            };
            self.below(&format!("for {}{along}", users.join(", ")), INDENT);
        }
        if !step.why.is_empty() {
            self.below(&sum(&step.why), INDENT);
        }
    }

    fn attribute(&mut self, list: &Listed<ShownAttribute>) {
        if list.total == 0 {
            return;
        }
        self.heading(&format!("Wanted by somebody more: {}", list.total));
        for one in list.shown.iter().take(MOST) {
            let name = one.path.as_deref().map_or_else(|| one.file.to_string(), |path| name_of(None, path));
            self.below(&format!("{}: {}", clean(&name), wisher(&one.wisher)), INDENT);
        }
        self.more(list.total, list.shown.len().min(MOST));
    }

    fn refused(&mut self, list: &Listed<ShownRefused>) {
        if list.total == 0 {
            return;
        }
        self.heading(&format!("Wished for, and not cached: {}", list.total));
        for kind in RefusalKind::ALL {
            let of_kind: Vec<&ShownRefused> = list.shown.iter().filter(|one| one.kind == *kind).collect();
            if of_kind.is_empty() {
                continue;
            }
            self.below(&format!("{}: {}", kind.sentence(), of_kind.len()), 2);
            for one in of_kind.iter().take(MOST_REFUSED) {
                let score = one.score.map_or_else(String::new, |score| score.to_string());
                let name = clean(&name_of(None, &one.path));
                let user = clean(&one.user);
                let room = WIDTH.saturating_sub(INDENT + user.chars().count() + 6).max(20);
                self.line(&format!("{score:>5}  {}, for {user}", shortened(&name, room)));
            }
            self.more(of_kind.len() as u64, of_kind.len().min(MOST_REFUSED));
        }
    }

    fn unresolved(&mut self, list: &Listed<Unresolved>) {
        if list.total == 0 {
            return;
        }
        self.heading(&format!("Wished for, and not found: {}", list.total));
        for one in list.shown.iter().take(MOST_REFUSED) {
            self.below(&format!("{}: {}", clean(&one.server_path), one.lack.sentence()), INDENT);
        }
        self.more(list.total, list.shown.len().min(MOST_REFUSED));
    }

    fn sources(&mut self, shown: &Shown) {
        if shown.sources.is_empty() {
            let text =
                "No source has said yet what anybody wishes for. Is Plex connected? `cacherr doctor` looks.";
            self.line("");
            self.below(text, 0);
            return;
        }
        self.heading("What the sources said");
        if shown.asked_at.is_none() {
            self.below("Nobody was asked just now; what was said before holds.", 2);
        }
        let widest =
            |of: fn(&ShownSource) -> usize, most| shown.sources.iter().map(of).max().unwrap_or(0).min(most);
        let users = widest(|one| one.user.chars().count(), 24);
        let sources = widest(|one| kind(one.source).len(), 24);
        let mut before = None;
        for one in &shown.sources {
            // Who has several sources is named once.
            let is_named = before.replace(&one.user) == Some(&one.user);
            let user = if is_named { String::new() } else { shortened(&clean(&one.user), users) };
            let said = match one.answered_at {
                Some(at) => format!("{:<13}", ago(self.now.since(at))),
                None => format!("{:<13}", "never"),
            };
            let items = count(one.items, "item", "items");
            self.line(
                format!("  {user:<users$}  {:<sources$}  {said}  {items}", kind(one.source)).trim_end(),
            );
            if let Some(trouble) = &one.trouble {
                let text = wrapped(&clean(&trouble.sentence), INDENT, WIDTH);
                let text = self.coloured(33, &text);
                self.line(&text);
            }
            let is_gone = !one.is_asked && shown.asked_at.is_some();
            if let (Some(until), 1..) = (one.holds_until, one.items)
                && (one.trouble.is_some() || is_gone)
            {
                self.below(&format!("what it said holds until {}", moment(until)), INDENT);
            }
            if one.is_blind {
                self.below("nothing that they may want is given back meanwhile", INDENT);
            }
        }
    }

    fn more(&mut self, total: u64, listed: usize) {
        let left = total.saturating_sub(listed as u64);
        if left > 0 {
            self.below(&format!("… and {left} more (`cacherr plan --json` has all)"), INDENT);
        }
    }
}

fn wisher(ShownWisher { user, operation }: &ShownWisher) -> String {
    format!("{} ({})", clean(user), reason(*operation))
}

/// As people say it.
const fn kind(source: Source) -> &'static str {
    match source {
        Source::OnDeck => "On Deck",
        Source::ContinueWatching => "Continue Watching",
        Source::Watchlist => "watchlist",
        Source::Feed => "watchlist's feed",
        Source::Manual => "asked for",
    }
}

/// As people say it.
const fn reason(operation: Operation) -> &'static str {
    match operation {
        Operation::ActiveWatching => "playing",
        Operation::RealTimeWatch => "next of what plays",
        Operation::ContinueWatching => "begun",
        Operation::Ondeck => "On Deck",
        Operation::Watchlist => "watchlist",
        Operation::Trakt => "trakt",
        Operation::Manual => "asked for",
    }
}

/// `50 every file, +15 On Deck (user1), -10 …`.
fn sum(why: &[ShownReason]) -> String {
    let mut out = String::new();
    for ShownReason { points, text, user } in why {
        if out.is_empty() {
            let _ = write!(out, "{points} {text}");
        } else {
            let _ = write!(out, ", {points:+} {text}");
        }
        if let Some(user) = user {
            let _ = write!(out, " ({})", clean(user));
        }
    }
    out
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How long ago, as far as that matters.
fn ago(age: SignedDuration) -> String {
    let minutes = age.as_mins();
    match minutes {
        ..1 => "just now".to_owned(),
        1..120 => format!("{minutes} min ago"),
        120..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// At most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::Cause;
    use crate::librarian::shown::{Lack, TroubleCode};

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);

    fn list<T>(shown: Vec<T>, bytes: u64) -> Listed<T> {
        let total = shown.len() as u64;
        Listed { shown, total, files: total, bytes }
    }

    fn why() -> Vec<ShownReason> {
        let reason = |points, text: &str, user: Option<&str>| ShownReason {
            points,
            text: text.to_owned(),
            user: user.map(str::to_owned),
        };
        vec![
            reason(50, "every file", None),
            reason(15, "On Deck", Some("user1")),
            reason(-10, "On Deck for 30 days or longer", Some("user1")),
        ]
    }

    fn step(title: Option<&str>, cause: Option<Cause>) -> ShownStep {
        let part = |name: &str| ShownPart {
            path: format!("/mnt/array/movies/{name}").into(),
            size: 3 << 30,
            file: None,
        };
        ShownStep {
            path: "/mnt/array/movies/a.mkv".into(),
            title: title.map(str::to_owned),
            parts: vec![part("a.mkv"), part("a.en.srt")],
            wishers: vec![ShownWisher { user: "user1".to_owned(), operation: Operation::Ondeck }],
            score: 55,
            why: why(),
            cause,
        }
    }

    fn source(trouble: Option<&str>) -> ShownSource {
        ShownSource {
            user: "user1".to_owned(),
            source: Source::Watchlist,
            answered_at: Some(NOW.plus(-SignedDuration::from_hours(50))),
            holds_since: Some(NOW.plus(-SignedDuration::from_hours(50))),
            holds_until: Some(NOW.plus(SignedDuration::from_hours(22))),
            items: 7,
            is_blind: false,
            is_asked: true,
            trouble: trouble
                .map(|sentence| Trouble { code: TroubleCode::Timeout, sentence: sentence.to_owned() }),
        }
    }

    fn plan() -> Shown {
        let refused = |kind, score| ShownRefused {
            path: format!("/mnt/array/movies/{}.mkv", "long ".repeat(30)).into(),
            user: "user2".to_owned(),
            kind,
            sentence: String::new(),
            score,
            why: vec![],
        };
        Shown {
            drawn_at: NOW,
            asked_at: Some(NOW),
            quiet_until: Some(NOW),
            unsure: true,
            room: ShownRoom {
                limit: Some(250 << 30),
                min_free: 0,
                capacity: 250 << 30,
                used: 41 << 30,
                pending: 1 << 30,
                free: 400 << 30,
            },
            cache: list(vec![step(Some(&"Dune ".repeat(40)), None)], 6 << 30),
            give_back: list(vec![step(None, Some(Cause::Unwanted)); 30], 180 << 30),
            attribute: list(vec![], 0),
            keep: Kept { files: 1, wanted: 1 },
            refused: list(
                vec![refused(RefusalKind::NoRoom, Some(45)), refused(RefusalKind::TooFarAhead, None)],
                0,
            ),
            unresolved: list(
                vec![Unresolved { server_path: "/data/x.mkv".to_owned(), path: None, lack: Lack::NoLibrary }],
                0,
            ),
            sources: vec![source(None), source(Some(&"plex.tv did not answer\u{1b}[31m ".repeat(8)))],
        }
    }

    fn written(shown: &Shown, in_colour: bool) -> String {
        Page { out: String::new(), in_colour, now: NOW }.of(shown)
    }

    #[test]
    fn a_plan_fits_a_terminal_of_eighty_columns_and_commands_none() {
        let text = written(&plan(), false);
        assert!(!text.contains('\u{1b}') && text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        for part in [
            "room       41.0 GB of 250.0 GB used (the limit), 1.0 GB more on their way",
            "stays      1 file as they are",
            "   55  Dune Dune",
            "       for user1 (On Deck); with 1 subtitle file\n",
            "       50 every file, +15 On Deck (user1), -10 On Deck for 30 days or longer",
            "To be given back: 30, 180.0 GB",
            "a.mkv",
            "       nobody wants it any more\n",
            "… and 5 more (`cacherr plan --json` has all)",
            "better files have the room: 1\n   45  long",
            "/data/x.mkv: it lies in none of the libraries",
            "  user1  watchlist  2 days ago     7 items\n",
            "what it said holds until",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(written(&plan(), true).contains("\u{1b}[1mTo be cached"));
    }

    #[test]
    fn where_nothing_is_to_be_done_that_is_said() {
        let none = || list(vec![], 0);
        let idle = Shown { cache: none(), give_back: none(), ..plan() };
        let text = written(&idle, false);
        assert!(text.ends_with("what is cached is what should be.\n") && !text.contains("To be"), "{text}");
        let silent = Shown { sources: vec![], ..idle };
        assert!(written(&silent, false).contains("No source has said yet"));
    }

    #[test]
    fn a_script_reads_what_the_api_would_say() {
        let data = data(&plan());
        assert_eq!(data["totals"]["give_back"]["steps"], 30);
        assert_eq!(data["give_back"].as_array().unwrap().len(), 30, "all of them");
        let step = &data["cache"][0];
        assert_eq!((&step["priority"], &step["cause"]), (&json!(55), &Value::Null));
        assert_eq!(step["users"], json!([{ "user_id": "user1", "operation": "ondeck" }]));
        assert_eq!(step["why"][1], json!({ "points": 15, "text": "On Deck", "user": "user1" }));
        assert_eq!(data["refused"][0]["code"], "no_room");
        assert_eq!(data["sources"][1]["problem"]["code"], "timeout");
    }
}
