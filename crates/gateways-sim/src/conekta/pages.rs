//! What browsers ask for: the stand-in card script and the bank's 3DS page.

use super::{
    Office,
    order::{Stage, Turn},
};
use crate::wire::{Reply, Request};

impl Office {
    /// The page that the request asks for, if it asks for one.
    pub(super) fn page(&self, request: &Request) -> Option<Reply> {
        let (method, segments) = request.route();
        match (method, segments.as_slice()) {
            ("GET", ["v1.0", "js", "conekta-checkout.min.js"]) => Some(Reply::script(include_str!("checkout.js"))),
            ("GET", ["3ds", id]) => Some(self.question(id)),
            ("POST", ["3ds", id, "confirm"]) => Some(self.answered(id, Turn::Paid)),
            ("POST", ["3ds", id, "refuse"]) => Some(self.answered(id, Turn::DeclinedByThreeDs)),
            _ => None,
        }
    }

    fn return_url(&self, id: &str) -> Option<String> {
        let mut state = self.state();
        match &state.find(id)?.charge.as_ref()?.stage {
            Stage::Challenge { return_url } => Some(return_url.clone()),
            _ => None,
        }
    }

    fn question(&self, id: &str) -> Reply {
        if self.return_url(id).is_none() {
            return Reply::html("<p>No payment waits for you here.</p>".to_owned());
        }
        Reply::html(format!(
            "<!doctype html><title>3DS</title><p>Simulated bank: do you confirm this payment?</p>\
             <form method=post action=/3ds/{id}/confirm><button>Confirm</button></form>\
             <form method=post action=/3ds/{id}/refuse><button>Refuse</button></form>"
        ))
    }

    fn answered(&self, id: &str, turn: Turn) -> Reply {
        let Some(return_url) = self.return_url(id) else { return Reply::empty(404) };
        self.turn(id, turn);
        let status = if turn == Turn::Paid { "paid" } else { "declined" };
        let mark = if return_url.contains('?') { '&' } else { '?' };
        Reply::see_other(format!("{return_url}{mark}order_id={id}&payment_status={status}"))
    }
}
