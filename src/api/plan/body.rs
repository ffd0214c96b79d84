//! A plan as the API shows it.

use poem_openapi::Object;
use poem_openapi::types::Example;

use super::names::{Cause, Lack, RefusalKind, Source, TroubleCode};
use super::pause::PauseBody;
use crate::api::answer::Payload;
use crate::api::files::{EXAMPLE_ID, EXAMPLE_PATH, WhyBody};
use crate::api::mover::MoverBody;
use crate::api::value::{Id, Timestamp, int64, text};
use crate::api::view::{Shown, View};
use crate::domain::file::Operation;
use crate::domain::mover::Running;
use crate::domain::pause::Pause;
use crate::domain::size::readable;
use crate::librarian::shown::{
    Kept, Listed, Shown as ShownPlan, ShownAttribute, ShownPart, ShownReason, ShownRefused, ShownRoom,
    ShownSource, ShownStep, ShownWisher, Trouble, Unresolved, name_of,
};

/// What keeps a plan from being carried out.
#[derive(Clone, Copy, Debug)]
pub struct Stops<'a> {
    /// A person said so.
    pub pause: Option<&'a Pause>,
    /// The NAS's own mover runs.
    pub mover: Option<&'a Running>,
}

/// What would be done now, and why.
#[derive(Object, Debug)]
#[oai(rename = "Plan")]
pub struct PlanBody {
    /// When it was drawn up.
    drawn_at: Timestamp,
    /// When the sources were last asked; null where they were not since the start. What they said before holds.
    #[oai(nullable)]
    asked_at: Option<Timestamp>,
    /// Nothing is cached or given back before that: quiet hours. Null where it is not quiet.
    #[oai(nullable)]
    quiet_until: Option<Timestamp>,
    /// Nothing of this is done by itself, because somebody said so; null where it is.
    #[oai(nullable)]
    paused: Option<PauseBody>,
    /// Whether all of this waits for the NAS's own mover.
    mover: MoverBody,
    /// Something could not be looked at, so nothing is given back for want of wishes.
    unsure: bool,
    /// The room for copies.
    room: RoomBody,
    /// What each list comes to, however little of it is on this page.
    totals: TotalsBody,
    /// What is cached, the most valuable first.
    cache: Vec<StepBody>,
    /// What is given back, the least valuable first; it comes before what is cached.
    give_back: Vec<StepBody>,
    /// Who is added to files that stay, or gets a stronger reason there.
    attribute: Vec<AttributeBody>,
    /// What stays as it is.
    keep: KeepBody,
    /// Wishes that bring nothing, by path.
    refused: Vec<RefusedBody>,
    /// What is wished for, and is none of our files.
    unresolved: Vec<UnresolvedBody>,
    /// How it stands with each source of each user; empty for viewers who are not told of users.
    sources: Vec<SourceBody>,
    /// At most so many entries of each list are shown.
    limit: i32,
    /// So many of each list were passed over.
    offset: i64,
}

/// The room for copies.
#[derive(Object, Debug)]
#[oai(rename = "PlanRoom")]
struct RoomBody {
    /// What was set (`cache.limit`); null where nothing was.
    #[oai(nullable)]
    limit_bytes: Option<i64>,
    /// The same in words.
    #[oai(nullable)]
    limit_readable: Option<String>,
    /// What stays free on the volume (`cache.min_free`).
    min_free_bytes: i64,
    /// The same in words.
    min_free_readable: String,
    /// What copies may take in all, within both.
    capacity_bytes: i64,
    /// The same in words.
    capacity_readable: String,
    /// What copies take.
    used_bytes: i64,
    /// The same in words.
    used_readable: String,
    /// What is promised to copies that are being made.
    pending_bytes: i64,
    /// The same in words.
    pending_readable: String,
    /// What is left of the capacity.
    left_bytes: i64,
    /// The same in words.
    left_readable: String,
    /// What is free on the volume.
    free_bytes: i64,
    /// The same in words.
    free_readable: String,
}

impl From<&ShownRoom> for RoomBody {
    fn from(room: &ShownRoom) -> Self {
        let ShownRoom { limit, min_free, capacity, used, pending, free } = *room;
        let left = room.left();
        Self {
            limit_bytes: limit.map(int64),
            limit_readable: limit.map(readable),
            min_free_bytes: int64(min_free),
            min_free_readable: readable(min_free),
            capacity_bytes: int64(capacity),
            capacity_readable: readable(capacity),
            used_bytes: int64(used),
            used_readable: readable(used),
            pending_bytes: int64(pending),
            pending_readable: readable(pending),
            left_bytes: int64(left),
            left_readable: readable(left),
            free_bytes: int64(free),
            free_readable: readable(free),
        }
    }
}

/// What each list comes to.
#[derive(Object, Debug)]
#[oai(rename = "PlanTotals")]
struct TotalsBody {
    /// What is cached.
    cache: TallyBody,
    /// What is given back.
    give_back: TallyBody,
    /// Entries of `attribute`.
    attribute: i64,
    /// Entries of `refused`.
    refused: i64,
    /// Entries of `unresolved`.
    unresolved: i64,
}

/// What a list of steps comes to.
#[derive(Object, Debug)]
#[oai(rename = "PlanTally")]
struct TallyBody {
    /// Entries of the list: films and episodes.
    steps: i64,
    /// Files, with what travels along.
    files: i64,
    /// Bytes of all of them.
    size_bytes: i64,
    /// The same in words.
    size_readable: String,
}

impl From<&Listed<ShownStep>> for TallyBody {
    fn from(list: &Listed<ShownStep>) -> Self {
        let Listed { shown: _, total, files, bytes } = list;
        Self {
            steps: int64(*total),
            files: int64(*files),
            size_bytes: int64(*bytes),
            size_readable: readable(*bytes),
        }
    }
}

/// A film or an episode that is cached or given back, with what travels with it.
#[derive(Object, Debug)]
#[oai(rename = "PlanStep")]
struct StepBody {
    /// The library path of the video.
    file_path: String,
    /// What people call it; the name of its file where nothing is known of it.
    title: String,
    /// Bytes of all its parts.
    size_bytes: i64,
    /// The same in words.
    size_readable: String,
    /// The files: the video, unless it is there already, and its subtitles.
    parts: Vec<PartBody>,
    /// Who wants it, the strongest reason first; empty for viewers who are not told.
    users: Vec<WisherBody>,
    /// What it is worth, 0 to 100.
    priority: i32,
    /// What adds up to that.
    why: Vec<WhyBody>,
    /// Why it is given back; null for what is cached.
    #[oai(nullable)]
    cause: Option<Cause>,
}

impl StepBody {
    fn of(step: &ShownStep, view: &View) -> Self {
        let size = step.size();
        let ShownStep { path, title, parts, wishers, score, why, cause } = step;
        Self {
            file_path: text(path),
            title: name_of(title.as_deref(), path),
            size_bytes: int64(size),
            size_readable: readable(size),
            parts: parts.iter().map(Into::into).collect(),
            users: wishers.iter().filter_map(|wisher| WisherBody::of(wisher, view)).collect(),
            priority: (*score).into(),
            why: reasons(why, view),
            cause: *cause,
        }
    }
}

/// A file that is cached or given back.
#[derive(Object, Debug)]
#[oai(rename = "PlanPart")]
struct PartBody {
    /// Its library path.
    file_path: String,
    /// Its size in bytes.
    file_size_bytes: i64,
    /// The same in words.
    file_size_readable: String,
    /// Its id; null for what is not cached yet.
    #[oai(nullable)]
    file_id: Option<Id>,
}

impl From<&ShownPart> for PartBody {
    fn from(part: &ShownPart) -> Self {
        let ShownPart { path, size, file } = part;
        Self {
            file_path: text(path),
            file_size_bytes: int64(*size),
            file_size_readable: readable(*size),
            file_id: file.map(Id::of),
        }
    }
}

/// Who wants a file, and why.
#[derive(Object, Debug)]
#[oai(rename = "Wisher")]
struct WisherBody {
    /// The media user.
    user_id: Shown,
    /// The strongest of their reasons.
    operation: Operation,
}

impl WisherBody {
    fn of(wisher: &ShownWisher, view: &View) -> Option<Self> {
        let ShownWisher { user, operation } = wisher;
        Some(Self { user_id: view.user(user)?, operation: *operation })
    }
}

fn reasons(why: &[ShownReason], view: &View) -> Vec<WhyBody> {
    let body =
        |ShownReason { points, text, user }: &ShownReason| WhyBody::of(*points, text, user.as_ref(), view);
    why.iter().map(body).collect()
}

/// Somebody more wants a file that stays, or for a stronger reason.
#[derive(Object, Debug)]
#[oai(rename = "PlanAttribution")]
struct AttributeBody {
    /// The file.
    file_id: Id,
    /// Its library path; null where it is gone by now.
    #[oai(nullable)]
    file_path: Option<String>,
    /// The media user; null for viewers who are not told.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// The strongest of their reasons.
    operation: Operation,
}

impl AttributeBody {
    fn of(one: &ShownAttribute, view: &View) -> Self {
        let ShownAttribute { file, path, wisher: ShownWisher { user, operation } } = one;
        Self {
            file_id: Id::of(file),
            file_path: path.as_ref().map(text),
            user_id: view.user(user),
            operation: *operation,
        }
    }
}

/// What stays as it is. Its files, each with its `priority`: `GET /api/cached/files?sort=priority`.
#[derive(Object, Debug)]
#[oai(rename = "PlanKeep")]
struct KeepBody {
    /// Files.
    files: i64,
    /// Those that somebody wants.
    wanted: i64,
    /// Those that nobody wants and that stay all the same: pinned, playing, young, or of a source that cannot be asked.
    unwanted: i64,
}

impl From<&Kept> for KeepBody {
    fn from(kept: &Kept) -> Self {
        let Kept { files, wanted } = *kept;
        Self { files: int64(files), wanted: int64(wanted), unwanted: int64(files.saturating_sub(wanted)) }
    }
}

/// A wish that brings nothing.
#[derive(Object, Debug)]
#[oai(rename = "PlanRefusal")]
struct RefusedBody {
    /// The library path.
    file_path: String,
    /// Whose wish it is; null for viewers who are not told.
    #[oai(nullable)]
    user_id: Option<Shown>,
    /// Why not, for programs.
    code: RefusalKind,
    /// Why not, for people.
    message: String,
    /// What it is worth, 0 to 100; null where the wish is not in force.
    #[oai(nullable)]
    priority: Option<i32>,
    /// What adds up to that.
    why: Vec<WhyBody>,
}

impl RefusedBody {
    fn of(refused: &ShownRefused, view: &View) -> Self {
        let ShownRefused { path, user, kind, sentence, score, why } = refused;
        Self {
            file_path: text(path),
            user_id: view.user(user),
            code: *kind,
            message: sentence.clone(),
            priority: score.map(Into::into),
            why: reasons(why, view),
        }
    }
}

/// What is wished for, and is none of our files.
#[derive(Object, Debug)]
#[oai(rename = "PlanUnresolved")]
struct UnresolvedBody {
    /// Where it lies, as the media server says.
    server_path: String,
    /// Where that is for us; null where it lies in no library.
    #[oai(nullable)]
    file_path: Option<String>,
    /// Why it is none of ours, for programs.
    code: Lack,
    /// The same for people.
    message: String,
}

impl From<&Unresolved> for UnresolvedBody {
    fn from(one: &Unresolved) -> Self {
        let Unresolved { server_path, path, lack } = one;
        Self {
            server_path: server_path.clone(),
            file_path: path.as_ref().map(text),
            code: *lack,
            message: lack.sentence().to_owned(),
        }
    }
}

/// How it stands with one source of one user.
#[derive(Object, Debug)]
#[oai(rename = "PlanSource")]
struct SourceBody {
    /// The media user.
    user_id: Shown,
    /// The source.
    source: Source,
    /// So many films and episodes it names now.
    items: i64,
    /// When it last answered; null where it never did.
    #[oai(nullable)]
    answered_at: Option<Timestamp>,
    /// The oldest part of what holds was confirmed then; null where nothing holds.
    #[oai(nullable)]
    holds_since: Option<Timestamp>,
    /// It does not answer, and what holds ends then, should it stay so; null while it answers.
    #[oai(nullable)]
    holds_until: Option<Timestamp>,
    /// Nobody can say what it does not want, so nothing that it may want is given back.
    is_blind: bool,
    /// It was asked in the last round. Who is not there any more is not asked.
    is_asked: bool,
    /// Why the last question has no answer, or not a whole one; null when all is well.
    #[oai(nullable)]
    problem: Option<TroubleBody>,
}

/// Why a source did not answer.
#[derive(Object, Debug)]
#[oai(rename = "PlanSourceProblem")]
struct TroubleBody {
    /// For programs.
    code: TroubleCode,
    /// For people: what it is, and what to do.
    message: String,
}

impl SourceBody {
    fn of(one: &ShownSource, view: &View) -> Option<Self> {
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
        } = one;
        let problem = |Trouble { code, sentence }: &Trouble| TroubleBody {
            code: *code,
            // It may name whose source it is.
            message: view.sentence(sentence, "it did not say everything; operators are told why"),
        };
        Some(Self {
            user_id: view.user(user)?,
            source: *source,
            items: int64(*items),
            answered_at: answered_at.map(Timestamp),
            holds_since: holds_since.map(Timestamp),
            holds_until: holds_until.map(Timestamp),
            is_blind: *is_blind,
            is_asked: *is_asked,
            problem: trouble.as_ref().map(problem),
        })
    }
}

impl PlanBody {
    /// A plan, of which so much is shown, as it may be seen.
    pub fn of(shown: &ShownPlan, stops: Stops<'_>, limit: i32, offset: i64, view: &View) -> Self {
        let ShownPlan {
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
        Self {
            drawn_at: Timestamp(*drawn_at),
            asked_at: asked_at.map(Timestamp),
            quiet_until: quiet_until.map(Timestamp),
            paused: stops.pause.map(|pause| PauseBody::of(pause, view)),
            mover: MoverBody::of(stops.mover),
            unsure: *unsure,
            room: room.into(),
            totals: TotalsBody {
                cache: cache.into(),
                give_back: give_back.into(),
                attribute: int64(attribute.total),
                refused: int64(refused.total),
                unresolved: int64(unresolved.total),
            },
            cache: cache.shown.iter().map(|step| StepBody::of(step, view)).collect(),
            give_back: give_back.shown.iter().map(|step| StepBody::of(step, view)).collect(),
            attribute: attribute.shown.iter().map(|one| AttributeBody::of(one, view)).collect(),
            keep: keep.into(),
            refused: refused.shown.iter().map(|one| RefusedBody::of(one, view)).collect(),
            unresolved: unresolved.shown.iter().map(Into::into).collect(),
            sources: self::sources(sources, view),
            limit,
            offset,
        }
    }
}

fn sources(sources: &[ShownSource], view: &View) -> Vec<SourceBody> {
    let mut bodies: Vec<_> = sources.iter().filter_map(|one| SourceBody::of(one, view)).collect();
    if !view.has_names() {
        // As they come, the owner's are first.
        bodies.sort_by(|a, b| (&a.user_id, a.source).cmp(&(&b.user_id, b.source)));
    }
    bodies
}

impl Payload for PlanBody {
    const ANSWERS: &'static [(u16, &'static str)] = &[(200, "The plan.")];
}

impl Example for PlanBody {
    fn example() -> Self {
        let why = |points, text: &str, user: Option<&'static str>| WhyBody {
            points,
            text: text.to_owned(),
            user: user.map(Shown::example),
        };
        let size = 8 << 30;
        let part = PartBody {
            file_path: EXAMPLE_PATH.to_owned(),
            file_size_bytes: size,
            file_size_readable: readable(8 << 30),
            file_id: None,
        };
        let step = StepBody {
            file_path: EXAMPLE_PATH.to_owned(),
            title: "Dune (2021)".to_owned(),
            size_bytes: size,
            size_readable: readable(8 << 30),
            parts: vec![part],
            users: vec![WisherBody { user_id: Shown::example("user1"), operation: Operation::Ondeck }],
            priority: 70,
            why: vec![
                why(50, "every file", None),
                why(15, "On Deck", Some("user1")),
                why(5, "wanted", Some("user1")),
            ],
            cause: None,
        };
        let room = ShownRoom {
            limit: Some(250 << 30),
            min_free: 5 << 30,
            capacity: 250 << 30,
            used: 41 << 30,
            pending: 0,
            free: 400 << 30,
        };
        Self {
            drawn_at: Timestamp::EXAMPLE,
            asked_at: Some(Timestamp::EXAMPLE),
            quiet_until: None,
            paused: None,
            mover: MoverBody::of(None),
            unsure: false,
            room: (&room).into(),
            totals: TotalsBody {
                cache: TallyBody { steps: 1, files: 1, size_bytes: size, size_readable: readable(8 << 30) },
                give_back: TallyBody { steps: 0, files: 0, size_bytes: 0, size_readable: readable(0) },
                attribute: 1,
                refused: 1,
                unresolved: 0,
            },
            cache: vec![step],
            give_back: vec![],
            attribute: vec![AttributeBody {
                file_id: Id::of(EXAMPLE_ID),
                file_path: Some("/mnt/array/movies/Contact (1997)/Contact.mkv".to_owned()),
                user_id: Some(Shown::example("user2")),
                operation: Operation::Watchlist,
            }],
            keep: (&Kept { files: 120, wanted: 112 }).into(),
            refused: vec![RefusedBody {
                file_path: "/mnt/array/movies/Heat (1995)/Heat.mkv".to_owned(),
                user_id: Some(Shown::example("user2")),
                code: RefusalKind::NoRoom,
                message: "better files have the room; 4.0 GB are missing".to_owned(),
                priority: Some(45),
                why: vec![why(50, "every file", None), why(5, "wanted", Some("user2"))],
            }],
            unresolved: vec![],
            sources: vec![SourceBody {
                user_id: Shown::example("user2"),
                source: Source::Watchlist,
                items: 14,
                answered_at: Some(Timestamp::EXAMPLE),
                holds_since: Some(Timestamp::EXAMPLE),
                holds_until: Some(Timestamp::EXAMPLE),
                is_blind: false,
                is_asked: true,
                problem: Some(TroubleBody {
                    code: TroubleCode::Timeout,
                    message: "plex.tv did not answer in time; what it said before holds".to_owned(),
                }),
            }],
            limit: 100,
            offset: 0,
        }
    }
}
