//! [`Other`]: another process that holds a file and does as it is told, line by line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Answers every line of its input with one line: `ok`, or what is wrong. Locks are looked up in the kernel's own list.
const SCRIPT: &str = r#"
import sys, os, mmap, fcntl
path = sys.argv[1]
held = {}

def locked(kind):
    inode = str(os.fstat(held['fd']).st_ino)
    for line in open('/proc/locks'):
        fields = line.split()
        if fields[1] == kind and fields[4] == str(os.getpid()) and fields[5].rsplit(':', 1)[1] == inode:
            return True
    return False

def expected(data):
    held.setdefault('data', data)
    return data == held['data']

def hold(way):
    held['fd'] = os.open(path, os.O_RDONLY)
    if way == 'map':
        held['map'] = mmap.mmap(held['fd'], 0, prot=mmap.PROT_READ)
    if way == 'flock':
        fcntl.flock(held['fd'], fcntl.LOCK_EX | fcntl.LOCK_NB)
    if way == 'lockf':
        fcntl.lockf(held['fd'], fcntl.LOCK_SH | fcntl.LOCK_NB)
    held['way'] = way
    check()

def check():
    stat = os.fstat(held['fd'])
    assert held.setdefault('inode', (stat.st_dev, stat.st_ino)) == (stat.st_dev, stat.st_ino), 'another inode'
    assert expected(os.pread(held['fd'], stat.st_size + 1, 0)), 'other bytes by handle'
    if held['way'] == 'map':
        assert expected(held['map'][:]), 'other bytes by mapping'
    if held['way'] == 'flock':
        assert locked('FLOCK'), 'the flock is gone'
    if held['way'] == 'lockf':
        assert locked('POSIX'), 'the fcntl lock is gone'

def open_for_writing():
    held['writer'] = os.open(path, os.O_RDWR)

def map_for_writing():
    fd = os.open(path, os.O_RDWR)
    held['written'] = mmap.mmap(fd, 0)
    os.close(fd)

def write():
    fd = os.open(path, os.O_RDWR)
    os.pwrite(fd, b'!', 0)
    os.close(fd)

def release():
    for name in ('map', 'written'):
        if name in held: held.pop(name).close()
    for name in ('fd', 'writer'):
        if name in held: os.close(held.pop(name))

for line in sys.stdin:
    try:
        command, *arguments = line.split()
        globals()[command](*arguments)
        print('ok', flush=True)
    except Exception as error:
        print(f'{type(error).__name__}: {error}', flush=True)
"#;

/// A process that knows one path.
pub struct Other {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Other {
    /// Starts it; it touches nothing yet.
    pub fn at(path: &Path) -> Self {
        let mut process = Command::new("python3")
            .arg("-c")
            .arg(SCRIPT)
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { process, input, output }
    }

    /// One that holds the file in this way already: `open`, `map`, `flock` or `lockf`.
    pub fn holding(path: &Path, way: &str) -> Self {
        let mut other = Self::at(path);
        other.told(&format!("hold {way}"));
        other
    }

    /// Does it, and is content: `check`, `open_for_writing`, `map_for_writing`, `write`, `release`.
    #[track_caller]
    pub fn told(&mut self, command: &str) {
        writeln!(self.input, "{command}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim_end(), "ok", "{command}");
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
