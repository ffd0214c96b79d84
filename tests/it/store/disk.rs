//! A disk in memory whose k-th call fails.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

/// What happens at the call that fails. After it, the backend that met it is dead; another one works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The call has no effect.
    Before,
    /// The call has its effect and fails all the same.
    After,
    /// What was not synced is lost.
    LosesAll,
    /// Every second one of the writes that were not synced is lost.
    LosesSome,
}

impl Fault {
    pub const ALL: [Self; 4] = [Self::Before, Self::After, Self::LosesAll, Self::LosesSome];
}

enum Change {
    Write(u64, Vec<u8>),
    Length(u64),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Length(length) => bytes.resize(usize::try_from(*length).unwrap(), 0),
            Self::Write(offset, data) => {
                let start = usize::try_from(*offset).unwrap();
                let end = start + data.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[start..end].copy_from_slice(data);
            }
        }
    }
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    calls: usize,
    fails: Option<(usize, Fault)>,
}

/// The disk. A clone is the same disk.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

impl Disk {
    pub fn with(bytes: Vec<u8>) -> Self {
        let state = State { durable: bytes.clone(), bytes, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    pub fn backend(&self) -> Box<dyn StorageBackend> {
        Box::new(Backend { disk: self.clone(), dead: Mutex::new(false) })
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.state().bytes.clone()
    }

    /// Calls that change something, so far.
    pub fn calls(&self) -> usize {
        self.state().calls
    }

    /// The call after `calls` more of them fails.
    pub fn fail_after(&self, calls: usize, fault: Fault) {
        let mut state = self.state();
        state.fails = Some((state.calls + calls, fault));
    }

    /// Whether the failure was met.
    pub fn failed(&self) -> bool {
        self.state().fails.is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

struct Backend {
    disk: Disk,
    dead: Mutex<bool>,
}

impl std::fmt::Debug for Backend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Backend")
    }
}

fn failure() -> io::Error {
    io::Error::other("the disk fails as the test wants it")
}

impl Backend {
    fn alive(&self) -> io::Result<()> {
        if *self.dead.lock().unwrap() { Err(failure()) } else { Ok(()) }
    }

    /// Counts a call that changes something, and fails if it is the one.
    fn change(&self, act: impl Fn(&mut State)) -> io::Result<()> {
        self.alive()?;
        let mut state = self.disk.state();
        let call = state.calls;
        state.calls += 1;
        let Some((_, fault)) = state.fails.take_if(|(at, _)| *at == call) else {
            act(&mut state);
            return Ok(());
        };
        *self.dead.lock().unwrap() = true;
        if fault == Fault::After {
            act(&mut state);
        }
        if matches!(fault, Fault::LosesAll | Fault::LosesSome) {
            let kept = std::mem::take(&mut state.unsynced);
            state.bytes = state.durable.clone();
            for (n, change) in kept.iter().enumerate() {
                // Lengths are kept in order: a file system does not forget how long a file it wrote to is.
                let keep = matches!(change, Change::Length(_)) || n % 2 == call % 2;
                if fault == Fault::LosesSome && keep {
                    change.apply(&mut state.bytes);
                }
            }
            state.durable = state.bytes.clone();
        }
        Err(failure())
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.alive()?;
        Ok(self.disk.state().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.alive()?;
        let state = self.disk.state();
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        let end = start.checked_add(out.len()).ok_or_else(failure)?;
        let bytes = state.bytes.get(start..end).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(|state| {
            let change = Change::Length(len);
            change.apply(&mut state.bytes);
            state.unsynced.push(change);
        })
    }

    fn sync_data(&self) -> io::Result<()> {
        self.change(|state| {
            state.unsynced.clear();
            state.durable = state.bytes.clone();
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(|state| {
            let change = Change::Write(offset, data.to_vec());
            change.apply(&mut state.bytes);
            state.unsynced.push(change);
        })
    }
}
