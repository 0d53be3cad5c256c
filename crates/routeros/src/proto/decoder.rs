//! Bytes in, sentences out: whatever way the bytes are cut, and with a bound on what is kept.

use super::length::{ReservedPrefix, decode_length};
use super::sentence::Sentence;

/// How much a peer may say before it is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest word, in bytes.
    pub word: usize,
    /// The longest sentence, in bytes with its prefixes.
    pub sentence: usize,
}

/// 1 MiB a word and 4 MiB a sentence: real words have less than 300 bytes.
impl Default for Limits {
    fn default() -> Self {
        Self { word: 1 << 20, sentence: 4 << 20 }
    }
}

/// Why the bytes cannot be sentences. There is no way to find the next sentence after it: close the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A byte stands where a length should begin, and begins none.
    #[error(transparent)]
    Reserved(#[from] ReservedPrefix),
    /// A word was announced that is longer than [`Limits::word`].
    #[error("a word of {0} bytes was announced, more than is accepted")]
    WordTooLong(u32),
    /// A sentence goes on past [`Limits::sentence`].
    #[error("a sentence goes on past {0} bytes")]
    SentenceTooLong(usize),
}

/// Finds the sentences in a stream of bytes.
///
/// [`push`](Self::push) what was read, then pull with [`next_sentence`](Self::next_sentence) until nothing comes. No
/// memory is set aside for what is only announced, and what stays behind once all sentences were pulled is never more
/// than [`Limits::sentence`] and a prefix. Each byte is looked at once, however the stream is cut.
///
/// ```
/// use portero_routeros::proto::Decoder;
///
/// let mut decoder = Decoder::default();
/// decoder.push(b"\x05!do");
/// assert_eq!(decoder.next_sentence()?, None);
/// decoder.push(b"ne\x00");
/// let sentence = decoder.next_sentence()?.expect("it is complete now");
/// assert_eq!(sentence.first(), b"!done");
/// # Ok::<(), portero_routeros::proto::DecodeError>(())
/// ```
#[derive(Debug, Default)]
pub struct Decoder {
    limits: Limits,
    buffer: Vec<u8>,
    /// Where the sentence begins that is being read. What is before was pulled.
    start: usize,
    /// Where its next word begins. The words before are complete.
    cursor: usize,
    broken: Option<DecodeError>,
}

impl Decoder {
    /// A decoder with other limits than [`Limits::default`].
    pub fn with_limits(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Adds bytes to the end of what is to be read.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        // What was pulled goes once it is half of the buffer, so that moving the rest costs less than it saves.
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.cursor -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete sentence, or nothing until more bytes are pushed. Empty sentences are passed over.
    ///
    /// An error stays: all later calls repeat it.
    pub fn next_sentence(&mut self) -> Result<Option<Sentence<'_>>, DecodeError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        match self.scan() {
            Ok(end) => Ok(end.map(|(start, end)| Sentence::trusted(&self.buffer[start..end]))),
            Err(error) => {
                self.broken = Some(error);
                self.buffer = Vec::new();
                self.start = 0;
                self.cursor = 0;
                Err(error)
            }
        }
    }

    /// How many bytes wait to become a sentence.
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Whether the stream may end here: between two sentences.
    pub fn is_at_boundary(&self) -> bool {
        self.buffered() == 0
    }

    /// Goes on from `cursor` to the end of a sentence, and says where it is.
    fn scan(&mut self) -> Result<Option<(usize, usize)>, DecodeError> {
        while let Some((len, size)) = decode_length(&self.buffer[self.cursor..])? {
            if len == 0 {
                let (start, end) = (self.start, self.cursor);
                self.cursor += size;
                self.start = self.cursor;
                if start < end {
                    return Ok(Some((start, end)));
                }
                continue;
            }
            let word = usize::try_from(len).unwrap_or(usize::MAX);
            if word > self.limits.word {
                return Err(DecodeError::WordTooLong(len));
            }
            let end = self.cursor + size + word;
            if end - self.start > self.limits.sentence {
                return Err(DecodeError::SentenceTooLong(self.limits.sentence));
            }
            if end > self.buffer.len() {
                return Ok(None);
            }
            self.cursor = end;
        }
        Ok(None)
    }
}
