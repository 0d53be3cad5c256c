//! A peer that a test controls.

use portero_routeros::proto::{Decoder, Sentence, SentenceBuf};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

use portero_routeros::client::{Connection, Options};

/// The router's end of a connection.
pub(crate) struct Peer<S> {
    stream: S,
    decoder: Decoder,
}

/// A connection in memory, and its peer.
pub(crate) fn connected(options: &Options) -> (Connection, Peer<DuplexStream>) {
    let (ours, theirs) = tokio::io::duplex(4096);
    (Connection::over(ours, options), Peer::new(theirs))
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, decoder: Decoder::default() }
    }

    /// The words of the next command, or nothing once the client closed.
    pub(crate) async fn hear(&mut self) -> Option<Vec<String>> {
        loop {
            if let Some(sentence) = self.decoder.next_sentence().expect("the client speaks the protocol") {
                return Some(words(sentence));
            }
            let mut chunk = [0; 4096];
            match self.stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.decoder.push(&chunk[..count]),
            }
        }
    }

    /// The next command's first word and its tag.
    pub(crate) async fn hear_command(&mut self) -> (String, String) {
        let words = self.hear().await.expect("the client is there");
        let tag = tag_of(&words).expect("commands are tagged");
        (words[0].clone(), tag)
    }

    pub(crate) async fn say<W: AsRef<[u8]>>(&mut self, words: &[W]) {
        let mut bytes = Vec::new();
        SentenceBuf::of(words).expect("words that can be said").encode(&mut bytes);
        self.send(&bytes).await;
    }

    /// Says a reply of this kind to the command with this tag.
    pub(crate) async fn reply(&mut self, kind: &str, tag: &str, rest: &[&str]) {
        let mut words = vec![kind.to_owned(), format!(".tag={tag}")];
        words.extend(rest.iter().map(ToString::to_string));
        self.say(&words).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the client is there");
    }

    pub(crate) async fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }
}

pub(crate) fn words(sentence: Sentence<'_>) -> Vec<String> {
    sentence.words().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

pub(crate) fn tag_of(words: &[String]) -> Option<String> {
    words.iter().find_map(|word| word.strip_prefix(".tag=")).map(str::to_owned)
}
