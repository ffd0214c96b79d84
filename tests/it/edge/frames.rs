//! HTTP/2 by those who know its frames, and nothing of its manners.

use cacherr::api::ConnectionLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{SHORT, Wire, app, endless, is_well};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET` of a path of less than 128 bytes, at `localhost`.
fn get(stream: u32, path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()];
    block.extend(path.as_bytes());
    block.extend([0x01, 9]);
    block.extend(b"localhost");
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &block)
}

/// Frames that come, until the other side hangs up or `is_it` says so.
async fn hear(wire: &mut Wire, mut is_it: impl FnMut(u8, u8, u32, &[u8]) -> bool) -> bool {
    let frames = async {
        loop {
            let mut head = [0; 9];
            if wire.stream.read_exact(&mut head).await.is_err() {
                return false;
            }
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            if wire.stream.read_exact(&mut payload).await.is_err() {
                return false;
            }
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            if is_it(head[3], head[4], stream, &payload) {
                return true;
            }
        }
    };
    tokio::time::timeout(super::PATIENCE, frames).await.expect("nothing is heard")
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_answered_over_one_connection() {
    let app = app(endless()).await;
    let mut wire = Wire::to(&app).await;
    wire.say([PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await;
    for stream in 0..20 {
        wire.say(get(2 * stream + 1, "/api/version")).await;
    }
    let mut ended = 0;
    let all = hear(&mut wire, |kind, flags, _, _| {
        ended += usize::from(kind == DATA && flags & END_STREAM != 0);
        ended == 20
    });
    assert!(all.await, "{ended}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_and_takes_it_back_again_and_again_is_shown_the_door() {
    let app = app(endless()).await;
    let mut wire = Wire::to(&app).await;
    wire.say([PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await;
    let mut flood = Vec::new();
    for stream in (1..20_000).step_by(2) {
        flood.extend(get(stream, "/api/openapi.json"));
        flood.extend(frame(RST_STREAM, 0, stream, &8u32.to_be_bytes()));
    }
    // It hangs up in the middle.
    let _ = wire.stream.write_all(&flood).await;
    let mut is_told = false;
    hear(&mut wire, |kind, _, _, _| {
        is_told |= kind == GOAWAY;
        false
    })
    .await;
    is_well(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_without_end_are_cut_off() {
    let app = app(endless()).await;
    let mut wire = Wire::to(&app).await;
    wire.say([PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).await;
    wire.say(frame(HEADERS, END_STREAM, 1, &[0x82])).await;
    let mut field = vec![0x00, 1, b'x', 0x7f, 0x81, 0x7e];
    field.resize(16_000, b'y');
    for _ in 0..10_000 {
        if wire.stream.write_all(&frame(CONTINUATION, 0, 1, &field)).await.is_err() {
            break;
        }
    }
    assert!(!hear(&mut wire, |_, _, _, _| false).await);
    is_well(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_not_taken_is_given_up_though_other_frames_come_and_go() {
    let app = app(ConnectionLimits { stall: SHORT, ..endless() }).await;
    let mut wire = Wire::to(&app).await;
    // Settings: no window for answers. A little of one is taken, and then no more.
    let no_window = [0, 4, 0, 0, 0, 16];
    wire.say([PREFACE, &frame(SETTINGS, 0, 0, &no_window)].concat()).await;
    wire.say(get(1, "/api/openapi.json")).await;
    let pings = async {
        let (mut reads, mut writes) = wire.stream.split();
        let mut buffer = [0; 4096];
        loop {
            tokio::select! {
                read = reads.read(&mut buffer) => if !matches!(read, Ok(1..)) { return },
                () = tokio::time::sleep(SHORT / 10) => {
                    if writes.write_all(&frame(PING, 0, 0, &[0; 8])).await.is_err() { return }
                }
            }
        }
    };
    tokio::time::timeout(super::PATIENCE, pings).await.expect("nobody hangs up");
    is_well(&app).await;
}
