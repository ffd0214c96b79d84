//! The closed names of a plan.

use crate::api::value::closed_type;

pub use crate::domain::plan::Cause;
pub use crate::domain::plan::words::RefusalKind;
pub use crate::domain::wanted::Source;
pub use crate::librarian::shown::{Lack, TroubleCode};

closed_type!(
    Cause,
    "PlanCause",
    "Why something is given back. `not_wanted`: nobody wants it any more. `room_needed`: something better needs its room, or \
     the room itself has shrunk."
);
closed_type!(
    RefusalKind,
    "PlanRefusalCode",
    "Why a wish brings nothing. `no_room`: better files have the room. `gap`: the episode before it has no room. `held`: a \
     person removed it a while ago. `put_off`: it could not be cached a moment ago. `excluded`: a pattern excludes it. \
     `inactive`: who wants it has not played anything for long. `too_far_ahead`: it is farther ahead than episodes are cached. \
     `stale`: it has been wanted for too long to be believed. `unconfirmed`: the source has not confirmed it for longer than \
     its grace. `user_limit`: the user's better wishes have all the room that is theirs."
);
closed_type!(
    Source,
    "PlanSourceKind",
    "Who says that something is wanted. `on_deck`: the media server's list of what is next. `continue_watching`: its list of \
     what was begun. `watchlist`: a watchlist at plex.tv. `feed`: a watchlist's feed. `manual`: a person."
);
closed_type!(
    Lack,
    "PlanLack",
    "Why something that is wished for is none of our files. `no_library`: it lies in none of the libraries. `missing`: nothing \
     is at its path."
);
closed_type!(
    TroubleCode,
    "PlanSourceProblemCode",
    "Why a source did not answer. What it said before holds. Of the answer itself: `unauthorized`, `refused`, `not_found`, \
     `timeout`, `unreachable`, `rate_limited`, `bad_answer`, `too_large`, `tls`, `server_error`. Because there is no way to \
     ask: `sign_in_needed`, `token_refused`, `token_unreadable`, `pin_protected`, `no_token`, `not_shared`, `not_at_plex_tv`, \
     `not_the_owner`, `plex_tv_unavailable`, `server_unavailable`. `later`: there is so much that the rest is asked for in the \
     next rounds. `other`: the sentence says what."
);
