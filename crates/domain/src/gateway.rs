//! The payment gateways.

/// A payment gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gateway {
    /// Conekta.
    Conekta,
    /// Mercado Pago.
    MercadoPago,
}

impl Gateway {
    /// Every gateway.
    pub const ALL: [Self; 2] = [Self::Conekta, Self::MercadoPago];

    /// The gateway's name in the store, in ids that Portero derives, and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conekta => "conekta",
            Self::MercadoPago => "mercado_pago",
        }
    }

    /// The gateway with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gateway| gateway.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_found_by_its_name() {
        for gateway in Gateway::ALL {
            assert_eq!(Gateway::named(gateway.name()), Some(gateway));
        }
        assert_eq!(Gateway::named("stripe"), None);
    }
}
