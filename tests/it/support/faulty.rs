//! [`Faulty`]: any file system, with a plan for which of its calls goes wrong, and how.
//!
//! [`Faults`] is the plan and the count, shared with the test and with whatever else counts (the store's commits).

use std::any::Any;
use std::ffi::{OsStr, OsString};
use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cacherr::domain::time::FileTime;
use cacherr::files::{Fd, Fs, Holders, Space, Stat};
use rustix::io::Errno;

/// What a process that died here is unwound with.
#[derive(Debug, PartialEq, Eq)]
pub struct Died;

/// What goes wrong. Calls are counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Plan {
    /// Nothing.
    None,
    /// The process dies; the call has no effect.
    DieAt(usize),
    /// The process dies when the call has taken effect.
    DieAfter(usize),
    /// The call fails without effect, once.
    FailAt(usize, Errno),
    /// The call takes effect and fails all the same, once.
    FailAfterEffect(usize, Errno),
    /// This call and all later ones fail without effect.
    FailFrom(usize, Errno),
}

/// What one call is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// Take effect.
    Proceed,
    /// Not take effect; then [`Faults::die`].
    Die,
    /// Not take effect, return this.
    Fail(Errno),
    /// Take effect, return this.
    EffectThenFail(Errno),
    /// Take effect; then [`Faults::die`].
    EffectThenDie,
}

/// A call, as hooks and failure messages see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The method.
    pub op: &'static str,
    /// The names it was given.
    pub names: Vec<OsString>,
}

/// Called before each call with its number: another actor acts here.
pub type Hook = Arc<dyn Fn(usize, &Call) + Send + Sync>;

/// The plan, the count, and whether the process is still alive.
pub struct Faults {
    plan: Plan,
    on_call: Option<Hook>,
    count: AtomicUsize,
    dead: AtomicBool,
    calls: Mutex<Vec<Call>>,
}

impl Faults {
    /// With a plan.
    pub fn new(plan: Plan) -> Arc<Self> {
        Self::with_hook(plan, None)
    }

    /// With a plan and another actor.
    pub fn with_hook(plan: Plan, on_call: Option<Hook>) -> Arc<Self> {
        let (count, dead) = (AtomicUsize::new(0), AtomicBool::new(false));
        Arc::new(Self { plan, on_call, count, dead, calls: Mutex::new(Vec::new()) })
    }

    /// How many calls there were.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Whether the process died.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// All calls so far, in order: what a failing test prints.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a call without names, such as a commit, and says what it is to do.
    pub fn gate(&self, op: &'static str) -> Gate {
        self.gate_named(Call { op, names: Vec::new() })
    }

    /// Counts a call and says what it is to do.
    pub fn gate_named(&self, call: Call) -> Gate {
        if self.dead.load(Ordering::SeqCst) {
            return Gate::Die;
        }
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        if let Some(hook) = &self.on_call {
            hook(number, &call);
        }
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        match self.plan {
            Plan::DieAt(at) if number == at => Gate::Die,
            Plan::DieAfter(at) if number == at => Gate::EffectThenDie,
            Plan::FailAt(at, errno) if number == at => Gate::Fail(errno),
            Plan::FailAfterEffect(at, errno) if number == at => Gate::EffectThenFail(errno),
            Plan::FailFrom(at, errno) if number >= at => Gate::Fail(errno),
            _ => Gate::Proceed,
        }
    }

    /// The process is dead from here on. While it is unwinding already (a drop that makes calls), an error is all
    /// that can be returned; the call has no effect either way.
    pub fn die(&self) -> io::Error {
        self.dead.store(true, Ordering::SeqCst);
        if !std::thread::panicking() {
            // Not `panic_any`: that would print a message for each of thousands of deaths.
            resume_unwind(Box::new(Died));
        }
        Errno::IO.into()
    }

    fn run<T>(&self, call: Call, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        match self.gate_named(call) {
            Gate::Proceed => act(),
            Gate::Die => Err(self.die()),
            Gate::Fail(errno) => Err(errno.into()),
            Gate::EffectThenFail(errno) => act().and(Err(errno.into())),
            Gate::EffectThenDie => act().and(Err(self.die())),
        }
    }
}

/// Runs what may die. Every other panic goes on.
pub fn until_death<T>(run: impl FnOnce() -> T) -> Result<T, Died> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|cause: Box<dyn Any + Send>| match cause.downcast::<Died>() {
        Ok(died) => *died,
        Err(other) => resume_unwind(other),
    })
}

/// Any file system, with faults.
#[derive(Clone)]
pub struct Faulty<F> {
    inner: F,
    faults: Arc<Faults>,
}

impl<F: Fs> Faulty<F> {
    /// Lets every call of `inner` pass through `faults`.
    pub fn new(inner: F, faults: &Arc<Faults>) -> Self {
        Self { inner, faults: Arc::clone(faults) }
    }

    fn call<T>(
        &self,
        op: &'static str,
        names: &[&OsStr],
        act: impl FnOnce(&F) -> io::Result<T>,
    ) -> io::Result<T> {
        let names = names.iter().map(|name| OsStr::to_owned(name)).collect();
        self.faults.run(Call { op, names }, || act(&self.inner))
    }
}

impl<F: Fs> Fs for Faulty<F> {
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.call("canonicalize", &[path.as_os_str()], |fs| fs.canonicalize(path))
    }

    fn open_folder(&self, path: &Path) -> io::Result<Fd> {
        self.call("open_folder", &[path.as_os_str()], |fs| fs.open_folder(path))
    }

    fn open_below(&self, root: &Fd, below: &Path) -> io::Result<Fd> {
        self.call("open_below", &[below.as_os_str()], |fs| fs.open_below(root, below))
    }

    fn open_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        self.call("open_file", &[name], |fs| fs.open_file(folder, name))
    }

    fn open_uncached(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        self.call("open_uncached", &[name], |fs| fs.open_uncached(folder, name))
    }

    fn read_as_others(&self, folder: &Fd, name: &OsStr, most: usize) -> io::Result<Vec<u8>> {
        self.call("read_as_others", &[name], |fs| fs.read_as_others(folder, name, most))
    }

    fn create_file(&self, folder: &Fd, name: &OsStr) -> io::Result<Fd> {
        self.call("create_file", &[name], |fs| fs.create_file(folder, name))
    }

    fn stat(&self, fd: &Fd) -> io::Result<Stat> {
        self.call("stat", &[], |fs| fs.stat(fd))
    }

    fn stat_at(&self, folder: &Fd, name: &OsStr) -> io::Result<Stat> {
        self.call("stat_at", &[name], |fs| fs.stat_at(folder, name))
    }

    fn list(&self, folder: &Fd) -> io::Result<Vec<OsString>> {
        self.call("list", &[], |fs| fs.list(folder))
    }

    fn read_link(&self, folder: &Fd, name: &OsStr) -> io::Result<PathBuf> {
        self.call("read_link", &[name], |fs| fs.read_link(folder, name))
    }

    fn space(&self, fd: &Fd) -> io::Result<Space> {
        self.call("space", &[], |fs| fs.space(fd))
    }

    fn holders(&self, stat: &Stat) -> io::Result<Holders> {
        self.call("holders", &[], |fs| fs.holders(stat))
    }

    fn symlink(&self, text: &Path, folder: &Fd, name: &OsStr) -> io::Result<()> {
        self.call("symlink", &[text.as_os_str(), name], |fs| fs.symlink(text, folder, name))
    }

    fn exchange(&self, folder: &Fd, a: &OsStr, b: &OsStr) -> io::Result<()> {
        self.call("exchange", &[a, b], |fs| fs.exchange(folder, a, b))
    }

    fn rename_new(&self, from: &Fd, name: &OsStr, to: &Fd, new: &OsStr) -> io::Result<()> {
        self.call("rename_new", &[name, new], |fs| fs.rename_new(from, name, to, new))
    }

    fn rename_over(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()> {
        self.call("rename_over", &[name, new], |fs| fs.rename_over(folder, name, new))
    }

    fn hard_link(&self, folder: &Fd, name: &OsStr, new: &OsStr) -> io::Result<()> {
        self.call("hard_link", &[name, new], |fs| fs.hard_link(folder, name, new))
    }

    fn unlink(&self, folder: &Fd, name: &OsStr) -> io::Result<()> {
        self.call("unlink", &[name], |fs| fs.unlink(folder, name))
    }

    fn make_folder(&self, folder: &Fd, name: &OsStr, mode: u32) -> io::Result<()> {
        self.call("make_folder", &[name], |fs| fs.make_folder(folder, name, mode))
    }

    fn remove_folder(&self, folder: &Fd, name: &OsStr) -> io::Result<()> {
        self.call("remove_folder", &[name], |fs| fs.remove_folder(folder, name))
    }

    fn read_at(&self, fd: &Fd, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.call("read_at", &[], |fs| fs.read_at(fd, buffer, offset))
    }

    fn write_at(&self, fd: &Fd, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.call("write_at", &[], |fs| fs.write_at(fd, bytes, offset))
    }

    fn set_len(&self, fd: &Fd, length: u64) -> io::Result<()> {
        self.call("set_len", &[], |fs| fs.set_len(fd, length))
    }

    fn next_data(&self, fd: &Fd, offset: u64) -> io::Result<Option<Range<u64>>> {
        self.call("next_data", &[], |fs| fs.next_data(fd, offset))
    }

    fn sync_data(&self, fd: &Fd) -> io::Result<()> {
        self.call("sync_data", &[], |fs| fs.sync_data(fd))
    }

    fn sync(&self, fd: &Fd) -> io::Result<()> {
        self.call("sync", &[], |fs| fs.sync(fd))
    }

    fn sync_volume(&self, fd: &Fd) -> io::Result<()> {
        self.call("sync_volume", &[], |fs| fs.sync_volume(fd))
    }

    fn drop_pages(&self, fd: &Fd, range: Range<u64>) -> io::Result<()> {
        self.call("drop_pages", &[], |fs| fs.drop_pages(fd, range))
    }

    fn set_owner(&self, fd: &Fd, uid: u32, gid: u32) -> io::Result<()> {
        self.call("set_owner", &[], |fs| fs.set_owner(fd, uid, gid))
    }

    fn set_mode(&self, fd: &Fd, mode: u32) -> io::Result<()> {
        self.call("set_mode", &[], |fs| fs.set_mode(fd, mode))
    }

    fn set_mtime(&self, fd: &Fd, mtime: FileTime) -> io::Result<()> {
        self.call("set_mtime", &[], |fs| fs.set_mtime(fd, mtime))
    }

    fn set_owner_at(&self, folder: &Fd, name: &OsStr, uid: u32, gid: u32) -> io::Result<()> {
        self.call("set_owner_at", &[name], |fs| fs.set_owner_at(folder, name, uid, gid))
    }

    fn set_mtime_at(&self, folder: &Fd, name: &OsStr, mtime: FileTime) -> io::Result<()> {
        self.call("set_mtime_at", &[name], |fs| fs.set_mtime_at(folder, name, mtime))
    }

    fn list_xattrs(&self, fd: &Fd) -> io::Result<Vec<OsString>> {
        self.call("list_xattrs", &[], |fs| fs.list_xattrs(fd))
    }

    fn get_xattr(&self, fd: &Fd, name: &OsStr) -> io::Result<Vec<u8>> {
        self.call("get_xattr", &[name], |fs| fs.get_xattr(fd, name))
    }

    fn set_xattr(&self, fd: &Fd, name: &OsStr, value: &[u8]) -> io::Result<()> {
        self.call("set_xattr", &[name], |fs| fs.set_xattr(fd, name, value))
    }
}
