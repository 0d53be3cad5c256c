//! The output that waits to be sent, and how it is split.

use std::{collections::VecDeque, time::Duration};

use portero_routeros::proto::encode_length;
use tokio::time::Instant;

use crate::value::Value;

/// How the stream to the client is split. TCP may split it anywhere. These modes make it happen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fragmentation {
    /// As much at once as there is.
    #[default]
    Whole,
    /// A byte at a time.
    Bytes,
    /// Cut behind the first byte of every length prefix, and so inside of the longer ones.
    Prefixes,
    /// Held back for a moment, so that several answers arrive as one piece.
    Coalesced,
}

#[derive(Debug)]
pub(crate) struct Output {
    bytes: VecDeque<u8>,
    cuts: VecDeque<u64>,
    sent: u64,
    put: u64,
    pub(crate) fragmentation: Fragmentation,
    pub(crate) unflushed: bool,
    trickles: bool,
    not_before: Option<Instant>,
}

impl Output {
    pub(crate) fn new(fragmentation: Fragmentation) -> Self {
        Self {
            bytes: VecDeque::new(),
            cuts: VecDeque::new(),
            sent: 0,
            put: 0,
            fragmentation,
            unflushed: false,
            trickles: false,
            not_before: None,
        }
    }

    pub(crate) fn sentence(&mut self, words: &[Value]) {
        for word in words {
            let mut prefix = Vec::with_capacity(5);
            // Nothing that a client may send makes a word of 4 GiB.
            encode_length(u32::try_from(word.len()).unwrap_or(u32::MAX), &mut prefix);
            if self.fragmentation == Fragmentation::Prefixes {
                self.cuts.push_back(self.put + 1);
            }
            self.raw(&prefix);
            self.raw(word);
        }
        self.raw(&[0]);
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        if self.bytes.is_empty() && self.fragmentation == Fragmentation::Coalesced {
            self.not_before = Some(Instant::now() + Duration::from_millis(20));
        }
        self.bytes.extend(bytes);
        self.put += bytes.len() as u64;
    }

    /// From now on a byte a second.
    pub(crate) fn trickle(&mut self) {
        self.trickles = true;
    }

    /// Forgets the last bytes.
    pub(crate) fn cut_off(&mut self, bytes: usize) {
        self.bytes.truncate(self.bytes.len().saturating_sub(bytes));
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn not_before(&self) -> Option<Instant> {
        self.not_before
    }

    /// What to send next.
    pub(crate) fn piece(&mut self) -> &[u8] {
        let one = self.trickles || self.fragmentation == Fragmentation::Bytes;
        while self.cuts.front().is_some_and(|cut| *cut <= self.sent) {
            self.cuts.pop_front();
        }
        let until_cut = self.cuts.front().map(|cut| usize::try_from(cut - self.sent).unwrap_or(usize::MAX));
        let most = if one { 1 } else { until_cut.unwrap_or(usize::MAX) };
        let (front, _) = self.bytes.as_slices();
        &front[..front.len().min(most)]
    }

    pub(crate) fn sent(&mut self, bytes: usize) {
        self.bytes.drain(..bytes);
        self.sent += bytes as u64;
        self.unflushed = true;
        self.not_before = self.trickles.then(|| Instant::now() + Duration::from_secs(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(fragmentation: Fragmentation) -> Vec<Vec<u8>> {
        let mut output = Output::new(fragmentation);
        output.sentence(&[b"!re".to_vec(), vec![b'x'; 200]]);
        output.sentence(&[b"!done".to_vec()]);
        let mut pieces = Vec::new();
        while !output.is_empty() {
            let piece = output.piece().to_vec();
            output.sent(piece.len());
            pieces.push(piece);
        }
        pieces
    }

    #[test]
    fn however_it_is_cut_the_stream_is_the_same() {
        let whole = pieces(Fragmentation::Whole).concat();
        for fragmentation in [Fragmentation::Bytes, Fragmentation::Prefixes, Fragmentation::Coalesced] {
            assert_eq!(pieces(fragmentation).concat(), whole, "{fragmentation:?}");
        }
        assert_eq!(pieces(Fragmentation::Bytes).len(), whole.len());
    }

    #[test]
    fn a_long_prefix_is_cut_in_its_middle() {
        let pieces = pieces(Fragmentation::Prefixes);
        let (first, second) = (&pieces[1], &pieces[2]);
        assert_eq!(first.last(), Some(&0x80), "the first byte of a prefix of two");
        assert_eq!(second.first(), Some(&200));
    }
}
