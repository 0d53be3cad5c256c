//! `server demo`: something to try at once.

mod sale;

use std::{
    io::{self, Write},
    net::SocketAddr,
};

use anyhow::{Context, anyhow, bail};
use portero_application::{
    Application, Mandate,
    companies::NewCompany,
    products::CreateProductError,
    routers::{NewRouter, RouterChanges},
    users::CreateUserError,
};
use portero_domain::{
    company::{Company, GatewayMode},
    filter::RouterFilter,
    money::{Currency, Money},
    network::{Endpoint, Host, Port},
    page::Page,
    product::{HotspotProfile, Offer, ProductDetails},
    router::{ApiUsername, Location, Router, RouterDetails, RouterEdit},
    secret::Secret,
    text::{Email, ForeignId, Name},
    user::{Role, UserProfile},
};

pub(crate) use self::sale::SimulatedGateways;
use crate::{config::FirstSuperAdmin, serve, wiring::Wiring};

const COMPANY: &str = "Hotel Demo";
/// The password of the demo's router.
const PASSWORD: &str = "demo";
const COMPANY_ADMIN: &str = "admin@hotel.example";

/// Adds what is missing of the demo, serves it, and prints how to try it. A simulated router may be given, and simulated
/// payment gateways.
pub(crate) async fn serve(
    wiring: Wiring,
    live: Option<SocketAddr>,
    gateways: Option<SimulatedGateways>,
) -> anyhow::Result<()> {
    if !wiring.bind.iter().all(|address| address.ip().is_loopback()) {
        bail!("BIND_ADDR must be a loopback address for the demo, whose passwords are printed.");
    }
    let person = wiring.first_super_admin.clone();
    let person =
        person.ok_or_else(|| anyhow!("SUPER_ADMIN_INITIAL_EMAIL is not set, and the demo signs in with it."))?;
    let demo = seed(&wiring.application, &person, live).await?;
    let sale = match gateways {
        Some(gateways) => {
            sale::seed(&wiring.application, &demo.company).await?;
            let product = sale::product(&wiring.application, &demo.router).await?;
            sale::walk(&gateways, product)
        }
        None => String::new(),
    };
    serve::serve(wiring, |addresses| {
        let address = addresses.first().context("nothing is listened on")?;
        let walk = walk(*address, &person, &demo);
        let guest = if live.is_some() { walk_of_a_guest(&person, &demo) } else { String::new() };
        write!(io::stdout(), "{walk}{guest}{sale}").context("standard output is closed")
    })
    .await
}

/// What the walk speaks of.
struct Demo {
    company: Company,
    router: Router,
}

/// The demo's company, with an admin, a router and two products. Existing ones stay, except that the router gets its
/// current address.
async fn seed(app: &Application, person: &FirstSuperAdmin, live: Option<SocketAddr>) -> anyhow::Result<Demo> {
    let companies = app.companies.list.execute(Page::default()).await?.items;
    let company = match companies.into_iter().find(|company| company.name.as_str() == COMPANY) {
        Some(company) => company,
        None => app.companies.create.execute(new_company()?).await?,
    };
    let profile = UserProfile {
        email: Email::parse(COMPANY_ADMIN)?,
        name: Name::parse("Admin Demo")?,
        role: Role::CompanyAdmin(company.id.clone()),
    };
    match app.users.create.execute(profile, person.password.clone()).await {
        Ok(_) | Err(CreateUserError::EmailTaken) => {}
        Err(error) => return Err(error.into()),
    }
    let routers = app.routers.list.execute(company.id.clone(), RouterFilter::default(), Page::default()).await?;
    let endpoint = endpoint(live)?;
    let router = match routers.and_then(|routers| routers.items.into_iter().next()) {
        Some(router) if router.endpoint == endpoint || live.is_none() => router,
        Some(router) => {
            app.routers
                .edit
                .execute(Mandate::of_super_admin(company.id.clone()), router.id, moved_to(endpoint)?)
                .await?
        }
        None => app.routers.register.execute(company.id.clone(), new_router(endpoint)?).await?.router,
    };
    for (position, (title, profile, price)) in
        [("1 hora", "1hora", "25.00"), ("24 horas", "24horas", "80.00")].iter().enumerate()
    {
        let offer = offer(&router, title, profile, price, i32::try_from(position)?)?;
        match app.products.create.execute(Mandate::of_super_admin(company.id.clone()), offer).await {
            Ok(_) | Err(CreateProductError::ProfileTaken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Demo { company, router })
}

fn new_company() -> anyhow::Result<NewCompany> {
    Ok(NewCompany {
        name: Name::parse(COMPANY)?,
        contact_email: Email::parse("contacto@hotel.example")?,
        contact_phone: None,
        conekta_mode: GatewayMode::Test,
        conekta_public_key: None,
        conekta_private_key: None,
    })
}

/// The address of the demo's router: the simulated router if it runs, otherwise this machine, where no router is. Any
/// other address could be a real router of the user.
fn endpoint(live: Option<SocketAddr>) -> anyhow::Result<Endpoint> {
    let Some(live) = live else { return Ok(Endpoint::new(Host::parse("127.0.0.1")?, Port::API, None)) };
    let port = Port::new(live.port().into()).context("a router listens on a port")?;
    Ok(Endpoint::new(Host::parse(&live.ip().to_string())?, port, Some(false)))
}

fn moved_to(endpoint: Endpoint) -> anyhow::Result<RouterChanges> {
    let Endpoint { host, port, tls } = endpoint;
    let edit = RouterEdit { host: Some(host), port: Some(port), tls: Some(tls), ..RouterEdit::default() };
    Ok(RouterChanges { edit, password: Some(Secret::parse(PASSWORD)?), ..RouterChanges::default() })
}

fn new_router(endpoint: Endpoint) -> anyhow::Result<NewRouter> {
    let details = RouterDetails {
        location: Some(Location::parse("Lobby")?),
        ..RouterDetails::new(Name::parse("Router Demo")?, endpoint)
    };
    Ok(NewRouter {
        details,
        username: ApiUsername::parse("portero")?,
        password: Secret::parse(PASSWORD)?,
        old_login: false,
    })
}

fn offer(router: &Router, title: &str, profile: &str, price: &str, position: i32) -> anyhow::Result<Offer> {
    Ok(Offer {
        router: router.id.clone(),
        profile: HotspotProfile {
            id: ForeignId::parse(&format!("*{}", position + 1))?,
            name: ForeignId::parse(profile)?,
        },
        title: Name::parse(title)?,
        description: None,
        image: None,
        price: Money::parse(price)?,
        currency: Currency::Mxn,
        details: ProductDetails::default(),
        active: true,
        position,
        featured: false,
    })
}

/// The life of a key, as lines to paste into a shell.
fn walk(address: SocketAddr, person: &FirstSuperAdmin, Demo { company, router }: &Demo) -> String {
    format!(
        r#"
Portero is listening on http://{address} (interface: http://{address}/docs/). Stop it with Ctrl-C.
Super admin: {email} / {password}
Company admin of {company_name} ({company}): {COMPANY_ADMIN} / {password}

The life of a key, to be pasted into another shell:

API=http://{address}
field() {{ sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; }}

# Log in
TOKEN=$(curl -s "$API/api/v1/auth/login" -H 'Content-Type: application/json' -d '{{"email": "{email}", "password": "{password}"}}' | field access_token)

# Create a router; its key is shown once
CREATED=$(curl -s "$API/admin/empresas/{company}/routers" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{{"empresa_id": "{company}", "nombre": "Router Principal", "host": "{host}", "puerto": {port}, "usuario": "{username}", "password": "{PASSWORD}", "ubicacion": "Lobby Piso 1"}}'); echo "$CREATED"
ROUTER=$(echo "$CREATED" | sed 's/.*"id":"\(RTR_[^"]*\)".*/\1/'); KEY=$(echo "$CREATED" | field api_key)

# Call as the router's captive portal
curl -s "$API/api/v1/config/public" -H "X-API-Key: $KEY"; echo

# Regenerate the key
REGENERATED=$(curl -s -X POST "$API/admin/empresas/{company}/routers/$ROUTER/regenerate-api-key" -H "Authorization: Bearer $TOKEN"); echo "$REGENERATED"
NEW_KEY=$(echo "$REGENERATED" | field new_api_key)

# The old key is refused, the new one works
curl -s -w ' %{{http_code}}\n' "$API/api/v1/config/public" -H "X-API-Key: $KEY"
curl -s -w ' %{{http_code}}\n' "$API/api/v1/config/public" -H "X-API-Key: $NEW_KEY"

# The history of the keys, and how the current one stands
curl -s "$API/admin/empresas/{company}/routers/$ROUTER/api-keys" -H "Authorization: Bearer $TOKEN"; echo
curl -s "$API/admin/empresas/{company}/routers/$ROUTER/api-key-status" -H "Authorization: Bearer $TOKEN"; echo
"#,
        email = person.email.as_str(),
        password = person.password.secret().expose(),
        company_name = company.name.as_str(),
        company = company.id,
        host = router.endpoint.host.as_str(),
        port = router.endpoint.port.get(),
        username = router.credentials.username.as_str(),
    )
}

/// Further lines: responses of the router, and a guest who reconnects.
fn walk_of_a_guest(person: &FirstSuperAdmin, Demo { company, router }: &Demo) -> String {
    format!(
        r#"
The demo's router is alive: a simulator with two profiles and a guest. In the same shell:

# Ask it as the company's admin
ADMIN=$(curl -s "$API/api/v1/auth/login" -H 'Content-Type: application/json' -d '{{"email": "{COMPANY_ADMIN}", "password": "{password}"}}' | field access_token)
curl -s "$API/api/v1/admin/routers/{router}/test-connection" -H "Authorization: Bearer $ADMIN"; echo
curl -s "$API/api/v1/admin/routers/{router}/mikrotik-profiles" -H "Authorization: Bearer $ADMIN"; echo

# How it is, as Portero sees it all the time
curl -s "$API/admin/empresas/{company}/routers/{router}/salud" -H "Authorization: Bearer $TOKEN"; echo

# A guest comes back to its hotspot
DEMO_KEY=$(curl -s -X POST "$API/admin/empresas/{company}/routers/{router}/regenerate-api-key" -H "Authorization: Bearer $TOKEN" | field new_api_key)
curl -s "$API/api/v1/hotspot/auto-reconnect" -H "X-API-Key: $DEMO_KEY" -H 'Content-Type: application/json' -d '{{"username": "seed-000001", "password": "0001", "current_mac": "DA:00:00:00:00:01"}}'; echo
"#,
        password = person.password.secret().expose(),
        company = company.id,
        router = router.id,
    )
}
