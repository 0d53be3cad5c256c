//! How access is sold.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use clap::Args;
use portero_adapters::{
    HttpClient, HttpLimits,
    gateways::{Conekta, MercadoPago},
};
use portero_domain::{base_url::BaseUrl, ports::Gateways, purchase::Patience, secret::Secret, text::ForeignId};

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
    /// Seconds that a portal waits for the outcome of a purchase; a fraction is possible
    #[arg(long, env, default_value = "25", value_parser = decimal_number(0.1, 300.0))]
    purchase_answer_seconds: f64,
    /// Minutes that Portero tries to enable a guest who paid, before it refunds; a fraction is possible
    #[arg(long, env, default_value = "15", value_parser = decimal_number(0.01, 1_440.0))]
    purchase_delivery_minutes: f64,
    /// Minutes that Portero looks for a charge that the gateway did not confirm; a fraction is possible
    #[arg(long, env, default_value = "30", value_parser = decimal_number(0.01, 1_440.0))]
    purchase_absent_minutes: f64,
    /// The address of this service on the internet, such as `https://portero.example`; gateways report changes there
    #[arg(long, env, value_parser = base_url)]
    public_base_url: Option<BaseUrl>,
    /// The private key with Conekta of companies without one of their own
    #[arg(long, env, hide_env_values = true, value_parser = conekta_private_key)]
    conekta_default_private_key: Option<Secret>,
    /// The public key with Conekta of companies without any key of their own
    #[arg(long, env, value_parser = conekta_public_key)]
    conekta_default_public_key: Option<ForeignId>,
}

fn base_url(text: &str) -> Result<BaseUrl, &'static str> {
    BaseUrl::parse(text).map_err(|_| "must be an address such as https://portero.example, without query")
}

fn conekta_private_key(text: &str) -> Result<Secret, &'static str> {
    Secret::parse(text).map_err(|_| "must be a text of at most 256 characters")
}

fn conekta_public_key(text: &str) -> Result<ForeignId, &'static str> {
    ForeignId::parse(text).map_err(|_| "must be a text of at most 200 characters")
}

impl PaymentConfig {
    /// How long each wait of a purchase lasts.
    pub(super) fn patience(&self) -> Patience {
        let minutes = |minutes: f64| time::Duration::seconds_f64(minutes * 60.0);
        Patience {
            answer: time::Duration::seconds_f64(self.purchase_answer_seconds),
            delivery: minutes(self.purchase_delivery_minutes),
            absent: minutes(self.purchase_absent_minutes),
            ..Patience::default()
        }
    }

    /// How long a request to a gateway may take.
    pub(super) fn gateway_timeout(&self) -> time::Duration {
        time::Duration::seconds_f64(self.gateway_timeout_seconds)
    }

    /// The address at which gateways reach this service.
    pub(super) fn public_base_url(&self) -> Option<BaseUrl> {
        self.public_base_url.clone()
    }

    /// The private key with Conekta of companies without one of their own.
    pub(super) fn default_conekta_key(&self) -> Option<Secret> {
        self.conekta_default_private_key.clone()
    }

    /// The public key with Conekta of companies without any key of their own.
    pub(super) fn default_conekta_public_key(&self) -> Option<ForeignId> {
        self.conekta_default_public_key.clone()
    }

    /// The addresses of Conekta and Mercado Pago.
    pub(super) fn addresses(&self) -> (String, String) {
        (self.conekta_api_url.clone(), self.mercado_pago_api_url.clone())
    }

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
