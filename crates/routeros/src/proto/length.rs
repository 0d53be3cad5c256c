//! The length prefix of a word: one to five bytes, the most significant first.

/// A first byte that begins no length.
///
/// The manual reserves bytes from `0xF8` on. `0xF1` to `0xF7` have no documented meaning, and clients disagree about
/// them. The following bytes cannot be framed, so the connection must be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the byte {0:#04x} does not begin a length")]
pub struct ReservedPrefix(pub u8);

/// Appends the shortest prefix of a word of `len` bytes.
pub fn encode_length(len: u32, out: &mut Vec<u8>) {
    let [a, b, c, d] = len.to_be_bytes();
    match len {
        0..=0x7F => out.push(d),
        0x80..=0x3FFF => out.extend_from_slice(&[c | 0x80, d]),
        0x4000..=0x1F_FFFF => out.extend_from_slice(&[b | 0xC0, c, d]),
        0x20_0000..=0x0FFF_FFFF => out.extend_from_slice(&[a | 0xE0, b, c, d]),
        0x1000_0000.. => out.extend_from_slice(&[0xF0, a, b, c, d]),
    }
}

/// The length at the start of `bytes` and the size of its prefix, or nothing if the prefix is incomplete.
///
/// A prefix that is longer than necessary is accepted.
pub fn decode_length(bytes: &[u8]) -> Result<Option<(u32, usize)>, ReservedPrefix> {
    let Some(&first) = bytes.first() else { return Ok(None) };
    let (size, mask) = match first {
        0..=0x7F => return Ok(Some((u32::from(first), 1))),
        0x80..=0xBF => (2, 0x3F),
        0xC0..=0xDF => (3, 0x1F),
        0xE0..=0xEF => (4, 0x0F),
        0xF0 => (5, 0),
        0xF1.. => return Err(ReservedPrefix(first)),
    };
    let Some(rest) = bytes.get(1..size) else { return Ok(None) };
    let len = rest.iter().fold(u32::from(first & mask), |len, &byte| len << 8 | u32::from(byte));
    Ok(Some((len, size)))
}
