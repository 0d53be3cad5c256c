//! How fast a print of 20,000 hotspot users is decoded: `cargo run --release -p portero-routeros --example
//! decode_throughput`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use portero_routeros::proto::{Decoder, Reply, Rows, SentenceBuf, WordError};

/// What one read from a socket brings.
const CHUNK: usize = 32 * 1024;
const USERS: usize = 20_000;
const ROUNDS: usize = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let print = print_of_users()?;
    println!("{USERS} rows, {:.2} MB", megabytes(print.len()));
    report("sentences", print.len(), || {
        let mut sentences = 0;
        decode(&print, |_| sentences += 1)?;
        Ok(sentences)
    })?;
    report("sentences, tags read and rows kept", print.len(), || {
        let mut rows = Rows::default();
        decode(&print, |reply| {
            black_box(reply.tag());
            rows.push(reply.row());
        })?;
        Ok(rows.len())
    })?;
    report("the same, and a property read of each", print.len(), || {
        let mut rows = Rows::default();
        decode(&print, |reply| {
            black_box(reply.tag());
            rows.push(reply.row());
        })?;
        Ok(rows.iter().filter(|row| row.get("comment").is_some()).count())
    })
}

type Counted = Result<usize, Box<dyn std::error::Error>>;

fn decode(print: &[u8], mut each: impl FnMut(Reply<'_>)) -> Result<(), Box<dyn std::error::Error>> {
    let mut decoder = Decoder::default();
    for chunk in print.chunks(CHUNK) {
        decoder.push(chunk);
        while let Some(sentence) = decoder.next_sentence()? {
            each(Reply::parse(sentence));
        }
    }
    Ok(())
}

/// Prints the speed of the best round, because other work of the machine slows the other rounds.
fn report(what: &str, bytes: usize, work: impl Fn() -> Counted) -> Result<(), Box<dyn std::error::Error>> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        if black_box(work()?) < USERS {
            return Err("rows were lost".into());
        }
        best = best.min(start.elapsed());
    }
    println!("{what}: {:.0} MB/s", megabytes(bytes) / best.as_secs_f64());
    Ok(())
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}

/// A router's reply to a print of all users, about 212 bytes a row.
fn print_of_users() -> Result<Vec<u8>, WordError> {
    let mut print = Vec::new();
    for user in 0..USERS {
        let words = [
            "!re".to_owned(),
            ".tag=7".to_owned(),
            format!("=.id=*{user:X}"),
            "=server=all".to_owned(),
            format!("=name=PT-{user:06X}"),
            format!("=password={:04}", user % 10_000),
            "=profile=1hora-3M".to_owned(),
            "=limit-uptime=1h".to_owned(),
            "=uptime=0s".to_owned(),
            "=bytes-in=0".to_owned(),
            "=bytes-out=0".to_owned(),
            "=packets-in=0".to_owned(),
            "=packets-out=0".to_owned(),
            "=dynamic=false".to_owned(),
            "=disabled=false".to_owned(),
            format!("=comment=MODE=elapsed tx:01JABC{user:06}"),
        ];
        SentenceBuf::of(words)?.encode(&mut print);
    }
    SentenceBuf::of(["!done", ".tag=7"])?.encode(&mut print);
    Ok(print)
}
