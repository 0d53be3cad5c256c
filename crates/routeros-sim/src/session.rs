//! One connection: its permissions, its commands and its pending output. There is no I/O here.

mod driver;
mod login;
mod running;

pub(crate) use driver::drive;

use std::{net::IpAddr, sync::Arc, time::Duration};

use portero_routeros::proto::{Decoder, Limits};
use tokio::time::Instant;

use crate::{
    Fault, Trap,
    command::{self, Request},
    lock,
    output::Output,
    shared::{Service, Shared},
    state::Policies,
    transcript::Event,
    value::Value,
};
use running::{Running, Work, replies};

/// How a connection ends after its output was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Close,
    Reset,
    /// Not at all: silence.
    HalfOpen,
}

/// The state of a connection.
#[derive(Debug)]
pub(crate) struct Session {
    shared: Arc<Shared>,
    number: u64,
    peer: IpAddr,
    service: Service,
    decoder: Decoder,
    output: Output,
    running: Vec<Running>,
    account: Option<(Value, Policies)>,
    challenge: Option<[u8; 16]>,
    failures: u32,
    ending: Option<End>,
}

/// Output is filled up to here before it is sent.
const HIGH_WATER: usize = 64 * 1024;

/// Input waits while so many commands run.
const MOST_RUNNING: usize = 256;

/// The largest number of bytes that a client may send before its login.
const BEFORE_LOGIN: usize = 4096;

impl Session {
    pub(crate) fn new(shared: Arc<Shared>, number: u64, peer: IpAddr, service: Service) -> Self {
        let output = Output::new(shared.fragmentation());
        let decoder = Decoder::with_limits(Limits { word: 1 << 20, sentence: 4 << 20 });
        let (account, challenge) = (None, None);
        Self {
            shared,
            number,
            peer,
            service,
            decoder,
            output,
            running: Vec::new(),
            account,
            challenge,
            failures: 0,
            ending: None,
        }
    }

    /// Bytes came from the client.
    fn received(&mut self, bytes: &[u8]) {
        self.shared.meters.received(bytes.len());
        self.decoder.push(bytes);
    }

    /// Starts the requested commands while few enough are running.
    fn start_commands(&mut self) {
        while self.ending.is_none() && self.running.len() < MOST_RUNNING {
            let words: Vec<Value> = match self.decoder.next_sentence() {
                Ok(Some(sentence)) => sentence.words().map(<[u8]>::to_vec).collect(),
                Ok(None) => break,
                Err(_) => {
                    self.ending = Some(End::Close);
                    break;
                }
            };
            self.start(&words);
        }
        if self.ending.is_none() && self.account.is_none() && self.decoder.buffered() > BEFORE_LOGIN {
            self.fatal("too many commands before login");
        }
    }

    fn start(&mut self, words: &[Value]) {
        self.record(|| Event::Client(words.to_vec()));
        self.shared.meters.command();
        let request = Request::parse(words);
        match (&request.path[..], &self.account) {
            ("/login", _) => self.log_in(&request),
            (_, None) => self.fatal("not logged in"),
            ("/quit", _) => self.fatal("session terminated on request"),
            ("/cancel", _) => self.cancel(&request),
            (_, Some((_, policies))) => self.command(&request, *policies),
        }
    }

    fn command(&mut self, request: &Request, policies: Policies) {
        let ready_at = self.shared.answered_at();
        let execute = || command::execute(&mut lock(&self.shared.router), policies, request);
        let tag = request.tag.clone();
        let Some(fault) = self.shared.faults.take(|armed| armed.fits(request)) else {
            let work = Work::from(execute());
            return self.running.push(Running { tag, ready_at, work });
        };
        match fault {
            Fault::CutBeforeCommit => self.ending = Some(End::Close),
            Fault::CutDuringCommit => {
                let (shared, request) = (Arc::clone(&self.shared), request.clone());
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    // The client does not wait for its reply any more.
                    let _ = command::execute(&mut lock(&shared.router), policies, &request);
                });
                self.ending = Some(End::Close);
            }
            Fault::CutAfterCommit => {
                let _ = execute();
                self.ending = Some(End::Close);
            }
            Fault::CutInsideDone => {
                let _ = execute();
                self.say(&tagged(vec![b"!done".to_vec()], tag.as_deref(), false));
                self.output.cut_off(3);
                self.ending = Some(End::Close);
            }
            Fault::Reset => self.ending = Some(End::Reset),
            Fault::HalfOpen => self.ending = Some(End::HalfOpen),
            Fault::Garbage => self.output.raw(&[0xFB, 0xAD, 0xF0, 0x0D]),
            Fault::HugeWord => {
                self.output.raw(&[0xF0, 0xFF, 0xFF, 0xFF, 0xFF]);
                self.output.raw(&vec![b'x'; HIGH_WATER]);
            }
            Fault::Fatal => self.fatal("system is shutting down"),
            Fault::EndlessRows => self.running.push(Running { tag, ready_at, work: Work::Endless(0) }),
            Fault::OtherTag => {
                let other = tag.map(|tag| [&tag[..], b"-of-nobody"].concat());
                self.running.push(Running { tag: other, ready_at, work: Work::from(execute()) });
            }
            Fault::Stall(time) => {
                let ready_at = Some(ready_at.unwrap_or_else(Instant::now) + time);
                self.running.push(Running { tag, ready_at, work: Work::from(execute()) });
            }
            Fault::Trickle => {
                self.output.trickle();
                self.running.push(Running { tag, ready_at, work: Work::from(execute()) });
            }
            // The handshake is over.
            Fault::WrongCertificate | Fault::ChangedCertificate | Fault::NoCertificate => {}
        }
    }

    /// Ends a running command: its trap comes first, then the `!done` of the cancel, then its own.
    fn cancel(&mut self, request: &Request) {
        let wanted = request.attribute("tag");
        let is_meant = |running: &Running| wanted.is_none() || running.tag.as_deref() == wanted;
        let (cancelled, others) = std::mem::take(&mut self.running).into_iter().partition(is_meant);
        self.running = others;
        let cancelled: Vec<Running> = cancelled;
        for running in &cancelled {
            self.reply(Trap::interrupted().words(), running.tag.as_deref());
        }
        if cancelled.is_empty() && self.shared.traps_unknown_cancel() {
            self.reply(Trap::new("no such command running").words(), request.tag.as_deref());
        }
        self.reply(vec![b"!done".to_vec()], request.tag.as_deref());
        for running in &cancelled {
            self.reply(vec![b"!done".to_vec()], running.tag.as_deref());
        }
    }

    /// Takes one sentence of each running command in turn, until there is enough to send.
    fn produce(&mut self) {
        let mut moved = true;
        while moved && self.output.len() < HIGH_WATER && self.ending.is_none() {
            moved = false;
            let now = Instant::now();
            let mut running = std::mem::take(&mut self.running);
            running.retain_mut(|command| {
                if command.ready_at.is_some_and(|at| at > now) {
                    return true;
                }
                let Some(words) = command.work.next(&self.shared) else { return true };
                moved = true;
                let is_last = words.first().is_some_and(|word| word == b"!done");
                self.reply(words, command.tag.as_deref());
                !is_last
            });
            self.running = running;
        }
    }

    fn fatal(&mut self, reason: &str) {
        self.running.clear();
        self.say(&[b"!fatal".to_vec(), reason.into()]);
        self.ending = Some(End::Close);
    }

    /// Sends the reply of a command, with or without a tag.
    fn answer(&mut self, tag: Option<&Value>, trap: Option<&Trap>, ret: Option<Value>) {
        let work = Work::Sentences(replies(trap.map_or(&[], std::slice::from_ref), ret));
        self.running.push(Running { tag: tag.cloned(), ready_at: None, work });
    }

    fn reply(&mut self, words: Vec<Value>, tag: Option<&[u8]>) {
        self.say(&tagged(words, tag, self.shared.tag_last));
    }

    fn say(&mut self, words: &[Value]) {
        self.record(|| Event::Router(words.to_vec()));
        self.output.sentence(words);
    }

    fn record(&self, event: impl FnOnce() -> Event) {
        if self.shared.transcript.is_on() {
            self.shared.transcript.write(self.shared.clock.now(), self.number, event());
        }
    }

    /// When a command that waits has its turn.
    fn wakes_at(&self) -> Option<Instant> {
        self.running.iter().filter_map(|running| running.ready_at).filter(|at| *at > Instant::now()).min()
    }

    fn listens(&self) -> bool {
        self.running.iter().any(|running| matches!(running.work, Work::Changes(_)))
    }

    fn wants_input(&self) -> bool {
        self.ending.is_none() && self.running.len() < MOST_RUNNING
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some((name, _)) = self.account.take() {
            let name = String::from_utf8_lossy(&name).into_owned();
            let line = format!("user {name} logged out from {} via {}", self.peer, self.service);
            lock(&self.shared.router).write_log("system,info,account", line);
        }
        self.record(|| Event::Closed);
    }
}

/// The words with their tag, second or last.
fn tagged(mut words: Vec<Value>, tag: Option<&[u8]>, last: bool) -> Vec<Value> {
    if let Some(tag) = tag {
        let at = if last { words.len() } else { 1 };
        words.insert(at, [b".tag=", tag].concat());
    }
    words
}
