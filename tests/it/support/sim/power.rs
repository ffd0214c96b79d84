//! What is durable, and what may be found after the power went.
//!
//! Every folder keeps a prefix of its acts since its last sync, each folder its own; an act on two folders happened
//! in both or in neither, and so did what either folder did before it. A file that was not synced has its bytes of
//! now, those of its last sync, or, where it grew, its new length with zeros.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use super::SimFs;
use super::state::{Ino, Names, Naming, Node, State};

/// Something the power cut decides.
#[derive(Clone, Copy)]
enum Question {
    /// How many acts of this folder survived.
    Folder { folder: Ino, acts: usize },
    /// Which of its selves this inode shows.
    Inode { ino: Ino, selves: usize },
}

impl Question {
    fn answers(self) -> usize {
        match self {
            Self::Folder { acts, .. } => acts + 1,
            Self::Inode { selves, .. } => selves,
        }
    }

    /// The answer that loses nothing.
    fn all_survived(self) -> usize {
        match self {
            Self::Folder { acts, .. } => acts,
            Self::Inode { .. } => AS_NOW,
        }
    }
}

/// The answers for an inode: as of its last sync, as it is now, as long as now but zeros.
const AS_SYNCED: usize = 0;
const AS_NOW: usize = 1;
const AS_ZEROS: usize = 2;

impl SimFs {
    /// All states that may be found if the power goes now; in each everything is durable. Where there are more than
    /// `cap`, a spread that is the same every time: everything survived, nothing un-synced survived, each thing alone
    /// lost, each thing alone kept, then others.
    pub fn power_cut_states(&self, cap: usize) -> Vec<SimFs> {
        let state = self.state();
        let questions = state.questions();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for answers in answer_sheets(&questions, cap) {
            let survivors = state.survivors(&questions, &answers);
            let selves: Vec<_> = selves(&questions, &answers).collect();
            if seen.insert((survivors.clone(), selves.clone())) {
                found.push(SimFs(Arc::new(Mutex::new(state.after_power_cut(&survivors, &selves)))));
            }
            if found.len() >= cap.max(2) {
                break;
            }
        }
        found
    }
}

fn selves<'a>(questions: &'a [Question], answers: &'a [usize]) -> impl Iterator<Item = (Ino, usize)> + 'a {
    questions.iter().zip(answers).filter_map(|(question, answer)| match question {
        Question::Inode { ino, .. } => Some((*ino, *answer)),
        Question::Folder { .. } => None,
    })
}

/// Everything and nothing first; then all combinations, or where these are too many, a spread.
fn answer_sheets(questions: &[Question], cap: usize) -> Vec<Vec<usize>> {
    let everything: Vec<_> = questions.iter().map(|question| question.all_survived()).collect();
    let nothing = vec![0; questions.len()];
    let mut sheets = vec![everything.clone(), nothing.clone()];
    let combinations =
        questions.iter().try_fold(1_usize, |product, question| product.checked_mul(question.answers()));
    if let Some(combinations) = combinations.filter(|combinations| *combinations <= cap) {
        sheets.extend((0..combinations).map(|number| nth_sheet(questions, number)));
        return sheets;
    }
    for at in 0..questions.len() {
        let (mut lost, mut kept) = (everything.clone(), nothing.clone());
        (lost[at], kept[at]) = (nothing[at], everything[at]);
        sheets.extend([lost, kept]);
    }
    // A fixed generator (Knuth's MMIX constants): the same states in every run.
    let mut random = 1_u64;
    for _ in 0..cap * 4 {
        let answer = |question: &Question| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % question.answers()
        };
        sheets.push(questions.iter().map(answer).collect());
    }
    sheets
}

fn nth_sheet(questions: &[Question], mut number: usize) -> Vec<usize> {
    let digit = |question: &Question| {
        let digit = number % question.answers();
        number /= question.answers();
        digit
    };
    questions.iter().map(digit).collect()
}

impl State {
    /// A file's bytes and everything about it; a folder's names, everything about what they stand for, and not the
    /// bytes of files.
    pub fn sync(&mut self, ino: Ino) {
        let inode = &mut self.inodes[ino];
        inode.durable_meta = inode.meta.clone();
        match &inode.node {
            Node::File(_) | Node::Link(_) => inode.durable_node = inode.node.clone(),
            Node::Folder(names) => {
                for child in names.clone().into_values() {
                    self.inodes[child].durable_meta = self.inodes[child].meta.clone();
                }
                let synced = self.journal.iter().map(|act| act.touches(ino)).collect();
                self.make_durable(&self.with_all_before(synced));
            }
        }
    }

    pub fn sync_volume(&mut self, volume: usize) {
        let on_it = |ino: Ino| self.inodes[ino].volume == volume;
        let synced: Vec<bool> =
            self.journal.iter().map(|act| act.0.iter().any(|change| on_it(change.folder))).collect();
        self.make_durable(&synced);
        for inode in self.inodes.iter_mut().filter(|inode| inode.volume == volume) {
            inode.durable_node = inode.node.clone();
            inode.durable_meta = inode.meta.clone();
        }
    }

    /// Makes everything durable.
    pub fn settle(&mut self) {
        (0..self.volumes.len()).for_each(|volume| self.sync_volume(volume));
    }

    /// Adds to the acts that survive those that came before them in the same folders.
    fn with_all_before(&self, mut survives: Vec<bool>) -> Vec<bool> {
        // Backwards, so that what is added draws in what came before it in turn.
        for later in (0..survives.len()).rev() {
            if survives[later] {
                let folders = &self.journal[later].0;
                for (earlier, act) in survives.iter_mut().zip(&self.journal).take(later) {
                    *earlier |= folders.iter().any(|change| act.touches(change.folder));
                }
            }
        }
        survives
    }

    fn make_durable(&mut self, survives: &[bool]) {
        let mut acts = survives.iter();
        let journal = std::mem::take(&mut self.journal);
        let (synced, rest): (Vec<Naming>, _) = journal.into_iter().partition(|_| acts.next() == Some(&true));
        self.journal = rest;
        for change in synced.iter().flat_map(|act| &act.0) {
            if let Node::Folder(names) = &mut self.inodes[change.folder].durable_node {
                change.apply(names);
            }
        }
    }

    fn questions(&self) -> Vec<Question> {
        let mut acts: BTreeMap<Ino, usize> = BTreeMap::new();
        for act in &self.journal {
            let folders: BTreeSet<_> = act.0.iter().map(|change| change.folder).collect();
            folders.into_iter().for_each(|folder| *acts.entry(folder).or_default() += 1);
        }
        let folders = acts.into_iter().map(|(folder, acts)| Question::Folder { folder, acts });
        let named = self.ever_named();
        let inodes = named.into_iter().filter_map(|ino| match self.selves(ino) {
            0 | 1 => None,
            selves => Some(Question::Inode { ino, selves }),
        });
        folders.chain(inodes).collect()
    }

    /// Inodes that a power cut may leave with a name.
    fn ever_named(&self) -> BTreeSet<Ino> {
        let durable = self.inodes.iter().filter_map(|inode| match &inode.durable_node {
            Node::Folder(names) => Some(names.values().copied()),
            Node::File(_) | Node::Link(_) => None,
        });
        let unsynced = self.journal.iter().flat_map(|act| &act.0).filter_map(|change| change.becomes);
        durable.flatten().chain(unsynced).collect()
    }

    /// In how many ways an inode may come back. Times that acts on names change do not count: they come with those.
    fn selves(&self, ino: Ino) -> usize {
        let inode = &self.inodes[ino];
        let mut then = inode.durable_meta.clone();
        then.ctime = inode.meta.ctime;
        match (&inode.node, &inode.durable_node) {
            (Node::File(now), Node::File(synced)) if now.len() > synced.len() => AS_ZEROS + 1,
            (Node::File(now), Node::File(synced)) if now != synced => AS_NOW + 1,
            (Node::Folder(_), _) => {
                then.mtime = inode.meta.mtime;
                if then == inode.meta { 1 } else { AS_NOW + 1 }
            }
            _ if then == inode.meta => 1,
            _ => AS_NOW + 1,
        }
    }

    fn survivors(&self, questions: &[Question], answers: &[usize]) -> Vec<bool> {
        let mut survives = vec![false; self.journal.len()];
        for (question, answer) in questions.iter().zip(answers) {
            if let Question::Folder { folder, .. } = question {
                let acts = (0..self.journal.len()).filter(|at| self.journal[*at].touches(*folder));
                acts.take(*answer).for_each(|at| survives[at] = true);
            }
        }
        self.with_all_before(survives)
    }

    fn after_power_cut(&self, survives: &[bool], selves: &[(Ino, usize)]) -> Self {
        let mut after = self.clone();
        after.make_durable(survives);
        after.journal.clear();
        for (ino, answer) in selves {
            let inode = &mut after.inodes[*ino];
            if *answer == AS_SYNCED {
                inode.meta = inode.durable_meta.clone();
                if !matches!(inode.node, Node::Folder(_)) {
                    inode.node = inode.durable_node.clone();
                }
            } else if let (AS_ZEROS, Node::File(synced), Node::File(now)) =
                (*answer, &inode.durable_node, &mut inode.node)
            {
                now[synced.len()..].fill(0);
                now[..synced.len()].copy_from_slice(synced);
            }
        }
        for inode in &mut after.inodes {
            if let Node::Folder(_) = inode.node {
                inode.node = inode.durable_node.clone();
            }
            inode.durable_node = inode.node.clone();
            inode.durable_meta = inode.meta.clone();
        }
        // Nobody is left who had anything open.
        after.holders.clear();
        after.count_links();
        for volume in 0..after.volumes.len() {
            let (before, now) = (self.used(volume), after.used(volume));
            let space = &mut after.volumes[volume].space;
            space.available = (space.available + before).saturating_sub(now);
        }
        after
    }

    /// Counts names anew, from the roots: a folder that lost its own name keeps nothing alive.
    fn count_links(&mut self) {
        self.inodes.iter_mut().for_each(|inode| inode.nlink = 0);
        let mut todo: Vec<Ino> = self.volumes.iter().map(|volume| volume.root).collect();
        todo.iter().for_each(|root| self.inodes[*root].nlink = 1);
        while let Some(folder) = todo.pop() {
            let Node::Folder(names) = &self.inodes[folder].node else { continue };
            let names: Names = names.clone();
            for child in names.into_values() {
                self.inodes[child].nlink += 1;
                todo.push(child);
            }
        }
    }
}
