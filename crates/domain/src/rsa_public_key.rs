//! RSA public keys, with which a gateway's signature is checked.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::text::TextError;

/// An RSA public key of 2,048 to 8,192 bits (`R610`).
///
/// The key is read strictly, and its text is the only spelling of the key: PEM with lines of 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RsaPublicKey {
    pem: String,
    pkcs1: Vec<u8>,
}

impl RsaPublicKey {
    /// The greatest number of characters of a key's text. A key of 8,192 bits has about 1,500.
    pub const MAX: usize = 4_096;

    /// The sizes of an accepted key in bits.
    pub const BITS: std::ops::RangeInclusive<usize> = 2_048..=8_192;

    /// Reads a key in PEM, labelled `PUBLIC KEY` (RFC 7468, section 13).
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.len() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        read(text).ok_or(TextError::Malformed)
    }

    /// The key in PEM, with lines of 64 characters and a line break at the end.
    pub fn as_str(&self) -> &str {
        &self.pem
    }

    /// The key as `RSAPublicKey` of RFC 8017, in DER. This is the form that signature libraries take.
    pub fn pkcs1(&self) -> &[u8] {
        &self.pkcs1
    }
}

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

fn read(text: &str) -> Option<RsaPublicKey> {
    let body = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let body: String = body.split_ascii_whitespace().collect();
    let der = STANDARD.decode(&body).ok()?;
    let pkcs1 = pkcs1_in(&der)?;
    is_acceptable(pkcs1)?.then(|| RsaPublicKey { pem: pem_of(&der), pkcs1: pkcs1.to_vec() })
}

fn pem_of(der: &[u8]) -> String {
    let mut pem = format!("{BEGIN}\n");
    for (place, letter) in STANDARD.encode(der).chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    format!("{pem}\n{END}\n")
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// `AlgorithmIdentifier` of RSA: the object identifier 1.2.840.113549.1.1.1, and NULL.
const RSA: [u8; 15] = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/// The `RSAPublicKey` inside a `SubjectPublicKeyInfo`.
fn pkcs1_in(spki: &[u8]) -> Option<&[u8]> {
    let bits = only(BIT_STRING, only(SEQUENCE, spki)?.strip_prefix(&RSA)?)?;
    // The first byte counts the unused bits at the end. Whole bytes leave none.
    bits.strip_prefix(&[0])
}

/// Whether the modulus has an accepted size and both numbers are odd. `None` when the bytes are no such key.
fn is_acceptable(pkcs1: &[u8]) -> Option<bool> {
    let (modulus, rest) = element(INTEGER, only(SEQUENCE, pkcs1)?)?;
    let (modulus, exponent) = (positive(modulus)?, positive(only(INTEGER, rest)?)?);
    let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    // An exponent of 1 signs nothing. Four bytes hold every exponent in use; the common one is 65,537.
    let is_exponent = is_odd(exponent) && exponent != [1] && exponent.len() <= 4;
    Some(RsaPublicKey::BITS.contains(&bits) && is_odd(modulus) && is_exponent)
}

/// The bytes of a positive integer, without the zero that keeps a high first bit from being a sign.
fn positive(integer: &[u8]) -> Option<&[u8]> {
    match integer {
        [0, number @ ..] if number.first()? >= &0x80 => Some(number),
        [1..=0x7f, ..] => Some(integer),
        _ => None,
    }
}

/// The content of the one element with this tag, if nothing follows it.
fn only(tag: u8, der: &[u8]) -> Option<&[u8]> {
    element(tag, der).filter(|(_, rest)| rest.is_empty()).map(|(content, _)| content)
}

/// The content of the first element, which has this tag, and the bytes after the element. A length has one spelling in DER.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match der.strip_prefix(&[tag])? {
        [short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
        [0x81, long @ 0x80..=0xff, rest @ ..] => (usize::from(*long), rest),
        [0x82, high @ 1..=0xff, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = include_str!("../keys/rsa_1024.pub.pem");
    const GOOD: [&str; 2] = [include_str!("../keys/rsa_2048.pub.pem"), include_str!("../keys/rsa_8192.pub.pem")];
    const OTHER_KIND: &str = include_str!("../keys/ec.pub.pem");

    #[test]
    fn a_key_is_read_and_written_in_one_spelling() {
        for pem in GOOD {
            let key = RsaPublicKey::parse(pem).unwrap();
            assert_eq!(key.as_str(), pem);
            let one_line = pem.replace('\n', " ");
            let windows = format!("\r\n {}", pem.replace('\n', "\r\n"));
            for spelling in [one_line, windows] {
                assert_eq!(RsaPublicKey::parse(&spelling).as_ref(), Ok(&key), "{spelling}");
            }
        }
    }

    #[test]
    fn the_inner_key_is_the_sequence_of_two_numbers() {
        let key = RsaPublicKey::parse(GOOD[0]).unwrap();
        assert_eq!(key.pkcs1().len(), 270, "9 bytes of frame, 257 of modulus, 5 of exponent less one: RFC 8017");
        assert_eq!(key.pkcs1()[..2], [0x30, 0x82]);
        assert!(key.pkcs1().ends_with(&[0x02, 0x03, 1, 0, 1]));
    }

    #[test]
    fn other_keys_and_other_texts_are_refused() {
        let good = GOOD[0];
        let cut = good.replacen("\nMIIB", "\n", 1);
        let private = good.replace("PUBLIC KEY", "PRIVATE KEY");
        let twice = format!("{good}{good}");
        for bad in
            [SMALL, OTHER_KIND, &cut, &private, &twice, "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----", "x"]
        {
            assert_eq!(RsaPublicKey::parse(bad), Err(TextError::Malformed), "{bad}");
        }
        assert_eq!(RsaPublicKey::parse(" \n"), Err(TextError::Empty));
        assert_eq!(RsaPublicKey::parse(&"x".repeat(4_097)), Err(TextError::TooLong { max: 4_096 }));
    }

    /// No byte of the frame has a second spelling, and no cut text panics.
    #[test]
    fn damaged_bytes_are_refused_or_another_key() {
        let key = RsaPublicKey::parse(GOOD[0]).unwrap();
        let body: String = GOOD[0].lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        for place in 0..der.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = der.clone();
                damaged[place] ^= flip;
                if let Ok(read) = RsaPublicKey::parse(&pem_of(&damaged)) {
                    assert!(place > 31 && read != key, "byte {place} ^ {flip:#x}");
                }
            }
            assert_eq!(RsaPublicKey::parse(&pem_of(&der[..place])), Err(TextError::Malformed), "cut at {place}");
        }
    }

    #[test]
    fn an_exponent_that_signs_nothing_is_refused() {
        let body: String = GOOD[0].lines().filter(|line| !line.starts_with('-')).collect();
        let der = STANDARD.decode(body).unwrap();
        // The exponent has the last three bytes: 1, 0, 1.
        for last in [[1, 0, 0], [0, 0, 1], [0xff, 0, 1]] {
            let mut other = der.clone();
            let at = other.len() - 3;
            other[at..].copy_from_slice(&last);
            assert_eq!(RsaPublicKey::parse(&pem_of(&other)), Err(TextError::Malformed), "{last:?}");
        }
    }
}
