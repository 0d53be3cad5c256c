//! Values that identify a router become placeholders, the same one for the same value. Other values stay.

use std::collections::HashMap;

use portero_routeros_sim::Value;

/// Properties whose values describe behaviour and do not identify the router.
const KEPT_PROPERTIES: &[&str] = &[
    ".id",
    ".proplist",
    "add-mac-cookie",
    "architecture-name",
    "board-name",
    "category",
    "count-only",
    "date",
    "default",
    "disabled",
    "dynamic",
    "gmt-offset",
    "idle-timeout",
    "invalid",
    "keepalive-timeout",
    "limit-bytes-in",
    "limit-bytes-out",
    "limit-bytes-total",
    "limit-uptime",
    "login-by",
    "mac-cookie-timeout",
    "max-sessions",
    "port",
    "rate-limit",
    "session-timeout",
    "shared-users",
    "show-sensitive",
    "status-autorefresh",
    "tag",
    "time",
    "tls-version",
    "uptime",
    "use-radius",
    "version",
];

/// Values that are RouterOS's own words wherever they stand.
const KEPT_VALUES: &[&str] = &[
    "",
    "*****",
    "all",
    "api",
    "api-ssl",
    "counters and limits for trial users",
    "default",
    "default-trial",
    "false",
    "ftp",
    "no",
    "none",
    "ssh",
    "telnet",
    "true",
    "winbox",
    "www",
    "www-ssl",
    "yes",
];

/// The placeholders that were given so far.
#[derive(Debug, Default)]
pub(crate) struct Redaction {
    placeholders: HashMap<(String, Value), String>,
    given: HashMap<String, usize>,
}

impl Redaction {
    /// The sentence of these words, fit to be shown.
    pub(crate) fn words(&mut self, words: &[Value]) -> Vec<Value> {
        let fatal = words.first().is_some_and(|word| word == b"!fatal");
        let redacted = words.iter().enumerate().map(|(place, word)| match word.first() {
            Some(b'=' | b'?') => self.word(word),
            // The reason of a `!fatal` is a bare word.
            _ if fatal && place > 0 => self.text(word),
            _ => word.clone(),
        });
        redacted.collect()
    }

    /// `=name=value`, `?name=value` and the like.
    fn word(&mut self, word: &[u8]) -> Value {
        let from = word.iter().take_while(|byte| matches!(byte, b'=' | b'?' | b'<' | b'>' | b'-')).count();
        let Some(at) = word[from..].iter().position(|byte| *byte == b'=').map(|at| from + at) else {
            return word.to_vec();
        };
        let (name, value) = (String::from_utf8_lossy(&word[from..at]).into_owned(), &word[at + 1..]);
        let shown = if name == "message" { self.text(value) } else { self.value(&name, value) };
        [&word[..=at], &shown].concat()
    }

    fn value(&mut self, name: &str, value: &[u8]) -> Value {
        let kept = |kept: &[&str], bytes: &[u8]| kept.iter().any(|kept| kept.as_bytes() == bytes);
        if kept(KEPT_PROPERTIES, name.as_bytes()) || kept(KEPT_VALUES, value) || is_count(name, value) {
            return value.to_vec();
        }
        let given = self.given.entry(name.to_owned()).or_default();
        let placeholder = self.placeholders.entry((name.to_owned(), value.to_vec())).or_insert_with(|| {
            *given += 1;
            format!("<{name}-{given}>")
        });
        placeholder.clone().into_bytes()
    }

    /// A text of the router's, in which a value may be quoted that is a placeholder elsewhere. The longest goes first, as
    /// one value may be a part of another.
    fn text(&self, text: &[u8]) -> Value {
        let text = String::from_utf8_lossy(text).into_owned();
        let mut hidden: Vec<_> =
            self.placeholders.iter().map(|((_, value), placeholder)| (value, placeholder)).collect();
        hidden.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        let shown = hidden.into_iter().fold(text, |text, (value, placeholder)| match std::str::from_utf8(value) {
            Ok(value) => text.replace(value, placeholder),
            Err(_) => text,
        });
        shown.into_bytes()
    }
}

/// `=ret=` is a count, or else the challenge of a login.
fn is_count(name: &str, value: &[u8]) -> bool {
    name == "ret" && value.len() < 10 && value.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(redaction: &mut Redaction, words: &[&str]) -> Vec<String> {
        let words: Vec<Value> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        redaction.words(&words).into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
    }

    #[test]
    fn what_tells_routers_apart_is_the_same_placeholder_each_time() {
        let mut redaction = Redaction::default();
        let login = ["/login", ".tag=1", "=name=svc", "=password=s3cr=t"];
        let shown = ["/login", ".tag=1", "=name=<name-1>", "=password=<password-1>"];
        assert_eq!(redact(&mut redaction, &login), shown);
        let row = [
            "!re",
            ".tag=2",
            "=.id=*1F",
            "=name=AB3C9D",
            "=server=all",
            "=mac-address=AA:BB:CC:DD:EE:01",
            "=password=s3cr=t",
            "=comment=",
            "=disabled=false",
        ];
        let shown = [
            "!re",
            ".tag=2",
            "=.id=*1F",
            "=name=<name-2>",
            "=server=all",
            "=mac-address=<mac-address-1>",
            "=password=<password-1>",
            "=comment=",
            "=disabled=false",
        ];
        assert_eq!(redact(&mut redaction, &row), shown);
        let query =
            ["/ip/hotspot/user/print", "?name=AB3C9D", "?=name=svc", "?>name=svc", "?disabled=no", "?#!", "?name"];
        let shown = [
            "/ip/hotspot/user/print",
            "?name=<name-2>",
            "?=name=<name-1>",
            "?>name=<name-1>",
            "?disabled=no",
            "?#!",
            "?name",
        ];
        assert_eq!(redact(&mut redaction, &query), shown);
    }

    #[test]
    fn a_hidden_password_is_shown_as_hidden_and_a_challenge_is_no_count() {
        let mut redaction = Redaction::default();
        assert_eq!(redact(&mut redaction, &["!re", "=password=*****"]), ["!re", "=password=*****"]);
        assert_eq!(redact(&mut redaction, &["!done", "=ret=2000"]), ["!done", "=ret=2000"]);
        let challenge = "=ret=93438940980057066099672567569905";
        assert_eq!(redact(&mut redaction, &["!done", challenge]), ["!done", "=ret=<ret-1>"]);
    }

    #[test]
    fn a_value_that_an_error_quotes_is_hidden_there_too() {
        let mut redaction = Redaction::default();
        redact(&mut redaction, &["!re", "=name=ana", "=server=anaconda"]);
        let trap = ["!trap", "=category=1", "=message=no more sessions are allowed for user anaconda, ana"];
        let shown = ["!trap", "=category=1", "=message=no more sessions are allowed for user <server-1>, <name-1>"];
        assert_eq!(redact(&mut redaction, &trap), shown);
        assert_eq!(redact(&mut redaction, &["!fatal", "bye ana"]), ["!fatal", "bye <name-1>"]);
    }
}
