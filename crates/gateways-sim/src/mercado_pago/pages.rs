//! What browsers ask for: the stand-in card script and the bank's challenge.

use super::{Office, payment::Status};
use crate::wire::{Reply, Request};

impl Office {
    /// The page that the request asks for, if it asks for one.
    pub(super) fn page(&self, request: &Request) -> Option<Reply> {
        let (method, segments) = request.route();
        match (method, segments.as_slice()) {
            ("GET", ["js", "v2"]) => Some(Reply::script(include_str!("sdk.js"))),
            ("POST", ["challenge", id]) => Some(self.question(id, &request.body)),
            ("POST", ["challenge", id, "confirm"]) => Some(self.answered(id, Status::Approved, "accredited")),
            ("POST", ["challenge", id, "refuse"]) => {
                Some(self.answered(id, Status::Rejected, "cc_rejected_3ds_mandatory"))
            }
            _ => None,
        }
    }

    fn creq(&self, id: &str) -> Option<String> {
        self.state().find(id.parse().ok()?)?.challenge.clone()
    }

    /// The browser posts the `creq` of the payment as a form.
    fn question(&self, id: &str, form: &[u8]) -> Reply {
        let sent = form_urlencoded::parse(form).find(|(name, _)| name == "creq").map(|(_, value)| value.into_owned());
        if sent.is_none() || sent != self.creq(id) {
            return Reply::html("<p>No payment waits for you here.</p>".to_owned());
        }
        Reply::html(format!(
            "<!doctype html><title>3DS</title><p>Simulated bank: do you confirm this payment?</p>\
             <form method=post action=/challenge/{id}/confirm><button>Confirm</button></form>\
             <form method=post action=/challenge/{id}/refuse><button>Refuse</button></form>"
        ))
    }

    fn answered(&self, id: &str, status: Status, detail: &str) -> Reply {
        match id.parse() {
            Ok(number) if self.creq(id).is_some() => self.turn(number, status, detail),
            _ => return Reply::empty(404),
        };
        Reply::html("<script>parent.postMessage({ status: 'COMPLETE' }, '*')</script><p>Done.</p>".to_owned())
    }
}
