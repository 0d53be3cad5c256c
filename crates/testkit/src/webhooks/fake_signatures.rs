use portero_domain::{
    ports::{MercadoPagoRequest, WebhookSignatures},
    rsa_public_key::RsaPublicKey,
    secret::Secret,
};

/// Signatures that a reader can check: the key and what it signs, in plain text.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeSignatures;

impl FakeSignatures {
    /// The `x-signature` of this request.
    pub fn of_mercado_pago(secret: &str, request_id: Option<&str>, data_id: Option<&str>) -> String {
        format!("{secret} signs {request_id:?} {data_id:?}")
    }

    /// The `DIGEST` of this body.
    pub fn of_conekta(key: &RsaPublicKey, body: &[u8]) -> String {
        format!("the key of {} bytes signs {} bytes", key.pkcs1().len(), body.len())
    }
}

impl WebhookSignatures for FakeSignatures {
    fn mercado_pago(&self, secret: &Secret, request: &MercadoPagoRequest<'_>) -> bool {
        request.signature == Self::of_mercado_pago(secret.expose(), request.request_id, request.data_id)
    }

    fn conekta(&self, key: &RsaPublicKey, digest: &str, body: &[u8]) -> bool {
        digest == Self::of_conekta(key, body)
    }
}
