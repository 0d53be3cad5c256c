//! How access is sold.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use clap::Args;
use portero_adapters::{
    HttpClient, HttpLimits,
    gateways::{Conekta, MercadoPago},
};
use portero_domain::ports::Gateways;

use super::value::decimal_number;

/// How access is sold.
#[derive(Args, Debug)]
pub(crate) struct PaymentConfig {
    /// The address of Conekta; `http` is for this machine only
    #[arg(long, env, default_value = "https://api.conekta.io")]
    conekta_api_url: String,
    /// The address of Mercado Pago; `http` is for this machine only
    #[arg(long, env, default_value = "https://api.mercadopago.com")]
    mercado_pago_api_url: String,
    /// Seconds that a request to a gateway may take; a fraction is possible
    #[arg(long, env, default_value = "20", value_parser = decimal_number(0.1, 300.0))]
    gateway_timeout_seconds: f64,
}

impl PaymentConfig {
    /// The gateways.
    pub(crate) fn gateways(&self) -> anyhow::Result<Gateways> {
        Ok(Gateways {
            conekta: Arc::new(Conekta::new(self.client("CONEKTA_API_URL", &self.conekta_api_url)?)),
            mercado_pago: Arc::new(MercadoPago::new(self.client("MERCADO_PAGO_API_URL", &self.mercado_pago_api_url)?)),
        })
    }

    fn client(&self, variable: &str, url: &str) -> anyhow::Result<HttpClient> {
        let timeout = Duration::from_secs_f64(self.gateway_timeout_seconds);
        let limits = HttpLimits { timeout, ..HttpLimits::default() };
        HttpClient::new(url, limits).map_err(|problem| anyhow!("{variable} cannot be used: {problem}."))
    }
}
