//! The forms of ids and other texts in the OpenAPI document, taken from the domain's own definitions.
//!
//! A field is known by its name, so a new endpoint with an `empresa_id` documents its form by itself.

use portero_domain::{
    hotspot::Mac,
    ids::{CompanyId, KeyId, PurchaseReference, RouterId, WebhookToken},
    logo::LogoFile,
    network::{CertificateFingerprint, Host},
};
use utoipa::{
    Modify,
    openapi::{
        OpenApi, RefOr, Schema,
        path::{Operation, Parameter},
        schema::{Object, SchemaType, Type},
    },
};

use super::openapi::operations;

/// The forms of fields and parameters, by name.
const BY_NAME: &[(&str, &str)] = &[
    ("empresa_id", CompanyId::PATTERN),
    ("router_id", RouterId::PATTERN),
    ("key_id", KeyId::PATTERN),
    ("file", LogoFile::PATTERN),
    ("host", Host::PATTERN),
    ("huella_tls", CertificateFingerprint::PATTERN),
    ("huella_presentada", CertificateFingerprint::PATTERN),
    ("huella_confirmada", CertificateFingerprint::PATTERN),
    ("mac", Mac::PATTERN),
    ("mac_address", Mac::PATTERN),
    ("nueva_mac", Mac::PATTERN),
    ("webhook_token", WebhookToken::PATTERN),
    ("compra_id", PurchaseReference::PATTERN),
];

/// The forms of `id`, by the schema that it identifies.
const OWN_ID: [(&str, &str); 7] = [
    ("Company", CompanyId::PATTERN),
    ("CompanySummary", CompanyId::PATTERN),
    ("PublicCompany", CompanyId::PATTERN),
    ("Router", RouterId::PATTERN),
    ("RegisteredRouter", RouterId::PATTERN),
    ("TestedRouter", RouterId::PATTERN),
    ("PublicRouter", RouterId::PATTERN),
];

/// The schema whose fingerprint an admin types: with or without colons, in any case.
const TYPED: &str = "CertificateConfirmation";

/// Adds the forms.
pub(super) struct Formats;

impl Modify for Formats {
    fn modify(&self, document: &mut OpenApi) {
        for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
            describe(name, schema);
        }
        for parameter in document.paths.paths.values_mut().flat_map(operations).flat_map(parameters) {
            let name = parameter.name.clone();
            if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema {
                describe_field("", &name, object);
            }
        }
    }
}

fn parameters(operation: &mut Operation) -> impl Iterator<Item = &mut Parameter> {
    operation.parameters.iter_mut().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

fn describe(name: &str, schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            for (field, schema) in &mut object.properties {
                if let RefOr::T(Schema::Object(object)) = schema {
                    describe_field(name, field, object);
                }
            }
        }
        // A schema with the fields of another one.
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(|part| describe(name, part)),
        _ => {}
    }
}

fn describe_field(schema: &str, field: &str, object: &mut Object) {
    if is(&object.schema_type, &Type::String) {
        let table: &[_] = if field == "id" { &OWN_ID } else { BY_NAME };
        let name = if field == "id" { schema } else { field };
        let found = table.iter().find(|(known, _)| *known == name && schema != TYPED);
        object.pattern = found.map(|(_, pattern)| (*pattern).to_owned());
    } else if is(&object.schema_type, &Type::Integer)
        && ["id", "usuario_id", "producto_id", "payment_id"].contains(&field)
    {
        object.minimum = Some(1.into());
    }
}

fn is(schema_type: &SchemaType, wanted: &Type) -> bool {
    match schema_type {
        SchemaType::Type(kind) => kind == wanted,
        SchemaType::Array(kinds) => kinds.contains(wanted),
        SchemaType::AnyValue => false,
    }
}
