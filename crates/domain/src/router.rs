//! The device: a MikroTik router that serves a hotspot.

use thiserror::Error;

use crate::{
    Timestamp,
    change::Change,
    company::ActiveCompany,
    ids::{CompanyId, RouterId},
    network::{CertificateFingerprint, Endpoint, Host, Port},
    ports::SecretPlace,
    secret::{Sealed, Secret},
    text::{Name, Notes, text},
};

text! {
    /// Where a router stands, such as "Lobby Piso 1". Up to 200 characters.
    Location, max 200
}
text! {
    /// The user name that Portero logs in to a router with. Up to 64 characters.
    ApiUsername, max 64
}

/// A router as it stands. Any combination of its parts is a valid one, so they are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// Its identity.
    pub id: RouterId,
    /// Whose it is.
    pub company: CompanyId,
    /// What it is called.
    pub name: Name,
    /// Where its API listens.
    pub endpoint: Endpoint,
    /// The certificate that an admin confirmed to be its own. Without one, nothing secret is sent over TLS.
    pub certificate: Option<CertificateFingerprint>,
    /// How Portero logs in to it.
    pub credentials: Credentials,
    /// Where it stands.
    pub location: Option<Location>,
    /// What an admin notes about it.
    pub notes: Option<Notes>,
    /// Whether it sells. An inactive one neither sells nor touches its hotspot (`R213`).
    pub active: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// How Portero logs in to a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The RouterOS user.
    pub username: ApiUsername,
    /// Its password, sealed.
    pub password: Sealed,
    /// Whether to log in in the form of RouterOS before 6.43 (`F10`). Newer ones do not know that login, and an answer to it can
    /// be tried against a list of passwords, so it is never a fallback.
    pub old_login: bool,
}

/// All data for logging in to a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterAccess {
    /// Which router.
    pub router: RouterId,
    /// Where its API listens.
    pub endpoint: Endpoint,
    /// The certificate that it must have, over TLS.
    pub certificate: Option<CertificateFingerprint>,
    /// The RouterOS user.
    pub username: ApiUsername,
    /// Its password.
    pub password: Secret,
    /// Whether to log in in the form of RouterOS before 6.43 (`F10`).
    pub old_login: bool,
}

/// What is known of a router before it has an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterDetails {
    /// What it is called.
    pub name: Name,
    /// Where its API listens.
    pub endpoint: Endpoint,
    /// Where it stands.
    pub location: Option<Location>,
    /// What an admin notes about it.
    pub notes: Option<Notes>,
}

impl RouterDetails {
    /// A router with this name at this address, and none of the optional data.
    pub const fn new(name: Name, endpoint: Endpoint) -> Self {
        Self { name, endpoint, location: None, notes: None }
    }
}

/// Changes to a router. Absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouterEdit {
    /// A new name.
    pub name: Option<Name>,
    /// Another address.
    pub host: Option<Host>,
    /// Another port.
    pub port: Option<Port>,
    /// Whether its API speaks TLS. If absent, a change to port 8728 or 8729 decides (`R1305`). Any other port changes
    /// nothing, so that a router behind a forwarded port does not get its password in clear text.
    pub tls: Option<bool>,
    /// Another RouterOS user.
    pub username: Option<ApiUsername>,
    /// Whether to log in in the form of RouterOS before 6.43 (`F10`).
    pub old_login: Option<bool>,
    /// Where it stands.
    pub location: Change<Location>,
    /// What an admin notes about it.
    pub notes: Change<Notes>,
}

/// The router's password must be given again: the kept one would go where it was not given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the router's password must be given again")]
pub struct PasswordRequired;

/// The router is inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the router is inactive")]
pub struct RouterInactive;

/// The proof that a router is active, which alone may be given keys.
#[derive(Clone, Copy, Debug)]
pub struct ActiveRouter<'a>(&'a Router);

impl ActiveRouter<'_> {
    /// The router's identity.
    pub const fn id(&self) -> &RouterId {
        &self.0.id
    }

    /// Whose it is.
    pub const fn company(&self) -> &CompanyId {
        &self.0.company
    }
}

impl Router {
    /// A new router of an active company. A new router is active (`R209`).
    pub fn register(
        company: ActiveCompany<'_>,
        id: RouterId,
        details: RouterDetails,
        credentials: Credentials,
        now: Timestamp,
    ) -> Self {
        let RouterDetails { name, endpoint, location, notes } = details;
        Self {
            id,
            company: company.id().clone(),
            name,
            endpoint,
            certificate: None,
            credentials,
            location,
            notes,
            active: true,
            created_at: now,
        }
    }

    /// Applies an edit, with a new password, or with the stored one if it goes to no new place (`R220`). The confirmed
    /// certificate stays. A router that moved shows it again. Another router's certificate must be confirmed first.
    pub fn edit(&mut self, edit: RouterEdit, password: Option<Sealed>) -> Result<(), PasswordRequired> {
        let mut edited = self.clone();
        edited.apply(edit);
        edited.replace(self, password)
    }

    /// Confirms a certificate as this router's own. The first one is trusted as it is; in place of another, the password is
    /// needed again.
    pub fn confirm(
        &mut self,
        certificate: CertificateFingerprint,
        password: Option<Sealed>,
    ) -> Result<(), PasswordRequired> {
        let confirmed = Self { certificate: Some(certificate), ..self.clone() };
        confirmed.replace(self, password)
    }

    /// Takes the place of what this router was before.
    ///
    /// A new place needs the password again (`R220`, `R1304`). Otherwise an admin could have the stored password sent to a
    /// listener of their own, in clear text, or to a host with another certificate. The old login needs no password: it
    /// reveals less than clear text.
    fn replace(mut self, before: &mut Self, password: Option<Sealed>) -> Result<(), PasswordRequired> {
        let (to, from) = (&self.endpoint, &before.endpoint);
        let elsewhere = (&to.host, to.port) != (&from.host, from.port);
        let in_the_clear = from.tls && !to.tls;
        let another = before.certificate.is_some() && before.certificate != self.certificate;
        match password {
            Some(password) => self.credentials.password = password,
            None if elsewhere || in_the_clear || another => return Err(PasswordRequired),
            None => {}
        }
        *before = self;
        Ok(())
    }

    fn apply(&mut self, edit: RouterEdit) {
        let RouterEdit { name, host, port, tls, username, old_login, location, notes } = edit;
        let tls = tls.unwrap_or_else(|| match port.filter(|&port| port != self.endpoint.port) {
            Some(Port::API) => false,
            Some(Port::API_TLS) => true,
            _ => self.endpoint.tls,
        });
        self.name = name.unwrap_or_else(|| self.name.clone());
        self.endpoint = Endpoint {
            host: host.unwrap_or_else(|| self.endpoint.host.clone()),
            port: port.unwrap_or(self.endpoint.port),
            tls,
        };
        self.credentials.username = username.unwrap_or_else(|| self.credentials.username.clone());
        self.credentials.old_login = old_login.unwrap_or(self.credentials.old_login);
        location.apply(&mut self.location);
        notes.apply(&mut self.notes);
    }

    /// Where its encrypted password belongs.
    pub fn password_place(&self) -> SecretPlace {
        SecretPlace::RouterPassword(self.company.clone(), self.id.clone())
    }

    /// The data for logging in to it, with the decrypted password.
    pub fn access(&self, password: Secret) -> RouterAccess {
        RouterAccess {
            router: self.id.clone(),
            endpoint: self.endpoint.clone(),
            certificate: self.certificate,
            username: self.credentials.username.clone(),
            password,
            old_login: self.credentials.old_login,
        }
    }

    /// The router as an active one.
    pub fn active(&self) -> Result<ActiveRouter<'_>, RouterInactive> {
        self.active.then_some(ActiveRouter(self)).ok_or(RouterInactive)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn a_router() -> Router {
        Router {
            id: RouterId::parse("RTR_A1B2C3D4").unwrap(),
            company: CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
            name: Name::parse("Router Principal").unwrap(),
            endpoint: Endpoint::new(host("192.168.88.1"), Port::API, None),
            certificate: Some(CertificateFingerprint::new([7; 32])),
            credentials: Credentials {
                username: ApiUsername::parse("svc").unwrap(),
                password: Sealed::new("sealed".into()),
                old_login: true,
            },
            location: Location::parse("Lobby").ok(),
            notes: Notes::parse("Junto al elevador").ok(),
            active: false,
            created_at: Timestamp::new(datetime!(2025-01-15 9:00 UTC)),
        }
    }

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    fn port(number: i64) -> Port {
        Port::new(number).unwrap()
    }

    /// The router after an edit for which its password was given again.
    fn edited(router: Router, edit: RouterEdit) -> Router {
        let mut router = router;
        router.edit(edit, Some(router.credentials.password.clone())).unwrap();
        router
    }

    #[test]
    fn an_edit_that_mentions_nothing_changes_nothing() {
        assert_eq!(edited(a_router(), RouterEdit::default()), a_router());
        let tls_elsewhere = Router { endpoint: Endpoint::new(host("fe80::1"), port(443), Some(true)), ..a_router() };
        assert_eq!(edited(tls_elsewhere.clone(), RouterEdit::default()), tls_elsewhere);
    }

    #[test]
    fn an_edit_changes_what_it_mentions_and_leaves_the_password_the_certificate_and_the_switch() {
        let edit = RouterEdit {
            name: Name::parse("Router Piscina").ok(),
            host: Some(host("router.hotel.mx")),
            port: Some(port(18_729)),
            tls: Some(true),
            username: ApiUsername::parse("portero").ok(),
            old_login: Some(false),
            location: Change::Clear,
            notes: Change::Set(Notes::parse("Clave del armario:\nen recepción").unwrap()),
        };
        let expected = Router {
            name: Name::parse("Router Piscina").unwrap(),
            endpoint: Endpoint { host: host("router.hotel.mx"), port: port(18_729), tls: true },
            credentials: Credentials {
                username: ApiUsername::parse("portero").unwrap(),
                old_login: false,
                ..a_router().credentials
            },
            location: None,
            notes: Notes::parse("Clave del armario:\nen recepción").ok(),
            ..a_router()
        };
        assert_eq!(edited(a_router(), edit), expected);
    }

    #[test]
    fn each_part_is_edited_alone() {
        let edit = RouterEdit { host: Some(host("10.0.0.9")), ..RouterEdit::default() };
        let moved = edited(a_router(), edit);
        assert_eq!(moved, Router { endpoint: Endpoint::new(host("10.0.0.9"), Port::API, None), ..a_router() });
        let edit = RouterEdit { location: Change::Set(Location::parse("Piscina").unwrap()), ..RouterEdit::default() };
        assert_eq!(edited(a_router(), edit), Router { location: Location::parse("Piscina").ok(), ..a_router() });
    }

    #[test]
    fn only_what_is_said_and_mikrotiks_own_ports_switch_tls() {
        for (before, to, said, after) in [
            // MikroTik's ports decide where the port becomes one of them.
            ((8728, false), Some(8729), None, true),
            ((8729, true), Some(8728), None, false),
            ((443, true), Some(8728), None, false),
            // Said twice, they change nothing.
            ((8729, false), Some(8729), None, false),
            ((8728, true), Some(8728), None, true),
            // Any other port leaves it as it is.
            ((8729, true), Some(18_729), None, true),
            ((8728, false), Some(18_728), None, false),
            ((443, true), None, None, true),
            // What is said wins.
            ((8728, false), Some(8729), Some(false), false),
            ((8729, true), Some(8728), Some(true), true),
            ((8729, true), None, Some(false), false),
            ((8728, false), None, Some(true), true),
        ] {
            let (number, tls) = before;
            let router = Router { endpoint: Endpoint::new(host("r"), port(number), Some(tls)), ..a_router() };
            let edit = RouterEdit { port: to.map(port), tls: said, ..RouterEdit::default() };
            let endpoint = edited(router, edit).endpoint;
            assert_eq!(
                endpoint,
                Endpoint { host: host("r"), port: port(to.unwrap_or(number)), tls: after },
                "{before:?}"
            );
        }
    }

    #[test]
    fn a_kept_password_goes_nowhere_new() {
        let tls = Router { endpoint: Endpoint::new(host("r"), Port::API_TLS, None), ..a_router() };
        let edit = RouterEdit::default;
        let needs = |router: &Router, edit: RouterEdit| {
            let mut edited = router.clone();
            let refused = edited.edit(edit, None).is_err();
            assert!(!refused || edited == *router, "what is refused changes nothing");
            refused
        };
        for (router, edit, needed) in [
            (&tls, RouterEdit { host: Some(host("s")), ..edit() }, true),
            (&tls, RouterEdit { port: Some(port(443)), ..edit() }, true),
            (&tls, RouterEdit { port: Some(Port::API), tls: Some(true), ..edit() }, true),
            (&tls, RouterEdit { tls: Some(false), ..edit() }, true),
            (&a_router(), RouterEdit { port: Some(Port::API_TLS), ..edit() }, true),
            (&a_router(), RouterEdit { tls: Some(true), ..edit() }, false),
            (&tls, RouterEdit { host: Some(host("r")), port: Some(Port::API_TLS), tls: Some(true), ..edit() }, false),
            (&tls, RouterEdit { username: ApiUsername::parse("other").ok(), ..edit() }, false),
            (&tls, RouterEdit { old_login: Some(true), location: Change::Clear, ..edit() }, false),
        ] {
            assert_eq!(needs(router, edit.clone()), needed, "{edit:?}");
            let (mut edited, other) = (router.clone(), Sealed::new("other".into()));
            assert_eq!(edited.edit(edit, Some(other.clone())), Ok(()));
            assert_eq!(edited.credentials.password, other);
        }
    }

    #[test]
    fn a_first_certificate_is_trusted_and_another_needs_the_password() {
        let [first, another] = [[7; 32], [8; 32]].map(CertificateFingerprint::new);
        let mut router = Router { certificate: None, ..a_router() };
        assert_eq!(router.confirm(first, None), Ok(()));
        assert_eq!(router, Router { certificate: Some(first), ..a_router() });
        assert_eq!(router.confirm(first, None), Ok(()));
        assert_eq!(router.confirm(another, None), Err(PasswordRequired));
        assert_eq!(router.certificate, Some(first));
        let other = Sealed::new("other".into());
        assert_eq!(router.confirm(another, Some(other.clone())), Ok(()));
        assert_eq!((router.certificate, router.credentials.password), (Some(another), other));
    }

    #[test]
    fn an_access_is_all_that_signing_in_takes() {
        let access = a_router().access(Secret::new("secret".into()));
        let expected = RouterAccess {
            router: a_router().id,
            endpoint: a_router().endpoint,
            certificate: Some(CertificateFingerprint::new([7; 32])),
            username: ApiUsername::parse("svc").unwrap(),
            password: Secret::new("secret".into()),
            old_login: true,
        };
        assert_eq!(access, expected);
        assert!(!format!("{access:?}").contains("\"secret\""));
    }
}
