//! The table that decides ([`cacherr::cacher::table`]), every cell of it.
//!
//! `table.txt` shows all of it; whoever changes a cell sees the change there (`CACHERR_BLESS=1` writes it anew).
//! [`LINES`] gives the reason of each cell, in the words of the engine's design (row | path | kept: action); what no
//! line names must be a report. The claims below hold for every cell whatever the lines say: they are what a new line
//! may not break.
//!
//! Two kinds of lines of the design are not here, since they know no row: queued jobs, which the sweep at the start
//! drops (`crash`), and links and kept originals without a row, which `rescue` judges.

use std::collections::BTreeMap;
use std::fmt::Write;

use cacherr::cacher::table::{Action, CopyIs, KeptIs, PathIs, RowIs, decide};

use Action as A;
use CopyIs as C;
use KeptIs as K;
use PathIs as P;
use RowIs as R;

const ROWS: &[R] =
    &[R::Swapping, R::Active, R::Releasing, R::CopyingBack, R::Returning, R::Restoring, R::Released];
const PATHS: &[P] = &[P::Nothing, P::Original, P::Changed, P::Link, P::Other, P::OtherCache];
const KEPTS: &[K] = &[K::Nothing, K::Original, K::Changed, K::SameInode, K::Link, K::Other];
const COPIES: &[C] = &[C::Missing, C::Intact, C::Touched, C::Modified];

/// The copy has its name.
const THERE: &[C] = &[C::Intact, C::Touched, C::Modified];
const GONE: &[C] = &[C::Missing];
const ANY: &[C] = COPIES;
/// The original is at the path.
const ORIG: &[P] = &[P::Original, P::Changed];
/// A file is at the kept name, and not the very one that is at the path.
const FILE: &[K] = &[K::Original, K::Changed, K::Other];
/// The original is at the kept name.
const KEPT: &[K] = &[K::Original, K::Changed];
const FREE: &[K] = &[K::Nothing, K::Link];
const NONE: &[K] = &[K::Nothing];
const NOT_OTHER_CACHE: &[P] = &[P::Nothing, P::Original, P::Changed, P::Link, P::Other];

struct Line {
    /// The words of the design, or the reason why a line was added to it.
    because: &'static str,
    row: &'static [R],
    path: &'static [P],
    kept: &'static [K],
    copy: &'static [C],
    action: A,
}

/// Makes [`LINES`] readable as the table that it is.
macro_rules! lines {
    ($($because:literal: $row:expr, $path:expr, $kept:expr, $copy:expr => $action:ident;)*) => {
        &[$(Line {
            because: $because, row: $row, path: $path, kept: $kept, copy: $copy, action: A::$action,
        }),*]
    };
}

#[rustfmt::skip]
const LINES: &[Line] = lines![
    "any | link into a cache that is not ours: touch nothing": ROWS, &[P::OtherCache], KEPTS, ANY => LeaveToOther;

    "swapping, C not there | any | none, link: queue again":
        &[R::Swapping], &[P::Nothing, P::Original, P::Changed, P::Other], FREE, GONE => Requeue;
    "swapping | orig | none: 7a": &[R::Swapping], &[P::Original], NONE, THERE => SwapIn;
    "swapping | not the link | link: unlink K, look again":
        &[R::Swapping], &[P::Original, P::Changed, P::Other], &[K::Link], THERE => DropKeptLink;
    "swapping | orig | same inode: unlink K while nlink ≥ 2":
        &[R::Swapping], ORIG, &[K::SameInode], ANY => DropSecondName;
    "swapping | link | orig: forward, 8": &[R::Swapping], &[P::Link], &[K::Original], THERE => Activate;
    "swapping | link | other: put-back loop": &[R::Swapping], &[P::Link], &[K::Changed, K::Other], ANY => PutBack;
    "added: the copy is gone and the link is in: the original is better than a link to nothing":
        &[R::Swapping], &[P::Link], &[K::Original], GONE => PutBack;
    "swapping | link | none: active, nothing kept": &[R::Swapping], &[P::Link], NONE, THERE => ActivateWithoutKept;
    "added: link, nothing kept, no copy": &[R::Swapping], &[P::Link], NONE, GONE => Lost;
    "swapping | other | none: theirs": &[R::Swapping], &[P::Other, P::Changed], NONE, THERE => Withdraw;
    "added: the kept name was taken before ours got there": &[R::Swapping], ORIG, &[K::Other], ANY => Withdraw;
    "swapping | other | file: K to the trash": &[R::Swapping], &[P::Other], FILE, ANY => Supersede;
    "swapping | none | none, link: search": &[R::Swapping], &[P::Nothing], FREE, THERE => Search;
    "swapping | none | orig: search, else K to the trash": &[R::Swapping], &[P::Nothing], FILE, ANY => Search;

    "active | link | orig: fine": &[R::Active], &[P::Link], &[K::Original], THERE => Fine;
    "the copy is missing and the original kept: put back at once":
        &[R::Active], &[P::Link], KEPT, GONE => Heal;
    "an orphan without original is never dropped silently": &[R::Active], &[P::Link], NONE, GONE => Lost;
    "active | link | none: active, nothing kept": &[R::Active], &[P::Link], NONE, THERE => ActivateWithoutKept;
    "kept changed by an old handle: stale, kept wins":
        &[R::Active], &[P::Link], &[K::Changed], &[C::Intact, C::Touched] => RestoreStale;
    "active | orig | link, none: restored without a row": &[R::Active], ORIG, FREE, ANY => Release;
    "added: a link-and-rename that came back half": &[R::Active], ORIG, &[K::SameInode], ANY => DropSecondName;
    "active | other | orig, none: superseded":
        &[R::Active], &[P::Other], &[K::Original, K::Changed, K::Nothing, K::Link], ANY => Supersede;
    "active | none | orig: search":
        &[R::Active], &[P::Nothing], &[K::Original, K::Changed, K::Nothing, K::Link], ANY => Search;

    "releasing | link | orig: all checks of 10 again":
        &[R::Releasing], &[P::Link], &[K::Original], &[C::Intact] => GiveUpKept;
    "releasing | link | none: active, nothing kept": &[R::Releasing], &[P::Link], NONE, ANY => ActivateWithoutKept;
    "releasing, else active (the copy is not as verified)":
        &[R::Releasing], &[P::Link], &[K::Original], &[C::Missing, C::Touched, C::Modified] => StayActive;
    "releasing, else active":
        &[R::Releasing], &[P::Link], &[K::Changed, K::SameInode, K::Link, K::Other], ANY => StayActive;
    "releasing, else active: the scan knows what to do with an active row":
        &[R::Releasing], &[P::Nothing, P::Original, P::Changed, P::Other], KEPTS, ANY => StayActive;

    "restoring | link | none: copy-back needed":
        &[R::CopyingBack], &[P::Link], &[K::Nothing, K::Original, K::Changed], THERE => CopyBack;
    "added: copying back, the copy is gone meanwhile: what is kept is put back":
        &[R::CopyingBack], &[P::Link], KEPT, GONE => SwapOut;
    "added: copying back, link, nothing kept, no copy": &[R::CopyingBack], &[P::Link], NONE, GONE => Lost;
    "copying back, restored meanwhile": &[R::CopyingBack], ORIG, FREE, ANY => Release;
    "copying back | other: superseded":
        &[R::CopyingBack], &[P::Other], &[K::Nothing, K::Original, K::Changed], ANY => Supersede;
    "copying back | none: search":
        &[R::CopyingBack], &[P::Nothing], &[K::Nothing, K::Original, K::Changed], ANY => Search;

    "move mode: rename NOREPLACE to K": &[R::Returning], &[P::Link], &[K::Nothing, K::Other], ANY => TakeKeptName;
    "move mode: from there it is a restore": &[R::Returning], &[P::Link], &[K::Original], ANY => SwapOut;
    "returning, at the path already: a restore, which looks again": &[R::Returning], ORIG, KEPTS, ANY => SwapOut;
    "returning | other: superseded":
        &[R::Returning], &[P::Other], &[K::Nothing, K::Original, K::Changed, K::Other], ANY => Supersede;
    "returning | none: search":
        &[R::Returning], &[P::Nothing], &[K::Nothing, K::Original, K::Changed, K::Other], ANY => Search;

    "restoring | link | orig: r2": &[R::Restoring], &[P::Link], KEPT, ANY => SwapOut;
    "restoring | link | none: copy-back needed": &[R::Restoring], &[P::Link], NONE, THERE => CopyBack;
    "added: link, nothing kept, no copy": &[R::Restoring], &[P::Link], NONE, GONE => Lost;
    "restoring | orig | link, none: r4": &[R::Restoring], ORIG, FREE, ANY => Release;
    "restoring | orig | same inode": &[R::Restoring], ORIG, &[K::SameInode], ANY => DropSecondName;
    "restoring | orig | other: put-back loop": &[R::Restoring], ORIG, &[K::Other], ANY => PutBack;
    "restoring | other | any: K to the trash, or unlinked":
        &[R::Restoring], &[P::Other], &[K::Original, K::Changed, K::Link, K::Nothing, K::Other], ANY => Supersede;
    "restoring | none | orig, link: search":
        &[R::Restoring], &[P::Nothing], &[K::Original, K::Changed, K::Link, K::Nothing], ANY => Search;

    "released | any | link: unlink K": &[R::Released], NOT_OTHER_CACHE, &[K::Link], ANY => DropKeptLink;
    "released | any | not our link: r7, which looks for itself":
        &[R::Released], NOT_OTHER_CACHE, &[K::Nothing, K::Original, K::Changed, K::SameInode, K::Other], ANY => DeleteCopy;
];

/// One cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    row: R,
    path: P,
    kept: K,
    copy: C,
    action: A,
}

fn cells() -> impl Iterator<Item = Cell> {
    ROWS.iter().flat_map(|&row| {
        PATHS.iter().flat_map(move |&path| {
            KEPTS.iter().flat_map(move |&kept| {
                COPIES.iter().map(move |&copy| Cell {
                    row,
                    path,
                    kept,
                    copy,
                    action: decide(row, path, kept, copy),
                })
            })
        })
    })
}

/// For every cell with one of these actions, the claim holds. Each action must occur: a claim about none proves nothing.
fn wherever(actions: &[A], claim: impl Fn(&Cell) -> bool) {
    for action in actions {
        let mut met = false;
        for cell in cells().filter(|cell| cell.action == *action) {
            met = true;
            assert!(claim(&cell), "{cell:?}");
        }
        assert!(met, "{action:?} is asked for nowhere");
    }
}

impl Line {
    fn names(&self, cell: &Cell) -> bool {
        self.row.contains(&cell.row)
            && self.path.contains(&cell.path)
            && self.kept.contains(&cell.kept)
            && self.copy.contains(&cell.copy)
    }
}

/// The columns of the matrix, in words. A new state has to be entered here, and in the lists above.
fn in_words(kept: K) -> &'static str {
    match kept {
        K::Nothing => "nothing",
        K::Original => "original",
        K::Changed => "changed",
        K::SameInode => "same inode",
        K::Link => "our link",
        K::Other => "other",
    }
}

fn path_in_words(path: P) -> &'static str {
    match path {
        P::Nothing => "nothing",
        P::Original => "original",
        P::Changed => "changed",
        P::Link => "our link",
        P::Other => "other",
        P::OtherCache => "other cache",
    }
}

fn copy_in_words(copy: C) -> &'static str {
    match copy {
        C::Missing => "missing",
        C::Intact => "intact",
        C::Touched => "touched",
        C::Modified => "modified",
    }
}

fn row_in_words(row: R) -> &'static str {
    match row {
        R::Swapping => "Swapping",
        R::Active => "Active",
        R::Releasing => "Releasing",
        R::CopyingBack => "Copying back",
        R::Returning => "Returning",
        R::Restoring => "Restoring",
        R::Released => "Released",
    }
}

/// One matrix: a line per path, a column per kept name. A dot is a report.
fn matrix(row: R, copy: C) -> String {
    let mut text = format!("{:14}", "path \\ kept");
    for &kept in KEPTS {
        let _ = write!(text, "{:20}", in_words(kept));
    }
    for &path in PATHS {
        text.truncate(text.trim_end().len());
        let _ = write!(text, "\n{:14}", path_in_words(path));
        for &kept in KEPTS {
            let cell = match decide(row, path, kept, copy) {
                A::Report => ".".to_owned(),
                action => format!("{action:?}"),
            };
            let _ = write!(text, "{cell:20}");
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn render() -> String {
    let mut text = "\
What the engine does, by what the store says (a section each), what is at the path (lines), at the kept name (columns),
and what the copy is. A dot: nothing is touched, the lock stays, a person is told. Written by CACHERR_BLESS=1.
"
    .to_owned();
    for &row in ROWS {
        // Copies that make no difference share a matrix.
        let mut matrices: BTreeMap<String, Vec<C>> = BTreeMap::new();
        for &copy in COPIES {
            matrices.entry(matrix(row, copy)).or_default().push(copy);
        }
        let mut matrices: Vec<(Vec<C>, String)> =
            matrices.into_iter().map(|(m, copies)| (copies, m)).collect();
        matrices.sort_by_key(|(copies, _)| COPIES.iter().position(|copy| *copy == copies[0]));
        for (copies, matrix) in matrices {
            let copies: Vec<&str> = copies.into_iter().map(copy_in_words).collect();
            let copies =
                if copies.len() == COPIES.len() { "whatever it is".into() } else { copies.join(", ") };
            let _ = write!(text, "\n== {}, the copy: {copies}\n{matrix}\n", row_in_words(row));
        }
    }
    text
}

#[test]
fn the_table_is_what_table_txt_shows() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/table.txt");
    let now = render();
    if std::env::var_os("CACHERR_BLESS").is_some() {
        std::fs::write(file, &now).unwrap();
    }
    assert_eq!(now, std::fs::read_to_string(file).unwrap(), "CACHERR_BLESS=1 writes it anew");
}

#[test]
fn every_line_of_the_design_is_what_the_table_does() {
    for line in LINES {
        let mut met = false;
        for cell in cells().filter(|cell| line.names(cell)) {
            met = true;
            assert_eq!(cell.action, line.action, "{}: {cell:?}", line.because);
        }
        assert!(met, "{}", line.because);
    }
}

#[test]
fn whatever_no_line_foresees_is_reported_and_nothing_is_touched() {
    for cell in cells().filter(|cell| !LINES.iter().any(|line| line.names(cell))) {
        assert_eq!(cell.action, A::Report, "{cell:?}");
    }
}

#[test]
fn no_two_lines_speak_of_the_same_cell() {
    for cell in cells() {
        let lines: Vec<_> = LINES.iter().filter(|line| line.names(&cell)).map(|line| line.because).collect();
        assert!(lines.len() <= 1, "{cell:?}: {lines:?}");
    }
}

#[test]
fn what_another_instance_cached_is_left_to_it() {
    for cell in cells() {
        assert_eq!(cell.path == P::OtherCache, cell.action == A::LeaveToOther, "{cell:?}");
    }
}

#[test]
fn somebody_elses_file_at_the_path_is_never_exchanged_nor_called_ours() {
    let harmless =
        [A::Requeue, A::DropKeptLink, A::Withdraw, A::Supersede, A::StayActive, A::DeleteCopy, A::Report];
    for cell in cells().filter(|cell| cell.path == P::Other) {
        assert!(harmless.contains(&cell.action), "{cell:?}");
    }
}

#[test]
fn only_the_unchanged_original_makes_room_for_the_link() {
    wherever(&[A::SwapIn], |cell| {
        (cell.row, cell.path, cell.kept) == (R::Swapping, P::Original, K::Nothing) && cell.copy != C::Missing
    });
}

#[test]
fn a_row_becomes_active_only_with_the_link_in_place() {
    wherever(&[A::Activate, A::ActivateWithoutKept], |cell| cell.path == P::Link);
    wherever(&[A::Activate], |cell| cell.kept == K::Original && cell.copy != C::Missing);
}

#[test]
fn a_caching_never_ends_well_without_its_copy() {
    for cell in cells().filter(|cell| cell.row == R::Swapping && cell.copy == C::Missing) {
        assert!(!matches!(cell.action, A::SwapIn | A::Activate | A::ActivateWithoutKept), "{cell:?}");
    }
}

#[test]
fn the_original_is_given_up_only_behind_our_link_and_beside_an_intact_copy() {
    wherever(&[A::GiveUpKept], |cell| {
        (cell.row, cell.path, cell.kept, cell.copy) == (R::Releasing, P::Link, K::Original, C::Intact)
    });
}

#[test]
fn a_missing_copy_never_leads_to_giving_up_the_original() {
    for cell in cells().filter(|cell| cell.copy == C::Missing) {
        assert_ne!(cell.action, A::GiveUpKept, "{cell:?}");
    }
}

#[test]
fn giving_up_that_is_not_certain_is_called_off() {
    for cell in cells().filter(|cell| cell.row == R::Releasing && cell.path != P::OtherCache) {
        assert!(
            matches!(cell.action, A::GiveUpKept | A::StayActive | A::ActivateWithoutKept),
            "an original must never be touched by a giving-up in doubt: {cell:?}"
        );
    }
}

#[test]
fn a_copy_is_deleted_only_after_its_release() {
    wherever(&[A::DeleteCopy], |cell| cell.row == R::Released && cell.kept != K::Link);
}

#[test]
fn a_copy_is_released_only_when_the_original_is_at_its_path() {
    wherever(&[A::Release], |cell| matches!(cell.path, P::Original | P::Changed));
}

#[test]
fn a_link_that_is_gone_is_searched_for_before_anything_is_concluded() {
    let judged = [R::Active, R::CopyingBack, R::Returning, R::Restoring];
    for cell in cells().filter(|cell| cell.path == P::Nothing && judged.contains(&cell.row)) {
        assert!(matches!(cell.action, A::Search | A::Report), "{cell:?}");
    }
    wherever(&[A::Search], |cell| cell.path == P::Nothing);
}

#[test]
fn a_file_is_lost_only_when_neither_original_nor_copy_is_there() {
    wherever(&[A::Lost], |cell| (cell.path, cell.kept, cell.copy) == (P::Link, K::Nothing, C::Missing));
}

#[test]
fn a_missing_copy_with_a_kept_original_is_healed_at_once() {
    wherever(&[A::Heal], |cell| cell.row == R::Active && cell.path == P::Link && cell.copy == C::Missing);
    assert_eq!(decide(R::Active, P::Link, K::Original, C::Missing), A::Heal);
}

#[test]
fn where_original_and_copy_both_changed_a_person_decides() {
    assert_eq!(decide(R::Active, P::Link, K::Changed, C::Modified), A::Report);
}

#[test]
fn a_strange_file_at_the_kept_name_of_an_active_row_is_left_and_reported() {
    for &copy in COPIES {
        assert_eq!(decide(R::Active, P::Link, K::Other, copy), A::Report);
    }
}

#[test]
fn only_what_is_kept_for_us_takes_the_path_again() {
    for cell in cells().filter(|cell| cell.row == R::Restoring && cell.action == A::SwapOut) {
        assert!(cell.path == P::Link && matches!(cell.kept, K::Original | K::Changed), "{cell:?}");
    }
    // In a return it is only the change to a restore, which looks again before it exchanges.
    // So it is where the copy was lost that was to come back: what is kept is put back.
    wherever(&[A::SwapOut], |cell| {
        matches!(cell.row, R::Restoring | R::Returning)
            || cell.row == R::CopyingBack
                && cell.copy == C::Missing
                && matches!(cell.kept, K::Original | K::Changed)
    });
}

#[test]
fn a_second_name_is_removed_only_where_the_path_has_the_same_inode() {
    wherever(&[A::DropSecondName], |cell| {
        cell.kept == K::SameInode && matches!(cell.path, P::Original | P::Changed)
    });
}

#[test]
fn only_our_link_is_unlinked_from_the_kept_name() {
    wherever(&[A::DropKeptLink], |cell| cell.kept == K::Link);
}

#[test]
fn the_put_back_loop_runs_only_after_an_exchange_of_ours() {
    wherever(&[A::PutBack], |cell| match cell.row {
        R::Swapping => cell.path == P::Link,
        R::Restoring => matches!(cell.path, P::Original | P::Changed) && cell.kept == K::Other,
        _ => false,
    });
}

#[test]
fn a_caching_is_queued_again_only_while_nothing_of_it_can_be_seen() {
    wherever(&[A::Requeue], |cell| {
        cell.row == R::Swapping && cell.path != P::Link && cell.copy == C::Missing
    });
}

#[test]
fn theirs_wins_only_where_theirs_is() {
    wherever(&[A::Supersede], |cell| cell.path == P::Other);
}

#[test]
fn bytes_come_back_only_behind_a_link_that_still_needs_them() {
    wherever(&[A::CopyBack, A::TakeKeptName], |cell| cell.path == P::Link);
}

#[test]
fn nothing_is_fine_but_a_link_a_kept_original_and_a_copy() {
    wherever(&[A::Fine], |cell| {
        (cell.row, cell.path, cell.kept) == (R::Active, P::Link, K::Original) && cell.copy != C::Missing
    });
}

#[test]
fn a_touched_copy_is_as_good_as_an_intact_one_for_all_but_giving_up() {
    for cell in cells().filter(|cell| cell.copy == C::Intact && cell.action != A::GiveUpKept) {
        assert_eq!(cell.action, decide(cell.row, cell.path, cell.kept, C::Touched), "{cell:?}");
    }
}
