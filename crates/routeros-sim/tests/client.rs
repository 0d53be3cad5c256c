//! A client that a test controls, one sentence at a time.

use std::time::Duration;

use portero_routeros::proto::{Decoder, encode_length};
use portero_routeros_sim::{Settings, Simulator};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

pub(crate) type Words = Vec<String>;

/// Long enough for a busy machine, short enough to fail.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Client<S = TcpStream> {
    pub(crate) stream: S,
    decoder: Decoder,
}

pub(crate) async fn simulator(settings: impl FnOnce(&mut Settings)) -> Simulator {
    let mut set = Settings { records: true, ..Settings::default() };
    settings(&mut set);
    Simulator::start(set).await.unwrap()
}

pub(crate) fn framed(words: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in words {
        encode_length(u32::try_from(word.as_ref().len()).unwrap(), &mut bytes);
        bytes.extend_from_slice(word.as_ref());
    }
    bytes.push(0);
    bytes
}

impl Client {
    pub(crate) async fn connect(simulator: &Simulator) -> Self {
        Self::over(TcpStream::connect(simulator.address()).await.unwrap())
    }

    pub(crate) async fn logged_in(simulator: &Simulator) -> Self {
        let mut client = Self::connect(simulator).await;
        assert_eq!(client.log_in("secret").await, [["!done"]]);
        client
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, decoder: Decoder::default() }
    }

    pub(crate) async fn log_in(&mut self, password: &str) -> Vec<Words> {
        self.ask(&["/login", "=name=admin", &format!("=password={password}")]).await
    }

    pub(crate) async fn say(&mut self, words: &[impl AsRef<[u8]>]) {
        self.say_bytes(&framed(words)).await;
    }

    pub(crate) async fn say_bytes(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The next sentence; nothing once the connection is over.
    pub(crate) async fn hear(&mut self) -> Option<Words> {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if let Some(sentence) = self.decoder.next_sentence().expect("a well-formed stream") {
                return Some(sentence.words().map(|word| String::from_utf8_lossy(word).into_owned()).collect());
            }
            match timeout(PATIENCE, self.stream.read(&mut buffer)).await.expect("an answer in time") {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.decoder.push(&buffer[..count]),
            }
        }
    }

    /// Everything up to `!done`, or to the end of the connection.
    pub(crate) async fn ask(&mut self, words: &[impl AsRef<[u8]>]) -> Vec<Words> {
        self.say(words).await;
        self.rest().await
    }

    pub(crate) async fn rest(&mut self) -> Vec<Words> {
        let mut heard = Vec::new();
        while let Some(words) = self.hear().await {
            let is_last = words[0] == "!done" || words[0] == "!fatal";
            heard.push(words);
            if is_last {
                break;
            }
        }
        heard
    }

    /// The message of the one trap that a command answers.
    pub(crate) async fn trap(&mut self, words: &[impl AsRef<[u8]>]) -> String {
        let heard = self.ask(words).await;
        assert_eq!((heard.len(), &heard[0][0][..], &heard[1][0][..]), (2, "!trap", "!done"), "{heard:?}");
        heard[0].iter().find_map(|word| word.strip_prefix("=message=")).unwrap().to_owned()
    }

    /// Waits until the router closed the connection, and answers how many bytes came before.
    pub(crate) async fn end(&mut self) -> usize {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await.expect("an end in time");
        rest.len()
    }
}
