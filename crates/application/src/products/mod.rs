//! What the captive portals sell.

mod create_product;
mod deactivate_product;
mod edit_product;
mod find_product;
mod list_products;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    create_product::{CreateProduct, CreateProductError},
    deactivate_product::{DeactivateProduct, DeactivateProductError},
    edit_product::{EditProduct, EditProductError},
    find_product::FindProduct,
    list_products::ListProducts,
};

/// The products.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Products {
    pub create: CreateProduct,
    pub list: ListProducts,
    pub find: FindProduct,
    pub edit: EditProduct,
    pub deactivate: DeactivateProduct,
}

impl Products {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            create: CreateProduct { storage: Arc::clone(&ports.storage), clock: Arc::clone(&ports.clock) },
            list: ListProducts { storage: Arc::clone(&ports.storage) },
            find: FindProduct { storage: Arc::clone(&ports.storage) },
            edit: EditProduct { storage: Arc::clone(&ports.storage) },
            deactivate: DeactivateProduct { storage: Arc::clone(&ports.storage) },
        }
    }
}
