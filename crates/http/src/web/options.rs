use std::time::Duration;

use actix_web::web::{Data, ServiceConfig};

use super::{caller::TrustedProxies, limits::Limits};

/// What an operator may configure.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The origins whose pages may call the API, such as `https://panel.example`. `*` alone allows any origin.
    pub cors_origins: Vec<String>,
    /// The limits on callers. All workers of the process share them. `None` turns them off.
    pub limits: Option<Data<Limits>>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Data<TrustedProxies>,
    /// How long the body of a request may take.
    pub body_timeout: BodyTimeout,
}

/// How long the body of a request may take, so that a caller who stops halfway does not hold a connection for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyTimeout(pub Duration);

impl Default for BodyTimeout {
    fn default() -> Self {
        Self(Duration::from_secs(10))
    }
}

impl Options {
    /// Gives requests access to what the shared parts read.
    pub(crate) fn configure(&self, config: &mut ServiceConfig) {
        config.app_data(Data::clone(&self.trusted_proxies));
        config.app_data(self.body_timeout);
        if let Some(limits) = &self.limits {
            config.app_data(Data::clone(limits));
        }
    }
}
