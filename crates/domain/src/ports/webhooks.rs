use crate::{rsa_public_key::RsaPublicKey, secret::Secret};

/// Checks the signatures of webhooks. A check is pure: it asks no gateway and reads no clock.
///
/// No check compares the signed time with a clock. The store accepts each event once, which stops replays, and the body is
/// only a hint (`R1903`, `R1909`).
pub trait WebhookSignatures: Send + Sync {
    /// Whether the secret of Mercado Pago's account signed this request.
    fn mercado_pago(&self, secret: &Secret, request: &MercadoPagoRequest<'_>) -> bool;

    /// Whether the key pair of Conekta's account signed this body. `digest` is the header `DIGEST`.
    fn conekta(&self, key: &RsaPublicKey, digest: &str, body: &[u8]) -> bool;
}

/// What Mercado Pago's signature covers. The body is not signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MercadoPagoRequest<'a> {
    /// The header `x-signature`.
    pub signature: &'a str,
    /// The header `x-request-id`, if the request has one.
    pub request_id: Option<&'a str>,
    /// `data.id` of the query, if the query has one. The body's `data.id` is not signed.
    pub data_id: Option<&'a str>,
}
