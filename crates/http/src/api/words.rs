//! Values that the wire writes as one of a few words.

/// A domain value on the wire.
pub(crate) trait Words: Copy {
    /// The domain's type.
    type Value: Copy;

    /// Every word, in the order of the documentation.
    const WORDS: &'static [&'static str];

    /// The word for this value.
    fn word(self) -> &'static str;

    /// The value that a word means.
    fn parse(word: &str) -> Option<Self::Value>;
}

/// Defines the wire's words for a domain type, once for responses, requests and the OpenAPI document. A value without a word
/// does not compile.
macro_rules! words {
    ($(#[$doc:meta])* $vis:vis $name:ident of $value:ty { $([$($case:tt)+] => $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis struct $name($vis $value);

        impl $crate::api::words::Words for $name {
            type Value = $value;

            const WORDS: &'static [&'static str] = &[$($word),+];

            fn word(self) -> &'static str {
                match self.0 {
                    $($($case)+ => $word,)+
                }
            }

            fn parse(word: &str) -> Option<$value> {
                match word {
                    $($word => Some($($case)+),)+
                    _ => None,
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::api::words::Words::word(*self))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(<Self as $crate::api::words::Words>::WORDS.iter().copied()))
                    .build()
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use words;
