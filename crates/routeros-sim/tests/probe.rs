//! The program `routeros-probe`, as its own process, against this router as its own process.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use portero_routeros_sim::ASSUMPTIONS;
use serde_json::Value as Json;

/// A router of its own process, which ends with the test.
struct Router {
    process: Child,
    address: String,
    tls: String,
    fingerprint: String,
}

impl Router {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_routeros-sim"))
            .args(["serve", "--tls-listen", "127.0.0.1:0", "--password", "s3cr=t"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let second = lines.next().unwrap().unwrap();
        let (tls, fingerprint) = second.strip_prefix("tls listening on ").unwrap().split_once(" fingerprint ").unwrap();
        Self {
            process,
            address: first.strip_prefix("listening on ").unwrap().to_owned(),
            tls: tls.to_owned(),
            fingerprint: fingerprint.to_owned(),
        }
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// What the program left behind.
struct Probed {
    success: bool,
    transcript: String,
    summary: String,
}

impl Probed {
    fn events(&self) -> Vec<Json> {
        self.transcript.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Each guess by its name, and what was found.
    fn verdicts(&self) -> BTreeMap<&str, &str> {
        let named = |line| ASSUMPTIONS.iter().find_map(|guess| verdict(line, guess.name));
        self.summary.lines().filter_map(named).collect()
    }
}

fn verdict<'a>(line: &'a str, name: &'static str) -> Option<(&'static str, &'a str)> {
    let (settled, rest) = line.split_once(name)?;
    rest.starts_with(' ').then_some((name, settled.trim()))
}

fn probe(arguments: &[&str]) -> Probed {
    let mut process = Command::new(env!("CARGO_BIN_EXE_routeros-probe"))
        .args(arguments)
        .args(["--user", "admin"])
        .env_remove("ROUTEROS_PASSWORD")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(b"s3cr=t\n").unwrap();
    let output = process.wait_with_output().unwrap();
    Probed {
        success: output.status.success(),
        transcript: String::from_utf8(output.stdout).unwrap(),
        summary: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The guesses that the probe settles on a router of this version with users, if it also reads api-ssl.
fn observable(version: &str) -> Vec<&'static str> {
    let mut names = vec![
        "fingerprint-is-sha256-of-der",
        "empty-properties-shown",
        "server-all-shown",
        "cancel-of-unknown-tag-traps",
        "queries-take-yes-for-true",
    ];
    match version {
        "6.49" => names.push("six-lacks-modern-suites"),
        "7.18" => names.push("seven-names-unknown-directory"),
        _ => names.extend(["seven-names-unknown-directory", "print-hides-passwords"]),
    }
    names
}

#[test]
fn whatever_a_router_does_is_told_of_it() {
    for version in ["6.49", "7.18", "7.21"] {
        for holds in [true, false] {
            let answer = if holds { "yes" } else { "no" };
            let switches = ASSUMPTIONS.map(|guess| format!("--assume={}={answer}", guess.name));
            let mut arguments = vec!["--version", version, "--users", "3"];
            arguments.extend(switches.iter().map(String::as_str));
            let router = Router::start(&arguments);
            let probed = probe(&[&router.address, "--api-ssl", &router.tls]);
            assert!(probed.success, "{}", probed.summary);
            assert!(probed.summary.starts_with(&format!("RouterOS {version}")), "{}", probed.summary);

            let observable = observable(version);
            // Whose handshake fails shows no certificate.
            let blind = version == "6.49" && holds;
            let expected: BTreeMap<_, _> = ASSUMPTIONS
                .iter()
                .map(|guess| {
                    let seen =
                        observable.contains(&guess.name) && !(blind && guess.name == "fingerprint-is-sha256-of-der");
                    (
                        guess.name,
                        if !seen {
                            "not observable"
                        } else if holds {
                            "confirmed"
                        } else {
                            "refuted"
                        },
                    )
                })
                .collect();
            assert_eq!(probed.verdicts(), expected, "{version} {answer}: {}", probed.summary);
        }
    }
}

#[test]
fn a_router_that_has_little_to_show_settles_less_and_nothing_wrongly() {
    let router = Router::start(&["--version", "7.21"]);
    let probed = probe(&[&router.address]);
    assert!(probed.success, "{}", probed.summary);
    let verdicts = probed.verdicts();
    for name in ["fingerprint-is-sha256-of-der", "print-hides-passwords", "server-all-shown"] {
        assert_eq!(verdicts[name], "not observable", "{}", probed.summary);
    }
}

#[test]
fn many_users_are_counted_and_not_listed() {
    let router = Router::start(&["--users", "2000"]);
    let probed = probe(&[&router.address]);
    assert!(probed.success, "{}", probed.summary);
    let verdicts = probed.verdicts();
    assert_eq!(
        (verdicts["empty-properties-shown"], verdicts["queries-take-yes-for-true"]),
        ("not observable", "refuted")
    );
    assert!(probed.events().len() < 100, "{}", probed.transcript);
}

#[test]
fn the_transcript_is_of_the_simulators_form_and_holds_nothing_that_tells_routers_apart() {
    let arguments = ["--users", "3", "--profile", "Hotel Central 1h", "--client", "AA:BB:CC:DD:EE:FF=10.5.50.10"];
    let router = Router::start(&arguments);
    let probed = probe(&[&router.tls, "--fingerprint", &router.fingerprint]);
    assert!(probed.success, "{}", probed.summary);
    let events = probed.events();
    assert_eq!((events[0]["event"].as_str(), events[0]["connection"].as_u64()), (Some("opened"), Some(1)));
    let login = ["/login", "=name=<name-1>", "=password=<password-1>", ".tag=1"];
    assert_eq!(events[1]["words"], serde_json::json!(login));
    assert_eq!(events[2]["words"], serde_json::json!(["!done", ".tag=1"]));
    let said: Vec<_> = events.iter().filter(|event| event["event"] == "client").collect();
    for event in said {
        let path = event["words"][0].as_str().unwrap();
        assert!(path == "/login" || path == "/cancel" || path.ends_with("/print"), "{path} may change something");
    }
    let words: String = events.iter().map(|event| event["words"].to_string()).collect();
    for secret in ["s3cr=t", "admin", "seed-", "0001", "MODE=", "Hotel", &router.fingerprint] {
        assert!(!words.contains(secret), "{secret} is in {words}");
    }
    assert!(probed.transcript.contains("<name-2>"), "{}", probed.transcript);
}

#[test]
fn whom_it_does_not_know_it_tells_nothing() {
    let router = Router::start(&[]);
    let probed = probe(&[&router.tls, "--fingerprint", &"ab".repeat(32)]);
    assert!(!probed.success && probed.transcript.is_empty(), "{}", probed.transcript);
    assert!(probed.summary.contains("not the pinned"), "{}", probed.summary);
}

#[test]
fn a_refused_login_is_told_and_nothing_is_observed() {
    let router = Router::start(&["--user", "someone-else"]);
    let probed = probe(&[&router.address]);
    assert!(!probed.success && probed.summary.contains("the login was refused"), "{}", probed.summary);
    assert!(probed.verdicts().values().all(|settled| *settled == "not observable"), "{}", probed.summary);
}

#[test]
fn the_old_login_is_used_where_it_is_asked_for_and_only_there() {
    let router = Router::start(&["--version", "6.42"]);
    let refused = probe(&[&router.address]);
    assert!(!refused.success && refused.summary.contains("--old-login"), "{}", refused.summary);
    let probed = probe(&[&router.address, "--old-login"]);
    assert!(probed.success, "{}", probed.summary);
    assert!(
        !probed.transcript.contains("s3cr=t") && probed.transcript.contains("=ret=<ret-1>"),
        "{}",
        probed.transcript
    );
}

#[test]
fn the_password_may_be_in_the_environment() {
    let router = Router::start(&[]);
    let output = Command::new(env!("CARGO_BIN_EXE_routeros-probe"))
        .args([&router.address, "--user", "admin"])
        .env("ROUTEROS_PASSWORD", "s3cr=t")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
