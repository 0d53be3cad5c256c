//! Faults on demand.

use std::{str::FromStr, time::Duration};

use portero_sim_kit::{Strike, Times};

use crate::command::Request;

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the command is carried out.
    CutBeforeCommit,
    /// The connection is closed while the command runs. Its change is made a moment later.
    CutDuringCommit,
    /// The command is carried out, and the connection closed without a byte of the answer.
    CutAfterCommit,
    /// The command is carried out, and the connection closed in the middle of its `!done`.
    CutInsideDone,
    /// The connection is reset.
    Reset,
    /// The router falls silent and closes nothing.
    HalfOpen,
    /// The answer begins with a byte that begins no length.
    Garbage,
    /// The answer begins with a word of 4 GiB.
    HugeWord,
    /// `!fatal`, and the connection is closed.
    Fatal,
    /// Rows that never end.
    EndlessRows,
    /// The reply has a tag that no command uses.
    OtherTag,
    /// The answer comes this much later.
    Stall(Duration),
    /// From here on the connection carries a byte a second.
    Trickle,
    /// One TLS connection meets another certificate.
    WrongCertificate,
    /// From here on every TLS connection meets a new certificate.
    ChangedCertificate,
    /// api-ssl has no certificate: the handshake fails with an alert.
    NoCertificate,
}

/// Every fault by its name.
pub const FAULTS: [(&str, Fault); 17] = [
    ("cut-before-commit", Fault::CutBeforeCommit),
    ("cut-during-commit", Fault::CutDuringCommit),
    ("cut-after-commit", Fault::CutAfterCommit),
    ("cut-inside-done", Fault::CutInsideDone),
    ("reset", Fault::Reset),
    ("half-open", Fault::HalfOpen),
    ("garbage", Fault::Garbage),
    ("huge-word", Fault::HugeWord),
    ("fatal", Fault::Fatal),
    ("endless-rows", Fault::EndlessRows),
    ("other-tag", Fault::OtherTag),
    ("stall-7s", Fault::Stall(Duration::from_secs(7))),
    ("stall-30s", Fault::Stall(Duration::from_secs(30))),
    ("one-byte-per-second", Fault::Trickle),
    ("wrong-certificate", Fault::WrongCertificate),
    ("changed-certificate", Fault::ChangedCertificate),
    ("no-certificate", Fault::NoCertificate),
];

impl Fault {
    fn is_of_handshake(self) -> bool {
        matches!(self, Self::WrongCertificate | Self::ChangedCertificate | Self::NoCertificate)
    }

    fn is_of_commit(self) -> bool {
        matches!(self, Self::CutBeforeCommit | Self::CutDuringCommit | Self::CutAfterCommit | Self::CutInsideDone)
    }
}

/// A fault that waits for a command.
///
/// Written as `NAME[@PATH][*TIMES]`: at commands of that path only, that often (once unless said; `*` is always).
/// Without a path a cut waits for a command that changes something, any other fault for any command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Armed {
    fault: Fault,
    path: Option<String>,
    times: Times,
}

/// There is no such fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a fault; write NAME[@PATH][*TIMES], NAME one of: {names}", names = names())]
pub struct NotAFault(String);

fn names() -> String {
    FAULTS.map(|(name, _)| name).join(", ")
}

impl Armed {
    /// Happens once.
    pub fn once(fault: Fault) -> Self {
        Self { fault, path: None, times: Times::ONCE }
    }

    /// Happens every time.
    pub fn always(fault: Fault) -> Self {
        Self { fault, path: None, times: Times::ALWAYS }
    }

    /// Happens only at that command.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Whether it strikes this command.
    pub(crate) fn fits(&self, request: &Request) -> bool {
        let at_path = match &self.path {
            Some(path) => *path == request.path,
            None => !self.fault.is_of_commit() || request.writes(),
        };
        at_path && !self.fault.is_of_handshake()
    }

    /// Whether it strikes a TLS handshake.
    pub(crate) fn fits_handshake(&self) -> bool {
        self.fault.is_of_handshake()
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

impl FromStr for Armed {
    type Err = NotAFault;

    fn from_str(text: &str) -> Result<Self, NotAFault> {
        let unknown = || NotAFault(text.to_owned());
        let (rest, times) = Times::split(text).ok_or_else(unknown)?;
        let (name, path) = rest.split_once('@').map_or((rest, None), |(name, path)| (name, Some(path.to_owned())));
        let fault = FAULTS.iter().find(|(known, _)| *known == name).map(|(_, fault)| *fault).ok_or_else(unknown)?;
        Ok(Self { fault, path, times })
    }
}

/// The faults of one router.
pub type Faults = portero_sim_kit::Faults<Armed>;

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Request {
        Request::parse(&[path.as_bytes().to_vec()])
    }

    fn at_command(faults: &Faults, request: &Request) -> Option<Fault> {
        faults.take(|armed| armed.fits(request))
    }

    #[test]
    fn a_fault_goes_off_where_and_as_often_as_it_was_armed() {
        let faults = Faults::default();
        faults.arm("cut-after-commit".parse().unwrap());
        faults.arm("stall-7s@/system/identity/print*2".parse().unwrap());
        let stall = Some(Fault::Stall(Duration::from_secs(7)));
        assert_eq!(at_command(&faults, &request("/ip/hotspot/user/print")), None, "a cut waits for a change");
        assert_eq!(at_command(&faults, &request("/system/identity/print")), stall);
        assert_eq!(at_command(&faults, &request("/ip/hotspot/user/add")), Some(Fault::CutAfterCommit));
        assert_eq!(at_command(&faults, &request("/ip/hotspot/user/add")), None);
        assert_eq!(at_command(&faults, &request("/system/identity/print")), stall);
        assert_eq!(at_command(&faults, &request("/system/identity/print")), None);
        assert_eq!(faults.struck(), 3);
    }

    #[test]
    fn one_armed_for_always_goes_on_until_disarmed_and_handshakes_have_their_own() {
        let faults = Faults::default();
        faults.arm("no-certificate*".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(faults.take(Armed::fits_handshake), Some(Fault::NoCertificate));
        }
        assert_eq!(at_command(&faults, &request("/system/identity/print")), None);
        faults.disarm();
        assert_eq!(faults.take(Armed::fits_handshake), None);
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in ["", "earthquake", "reset*many", "@/login"] {
            assert!(text.parse::<Armed>().is_err(), "{text}");
        }
    }
}
