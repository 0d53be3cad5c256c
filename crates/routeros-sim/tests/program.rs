//! The program `routeros-sim`, as its own process.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
};

use crate::client::framed;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_routeros-sim"))
}

#[test]
fn it_says_where_it_listens_serves_logs_and_ends_when_told_to() {
    let log = std::env::temp_dir().join(format!("routeros-sim-{}.jsonl", std::process::id()));
    let mut child = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--version", "7.18"])
        .args(["--user", "admin", "--password", "secret", "--users", "20000", "--profile", "1hora"])
        .args(["--profile", "24horas", "--client", "AA:BB:CC:DD:EE:FF=10.5.50.10", "--max-sessions", "20"])
        .args(["--fault", "cut-after-commit", "--log"])
        .arg(&log)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let address = first.strip_prefix("listening on ").unwrap();
    let second = lines.next().unwrap().unwrap();
    let fingerprint =
        second.strip_prefix("tls listening on 127.0.0.1:").unwrap().split_once(" fingerprint ").unwrap().1;
    assert!(fingerprint.len() == 64 && fingerprint.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&framed(&["/login", "=name=admin", "=password=secret"])).unwrap();
    let mut done = [0; 7];
    stream.read_exact(&mut done).unwrap();
    assert_eq!(&done, b"\x05!done\0");
    stream.write_all(&framed(&["/ip/hotspot/user/add", "=name=paid"])).unwrap();
    assert_eq!(stream.read(&mut done).unwrap(), 0, "cut after the commit");
    let told = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(told.success());
    assert!(child.wait().unwrap().success());
    let written = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    let events: Vec<serde_json::Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opened", "client", "router", "client", "closed"]);
    assert_eq!(events[2]["words"], serde_json::json!(["!done"]));
}

#[test]
fn it_refuses_what_it_does_not_know() {
    for arguments in [
        &["serve", "--version", "seven"][..],
        &["serve", "--fault", "earthquake"],
        &["serve", "--client", "AA:BB:CC:DD:EE:FF"],
        &["serve", "--assume", "the-earth-is-flat=yes"],
    ] {
        let output = program().args(arguments).output().unwrap();
        assert!(!output.status.success() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn it_lists_what_is_only_guessed() {
    let output = program().arg("assumptions").output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    for guess in portero_routeros_sim::ASSUMPTIONS {
        assert!(listed.contains(guess.name) && listed.contains(guess.says));
    }
}
