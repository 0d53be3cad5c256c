//! A record of every sentence, in memory for tests and as JSON lines for people.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, LineWriter, Write},
    path::Path,
    sync::Mutex,
    time::Duration,
};

use serde_json::{Value as Json, json};

use crate::{lock, value::Value};

/// Something that happened on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Since the router started.
    pub at: Duration,
    /// The connection, counted from 1.
    pub connection: u64,
    /// What happened.
    pub event: Event,
}

/// What can happen on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was accepted.
    Opened,
    /// The client said this.
    Client(Vec<Value>),
    /// The router said this.
    Router(Vec<Value>),
    /// It is over.
    Closed,
}

impl Entry {
    /// The entry as a line of JSON.
    pub fn to_json(&self) -> String {
        let (kind, words) = self.event.json();
        let mut line = json!({ "at": self.at.as_secs_f64(), "connection": self.connection, "event": kind });
        if !words.is_null() {
            line["words"] = words;
        }
        line.to_string()
    }
}

impl Event {
    fn json(&self) -> (&'static str, Json) {
        match self {
            Self::Opened => ("opened", Json::Null),
            Self::Client(words) => ("client", words.iter().map(|word| word_json(word)).collect()),
            Self::Router(words) => ("router", words.iter().map(|word| word_json(word)).collect()),
            Self::Closed => ("closed", Json::Null),
        }
    }
}

/// A word as text, or its bytes in hexadecimal when it is none.
fn word_json(word: &[u8]) -> Json {
    match std::str::from_utf8(word) {
        Ok(text) => json!(text),
        Err(_) => json!({ "hex": crate::tls::hex(word) }),
    }
}

/// What was said. Without a file and without [`crate::Settings::records`] nothing is kept.
#[derive(Debug, Default)]
pub struct Transcript {
    keeps: bool,
    kept: Mutex<VecDeque<Entry>>,
    file: Option<Mutex<LineWriter<File>>>,
}

impl Transcript {
    /// In memory the oldest entries make room for new ones.
    const KEPT: usize = 100_000;

    pub(crate) fn new(keeps: bool, file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(File::create).transpose()?.map(|file| Mutex::new(LineWriter::new(file)));
        Ok(Self { keeps, kept: Mutex::default(), file })
    }

    /// What is kept, oldest first.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.kept).iter().cloned().collect()
    }

    /// How many commands of that path were received.
    pub fn count(&self, path: &str) -> usize {
        let is = |entry: &&Entry| matches!(&entry.event, Event::Client(words) if words.first().is_some_and(|word| word == path.as_bytes()));
        lock(&self.kept).iter().filter(is).count()
    }

    /// Whether sentences need to be handed to [`Transcript::write`] at all.
    pub(crate) fn is_on(&self) -> bool {
        self.keeps || self.file.is_some()
    }

    pub(crate) fn write(&self, at: Duration, connection: u64, event: Event) {
        let entry = Entry { at, connection, event };
        if let Some(file) = &self.file {
            // A full disk must not stop the router.
            let _ = writeln!(lock(file), "{}", entry.to_json());
        }
        if self.keeps {
            let mut kept = lock(&self.kept);
            if kept.len() == Self::KEPT {
                kept.pop_front();
            }
            kept.push_back(entry);
        }
    }
}
