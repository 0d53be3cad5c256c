use portero_domain::change::Change;
use serde::{Deserialize, Deserializer};

use super::{Fault, Faults, Given};

/// A text of an edit that `null` removes, like `""`. Only a missing field keeps the text.
///
/// Such a field needs `#[serde(default)]`. Without it serde takes a missing field for `null`.
#[derive(Debug, Default)]
pub struct Nullable(Option<Given<String>>);

impl<'de> Deserialize<'de> for Nullable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Given::deserialize(deserializer).map(|given| Self(Some(given)))
    }
}

impl Nullable {
    /// The requested change.
    pub fn change<V, E: Into<Fault>>(
        self,
        faults: &mut Faults,
        field: &str,
        parse: impl FnOnce(&str) -> Result<V, E>,
    ) -> Option<Change<V>> {
        match self.0 {
            None => Some(Change::Keep),
            Some(Given(None)) => Some(Change::Clear),
            Some(given) => given.change(faults, field, parse),
        }
    }
}

#[cfg(test)]
mod tests {
    use portero_domain::router::Location;

    use super::*;

    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        ubicacion: Nullable,
    }

    fn read(json: &str) -> (Option<Change<Location>>, Vec<&'static str>) {
        let body: Body = serde_json::from_str(json).unwrap();
        let mut faults = Faults::in_body();
        let change = body.ubicacion.change(&mut faults, "ubicacion", Location::parse);
        (change, faults.found.into_iter().map(|fault| fault.kind).collect())
    }

    #[test]
    fn left_out_null_empty_and_given_are_told_apart() {
        let lobby = Location::parse("Lobby").unwrap();
        for (json, change) in [
            ("{}", Change::Keep),
            (r#"{"ubicacion": null}"#, Change::Clear),
            (r#"{"ubicacion": ""}"#, Change::Clear),
            (r#"{"ubicacion": "  "}"#, Change::Clear),
            (r#"{"ubicacion": " Lobby "}"#, Change::Set(lobby)),
        ] {
            assert_eq!(read(json), (Some(change), vec![]), "{json}");
        }
    }

    #[test]
    fn what_is_no_text_is_a_fault() {
        assert_eq!(read(r#"{"ubicacion": 7}"#), (None, vec!["string_type"]));
        assert_eq!(read(r#"{"ubicacion": "a\u0000"}"#), (None, vec!["value_error"]));
    }
}
