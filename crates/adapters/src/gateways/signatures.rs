//! Signatures of webhooks, by ring.

#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::STANDARD};
use portero_domain::{
    ports::{MercadoPagoRequest, WebhookSignatures},
    rsa_public_key::RsaPublicKey,
    secret::Secret,
};
use ring::{
    hmac,
    signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};

/// The checks of both gateways' signatures.
///
/// Mercado Pago signs by HMAC-SHA256, which is compared in constant time. Conekta signs by RSA with SHA-256. Conekta's
/// documentation does not name the padding: PKCS#1 v1.5 is assumed.
#[derive(Clone, Copy, Debug, Default)]
pub struct RingSignatures;

impl WebhookSignatures for RingSignatures {
    fn mercado_pago(&self, secret: &Secret, request: &MercadoPagoRequest<'_>) -> bool {
        let Some((ts, tag)) = parts(request.signature) else { return false };
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
        let signs = |id: Option<&str>| {
            let manifest = manifest(id, request.request_id, ts);
            hmac::verify(&key, manifest.as_bytes(), &tag).is_ok()
        };
        // The documentation signs the id in lower case, and the official library signs it as received.
        signs(request.data_id) || request.data_id.is_some_and(|id| signs(Some(&id.to_lowercase())))
    }

    fn conekta(&self, key: &RsaPublicKey, digest: &str, body: &[u8]) -> bool {
        let Ok(signature) = STANDARD.decode(digest.trim()) else { return false };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.pkcs1()).verify(body, &signature).is_ok()
    }
}

/// The text that Mercado Pago signs. A part that is absent is left out. The last semicolon stays.
fn manifest(data_id: Option<&str>, request_id: Option<&str>, ts: &str) -> String {
    let part = |name: &str, value: Option<&str>| value.map(|value| format!("{name}:{value};")).unwrap_or_default();
    part("id", data_id) + &part("request-id", request_id) + &part("ts", Some(ts))
}

/// The time and the tag of `ts=…,v1=…`. Other versions of the tag are passed over. The time is in seconds or in
/// milliseconds. It is signed as it is written.
fn parts(signature: &str) -> Option<(&str, Vec<u8>)> {
    let (mut ts, mut tag) = (None, None);
    for part in signature.split(',') {
        let (name, value) = part.split_once('=')?;
        let place = match name.trim() {
            "ts" => &mut ts,
            "v1" => &mut tag,
            _ => continue,
        };
        // Two values of one name leave open which one was checked.
        if place.replace(value.trim()).is_some() {
            return None;
        }
    }
    let ts = ts.filter(|ts| !ts.is_empty() && ts.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((ts, bytes_of_hex(tag?)?))
}

fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}
