use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername, Mac, SoldUser},
    ports::Hotspot,
    router::RouterAccess,
};

use super::GuestError;

/// What a guest shows of themselves, and where.
#[derive(Clone, Copy)]
pub(super) struct Proof<'a> {
    pub(super) hotspot: &'a dyn Hotspot,
    pub(super) router: &'a RouterAccess,
    pub(super) name: &'a HotspotUsername,
    pub(super) password: &'a HotspotPassword,
    /// The device that the guest comes with, where that is known.
    pub(super) device: Option<Mac>,
}

impl Proof<'_> {
    /// Reads the hotspot user of the guest from the router and checks the password.
    ///
    /// A router may have a name once for each hotspot server. Then the device's server decides, and without a device the
    /// password.
    pub(super) async fn sold_user(&self) -> Result<SoldUser, GuestError> {
        let Self { hotspot, router, name, password, device } = *self;
        let rows = hotspot.users(router, &SoldUser::names(name)).await?;
        let mut users = SoldUser::among(&rows, name);
        let sold = match device {
            Some(device) if users.len() > 1 => {
                let host = hotspot.host(router, device).await?;
                SoldUser::on_server(users, host.and_then(|host| host.server).as_ref())
            }
            _ => {
                let right = users.iter().position(|user| user.accepts(password) == Some(true)).unwrap_or(0);
                users.drain(..).nth(right)
            }
        };
        let sold = sold.ok_or(GuestError::UnknownUser)?;
        match sold.accepts(password) {
            Some(true) => {}
            Some(false) => return Err(GuestError::WrongPassword),
            // The router would check it at a log-in, but a log-in alone may already end another guest's session. The log tells
            // the operator what the guest is not told.
            None => {
                let router = &router.router;
                tracing::warn!(%router, "a guest was rejected: Portero's account on the router lacks the policy sensitive");
                return Err(GuestError::PasswordHidden);
            }
        }
        let rows = || sold.leftovers().iter().chain([sold.user()]);
        if let Some(found) = rows().find_map(|user| user.unreadable.as_ref()) {
            let (router, user) = (&router.router, &sold.user().name);
            let (property, value) = (found.property, &found.value);
            tracing::error!(%router, %user, property, %value, "a hotspot user has a value that cannot be read");
            return Err(GuestError::Unreadable);
        }
        Ok(sold)
    }
}
