//! Requests as fast as they are answered, on connections that stay open. The same for whoever is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::measure::Outcome;

/// At the same time.
const CONNECTIONS: usize = 16;

/// Nobody is waited for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of it.
pub struct Load {
    pub per_second: f64,
    /// Microseconds that half of them took at most,
    pub half: f64,
    /// and all but one of a hundred.
    pub most: f64,
}

/// Asks for so long, each time for the path that a number gives. Who takes longer is waited for.
pub fn run(
    port: u16,
    lasts: Duration,
    path: impl Fn(u64) -> String + Clone + Send + 'static,
) -> Outcome<Load> {
    // One thread, so that a small machine has another for the server.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let number = Arc::new(AtomicU64::new(0));
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(("127.0.0.1", port)).await?;
            stream.set_nodelay(true)?;
            connections.push(Connection { stream, buffer: vec![0; 256 << 10] });
        }
        let started = Instant::now();
        let until = started + lasts;
        let running = connections.into_iter().map(|connection| {
            let next = {
                let (number, path) = (number.clone(), path.clone());
                move || path(number.fetch_add(1, Ordering::Relaxed))
            };
            tokio::spawn(connection.ask_until(until, next))
        });
        let mut times = Vec::new();
        for ended in running.collect::<Vec<_>>() {
            times.extend(ended.await??);
        }
        let per_second = times.len() as f64 / started.elapsed().as_secs_f64();
        times.sort_by(f64::total_cmp);
        let part = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
        Ok(Load { per_second, half: part(0.5), most: part(0.99) })
    })
}

struct Connection {
    stream: TcpStream,
    /// As large as any answer, so that reading it is not what is measured.
    buffer: Vec<u8>,
}

impl Connection {
    async fn ask_until(
        mut self,
        until: Instant,
        mut path: impl FnMut() -> String,
    ) -> Result<Vec<f64>, String> {
        let mut times = Vec::new();
        while Instant::now() < until {
            let request = format!("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path());
            let started = Instant::now();
            self.stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
            timeout(PATIENCE, self.read_answer()).await.map_err(|_| "no answer comes".to_owned())??;
            times.push(started.elapsed().as_secs_f64() * 1e6);
        }
        Ok(times)
    }

    /// Reads one answer to its end, and no further: there is nothing after it before it is asked for.
    async fn read_answer(&mut self) -> Result<(), String> {
        let (mut filled, mut whole) = (0, None);
        while whole.is_none_or(|whole| filled < whole) {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read =
                self.stream.read(&mut self.buffer[filled..]).await.map_err(|error| error.to_string())?;
            if read == 0 {
                return Err("the server hung up".to_owned());
            }
            filled += read;
            whole = whole.or(length(&self.buffer[..filled])?);
        }
        if whole == Some(filled) { Ok(()) } else { Err("more came than was asked for".to_owned()) }
    }
}

/// How long an answer is, head and body; `None` before its head is there.
fn length(answer: &[u8]) -> Result<Option<usize>, String> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(&answer[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(format!("the server says {status}"));
    }
    let mut lengths = lines.filter_map(|line| line.split_once(':')).filter_map(|(name, value)| {
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    lengths.next().map(|body| Some(end + 4 + body)).ok_or_else(|| "the server tells no length".to_owned())
}
