//! The logos that companies upload.

pub(crate) mod set_my_logo;
pub(crate) mod show_logo;

use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, schema::Type};

/// The schema of an image: its bytes, and no text or list.
fn image() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
}
