//! The address at which others reach this service.

use crate::text::{TextError, tidy};

/// The address of this service on the internet, such as `https://portero.example`. A path may follow the host, for a service
/// behind a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The greatest number of characters.
    pub const MAX: usize = 200;

    /// Reads an address of the web without credentials, query and fragment. A final slash is dropped.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let text = tidy(raw, Self::MAX)?.trim_end_matches('/');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@\\\"<>".contains(&byte));
        if host.is_empty() || host.starts_with(':') || !is_plain {
            return Err(TextError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address of a path of this service. The path begins with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_put_behind_the_address() {
        for (base, whole) in [
            ("https://portero.example", "https://portero.example/a"),
            (" https://portero.example/ ", "https://portero.example/a"),
            ("https://portero.example:8443/wifi//", "https://portero.example:8443/wifi/a"),
            ("http://[::1]:8000", "http://[::1]:8000/a"),
        ] {
            assert_eq!(BaseUrl::parse(base).map(|base| base.at("/a")), Ok(whole.to_owned()));
        }
    }

    #[test]
    fn what_is_no_plain_address_of_the_web_is_refused() {
        for bad in [
            "portero.example",
            "ftp://portero.example",
            "https://",
            "https:///a",
            "https://:80",
            "https://user@portero.example",
            "https://portero.example?a",
            "https://portero.example/#a",
            "https://portero example",
            "https://pörtero.example",
        ] {
            assert_eq!(BaseUrl::parse(bad), Err(TextError::Malformed), "{bad}");
        }
        assert_eq!(BaseUrl::parse(" "), Err(TextError::Empty));
    }
}
