//! The login of routers older than 6.43: an MD5 digest of the password and a challenge.

use md5::{Digest, Md5};

/// The challenge of a router was not hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the login challenge is not hexadecimal")]
pub struct InvalidChallenge;

/// The value of `=response=` for a challenge, which is the hexadecimal text of `=ret=`.
pub fn legacy_response(password: &[u8], challenge: &[u8]) -> Result<String, InvalidChallenge> {
    let mut digest = Md5::new();
    digest.update([0]);
    digest.update(password);
    digest.update(unhex(challenge).ok_or(InvalidChallenge)?);
    let digest = digest.finalize();
    Ok(digest.iter().fold(String::from("00"), |text, byte| text + &format!("{byte:02x}")))
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.chunks(2).map(|pair| match pair {
        &[high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}
