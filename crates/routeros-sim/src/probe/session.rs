//! Sends one command at a time and writes down every sentence, without values that identify the router.

use std::{
    io::{self, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

use portero_routeros::{
    client::{Login, Options, Security, Stream, open},
    proto::{Command, Decoder, Reply, ReplyKind, Rows, Sentence, SentenceBuf, Tag, legacy_response},
};
use portero_routeros_sim::{Entry, Event, Value};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::redaction::Redaction;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A session with a router, and its transcript.
pub(crate) struct Session<W> {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    next_tag: u64,
    began: Instant,
    redaction: Redaction,
    transcript: W,
}

/// All replies to a command.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Its rows.
    pub(crate) rows: Rows,
    /// `=ret=`.
    pub(crate) ret: Option<Vec<u8>>,
    /// The texts of its errors.
    pub(crate) traps: Vec<String>,
}

impl<W: Write> Session<W> {
    /// Connects to a router and sends nothing yet.
    pub(crate) async fn open(
        address: SocketAddr,
        security: Security,
        options: &Options,
        transcript: W,
    ) -> io::Result<Self> {
        let stream = open(address, security, options).await.map_err(io::Error::other)?;
        let mut session = Self {
            stream,
            decoder: Decoder::default(),
            next_tag: 1,
            began: Instant::now(),
            redaction: Redaction::default(),
            transcript,
        };
        session.write(Event::Opened)?;
        Ok(session)
    }

    /// Logs in.
    pub(crate) async fn log_in(&mut self, login: &Login<'_>) -> io::Result<()> {
        let start = Command::new("/login");
        let answer = match *login {
            Login::Plain { name, password } => {
                self.ask(&start.attribute("name", name).attribute("password", password)).await?
            }
            Login::Legacy { name, password } => {
                let challenge = self.ask(&start.clone()).await?.ret.unwrap_or_default();
                let response = legacy_response(password.as_bytes(), &challenge).map_err(io::Error::other)?;
                self.ask(&start.attribute("name", name).attribute("response", response)).await?
            }
        };
        match (answer.traps.first(), answer.ret) {
            (Some(trap), _) => Err(io::Error::other(format!("the login was refused: {trap}"))),
            (None, Some(_)) => Err(io::Error::other("the router only knows the login before 6.43: --old-login")),
            (None, None) => Ok(()),
        }
    }

    /// Sends a command and waits for the whole of its answer.
    pub(crate) async fn ask(&mut self, command: &Command) -> io::Result<Answer> {
        let tag = Tag(self.next_tag);
        self.next_tag += 1;
        let mut bytes = Vec::new();
        command.encode(Some(tag), &mut bytes).map_err(io::Error::other)?;
        let mut said = Decoder::default();
        said.push(&bytes);
        if let Some(sentence) = said.next_sentence().map_err(io::Error::other)? {
            self.write(Event::Client(words(sentence)))?;
        }
        self.stream.write_all(&bytes).await?;
        self.stream.flush().await?;
        timeout(PATIENCE, self.answer(tag)).await.map_err(|_| io::Error::other("no reply came in time"))?
    }

    async fn answer(&mut self, tag: Tag) -> io::Result<Answer> {
        let mut answer = Answer::default();
        loop {
            let sentence = self.hear().await?;
            let reply = Reply::parse(sentence.as_sentence());
            let ours = reply.tag().and_then(Tag::parse) == Some(tag);
            match reply.kind() {
                ReplyKind::Fatal => return Err(io::Error::other("the router ended the session")),
                ReplyKind::Row if ours => answer.rows.push(reply.row()),
                ReplyKind::Trap if ours => answer.traps.push(String::from_utf8_lossy(reply.message()).into_owned()),
                ReplyKind::Done if ours => {
                    answer.ret = reply.ret().map(<[u8]>::to_vec);
                    return Ok(answer);
                }
                _ => {}
            }
        }
    }

    /// The router's next sentence.
    async fn hear(&mut self) -> io::Result<SentenceBuf> {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if let Some(sentence) = self.decoder.next_sentence().map_err(io::Error::other)? {
                let sentence = sentence.to_buf();
                self.write(Event::Router(words(sentence.as_sentence())))?;
                return Ok(sentence);
            }
            let read = self.stream.read(&mut buffer).await?;
            if read == 0 {
                self.write(Event::Closed)?;
                return Err(io::Error::other("the router closed the connection"));
            }
            self.decoder.push(&buffer[..read]);
        }
    }

    fn write(&mut self, event: Event) -> io::Result<()> {
        let event = match event {
            Event::Client(words) => Event::Client(self.redaction.words(&words)),
            Event::Router(words) => Event::Router(self.redaction.words(&words)),
            event => event,
        };
        writeln!(self.transcript, "{}", Entry { at: self.began.elapsed(), connection: 1, event }.to_json())
    }
}

fn words(sentence: Sentence<'_>) -> Vec<Value> {
    sentence.words().map(<[u8]>::to_vec).collect()
}
