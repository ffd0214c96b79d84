//! Records as the measured program makes them: the very same for everybody.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::measure::Outcome;

/// A file with its users and its log entry: the columns of each, in the order of the schema.
#[derive(Default)]
pub struct Record {
    pub file: Vec<String>,
    pub users: Vec<Vec<String>>,
    pub log: Vec<String>,
}

/// Records, one after another.
pub struct Feed {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Feed {
    pub fn of(bench: &str, dir: &str, first: u64, count: u64) -> Outcome<Self> {
        let mut command = Command::new(bench);
        command.args(["records", dir, &first.to_string(), &count.to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no records come")?).lines();
        Ok(Self { child, lines })
    }

    pub fn next(&mut self) -> Outcome<Record> {
        let mut record = Record::default();
        for line in self.lines.by_ref() {
            let line = line?;
            let mut columns = line.split('\t').map(str::to_owned);
            let kind = columns.next();
            let columns = columns.collect();
            match kind.as_deref() {
                Some("F") => record.file = columns,
                Some("U") => record.users.push(columns),
                Some("L") => {
                    record.log = columns;
                    return Ok(record);
                }
                _ => return Err(format!("{line:?} is no row").into()),
            }
        }
        Err("there are no more records".into())
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
