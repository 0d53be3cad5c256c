use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portero_domain::{
    api_key::{ApiKeyParts, Usage},
    ids::UserId,
    text::{Email, Name},
};
use ring::hmac;
use time::{Duration, macros::datetime};

use super::*;

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";
const HS256: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

fn start() -> Timestamp {
    Timestamp::new(datetime!(2025-01-15 9:00 UTC))
}

fn end() -> Timestamp {
    start().plus(Duration::days(365))
}

fn keys() -> JwtApiKeyTokens {
    JwtApiKeyTokens::new(SECRET).unwrap()
}

fn sessions() -> JwtSessionTokens {
    JwtSessionTokens::new(SECRET).unwrap()
}

fn key() -> ApiKey {
    ApiKey::restore(ApiKeyParts {
        id: KeyId::parse("key_a1b2c3d4e5f6g7h8").unwrap(),
        router: RouterId::parse("RTR_A1B2C3D4").unwrap(),
        company: CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
        issued_at: start(),
        expires_at: end(),
        revoked_at: None,
        usage: Usage::default(),
    })
}

fn key_token() -> String {
    keys().sign(&key()).unwrap().token.expose().to_owned()
}

fn session() -> Session {
    let id = SessionId::parse("ses_a1b2c3d4e5f6g7h8i9j0k1l2m3").unwrap();
    Session::begin(id, UserId::new(7), start(), Duration::days(365))
}

fn person(role: Role) -> UserProfile {
    UserProfile { email: Email::parse("ana@hotel.mx").unwrap(), name: Name::parse("Ana").unwrap(), role }
}

fn session_token() -> String {
    sessions().sign(&session(), &person(Role::SuperAdmin)).unwrap().expose().to_owned()
}

fn encoded(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token with this header and these claims, whatever they say, signed by our secret.
fn signed(algorithm: hmac::Algorithm, header: &str, claims: &str) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims));
    let signature = hmac::sign(&hmac::Key::new(algorithm, SECRET), message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The claims of a token, as JSON.
fn claims_of(token: &str) -> String {
    let body = token.split('.').nth(1).unwrap();
    String::from_utf8(URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[test]
fn a_key_token_says_what_is_documented() {
    let token = key_token();
    assert!(token.starts_with("jwt_eyJ"), "{token}");
    assert_eq!(
        claims_of(&token),
        r#"{"jti":"key_a1b2c3d4e5f6g7h8","iss":"mikrotik-payment-api","sub":"RTR_A1B2C3D4","empresa":"EMP_3A9F1C0B2D","iat":1736931600,"exp":1768467600,"type":"router_api_key"}"#
    );
}

#[test]
fn a_session_token_says_what_is_documented() {
    assert_eq!(
        claims_of(&session_token()),
        r#"{"jti":"ses_a1b2c3d4e5f6g7h8i9j0k1l2m3","sub":"7","email":"ana@hotel.mx","nombre":"Ana","rol":"super_admin","empresa_id":null,"iat":1736931600,"exp":1768467600,"type":"access_token"}"#
    );
    let admin = Role::CompanyAdmin(CompanyId::parse("EMP_3A9F1C0B2D").unwrap());
    let token = sessions().sign(&session(), &person(admin)).unwrap();
    assert!(claims_of(token.expose()).contains(r#""rol":"cliente_admin","empresa_id":"EMP_3A9F1C0B2D""#));
}

/// The signature is the one of RFC 7515's own HMAC: made here by hand, and taken.
#[test]
fn a_token_signed_elsewhere_by_our_secret_is_ours() {
    let token = signed(hmac::HMAC_SHA256, HS256, &claims_of(&key_token()));
    assert_eq!(ApiKeyToken::new(&token).expose(), key_token());
    assert!(keys().verify(&format!("jwt_{token}"), start()).is_ok());
}

#[test]
fn what_was_signed_verifies_to_the_same() {
    let signed = keys().sign(&key()).unwrap();
    let presented = keys().verify(signed.token.expose(), start()).unwrap();
    let parts = key().parts().clone();
    let expected =
        PresentedKey { id: parts.id, router: parts.router, company: parts.company, fingerprint: signed.fingerprint };
    assert_eq!(presented, expected);
    assert_eq!(sessions().verify(&session_token(), start()), Ok(session().id));
}

#[test]
fn the_fingerprint_is_of_the_token_without_its_prefix() {
    let signed = keys().sign(&key()).unwrap();
    let jwt = signed.token.expose().strip_prefix("jwt_").unwrap();
    assert_eq!(signed.fingerprint.bytes().as_slice(), digest::digest(&digest::SHA256, jwt.as_bytes()).as_ref());
}

#[test]
fn a_token_is_good_until_the_very_moment_it_ends() {
    let last = end().plus(-Duration::MICROSECOND);
    assert!(keys().verify(&key_token(), last).is_ok());
    assert_eq!(keys().verify(&key_token(), end()), Err(TokenRefusal::Expired));
    assert!(sessions().verify(&session_token(), last).is_ok());
    assert_eq!(sessions().verify(&session_token(), end()), Err(TokenRefusal::Expired));
}

#[test]
fn a_key_without_its_prefix_is_malformed() {
    let jwt = key_token().split_off("jwt_".len());
    for text in ["", "jwt", "JWT_x", " jwt_x", jwt.as_str()] {
        assert_eq!(keys().verify(text, start()), Err(TokenRefusal::Malformed), "{text:?}");
    }
}

/// Not ours, in every way: told `Invalid` and no more, also when its time is over.
fn refused(token: &str) {
    for now in [start(), end()] {
        assert_eq!(keys().verify(&format!("jwt_{token}"), now), Err(TokenRefusal::Invalid), "{token:?}");
        assert_eq!(sessions().verify(token, now), Err(TokenRefusal::Invalid), "{token:?}");
    }
}

#[test]
fn a_token_of_another_secret_is_invalid() {
    let other = b"another secret of thirty-two byte";
    let token = JwtApiKeyTokens::new(other).unwrap().sign(&key()).unwrap().token;
    assert_eq!(keys().verify(token.expose(), start()), Err(TokenRefusal::Invalid));
    assert_eq!(keys().verify(token.expose(), end()), Err(TokenRefusal::Invalid));
}

#[test]
fn a_token_of_another_algorithm_is_invalid_even_by_our_secret() {
    for claims in [claims_of(&key_token()), claims_of(&session_token())] {
        refused(&signed(hmac::HMAC_SHA384, r#"{"typ":"JWT","alg":"HS384"}"#, &claims));
        refused(&signed(hmac::HMAC_SHA512, r#"{"typ":"JWT","alg":"HS512"}"#, &claims));
        refused(&signed(hmac::HMAC_SHA256, r#"{"typ":"JWT","alg":"RS256"}"#, &claims));
        refused(&signed(hmac::HMAC_SHA256, r#"{"typ":"JWT","alg":"hs256"}"#, &claims));
        for none in ["none", "None", "NONE", ""] {
            let header = format!(r#"{{"typ":"JWT","alg":"{none}"}}"#);
            refused(&signed(hmac::HMAC_SHA256, &header, &claims));
            refused(&format!("{}.{}.", encoded(&header), encoded(&claims)));
        }
        refused(&format!("{}.{}.", encoded(HS256), encoded(&claims)));
    }
}

#[test]
fn each_kind_of_token_is_nothing_to_the_other() {
    assert_eq!(sessions().verify(&key_token(), start()), Err(TokenRefusal::Invalid), "with its prefix");
    let bare = key_token().split_off("jwt_".len());
    assert_eq!(sessions().verify(&bare, start()), Err(TokenRefusal::Invalid), "without it");
    let disguised = format!("jwt_{}", session_token());
    assert_eq!(keys().verify(&disguised, start()), Err(TokenRefusal::Invalid));
}

#[test]
fn a_token_altered_anywhere_is_invalid() {
    let token = key_token();
    for (place, letter) in token.char_indices().skip("jwt_".len()) {
        let mut altered = token.clone();
        altered.replace_range(place..=place, if letter == 'A' { "B" } else { "A" });
        assert_eq!(keys().verify(&altered, start()), Err(TokenRefusal::Invalid), "character {place}");
    }
}

#[test]
fn what_is_added_to_a_token_makes_it_invalid() {
    for more in ["=", "A", ".", " ", "\n", "\0", ".AAAA", "é"] {
        assert_eq!(keys().verify(&format!("{}{more}", key_token()), start()), Err(TokenRefusal::Invalid), "{more:?}");
        let session = format!("{}{more}", session_token());
        assert_eq!(sessions().verify(&session, start()), Err(TokenRefusal::Invalid), "{more:?}");
    }
    let spaced = format!("jwt_ {}", key_token().split_off("jwt_".len()));
    assert_eq!(keys().verify(&spaced, start()), Err(TokenRefusal::Invalid));
}

#[test]
fn what_is_no_token_is_invalid() {
    for text in ["", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "\u{feff}", "null"] {
        refused(text);
    }
}

/// Signed by us and yet not taken: the length alone decides, before any work.
#[test]
fn a_huge_token_is_invalid() {
    let padded = |claims: &str| {
        let (head, brace) = claims.split_at(claims.len() - 1);
        let pad = "x".repeat(MAX_LENGTH);
        signed(hmac::HMAC_SHA256, HS256, &format!(r#"{head},"pad":"{pad}"{brace}"#))
    };
    refused(&padded(&claims_of(&key_token())));
    refused(&padded(&claims_of(&session_token())));
}

#[test]
fn claims_of_another_shape_are_invalid() {
    for (from, to) in [
        (r#""iss":"mikrotik-payment-api""#, r#""iss":"someone""#),
        (r#""type":"router_api_key""#, r#""type":"access_token""#),
        (r#","type":"router_api_key""#, ""),
        (r#""jti":"key_a1b2c3d4e5f6g7h8""#, r#""jti":"key_""#),
        (r#""sub":"RTR_A1B2C3D4""#, r#""sub":"7""#),
        (r#""empresa":"EMP_3A9F1C0B2D""#, r#""empresa":null"#),
        (r#""exp":1768467600"#, r#""exp":"1768467600""#),
        (r#","exp":1768467600"#, ""),
        (r#""exp":1768467600"#, r#""exp":1768467600,"exp":9999999999"#),
    ] {
        let claims = claims_of(&key_token());
        let altered = claims.replace(from, to);
        assert_ne!(altered, claims, "{from}");
        refused(&signed(hmac::HMAC_SHA256, HS256, &altered));
    }
    refused(&signed(hmac::HMAC_SHA256, HS256, "[]"));
    refused(&signed(hmac::HMAC_SHA256, HS256, "not JSON"));
}

/// What the shorter way makes of a token is what jsonwebtoken makes of it.
#[track_caller]
fn judged_alike(token: &str) {
    for now in [start(), end()] {
        let verdict = keys().verify(&format!("jwt_{token}"), now);
        assert_eq!(verdict, keys().verify_any(token, now), "{token:?}");
    }
}

/// What to put in the place of a character.
const OTHERS: [&str; 20] =
    ["", "0", "A", "_", " ", "\"", "\\", "\\u0061", ",", ":", "{", "}", "[", "]", ".", "é", "\0", "-", "1.0", "null"];

/// The text with each of its characters left out, doubled or replaced, and with something put before each.
fn altered(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().flat_map(move |(place, letter)| {
        let (before, after) = (&text[..place], &text[place + letter.len_utf8()..]);
        let replaced = OTHERS.iter().map(move |other| format!("{before}{other}{after}"));
        let inserted = OTHERS.iter().map(move |other| format!("{before}{other}{letter}{after}"));
        replaced.chain(inserted).chain([format!("{before}{letter}{letter}{after}")])
    })
}

/// Else every one would be read the long way, and nothing would tell.
#[test]
fn our_own_keys_are_read_the_short_way() {
    let jwt = key_token().split_off("jwt_".len());
    let longest = claims_of(&jwt).replace("key_a1b2c3d4e5f6g7h8", &format!("key_{}", "z".repeat(32)));
    for jwt in [jwt, signed(hmac::HMAC_SHA256, HS256, &longest)] {
        let mut buffer = [0; _];
        let claims = keys().own_form.claims(&jwt, &mut buffer).unwrap();
        assert_eq!(serde_json::to_string(&claims).unwrap(), claims_of(&jwt));
    }
}

#[test]
fn altered_claims_are_judged_as_jsonwebtoken_judges_them() {
    for claims in altered(&claims_of(&key_token())) {
        judged_alike(&signed(hmac::HMAC_SHA256, HS256, &claims));
    }
}

#[test]
fn an_altered_header_is_judged_as_jsonwebtoken_judges_it() {
    for header in altered(HS256) {
        judged_alike(&signed(hmac::HMAC_SHA256, &header, &claims_of(&key_token())));
    }
}

#[test]
fn an_altered_token_is_judged_as_jsonwebtoken_judges_it() {
    for token in altered(&key_token().split_off("jwt_".len())) {
        judged_alike(&token);
    }
}

#[test]
fn claims_beside_ours_are_judged_as_jsonwebtoken_judges_them() {
    let claims = claims_of(&key_token());
    let more = [
        r#""aud":"someone""#,
        r#""aud":[]"#,
        r#""aud":null"#,
        r#""nbf":1,"nbf":2"#,
        r#""nbf":9999999999"#,
        r#""exp":9999999999"#,
        r#""pad":"x""#,
        r#""pad":1e999"#,
    ];
    for more in more {
        judged_alike(&signed(hmac::HMAC_SHA256, HS256, &claims.replace('}', &format!(",{more}}}"))));
        judged_alike(&signed(hmac::HMAC_SHA256, HS256, &claims.replace('{', &format!("{{{more},"))));
    }
    let values: serde_json::Value = serde_json::from_str(&claims).unwrap();
    let values: Vec<_> = values.as_object().unwrap().values().collect();
    let listed = serde_json::to_string(&values).unwrap();
    for shape in [listed, format!(" {claims}"), format!("{claims}\n"), claims.repeat(2), String::new()] {
        judged_alike(&signed(hmac::HMAC_SHA256, HS256, &shape));
    }
}

#[test]
fn a_short_secret_is_refused() {
    assert_eq!(JwtApiKeyTokens::new(&[7; 31]).err(), Some(SecretTooShort));
    assert_eq!(JwtSessionTokens::new(&[7; 31]).err(), Some(SecretTooShort));
}

#[test]
fn debug_shows_no_secret() {
    assert_eq!(
        format!("{:?}{:?}", keys(), sessions()),
        "JwtApiKeyTokens { signer: Signer(…), own_form: OwnForm(…) }JwtSessionTokens(Signer(…))"
    );
}
