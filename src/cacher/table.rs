//! What to do, as data: the state that the store knows × what is at the path × what is at the kept name × the copy.
//!
//! The same table drives a job's last steps, recovery after a crash and the periodic scan. There is no second code
//! path that only crashes would exercise.
//!
//! **Invariant:** pure. Whatever the table does not name is [`Action::Report`]: nothing is touched, the lock stays.

/// What the store says is going on with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RowIs {
    /// An intent in that phase.
    Swapping,
    /// A row that is cached, without an intent.
    Active,
    /// Move mode: the original is to be given up.
    Releasing,
    /// The bytes are being copied back beside the link.
    CopyingBack,
    /// The bytes lie complete beside the link, under their temporary name.
    Returning,
    /// The original is to take its place again.
    Restoring,
    /// The path is free of us, the copy waits for its end.
    Released,
}

/// What is at the library path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathIs {
    /// Nothing; its folder or its (proven) root was read.
    Nothing,
    /// The original, unchanged.
    Original,
    /// The original's inode with other bytes.
    Changed,
    /// Our link.
    Link,
    /// A link into a cache dir of another instance.
    OtherCache,
    /// Something that somebody else put there.
    Other,
}

/// What is at the kept name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeptIs {
    /// Nothing.
    Nothing,
    /// The original, unchanged.
    Original,
    /// The original's inode with other bytes.
    Changed,
    /// The same inode as at the path: a second name for it.
    SameInode,
    /// Our link.
    Link,
    /// Something else.
    Other,
}

/// What is at the cached path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CopyIs {
    /// Nothing, on a proven cache volume.
    Missing,
    /// The published copy, as it was.
    Intact,
    /// Same bytes; mode, owner or times differ.
    Touched,
    /// Other bytes: somebody wrote through the link.
    Modified,
}

/// What to do next. Each ends with the folder durable before anything is committed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Action {
    /// Nothing to do.
    Fine,
    /// The copy never took its name: drop what there is of it and queue the job again.
    Requeue,
    /// Put the link in (steps 7a, 7b).
    SwapIn,
    /// Take back a second name of the original that an interrupted link-and-rename left behind; then look again.
    DropSecondName,
    /// Remove our link from the kept name; then look again.
    DropKeptLink,
    /// Make the folder durable and the row active (7d, 8).
    Activate,
    /// The same, knowing that no original is kept.
    ActivateWithoutKept,
    /// What came out of the exchange is not what went in: put it back until it is; then look again.
    PutBack,
    /// The attempt is over; the path keeps what it has. The copy goes after the grace.
    Withdraw,
    /// Somebody else's file is at the path and wins. What is kept goes to the trash, the copy after the grace.
    Supersede,
    /// The link is not at its path: look for it.
    Search,
    /// All checks again, then remove the kept original (step 10).
    GiveUpKept,
    /// Giving up is off; the row is active as before.
    StayActive,
    /// Nothing is kept: copy the bytes back first.
    CopyBack,
    /// Give what was copied back the kept name; what has it goes to the trash.
    TakeKeptName,
    /// Exchange the kept original in (r2).
    SwapOut,
    /// The original is at its path: make that durable, remove our link, release the copy (r4 to r6).
    Release,
    /// The cached copy is missing, the original is kept: put it back at once.
    Heal,
    /// The kept original was changed by an old handle: it wins, put it back.
    RestoreStale,
    /// Look for links, then let the copy go (r7).
    DeleteCopy,
    /// Copy and original are both gone. Shown, never dropped silently.
    Lost,
    /// Another instance's link is at the path.
    LeaveToOther,
    /// Not foreseen: touch nothing, keep the lock, tell.
    Report,
}

/// The table. `tests/it/table.txt` shows it whole, `tests/it/table.rs` says where each cell comes from.
#[must_use]
pub fn decide(row: RowIs, path: PathIs, kept: KeptIs, copy: CopyIs) -> Action {
    if path == PathIs::OtherCache {
        return Action::LeaveToOther;
    }
    match row {
        RowIs::Swapping => swapping(path, kept, copy),
        RowIs::Active => active(path, kept, copy),
        RowIs::Releasing => releasing(path, kept, copy),
        RowIs::CopyingBack => copying_back(path, kept, copy),
        RowIs::Returning => returning(path, kept),
        RowIs::Restoring => restoring(path, kept, copy),
        RowIs::Released => released(kept),
    }
}

fn swapping(path: PathIs, kept: KeptIs, copy: CopyIs) -> Action {
    use KeptIs as K;
    use PathIs as P;
    let published = copy != CopyIs::Missing;
    match (path, kept) {
        (P::Link, K::Original) if published => Action::Activate,
        (P::Link, K::Nothing) if published => Action::ActivateWithoutKept,
        (P::Link, K::Nothing) => Action::Lost,
        // Also when the copy is not there: what is kept is better than a link to nothing.
        (P::Link, K::Original | K::Changed | K::Other) => Action::PutBack,
        (P::Original | P::Changed, K::SameInode) => Action::DropSecondName,
        (P::Nothing, K::Nothing | K::Link) if published => Action::Search,
        (P::Original | P::Changed | P::Other | P::Nothing, K::Nothing | K::Link) if !published => {
            Action::Requeue
        }
        (P::Original, K::Nothing) => Action::SwapIn,
        (P::Original | P::Changed | P::Other, K::Link) => Action::DropKeptLink,
        (P::Changed | P::Other, K::Nothing) => Action::Withdraw,
        (P::Other, K::Original | K::Changed | K::Other) => Action::Supersede,
        (P::Nothing, K::Original | K::Changed | K::Other) => Action::Search,
        // The kept name was taken by somebody else's file before ours got there.
        (P::Original | P::Changed, K::Other) => Action::Withdraw,
        _ => Action::Report,
    }
}

fn active(path: PathIs, kept: KeptIs, copy: CopyIs) -> Action {
    use CopyIs as C;
    use KeptIs as K;
    use PathIs as P;
    match (path, kept, copy) {
        (P::Link, K::Original | K::Changed, C::Missing) => Action::Heal,
        (P::Link, K::Nothing, C::Missing) => Action::Lost,
        (P::Link, K::Original, _) => Action::Fine,
        (P::Link, K::Nothing, _) => Action::ActivateWithoutKept,
        (P::Link, K::Changed, C::Modified) => Action::Report,
        (P::Link, K::Changed, _) => Action::RestoreStale,
        (P::Original | P::Changed, K::Link | K::Nothing, _) => Action::Release,
        (P::Original | P::Changed, K::SameInode, _) => Action::DropSecondName,
        (P::Other, K::Original | K::Changed | K::Nothing | K::Link, _) => Action::Supersede,
        (P::Nothing, K::Original | K::Changed | K::Nothing | K::Link, _) => Action::Search,
        _ => Action::Report,
    }
}

fn releasing(path: PathIs, kept: KeptIs, copy: CopyIs) -> Action {
    match (path, kept) {
        (PathIs::Link, KeptIs::Original) if copy == CopyIs::Intact => Action::GiveUpKept,
        (PathIs::Link, KeptIs::Nothing) => Action::ActivateWithoutKept,
        // Whatever else: the row is active still, and the scan knows what to do with an active row.
        _ => Action::StayActive,
    }
}

fn copying_back(path: PathIs, kept: KeptIs, copy: CopyIs) -> Action {
    use KeptIs as K;
    use PathIs as P;
    match (path, kept) {
        // The bytes that were to come back are gone: what is kept, if anything, is all there is.
        (P::Link, K::Original | K::Changed) if copy == CopyIs::Missing => Action::SwapOut,
        (P::Link, K::Nothing) if copy == CopyIs::Missing => Action::Lost,
        (P::Link, K::Nothing | K::Original | K::Changed) => Action::CopyBack,
        (P::Original | P::Changed, K::Nothing | K::Link) => Action::Release,
        (P::Other, K::Nothing | K::Original | K::Changed) => Action::Supersede,
        (P::Nothing, K::Nothing | K::Original | K::Changed) => Action::Search,
        _ => Action::Report,
    }
}

fn returning(path: PathIs, kept: KeptIs) -> Action {
    use KeptIs as K;
    use PathIs as P;
    match (path, kept) {
        (P::Link, K::Nothing | K::Other) => Action::TakeKeptName,
        // It has its name already, or even its path: from here on this is a restore like any other.
        (P::Link, K::Original) | (P::Original | P::Changed, _) => Action::SwapOut,
        (P::Other, K::Nothing | K::Original | K::Changed | K::Other) => Action::Supersede,
        (P::Nothing, K::Nothing | K::Original | K::Changed | K::Other) => Action::Search,
        _ => Action::Report,
    }
}

fn restoring(path: PathIs, kept: KeptIs, copy: CopyIs) -> Action {
    use KeptIs as K;
    use PathIs as P;
    match (path, kept) {
        (P::Link, K::Original | K::Changed) => Action::SwapOut,
        (P::Link, K::Nothing) if copy == CopyIs::Missing => Action::Lost,
        (P::Link, K::Nothing) => Action::CopyBack,
        (P::Original | P::Changed, K::Link | K::Nothing) => Action::Release,
        (P::Original | P::Changed, K::SameInode) => Action::DropSecondName,
        (P::Original | P::Changed, K::Other) => Action::PutBack,
        (P::Other, K::Original | K::Changed | K::Link | K::Nothing | K::Other) => Action::Supersede,
        (P::Nothing, K::Original | K::Changed | K::Link | K::Nothing) => Action::Search,
        _ => Action::Report,
    }
}

fn released(kept: KeptIs) -> Action {
    match kept {
        KeptIs::Link => Action::DropKeptLink,
        _ => Action::DeleteCopy,
    }
}
