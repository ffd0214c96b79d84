//! Volumes that a test owns: an image, a piece of memory, a union or another view, mounted for as long as the value
//! lives. Whoever may not mount gets `None` and a line on standard error that says so.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A file system that lives in an image file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Image {
    Ext4,
    Xfs,
    Btrfs,
}

/// A mounted volume; unmounted when dropped, also when the test fails.
pub struct Mounted {
    /// The command that mounts it, with its arguments.
    mount: Vec<String>,
    point: PathBuf,
    /// Last: goes after the unmounting. Holds the mount point and the image.
    _home: TempDir,
}

impl Mounted {
    /// A new file system of about `mib` MiB in a sparse image.
    pub fn image(kind: Image, mib: u64) -> Option<Self> {
        let (make, options, least): (&str, &[&str], u64) = match kind {
            Image::Ext4 => ("mkfs.ext4", &["-q", "-F", "-m", "0"], 4),
            Image::Xfs => ("mkfs.xfs", &["-q", "-f"], 300),
            Image::Btrfs => ("mkfs.btrfs", &["-q", "-f"], 600),
        };
        let home = home();
        let image = home.path().join("image");
        std::fs::File::create(&image).unwrap().set_len(mib.max(least) << 20).unwrap();
        let image = text(&image);
        run(make, options.iter().copied().chain([image.as_str()]))?;
        Self::by(home, |point| ["mount", "-o", "loop", &image, point].map(str::to_owned).to_vec())
    }

    /// A volume in memory.
    pub fn memory(mib: u64) -> Option<Self> {
        let size = format!("size={mib}m");
        Self::by(home(), |point| {
            ["mount", "-t", "tmpfs", "-o", &size, "tmpfs", point].map(str::to_owned).to_vec()
        })
    }

    /// A mergerfs union of branches.
    pub fn union(branches: &[&Path], options: &str) -> Option<Self> {
        let branches: Vec<String> = branches.iter().map(|branch| text(branch)).collect();
        let branches = branches.join(":");
        Self::by(home(), |point| ["mergerfs", "-o", options, &branches, point].map(str::to_owned).to_vec())
    }

    /// Another view of a folder (a bind mount).
    pub fn view(of: &Path) -> Option<Self> {
        let of = text(of);
        Self::by(home(), |point| ["mount", "--bind", &of, point].map(str::to_owned).to_vec())
    }

    fn by(home: TempDir, command: impl FnOnce(&str) -> Vec<String>) -> Option<Self> {
        let point = home.path().join("mnt");
        std::fs::create_dir(&point).unwrap();
        let mount = command(&text(&point));
        run(&mount[0], mount[1..].iter().map(String::as_str))?;
        Some(Self { mount, point, _home: home })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.point
    }

    /// Takes the volume away; its mount point stays, empty.
    pub fn take_away(&self) {
        run("umount", [text(&self.point).as_str()]).unwrap();
    }

    /// Brings it back.
    pub fn bring_back(&self) {
        run(&self.mount[0], self.mount[1..].iter().map(String::as_str)).unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let point = text(&self.point);
        let gone = |options: &[&str]| {
            let done = Command::new("umount").args(options).arg(&point).output();
            done.is_ok_and(|done| done.status.success() || !is_mounted(&self.point))
        };
        // A process of a failed test may still be on its way out: then the last one to leave unmounts.
        if !gone(&[]) {
            gone(&["--lazy"]);
        }
    }
}

fn is_mounted(point: &Path) -> bool {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    mounts.lines().any(|line| line.split(' ').nth(1) == point.to_str())
}

fn home() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Runs a program; when it is missing or refuses, says what is skipped.
fn run<'a>(program: &str, arguments: impl IntoIterator<Item = &'a str>) -> Option<()> {
    let why = match Command::new(program).args(arguments).output() {
        Ok(Output { status, .. }) if status.success() => return Some(()),
        Ok(Output { stderr, .. }) => String::from_utf8_lossy(&stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    skip(&format!("{program}: {why}"));
    None
}

/// Past the capture of test output: a promise that was not tested must not look like one that was.
pub fn skip(why: &str) {
    super::tell(&format!("skipped: {why}"));
}
