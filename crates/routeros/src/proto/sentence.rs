//! Sentences, borrowed and owned: words as bytes, exactly as they are on the wire.

use std::fmt;

use super::length::{decode_length, encode_length};

/// Why bytes cannot be a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// An empty word ends the sentence, so none can be inside of it.
    #[error("an empty word ends a sentence")]
    Empty,
    /// The word has more bytes than a length prefix can say.
    #[error("a word of {0} bytes is too long")]
    TooLong(usize),
}

/// A complete sentence, borrowed: one word or more, none of them empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    /// The words with their prefixes, without the empty word at the end.
    raw: &'a [u8],
}

impl<'a> Sentence<'a> {
    /// The sentence in `raw`, of which the caller knows that it is complete words, none empty.
    pub(super) const fn trusted(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The words with their prefixes, without the empty word at the end.
    pub(super) const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// The words, in order.
    pub const fn words(self) -> Words<'a> {
        Words { rest: self.raw }
    }

    /// The first word: a command (`/login`) or the kind of a reply (`!done`). Empty only for a sentence without words.
    pub fn first(self) -> &'a [u8] {
        self.words().next().unwrap_or_default()
    }

    /// The value of `.tag`, wherever in the sentence it is.
    pub fn tag(self) -> Option<&'a [u8]> {
        self.words().skip(1).find_map(|word| word.strip_prefix(b".tag="))
    }

    /// The attributes (`=name=value`), in order and wherever in the sentence they are.
    ///
    /// A value may be empty and may hold `=`. A word `=name` alone is an attribute whose value is empty.
    pub fn attributes(self) -> Attributes<'a> {
        let mut words = self.words();
        words.next();
        Attributes { words }
    }

    /// The value of the first attribute with that name.
    pub fn attribute(self, name: &str) -> Option<&'a [u8]> {
        self.attributes().find_map(|(other, value)| (other == name.as_bytes()).then_some(value))
    }

    /// Appends the sentence as it goes over the wire, the empty word at its end included.
    pub fn encode(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.raw);
        out.push(0);
    }

    /// The sentence, owned.
    pub fn to_buf(self) -> SentenceBuf {
        SentenceBuf { raw: self.raw.to_vec() }
    }
}

/// Shows the words; the values of passwords and other secrets are left out.
impl fmt::Debug for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.words().map(Shown)).finish()
    }
}

/// A word for logs and panics.
struct Shown<'a>(&'a [u8]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A query begins with `?` and perhaps an operator; an attribute with `=`.
        let body = self.0.trim_ascii_start();
        let start = body.iter().position(u8::is_ascii_alphanumeric).unwrap_or(body.len());
        let name = body[start..].split(|&byte| byte == b'=').next().unwrap_or_default();
        let secret = [&b"password"[..], b"response", b"secret", b"ret"].iter().any(|part| {
            name.len() >= part.len() && name.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
        });
        if secret && start + name.len() < body.len() {
            return write!(f, "\"{}=…\"", body[..start + name.len()].escape_ascii());
        }
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// The words of a sentence. See [`Sentence::words`].
#[derive(Clone, Debug)]
pub struct Words<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (len, size) = decode_length(self.rest).ok().flatten()?;
        let end = usize::try_from(len).ok()?.checked_add(size)?;
        let word = self.rest.get(size..end)?;
        self.rest = &self.rest[end..];
        Some(word)
    }
}

/// The attributes of a sentence. See [`Sentence::attributes`].
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    words: Words<'a>,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let body = self.words.find_map(|word| word.strip_prefix(b"="))?;
        // Names are short, so a plain loop is faster than a vectorised search.
        let end = body.iter().position(|&byte| byte == b'=').unwrap_or(body.len());
        Some((&body[..end], body.get(end + 1..).unwrap_or_default()))
    }
}

/// A sentence of one's own, put together word by word.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SentenceBuf {
    raw: Vec<u8>,
}

impl SentenceBuf {
    /// A sentence without words, which the other side would ignore.
    pub const fn new() -> Self {
        Self { raw: Vec::new() }
    }

    /// A sentence of these words.
    pub fn of<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Result<Self, WordError> {
        let mut sentence = Self::new();
        words.into_iter().try_for_each(|word| sentence.push(word.as_ref()))?;
        Ok(sentence)
    }

    /// Adds a word. A word that cannot be encoded leaves the sentence unchanged.
    pub fn push(&mut self, word: &[u8]) -> Result<(), WordError> {
        self.push_parts(&[word])
    }

    /// Adds the word that `parts` make up together.
    pub(super) fn push_parts(&mut self, parts: &[&[u8]]) -> Result<(), WordError> {
        let len = parts.iter().map(|part| part.len()).sum();
        if len == 0 {
            return Err(WordError::Empty);
        }
        encode_length(u32::try_from(len).map_err(|_| WordError::TooLong(len))?, &mut self.raw);
        for part in parts {
            self.raw.extend_from_slice(part);
        }
        Ok(())
    }

    /// Adds all words of another sentence.
    pub(super) fn append(&mut self, other: &Self) {
        self.raw.extend_from_slice(&other.raw);
    }

    /// The sentence, to be read or encoded.
    pub fn as_sentence(&self) -> Sentence<'_> {
        Sentence { raw: &self.raw }
    }

    /// Appends the sentence as it goes over the wire, the empty word at its end included.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.as_sentence().encode(out);
    }
}

/// As [`Sentence`]: without secrets.
impl fmt::Debug for SentenceBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_sentence().fmt(f)
    }
}
