//! Guests who hang up, on real sockets.

use std::{io::Write, net::TcpStream, time::Duration};

use portero_adapters::postgres::testing::TestDatabase;
use portero_routeros_sim::{Account, Settings, Simulator, User};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::{
    eventually,
    program::{ADMIN, PASSWORD, Program},
    tenant::{ROUTER_PASSWORD, new_company, new_router},
};

const SOON: Duration = Duration::from_secs(15);
const DEVICES: u8 = 4;

fn mac(number: u8) -> String {
    format!("DA:00:00:00:00:{number:02X}")
}

/// A router with a user of an hour for its first device. It shows a session a while after it took the login, as real ones do.
async fn hotspot() -> Simulator {
    let settings = Settings {
        accounts: vec![Account::full("admin", ROUTER_PASSWORD)],
        profiles: vec!["1hora".to_owned()],
        clients: (1..=DEVICES).map(|number| (mac(number), [10, 5, 50, number].into())).collect(),
        authorisation_takes: Duration::from_millis(500),
        records: true,
        ..Settings::default()
    };
    let hotspot = Simulator::start(settings).await.unwrap();
    let mut user = User::named(b"AB3C9D");
    user.password = b"0456".to_vec();
    user.profile = b"1hora".to_vec();
    user.limit_uptime = Duration::from_hours(1);
    user.mac = Some(mac(1));
    hotspot.router().add_user(user).unwrap();
    hotspot
}

/// Who hangs up once the login is sent would otherwise leave a session to each device.
#[test]
fn a_guest_who_hangs_up_does_not_multiply_what_was_paid() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).with("ALLOW_LOOPBACK_ROUTERS", "true").serve();
    let runtime = Runtime::new().unwrap();
    let hotspot = runtime.block_on(hotspot());
    let admin = server.client().log_in(ADMIN, PASSWORD);
    let company = admin.post("/admin/empresas", &new_company()).expect(201).text("id").to_owned();
    let mut router = new_router(&company);
    router["host"] = json!(hotspot.address().ip().to_string());
    router["puerto"] = json!(hotspot.address().port());
    let registered = admin.post(&format!("/admin/empresas/{company}/routers"), &router).expect(201);
    let key = registered.text("api_key").to_owned();

    let bound_to =
        |mac: &str| hotspot.router().users_named(b"AB3C9D").iter().any(|user| user.mac.as_deref() == Some(mac));
    for number in 1..=DEVICES {
        let body = json!({ "username": "AB3C9D", "password": "0456", "current_mac": mac(number) }).to_string();
        let mut connection = TcpStream::connect(server.address).unwrap();
        write!(
            connection,
            "POST /api/v1/hotspot/auto-reconnect HTTP/1.1\r\nHost: portero\r\nX-API-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let logins = usize::from(number);
        let sent = || hotspot.transcript().count("/ip/hotspot/active/login") >= logins;
        eventually(SOON, &format!("a log-in of device {number} is sent"), || bound_to(&mac(number)) && sent());
        // An end that is not reset may be that of what the guest had to say, and no reason to give up.
        connection.set_nonblocking(true).unwrap();
        let _in_runtime = runtime.enter();
        tokio::net::TcpStream::from_std(connection).unwrap().set_zero_linger().unwrap();
    }
    let online = || {
        let mut router = hotspot.router();
        router.settle();
        router.active_sessions().into_iter().map(|session| session.mac).collect::<Vec<_>>()
    };
    eventually(SOON, "a device is online", || !online().is_empty());
    assert_eq!(online().len(), 1, "{:?}", online());

    // A log-in that comes while another one is under way is rejected. It succeeds at the next try.
    let body = json!({ "username": "AB3C9D", "password": "0456", "current_mac": mac(DEVICES) });
    let again = || server.client().with_key(&key).post("/api/v1/hotspot/auto-reconnect", &body).expect(200);
    eventually(SOON, "the last device is logged in", || again().text("estado") == "activo");
    eventually(SOON, "it alone is online", || online() == [mac(DEVICES)]);
}
