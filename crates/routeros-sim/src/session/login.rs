//! `/login`, in the form of 6.43 and in the one before.

use md5::{Digest, Md5};
use ring::rand::{SecureRandom, SystemRandom};

use super::Session;
use crate::{
    Trap,
    command::Request,
    lock,
    state::{Account, Network},
    tls::hex,
    value::Value,
};

/// The fifth failure ends the connection.
const MOST_FAILURES: u32 = 5;

impl Session {
    pub(super) fn log_in(&mut self, request: &Request) {
        let version = lock(&self.shared.router).version.clone();
        let name = request.attribute("name");
        let response = request.attribute("response").filter(|_| version.knows_legacy_login());
        let password = request.attribute("password").filter(|_| version.knows_plain_login());
        let proof = match (response, password) {
            (Some(response), _) => Proof::Response(response.to_vec()),
            (None, Some(password)) => Proof::Password(password.to_vec()),
            (None, None) if version.knows_legacy_login() => return self.send_challenge(request),
            (None, None) => Proof::None,
        };
        let name = name.unwrap_or_default().to_vec();
        match self.check(&name, &proof) {
            Ok(account) => {
                let shown = String::from_utf8_lossy(&name).into_owned();
                let line = format!("user {shown} logged in from {} via {}", self.peer, self.service);
                lock(&self.shared.router).write_log("system,info,account", line);
                self.account = Some((name, account.policies));
                self.answer(request.tag.as_ref(), None, None);
            }
            Err(trap) => {
                let shown = String::from_utf8_lossy(&name).into_owned();
                let line = format!("login failure for user {shown} from {} via {}", self.peer, self.service);
                lock(&self.shared.router).write_log("system,error,critical", line);
                self.failures += 1;
                if self.failures >= MOST_FAILURES {
                    return self.fatal("too many commands before login");
                }
                self.answer(request.tag.as_ref(), Some(&trap), None);
            }
        }
    }

    fn send_challenge(&mut self, request: &Request) {
        let mut challenge = self.shared.challenge.unwrap_or_default();
        // Without randomness the challenge is a fixed one, which is no loss here.
        if self.shared.challenge.is_none() {
            let _ = SystemRandom::new().fill(&mut challenge);
        }
        self.challenge = Some(challenge);
        self.answer(request.tag.as_ref(), None, Some(hex(&challenge).into_bytes()));
    }

    fn check(&mut self, name: &[u8], proof: &Proof) -> Result<Account, Trap> {
        let challenge = self.challenge.take();
        let router = lock(&self.shared.router);
        let account = router.accounts.iter().find(|account| account.name == name);
        let known = account.filter(|account| {
            proof.holds(&account.password, challenge) && Network::admit(&account.addresses, self.peer)
        });
        let account = known.ok_or_else(|| Trap::wrong_password(&router.version))?;
        if account.policies.api { Ok(account.clone()) } else { Err(Trap::not_allowed()) }
    }
}

enum Proof {
    Password(Value),
    Response(Value),
    None,
}

impl Proof {
    fn holds(&self, password: &[u8], challenge: Option<[u8; 16]>) -> bool {
        match self {
            Self::Password(given) => given == password,
            Self::Response(given) => challenge.is_some_and(|challenge| *given == response(password, &challenge)),
            Self::None => false,
        }
    }
}

/// `00` and the hexadecimal MD5 of a nought, the password and the challenge.
fn response(password: &[u8], challenge: &[u8]) -> Value {
    let digest = Md5::new().chain_update([0]).chain_update(password).chain_update(challenge).finalize();
    format!("00{}", hex(&digest)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_response_of_the_vectors_is_the_one_expected() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../routeros/tests/vectors.json")).unwrap();
        let cases = vectors["md5_login"].as_array().unwrap();
        assert_eq!(cases.len(), 4);
        for case in cases {
            let text = |name: &str| case[name].as_str().unwrap();
            let challenge = text("challenge");
            let challenge: Vec<u8> = (0..challenge.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&challenge[at..at + 2], 16).unwrap())
                .collect();
            assert_eq!(response(text("password").as_bytes(), &challenge), text("response").as_bytes());
        }
    }
}
