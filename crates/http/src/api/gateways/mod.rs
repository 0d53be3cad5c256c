//! The settings of a company's payment gateways, for its own admins.

mod conekta;
mod credentials;

pub(crate) mod configure_credentials;
pub(crate) mod configure_my_conekta;
pub(crate) mod configure_my_credentials;
pub(crate) mod edit_my_conekta;
pub(crate) mod find_my_conekta;
pub(crate) mod find_my_mercado_pago;

/// The message of a response that shows stored settings.
const SHOWN: &str = "Configuración cargada";
