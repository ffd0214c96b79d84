//! The list of what a mover leaves alone: one path a line. Ours stand between two marks, the rest is somebody else's.
//!
//! What those who read such lists do was looked up (November 2026). Mover Tuning of Unraid (`ca.mover.tuning`, `age_mover`)
//! takes the lines that begin with `/mnt/<pool>/<share>`, passes over all others, and for a folder leaves everything below
//! it alone; its older forks compare whole lines, and do the same with folders. Smart Mover (`custom-mover-for-unraid`)
//! passes over lines that begin with `#`, and protects folders. rsync's `--exclude-from` passes over them, too. So marks do
//! no harm, and one line for the whole cache dir is enough: it is true before the first copy begins, holds unfinished ones as
//! well, and never has to change in time. An *empty* line would do harm: to `grep -f` it is found in every path.
//!
//! **Invariant:** not one byte of somebody else's lines changes, but that the last one is ended.

/// The line before ours.
pub const BEGIN: &[u8] = b"# begin cacherr: written by Cacherr, changes are overwritten";
/// The line after ours.
pub const END: &[u8] = b"# end cacherr";
/// What a begin is known by, whatever follows.
const BEGINS: &[u8] = b"# begin cacherr";

/// The list with this line of ours, and no other. It stands where ours stood, or at the end.
#[must_use]
pub fn with_line(list: &[u8], line: &[u8]) -> Vec<u8> {
    let (mut before, after) = split(list, Some(line));
    end_line(&mut before);
    for ours in [BEGIN, line, END] {
        before.extend_from_slice(ours);
        before.push(b'\n');
    }
    before.extend_from_slice(&after);
    before
}

/// The list without anything of ours.
#[must_use]
pub fn without(list: &[u8]) -> Vec<u8> {
    let (mut before, after) = split(list, None);
    before.extend_from_slice(&after);
    before
}

/// What stands before and behind the first of our blocks. Of a block without an end only the mark is ours, and `line`.
fn split(list: &[u8], line: Option<&[u8]>) -> (Vec<u8>, Vec<u8>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut was_there = false;
    let mut lines = list.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(one) = lines.next() {
        if !bare(one).starts_with(BEGINS) {
            if was_there {
                after.extend_from_slice(one)
            } else {
                before.extend_from_slice(one)
            }
            continue;
        }
        was_there = true;
        let rest = lines.clone();
        let ends = rest.take_while(|one| !bare(one).starts_with(BEGINS)).position(|one| bare(one) == END);
        match ends {
            Some(inside) => drop(lines.nth(inside)),
            None => while lines.next_if(|one| Some(bare(one)) == line).is_some() {},
        }
    }
    (before, after)
}

/// A line without its end, whichever system wrote it.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn end_line(list: &mut Vec<u8>) {
    if list.last().is_some_and(|last| *last != b'\n') {
        list.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(list: &str, line: &str) -> String {
        String::from_utf8(with_line(list.as_bytes(), line.as_bytes())).unwrap()
    }

    fn block(line: &str) -> String {
        with("", line)
    }

    #[test]
    fn ours_are_added_behind_those_of_others() {
        assert_eq!(
            with("/mnt/cache/a\n", "/mnt/cache/x"),
            format!("/mnt/cache/a\n{}", block("/mnt/cache/x"))
        );
        // One that was not ended is.
        assert_eq!(with("/mnt/cache/a", "/mnt/cache/x"), format!("/mnt/cache/a\n{}", block("/mnt/cache/x")));
        assert!(!block("/mnt/cache/x").contains("\n\n"));
    }

    #[test]
    fn ours_change_where_they_stand() {
        let list = format!("first\n{}last\r\n", block("/old"));
        assert_eq!(with(&list, "/new"), format!("first\n{}last\r\n", block("/new")));
        // Two blocks become one.
        let twice = format!("{}between\n{}", block("/old"), block("/older"));
        assert_eq!(with(&twice, "/new"), format!("{}between\n", block("/new")));
        // A tool rewrote the ends of all lines.
        let windows = block("/old").replace('\n', "\r\n");
        assert_eq!(with(&windows, "/new"), block("/new"));
    }

    #[test]
    fn a_block_that_lost_its_end_takes_nobody_elses_lines_along() {
        let damaged = "# begin cacherr\n/x\n/theirs\n";
        assert_eq!(with(damaged, "/x"), format!("{}/theirs\n", block("/x")));
        assert_eq!(without(damaged.as_bytes()), b"/x\n/theirs\n");
        let then_whole = format!("# begin cacherr\n/theirs\n{}", block("/x"));
        assert_eq!(with(&then_whole, "/x"), format!("{}/theirs\n", block("/x")));
    }

    proptest! {
        #[test]
        fn writing_twice_is_writing_once_and_taking_away_leaves_what_was(
            theirs in prop::collection::vec("[ -~]{0,12}", 0..6),
            cut in 0_usize..7,
            line in "/[a-z]{1,8}",
        ) {
            let lines = |some: &[String]| some.iter().map(|one| format!("{one}\n")).collect::<String>();
            let cut = cut.min(theirs.len());
            let list = lines(&theirs[..cut]) + &block("/old") + &lines(&theirs[cut..]);
            let once = with_line(list.as_bytes(), line.as_bytes());
            prop_assert_eq!(&with_line(&once, line.as_bytes()), &once);
            prop_assert_eq!(without(&once), lines(&theirs).into_bytes());
        }
    }
}
