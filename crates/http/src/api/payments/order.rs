//! What a portal orders, in Spanish or in English. The Spanish field counts if both are sent.

use std::{net::IpAddr, str::FromStr};

use portero_application::purchases::{AccessOrder, GuestDevice, PurchaseKey};
use portero_domain::{
    gateway::Gateway,
    hotspot::Mac,
    ids::ProductId,
    money::Money,
    ports::Card,
    purchase::{Customer, GuestKind},
    secret::Secret,
    text::{Email, ForeignId, Link, Name, Phone},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::{
    error::ApiResult,
    fields::{Decimal, Fault, Faults, Given, WireType, as_is},
    hotspot::decoded,
    words::{Words, words},
};

words! {
    /// The kind of hotspot user that is sold.
    pub(crate) SoldKind of GuestKind {
        [GuestKind::UserAndPassword] => "usuario_contrasena",
        [GuestKind::Pin] => "pin",
    }
}

/// A purchase. Each field may have its English name instead.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PurchaseRequest)]
pub(crate) struct Request {
    /// The product. Or `product_id`.
    #[schema(value_type = i64, minimum = 1)]
    producto_id: Given<i64>,
    #[schema(ignore)]
    product_id: Given<i64>,
    /// The card, as the gateway's own script turned it into a token. Or `card_token`, or `token` for Mercado Pago. A token is
    /// good for one purchase.
    #[schema(value_type = String, max_length = 256)]
    token_tarjeta: Given<String>,
    #[schema(ignore)]
    card_token: Given<String>,
    #[schema(ignore)]
    token: Given<String>,
    /// The buyer's name. Or `customer_name`. For Mercado Pago, `payer` may name the buyer instead.
    #[schema(value_type = String, max_length = 100)]
    nombre_cliente: Given<String>,
    #[schema(ignore)]
    customer_name: Given<String>,
    /// The buyer's e-mail. Or `customer_email`. For Mercado Pago, `payer` may have it instead.
    #[schema(value_type = String, format = Email, max_length = 254)]
    email_cliente: Given<String>,
    #[schema(ignore)]
    customer_email: Given<String>,
    /// The buyer's telephone number. Or `customer_phone`.
    #[schema(value_type = Option<String>, max_length = 30, required = false)]
    telefono_cliente: Given<String>,
    #[schema(ignore)]
    customer_phone: Given<String>,
    /// The kind of hotspot user. Or `user_type`. Default: `usuario_contrasena`.
    #[schema(value_type = Option<SoldKind>, required = false)]
    tipo_usuario: Given<String>,
    #[schema(ignore)]
    user_type: Given<String>,
    /// The MAC address of the guest's device. Or `mac_address`. It may be percent-encoded. A text that is no address is ignored.
    #[schema(value_type = Option<String>, required = false, example = "DA:7B:4F:12:34:56")]
    mac_cliente: Given<String>,
    #[schema(ignore)]
    mac_address: Given<String>,
    /// The IP address of the device. Or `ip_address`. A text that is no address is ignored.
    #[schema(value_type = Option<String>, required = false, example = "10.5.50.23")]
    ip_cliente: Given<String>,
    #[schema(ignore)]
    ip_address: Given<String>,
    /// Whether Portero logs the guest in. Or `auto_connect`.
    #[schema(value_type = Option<bool>, required = false)]
    conexion_automatica: Given<bool>,
    #[schema(ignore)]
    auto_connect: Given<bool>,
    /// Where the bank sends the cardholder after a confirmation (3DS). Without it none is asked for.
    #[schema(value_type = Option<String>, max_length = 500, required = false)]
    url_retorno: Given<String>,
    /// Mercado Pago: the price that the portal showed. Or `transaction_amount`.
    #[schema(value_type = Option<f64>, required = false)]
    monto: Given<Decimal>,
    #[schema(ignore)]
    transaction_amount: Given<Decimal>,
    /// Mercado Pago: the card's brand.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    payment_method_id: Given<String>,
    /// Mercado Pago: the card's bank, a text or a number.
    #[schema(value_type = Option<String>, required = false)]
    issuer_id: Given<Decimal>,
    /// Mercado Pago: in how many parts the cardholder pays. Or `installments`. Default: 1.
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 36, required = false)]
    cuotas: Given<i64>,
    #[schema(ignore)]
    installments: Given<i64>,
    /// Mercado Pago: the session of its script in the browser.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    device_id: Given<String>,
    /// Mercado Pago: the buyer, if `nombre_cliente` and `email_cliente` are missing.
    #[schema(value_type = Option<Payer>, required = false)]
    payer: Given<Payer>,
}

/// A buyer as Mercado Pago's script names it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PurchasePayer)]
pub(crate) struct Payer {
    #[schema(value_type = Option<String>, required = false)]
    email: Given<String>,
    #[schema(value_type = Option<String>, required = false)]
    first_name: Given<String>,
}

impl WireType for Payer {
    fn wrong_type() -> Fault {
        Fault::new("dict_type", "Debe ser un objeto")
    }
}

/// An order, and what to do once it is delivered.
pub(crate) struct Ordered {
    pub(crate) order: AccessOrder,
    pub(crate) connect: Option<Connect>,
}

/// A guest's wish to be logged in. The device is missing if the portal does not know it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connect {
    pub(crate) device: Option<GuestDevice>,
}

impl Request {
    /// The order at this gateway.
    pub(crate) fn parse(self, gateway: Gateway, key: Option<PurchaseKey>) -> ApiResult<Ordered> {
        let mut faults = Faults::in_body();
        let is_mercado_pago = gateway == Gateway::MercadoPago;
        let payer = self.payer.or_default(&mut faults, "payer");
        let product = self.producto_id.or(self.product_id).required(&mut faults, "producto_id", |&id: &i64| {
            ProductId::parse(&id.to_string()).ok_or_else(|| Fault::range(1, i64::MAX))
        });
        let token = self.token_tarjeta.or(self.card_token).or(self.token);
        let token = token.required(&mut faults, "token_tarjeta", Secret::parse);
        let name = self.nombre_cliente.or(self.customer_name).or(payer.first_name);
        let name = name.required(&mut faults, "nombre_cliente", Name::parse);
        let email = self.email_cliente.or(self.customer_email).or(payer.email);
        let email = email.required(&mut faults, "email_cliente", Email::parse);
        let phone = self.telefono_cliente.or(self.customer_phone);
        let phone = phone.optional_text(&mut faults, "telefono_cliente", Phone::parse);
        let kind = self.tipo_usuario.or(self.user_type).optional(&mut faults, "tipo_usuario", |word: &str| {
            SoldKind::parse(word).ok_or_else(|| Fault::value("Debe ser 'usuario_contrasena' o 'pin'"))
        });
        let device = self
            .mac_cliente
            .or(self.mac_address)
            .optional_text(&mut faults, "mac_cliente", |raw| Ok::<_, Fault>(address::<Mac>(raw)));
        let ip = self
            .ip_cliente
            .or(self.ip_address)
            .optional_text(&mut faults, "ip_cliente", |raw| Ok::<_, Fault>(address::<IpAddr>(raw)));
        let connect = self.conexion_automatica.or(self.auto_connect);
        let connect = connect.optional(&mut faults, "conexion_automatica", as_is::<bool>);
        let return_url = self.url_retorno.optional_text(&mut faults, "url_retorno", Link::parse);
        let shown_price = self.monto.or(self.transaction_amount);
        let shown_price = if is_mercado_pago {
            shown_price.required(&mut faults, "monto", Money::parse).map(Some)
        } else {
            Some(None)
        };
        let method = if is_mercado_pago {
            self.payment_method_id.required(&mut faults, "payment_method_id", ForeignId::parse).map(Some)
        } else {
            Some(None)
        };
        let issuer = self.issuer_id.optional(&mut faults, "issuer_id", issuer);
        let installments = self.cuotas.or(self.installments).optional(&mut faults, "cuotas", |&parts: &i64| {
            u8::try_from(parts).ok().filter(|parts| (1..=36).contains(parts)).ok_or_else(|| Fault::range(1, 36))
        });
        let session = self.device_id.optional_text(&mut faults, "device_id", visible);
        faults.finish(|| {
            let card = Card {
                token: token?,
                method: method?.map(|method| method.as_str().to_owned()),
                issuer: issuer?,
                installments: installments?.unwrap_or(1),
                device: session?,
            };
            let order = AccessOrder {
                gateway,
                product: product?,
                card,
                customer: Customer { name: name?, email: email?, phone: phone? },
                kind: kind?.unwrap_or(GuestKind::UserAndPassword),
                shown_price: shown_price?,
                return_url: return_url?.map(|url| url.as_str().to_owned()),
                key,
            };
            let (mac, address) = (device?.flatten(), ip?.flatten());
            let device = mac.map(|mac| GuestDevice { mac, address });
            let connect = connect?.unwrap_or(false).then_some(Connect { device });
            Some(Ordered { order, connect })
        })
    }
}

/// The address of a device. It only helps to log the guest in, so a text that is none is no fault.
fn address<T: FromStr>(raw: &str) -> Option<T> {
    decoded(raw).ok()?.trim().parse().ok()
}

fn issuer(raw: &str) -> Result<String, Fault> {
    let fits = (1..=20).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { Ok(raw.to_owned()) } else { Err(Fault::value("Formato inválido")) }
}

/// A text that is sent in a header.
fn visible(raw: &str) -> Result<String, Fault> {
    let fits = (1..=200).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(raw.to_owned()) } else { Err(Fault::value("Formato inválido")) }
}
