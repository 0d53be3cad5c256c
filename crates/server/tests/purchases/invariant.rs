//! The invariant between the money, the access and the response to the portal.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use portero_routeros_sim::User;
use serde_json::json;

use super::{
    lane::Lane,
    shop::{RECOVERY, Shop},
};
use crate::support::client::Client;

/// How a purchase ends for its buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Sold,
    Refunded,
    Nothing,
}

impl Shop {
    /// Waits until no purchase has anything to do.
    #[track_caller]
    pub(crate) fn settled(&self) {
        self.settled_except("false");
    }

    /// Waits until no purchase has anything to do, except these.
    #[track_caller]
    pub(crate) fn settled_except(&self, except: &str) {
        let open = "string_agg(concat_ws(' ', stage, cause, customer_email, tries, due_at - now()), ', ')";
        let open = format!(
            "SELECT {open} FROM purchase_queue q JOIN purchases p ON p.id = q.purchase_id WHERE NOT ({except})"
        );
        let deadline = Instant::now() + RECOVERY;
        while let Some(open) = self.database.value(&open) {
            assert!(Instant::now() < deadline, "not settled within {RECOVERY:?}: {open}");
            sleep(Duration::from_millis(20));
        }
    }

    /// What is wrong between the money and the access of this buyer. `ends` are the ends that are right.
    pub(crate) fn wrongs(&self, lane: &Lane, portal: &Client, ends: &[End]) -> Vec<String> {
        let before = (self.references(lane).len() == 1).then(|| self.money(lane));
        let again = lane.order(portal);
        let asked = lane.ask(portal);
        let (money, stage) = (self.money(lane), self.stage(lane));
        let (users, enabled) = (self.users(lane), self.enabled(lane));
        let all = lane.router.router().user_count() - 1;
        let end = match (money.taken, money.taken - money.refunded) {
            (0, 0) => End::Nothing,
            (_, 0) => End::Refunded,
            _ => End::Sold,
        };
        let mut wrongs = Vec::new();
        let mut check = |right: bool, what: &str| {
            if !right {
                wrongs.push(format!("{}: {what}: {money:?}, {stage:?}, {users:?}, {all} users, {again:?}", lane.name));
            }
        };
        check(ends.contains(&end), "another end");
        check(before.is_none_or(|before| before == money), "a repeated order moved money");
        check(again.status == asked.status, "the portal is told two things");
        check(self.references(lane).len() == 1, "one purchase");
        check(money.charges <= 1, "charged twice");
        match end {
            End::Sold => {
                check((enabled, all) == (1, 1), "sold, and not one enabled user");
                check(again.status == 200, "sold, and the portal is told something else");
                let told = &again.body["usuario_hotspot"];
                let is_guest = |user: &User| {
                    told["usuario"] == json!(String::from_utf8_lossy(&user.name))
                        && told["contrasena"] == json!(String::from_utf8_lossy(&user.password))
                };
                check(users.iter().any(is_guest), "other credentials");
                check(again.body["estado_acceso"] == json!("activo"), "not active");
            }
            End::Refunded => {
                check(enabled == 0, "refunded, and a user is enabled");
                check(again.status == 409, "refunded, and the portal is told something else");
            }
            End::Nothing => {
                check(all == 0, "not charged, and a user is left");
                check(
                    matches!(again.status, 402 | 409 | 422 | 429 | 500 | 502 | 503),
                    "not charged, and the portal is told something else",
                );
                check(again.body["success"] != json!(true), "not charged, and the portal is told of a success");
            }
        }
        wrongs
    }

    /// Waits until all is settled, and checks the invariant of each buyer.
    #[track_caller]
    pub(crate) fn check(&self, lanes: &[(&Lane, &[End])], client: &Client) {
        self.settled();
        let wrongs: Vec<String> = lanes.iter().flat_map(|(lane, ends)| self.wrongs(lane, client, ends)).collect();
        assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
        self.settled();
    }
}
