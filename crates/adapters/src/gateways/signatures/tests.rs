use base64::{Engine, engine::general_purpose::STANDARD};
use portero_domain::{
    ports::{MercadoPagoRequest, WebhookSignatures},
    rsa_public_key::RsaPublicKey,
    secret::Secret,
};
use portero_gateways_sim::PUBLIC_KEY;
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair},
};
use serde_json::Value;

use super::{RingSignatures, manifest};

const BODY: &[u8] = br#"{"id":"evt_1","type":"order.paid"}"#;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../gateways-sim/specs/mercadopago-webhook-vectors.json")).unwrap()
}

fn accepts(secret: &str, signature: &str, request_id: Option<&str>, data_id: Option<&str>) -> bool {
    let request = MercadoPagoRequest { signature, request_id, data_id };
    RingSignatures.mercado_pago(&Secret::new(secret.to_owned()), &request)
}

/// The header that the secret makes for this text.
fn signed(secret: &str, ts: &str, manifest: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), manifest.as_bytes());
    tag.as_ref().iter().fold(format!("ts={ts},v1="), |hex, byte| hex + &format!("{byte:02x}"))
}

#[test]
fn the_vectors_that_the_official_library_accepts_are_accepted() {
    let vectors = vectors();
    let secret = vectors["secret"].as_str().unwrap();
    let valid = vectors["valid"].as_array().unwrap();
    assert_eq!(valid.len(), 3);
    for vector in valid {
        let (request_id, data_id) = (vector["x_request_id"].as_str(), vector["data_id"].as_str());
        let signature = vector["x_signature"].as_str().unwrap();
        assert!(accepts(secret, signature, request_id, data_id), "{vector}");
        assert!(!accepts("another", signature, request_id, data_id), "{vector}");
        assert!(!accepts(secret, signature, request_id, Some("9")), "{vector}");
        assert!(!accepts(secret, signature, Some("r-9"), data_id), "{vector}");
        assert!(!accepts(secret, &signature.replace("ts=1", "ts=2"), request_id, data_id), "{vector}");
    }
}

#[test]
fn the_vectors_that_the_official_library_rejects_are_rejected() {
    let vectors = vectors();
    let invalid = vectors["invalid"].as_array().unwrap();
    assert_eq!(invalid.len(), 6);
    for vector in invalid {
        // A request without the header is rejected before anything is checked.
        let signature = vector["x_signature"].as_str().unwrap_or_default();
        for (request_id, data_id) in [(Some("r-1"), Some("123456")), (None, Some("123456")), (None, None)] {
            assert!(!accepts("your_secret_key_here", signature, request_id, data_id), "{vector}");
        }
    }
}

#[test]
fn an_id_is_signed_as_received_or_in_lower_case() {
    for (id, signed_id) in [("ORD01JQ", "ORD01JQ"), ("ORD01JQ", "ord01jq"), ("ord01jq", "ord01jq")] {
        let signature = signed("s", "1742505638683", &manifest(Some(signed_id), Some("R-1"), "1742505638683"));
        assert!(accepts("s", &signature, Some("R-1"), Some(id)), "{id} {signed_id}");
        assert!(!accepts("s", &signature, Some("r-1"), Some(id)), "only the id has two spellings");
    }
    let signature = signed("s", "1", "id:ORD01JQ;ts:1;");
    assert!(!accepts("s", &signature, None, Some("ord01jq")));
}

#[test]
fn a_header_may_have_blanks_and_another_version_but_each_value_once() {
    let good = signed("s", "1", "id:7;ts:1;");
    let (ts, tag) = good.split_once(',').unwrap();
    for same in [format!(" {ts} , {tag} "), format!("{tag},{ts}"), format!("{ts},v2=00,{tag}"), good.to_uppercase()] {
        let same = same.replace("TS=", "ts=").replace("V1=", "v1=");
        assert!(accepts("s", &same, None, Some("7")), "{same}");
    }
    for bad in [
        format!("{ts},{ts},{tag}"),
        format!("{ts},{tag},{tag}"),
        format!("{ts},{tag}0"),
        format!("{ts},{tag}00"),
        format!("{ts},{tag},"),
        good[..good.len() - 2].to_owned(),
        good.replace("ts=1", "ts="),
        good.replace("ts=1", "ts=+1"),
        ts.to_owned(),
        format!("{ts},v1="),
        format!("{ts},v1=ñ"),
    ] {
        assert!(!accepts("s", &bad, None, Some("7")), "{bad}");
    }
}

/// Signs the body by the private half of the simulator's key.
fn digest(padding: &'static dyn RsaEncoding) -> String {
    let key = RsaKeyPair::from_pkcs8(include_bytes!("../../../../gateways-sim/keys/webhook.pk8")).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(padding, &SystemRandom::new(), BODY, &mut signature).unwrap();
    STANDARD.encode(signature)
}

#[test]
fn a_body_is_accepted_with_its_own_digest_only() {
    let accepts =
        |digest: &str, body: &[u8]| RingSignatures.conekta(&RsaPublicKey::parse(PUBLIC_KEY).unwrap(), digest, body);
    let good = digest(&RSA_PKCS1_SHA256);
    assert!(accepts(&good, BODY));
    assert!(accepts(&format!(" {good} "), BODY));
    assert!(!accepts(&good, &[BODY, b" "].concat()));
    assert!(!accepts(&digest(&RSA_PSS_SHA256), BODY));
    for bad in ["", "AAAA", "not base64", &good[4..], &good.replace('=', "")] {
        assert!(!accepts(bad, BODY), "{bad}");
    }
    let other = RsaPublicKey::parse(include_str!("../../../../domain/keys/rsa_2048.pub.pem")).unwrap();
    assert!(!RingSignatures.conekta(&other, &good, BODY));
}
