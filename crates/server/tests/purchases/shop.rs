//! A company that sells, at simulated gateways.

use std::{net::TcpListener, time::Duration};

use portero_adapters::postgres::testing::TestDatabase;
use portero_gateways_sim::{Conekta, MercadoPago, PUBLIC_KEY, Settings, Telegram};
use portero_routeros_sim::User;
use serde_json::json;
use tokio::runtime::Runtime;

use super::lane::{Gateway, Lane};
use crate::support::{
    client::Client,
    eventually,
    program::{ADMIN, PASSWORD, Program, Server},
    sql::number,
    tenant::new_company,
};

/// How long recovery may take. The waits of a purchase are set to some seconds.
pub(crate) const RECOVERY: Duration = Duration::from_mins(1);

/// The price of each product, in cents.
pub(crate) const PRICE: i64 = 2_550;

pub(crate) const ACCESS_TOKEN: &str = "TEST-access-token-of-these-tests";
pub(crate) const WEBHOOK_SECRET: &str = "webhook-secret-of-these-tests";
pub(crate) const SELLER_PASSWORD: &str = "another password of the tests";
pub(crate) const BOT: &str = "123456:bot-token-of-these-tests";

/// A database, both gateways, and a company once it is founded.
pub(crate) struct Shop {
    pub(crate) conekta: Conekta,
    pub(crate) mercado_pago: MercadoPago,
    pub(crate) telegram: Telegram,
    pub(crate) database: TestDatabase,
    pub(crate) runtime: Runtime,
}

/// A company that sells.
pub(crate) struct Company {
    pub(crate) id: String,
    /// The super admin.
    pub(crate) admin: Client,
    /// The company admin.
    pub(crate) seller: Client,
}

/// What a gateway did for a purchase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Money {
    /// Charges, declined ones included.
    pub(crate) charges: usize,
    /// Cents that were taken.
    pub(crate) taken: i64,
    /// Cents that went back.
    pub(crate) refunded: i64,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let settings = || Settings { webhook_pause: Duration::from_millis(200), ..Settings::default() };
        let mercado_pago = runtime.block_on(MercadoPago::start(settings())).unwrap();
        mercado_pago.sign(ACCESS_TOKEN, WEBHOOK_SECRET);
        Self {
            conekta: runtime.block_on(Conekta::start(settings())).unwrap(),
            mercado_pago,
            telegram: runtime.block_on(Telegram::start(settings())).unwrap(),
            database: TestDatabase::empty(),
            runtime,
        }
    }

    /// The service with short waits.
    pub(crate) fn program(&self) -> Program {
        Program::serving(&self.database)
            .with("CONEKTA_API_URL", &self.conekta.url())
            .with("MERCADO_PAGO_API_URL", &self.mercado_pago.url())
            .with("TELEGRAM_API_URL", &self.telegram.url())
            .with("ALLOW_LOOPBACK_ROUTERS", "true")
            .with("PURCHASE_ANSWER_SECONDS", "8")
            .with("GATEWAY_TIMEOUT_SECONDS", "8")
            .with("PURCHASE_DELIVERY_MINUTES", "0.5")
            .with("PURCHASE_ABSENT_MINUTES", "0.1")
    }

    /// The service at an address that gateways know.
    pub(crate) fn reachable(&self) -> Program {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{free}");
        self.program().with("BIND_ADDR", &free.to_string()).with("PUBLIC_BASE_URL", &url)
    }

    /// Lets Conekta report to this server. Mercado Pago knows the address from each payment.
    pub(crate) fn report_conekta_to(&self, server: &Server) {
        let token = self.database.value("SELECT webhook_token FROM companies").unwrap();
        let url = format!("http://{}/api/v1/webhook/conekta/{token}", server.address);
        self.conekta.webhooks().add(url.parse().unwrap());
    }

    /// A token of this card: `paid`, `declined` or `confirmed`, which asks the cardholder.
    pub(crate) fn token(&self, gateway: Gateway, card: &str) -> String {
        let number = match card {
            "declined" => "4000000000000002",
            "confirmed" => "4000000000001091",
            _ => "4242424242424242",
        };
        let holder = match card {
            "declined" => "OTHE",
            "confirmed" => "CHAL",
            _ => "APRO",
        };
        match gateway {
            Gateway::Conekta => self.conekta.token(number),
            Gateway::MercadoPago => self.mercado_pago.token(holder),
        }
    }

    /// The references of the purchases of this buyer.
    pub(crate) fn references(&self, lane: &Lane) -> Vec<String> {
        let query =
            format!("SELECT string_agg(reference, ',') FROM purchases WHERE customer_email = '{}'", lane.email());
        self.database.value(&query).map_or_else(Vec::new, |all| all.split(',').map(str::to_owned).collect())
    }

    /// What the gateway did for this buyer.
    pub(crate) fn money(&self, lane: &Lane) -> Money {
        let mut money = Money::default();
        for reference in self.references(lane) {
            let charges: Vec<(i64, i64)> = match lane.gateway {
                Gateway::Conekta => {
                    self.conekta.charges_of(&reference).iter().map(|it| (it.captured, it.refunded)).collect()
                }
                Gateway::MercadoPago => {
                    self.mercado_pago.payments_of(&reference).iter().map(|it| (it.captured, it.refunded)).collect()
                }
            };
            money.charges += charges.len();
            money.taken += charges.iter().map(|it| it.0).sum::<i64>();
            money.refunded += charges.iter().map(|it| it.1).sum::<i64>();
        }
        money
    }

    /// How many users of the buyer's router may log in.
    pub(crate) fn enabled(&self, lane: &Lane) -> usize {
        self.users(lane).iter().filter(|user| !user.disabled).count()
    }

    /// The users with the name that was sold.
    pub(crate) fn users(&self, lane: &Lane) -> Vec<User> {
        let name = format!("SELECT guest_name FROM purchases WHERE customer_email = '{}'", lane.email());
        let name = self.database.value(&name);
        name.map_or_else(Vec::new, |name| lane.router.router().users_named(name.as_bytes()))
    }

    /// The gateway's id of the buyer's one charge.
    pub(crate) fn charge(&self, lane: &Lane) -> String {
        let reference = &self.references(lane)[0];
        match lane.gateway {
            Gateway::Conekta => self.conekta.charges_of(reference)[0].order_id.clone(),
            Gateway::MercadoPago => self.mercado_pago.payments_of(reference)[0].id.to_string(),
        }
    }

    /// The stage of the buyer's one purchase, and its cause.
    pub(crate) fn stage(&self, lane: &Lane) -> Option<String> {
        let stage = "stage || COALESCE(' ' || cause, '')";
        self.database.value(&format!("SELECT {stage} FROM purchases WHERE customer_email = '{}'", lane.email()))
    }

    /// Waits until the buyer's purchase is in this stage.
    #[track_caller]
    pub(crate) fn reaches(&self, lane: &Lane, stage: &str) {
        eventually(RECOVERY, &format!("{} is {stage}", lane.name), || {
            self.stage(lane).is_some_and(|now| now.starts_with(stage))
        });
    }

    /// How many requests for a refund the gateway got.
    pub(crate) fn refund_requests(&self, gateway: Gateway) -> usize {
        let exchanges = match gateway {
            Gateway::Conekta => self.conekta.exchanges(),
            Gateway::MercadoPago => self.mercado_pago.exchanges(),
        };
        exchanges.iter().filter(|it| it.request.method == "POST" && it.request.path.ends_with("/refunds")).count()
    }

    /// Requests a refund of the whole price as the company's admin.
    #[track_caller]
    pub(crate) fn refund(&self, lane: &Lane, seller: &Client) {
        let id = format!("SELECT id FROM purchases WHERE customer_email = '{}'", lane.email());
        let path = format!("/api/v1/admin/mi-empresa/transacciones/{}/reembolso", number(&self.database, &id));
        seller.post(&path, &json!({ "motivo": "Se fue la luz" })).expect(202);
    }

    /// How often faults of the gateway have struck.
    pub(crate) fn struck(&self, gateway: Gateway) -> u64 {
        match gateway {
            Gateway::Conekta => self.conekta.faults().struck(),
            Gateway::MercadoPago => self.mercado_pago.faults().struck(),
        }
    }

    /// Everything in the database, as text.
    pub(crate) fn dump(&self) -> String {
        let tables = "SELECT string_agg(table_name, ',') FROM information_schema.tables \
                      WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'";
        let tables = self.database.value(tables).unwrap();
        tables.split(',').map(|table| self.dump_of(table)).collect::<Vec<_>>().join("\n")
    }

    /// Everything in this table, as text.
    pub(crate) fn dump_of(&self, table: &str) -> String {
        let rows = format!("SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} t");
        self.database.value(&rows).unwrap_or_default()
    }
}

impl Company {
    /// A company with accounts at both gateways.
    pub(crate) fn founded(server: &Server) -> Self {
        let admin = server.client().log_in(ADMIN, PASSWORD);
        let id = admin.post("/admin/empresas", &new_company()).expect(201).text("id").to_owned();
        let accounts = json!({
            "mercado_pago_access_token": ACCESS_TOKEN,
            "mercado_pago_webhook_secret": WEBHOOK_SECRET,
            "mercado_pago_mode": "test",
            "conekta_webhook_public_key": PUBLIC_KEY,
            "permite_3ds": true,
            "telegram_bot_token": BOT,
            "telegram_chat_id": "-100200",
            "notificaciones_telegram": true,
        });
        admin.put(&format!("/admin/empresas/{id}"), &accounts).expect(200);
        let (email, password) = ("seller@hotelcentral.mx", SELLER_PASSWORD);
        let seller = json!({
            "email": email, "password": password, "nombre": "Seller", "rol": "cliente_admin", "empresa_id": id,
        });
        admin.post("/admin/usuarios", &seller).expect(201);
        let seller = server.client().log_in(email, password);
        Self { id, admin, seller }
    }
}
