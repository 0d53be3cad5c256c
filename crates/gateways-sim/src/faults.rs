//! Faults on demand: what goes wrong between a client and a gateway.

use std::{str::FromStr, time::Duration};

use portero_sim_kit::{Strike, Times};

use crate::wire::Request;

/// On which side of the effect a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The gateway does nothing of what the request asks for. After [`Fault::Delay`] it does.
    Before,
    /// The gateway has done what the request asks for.
    After,
}

/// Something that goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed without a byte.
    Drop(When),
    /// The connection stays open and no byte ever arrives.
    Hang(When),
    /// The gateway waits. It acts even if the client has gone by then.
    Delay(When, Duration),
    /// The response has this status, and `Retry-After` in seconds if given.
    Status(When, u16, Option<u32>),
    /// The response is 200 with a page of HTML.
    Garbage,
    /// The connection is closed in the middle of the body.
    Truncated,
    /// The body never ends.
    Endless,
    /// The response arrives one byte a second.
    Trickle,
    /// The response sends the client to another path of the simulator.
    Redirect,
    /// Amounts in the response are one unit too high.
    WrongAmount,
    /// The response names another currency.
    WrongCurrency,
    /// The response says live instead of test, or test instead of live.
    WrongMode,
}

/// Every fault's name, as [`Armed`] reads it.
pub const FAULTS: [&str; 12] = [
    "drop:before|after",
    "hang:before|after",
    "delay=MILLISECONDS:before|after",
    "status=CODE[,RETRY_AFTER]:before|after",
    "garbage",
    "truncated",
    "endless",
    "trickle",
    "redirect",
    "wrong-amount",
    "wrong-currency",
    "wrong-mode",
];

/// A fault that waits for its request.
///
/// The text form is `FAULT[@[METHOD ]PATH][*TIMES]`. A segment of the path in braces matches any text:
/// `drop:after@POST /orders/{id}/refunds*2`. Without a path the fault strikes any request. It strikes once unless
/// `TIMES` is given; an empty `TIMES` (`drop:before*`) means every time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    fault: Fault,
    method: Option<String>,
    path: Option<String>,
    times: Times,
}

/// The text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a fault; write FAULT[@[METHOD ]PATH][*TIMES], FAULT one of: {names}", names = FAULTS.join(", "))]
pub struct NotAFault(String);

impl Armed {
    /// Strikes once.
    pub fn once(fault: Fault) -> Self {
        Self { fault, method: None, path: None, times: Times::ONCE }
    }

    /// Strikes that many times.
    pub fn times(fault: Fault, times: u32) -> Self {
        Self { fault, method: None, path: None, times: Times::of(times) }
    }

    /// Strikes every time.
    pub fn always(fault: Fault) -> Self {
        Self { fault, method: None, path: None, times: Times::ALWAYS }
    }

    /// Strikes only requests of that method and path.
    #[must_use]
    pub fn at(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    pub(crate) fn fits(&self, request: &Request) -> bool {
        self.method.as_deref().is_none_or(|method| method == request.method)
            && self.path.as_deref().is_none_or(|path| matches(path, &request.path))
    }
}

impl Strike for Armed {
    type Fault = Fault;

    fn fault(&self) -> Fault {
        self.fault
    }

    fn times(&mut self) -> &mut Times {
        &mut self.times
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let same = |(expected, seen): (&str, &str)| expected == seen || expected.starts_with('{');
    pattern.split('/').count() == path.split('/').count() && pattern.split('/').zip(path.split('/')).all(same)
}

impl FromStr for Armed {
    type Err = NotAFault;

    fn from_str(text: &str) -> Result<Self, NotAFault> {
        let unknown = || NotAFault(text.to_owned());
        let (rest, times) = Times::split(text).ok_or_else(unknown)?;
        let (name, place) = rest.split_once('@').map_or((rest, None), |(name, place)| (name, Some(place)));
        let (method, path) = match place.map(|place| place.split_once(' ').unwrap_or(("", place))) {
            None => (None, None),
            Some((method, path)) if path.starts_with('/') => {
                (Some(method.to_owned()).filter(|method| !method.is_empty()), Some(path.to_owned()))
            }
            Some(_) => return Err(unknown()),
        };
        Ok(Self { fault: fault(name).ok_or_else(unknown)?, method, path, times })
    }
}

fn fault(text: &str) -> Option<Fault> {
    let (name, when) = match text.rsplit_once(':') {
        Some((name, "before")) => (name, Some(When::Before)),
        Some((name, "after")) => (name, Some(When::After)),
        Some(_) => return None,
        None => (text, None),
    };
    let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value)));
    Some(match (name, when, value) {
        ("drop", Some(when), None) => Fault::Drop(when),
        ("hang", Some(when), None) => Fault::Hang(when),
        ("delay", Some(when), Some(millis)) => Fault::Delay(when, Duration::from_millis(millis.parse().ok()?)),
        ("status", Some(when), Some(value)) => {
            let (code, retry) = value.split_once(',').map_or((value, None), |(code, retry)| (code, Some(retry)));
            let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
            Fault::Status(when, code, retry.map(str::parse).transpose().ok()?)
        }
        ("garbage", None, None) => Fault::Garbage,
        ("truncated", None, None) => Fault::Truncated,
        ("endless", None, None) => Fault::Endless,
        ("trickle", None, None) => Fault::Trickle,
        ("redirect", None, None) => Fault::Redirect,
        ("wrong-amount", None, None) => Fault::WrongAmount,
        ("wrong-currency", None, None) => Fault::WrongCurrency,
        ("wrong-mode", None, None) => Fault::WrongMode,
        _ => return None,
    })
}

/// The faults of one gateway.
pub type Faults = portero_sim_kit::Faults<Armed>;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str) -> Request {
        Request { method: method.into(), path: path.into(), query: vec![], headers: vec![], body: vec![] }
    }

    fn at(faults: &Faults, request: &Request) -> Option<Fault> {
        faults.take(|armed| armed.fits(request))
    }

    #[test]
    fn a_fault_strikes_where_and_as_often_as_it_was_armed() {
        let faults = Faults::default();
        faults.arm("drop:after@POST /orders/{id}/refunds*2".parse().unwrap());
        faults.arm("status=429,7:before".parse().unwrap());
        let (refund, drop) = (request("POST", "/orders/ord_1/refunds"), Some(Fault::Drop(When::After)));
        assert_eq!(at(&faults, &refund), drop);
        assert_eq!(at(&faults, &request("GET", "/orders/ord_1")), Some(Fault::Status(When::Before, 429, Some(7))));
        assert_eq!(at(&faults, &request("GET", "/orders/ord_1/refunds")), None, "another method");
        assert_eq!(at(&faults, &refund), drop);
        assert_eq!(at(&faults, &refund), None);
        assert_eq!(faults.struck(), 3);
    }

    #[test]
    fn a_fault_armed_for_always_strikes_until_it_is_disarmed() {
        let faults = Faults::default();
        faults.arm(Armed::always(Fault::Garbage));
        assert!((0..3).all(|_| at(&faults, &request("GET", "/")) == Some(Fault::Garbage)));
        faults.disarm();
        assert_eq!(at(&faults, &request("GET", "/")), None);
    }

    #[test]
    fn text_that_names_no_fault_is_rejected() {
        for text in [
            "",
            "earthquake",
            "drop",
            "drop:later",
            "garbage:after",
            "status=9:before",
            "drop:after@orders",
            "garbage*x",
        ] {
            assert!(text.parse::<Armed>().is_err(), "{text}");
        }
        assert_eq!(
            "delay=2500:before".parse(),
            Ok(Armed::once(Fault::Delay(When::Before, Duration::from_millis(2500))))
        );
    }
}
