//! Any bytes, cut in any way: no panic, nothing kept beyond the limits, and the same sentences as in one piece.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portero_routeros::proto::{DecodeError, Decoder, Limits};

const LIMITS: Limits = Limits { word: 300, sentence: 1000 };

type Sentences = Vec<Vec<Vec<u8>>>;

fuzz_target!(|input: &[u8]| {
    // The first bytes say how the others are cut.
    let (sizes, bytes) = input.split_at(input.len().min(4));
    let cut = decode(bytes, sizes);
    assert_eq!(cut, decode(bytes, &[]));
    for words in cut.0 {
        assert!(words.iter().all(|word| (1..=LIMITS.word).contains(&word.len())));
    }
});

fn decode(bytes: &[u8], sizes: &[u8]) -> (Sentences, Option<DecodeError>) {
    let mut decoder = Decoder::with_limits(LIMITS);
    let (mut sentences, mut rest, mut turn) = (Vec::new(), bytes, 0);
    while !rest.is_empty() {
        let size = if sizes.is_empty() { rest.len() } else { usize::from(sizes[turn % sizes.len()]).max(1) };
        let (piece, after) = rest.split_at(size.min(rest.len()));
        decoder.push(piece);
        loop {
            match decoder.next_sentence() {
                Ok(Some(sentence)) => sentences.push(sentence.words().map(<[u8]>::to_vec).collect()),
                Ok(None) => break,
                Err(error) => return (sentences, Some(error)),
            }
        }
        assert!(decoder.buffered() <= LIMITS.sentence + 5);
        (rest, turn) = (after, turn + 1);
    }
    (sentences, None)
}
