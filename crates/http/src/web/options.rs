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
}

impl Options {
    /// Gives requests access to what the shared parts read.
    pub(crate) fn configure(&self, config: &mut ServiceConfig) {
        config.app_data(Data::clone(&self.trusted_proxies));
        if let Some(limits) = &self.limits {
            config.app_data(Data::clone(limits));
        }
    }
}
