//! What the captive portals sell.

mod create_product;
mod edit_product;
mod find_product;
mod list_products;
mod withdraw_product;

pub use self::{
    create_product::{CreateProduct, CreateProductError},
    edit_product::{EditProduct, EditProductError},
    find_product::FindProduct,
    list_products::ListProducts,
    withdraw_product::WithdrawProduct,
};
