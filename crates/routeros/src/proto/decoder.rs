//! Bytes in, sentences out, however the bytes are split, with a limit on memory.

use super::length::{ReservedPrefix, decode_length};
use super::sentence::Sentence;

/// The limits of words and sentences.
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

/// Why the bytes are not sentences. The next sentence cannot be found after such an error: close the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A byte at the place of a length does not begin a length.
    #[error(transparent)]
    Reserved(#[from] ReservedPrefix),
    /// A word is announced as longer than [`Limits::word`].
    #[error("a word of {0} bytes was announced, which is above the limit")]
    WordTooLong(u32),
    /// A sentence is longer than [`Limits::sentence`].
    #[error("a sentence is longer than {0} bytes")]
    SentenceTooLong(usize),
}

/// Finds the sentences in a stream of bytes.
///
/// [`push`](Self::push) the bytes that were read. Then call [`next_sentence`](Self::next_sentence) until it returns
/// nothing. No memory is reserved for announced bytes. After all sentences were taken, at most [`Limits::sentence`] and
/// a prefix remain. Each byte is examined once, however the stream is split.
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
    /// Where the current sentence begins. The bytes before it were taken.
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
        // Taken bytes are removed once they are half of the buffer, so that moving the rest costs less than it saves.
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.cursor -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete sentence, or nothing until more bytes are pushed. Empty sentences are skipped.
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

    /// Continues from `cursor` to the end of a sentence, and returns that place.
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
