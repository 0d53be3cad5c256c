//! `routeros-sim`: a simulated router on a socket, until a signal stops it.

use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, Subcommand, ValueEnum};
use portero_routeros_sim::{
    Account, Armed, Assumptions, Costs, Fragmentation, Network, Point, Settings, Simulator, Version,
};
use portero_sim_kit::program;

/// A `RouterOS` simulator: the API of a `MikroTik` router, its hotspot, and faults of both
#[derive(Debug, Parser)]
#[command(name = "routeros-sim")]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve until SIGTERM.
    Serve(Box<Serve>),
    /// List the guesses about real routers, each with its switch
    Assumptions,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// Where the API listens; port 0 is any free one.
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where the API listens with TLS, under a certificate made at the start.
    #[arg(long, value_name = "ADDR")]
    tls_listen: Option<SocketAddr>,
    /// The RouterOS version to be like: 6.42 to 7.24 differ.
    #[arg(long, default_value = "7.18")]
    version: Version,
    /// The account to log in with.
    #[arg(long, default_value = "admin")]
    user: String,
    /// Its password.
    #[arg(long, default_value = "secret")]
    password: String,
    /// From where it can be reached, such as 10.0.0.0/8. Repeatable; from anywhere unless given.
    #[arg(long, value_name = "NETWORK")]
    allow: Vec<Network>,
    /// How many hotspot users there are.
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    users: usize,
    /// A hotspot user profile beside `default`. Repeatable.
    #[arg(long, value_name = "NAME")]
    profile: Vec<String>,
    /// A device in the hotspot's network. Repeatable.
    #[arg(long, value_name = "MAC=IP", value_parser = client)]
    client: Vec<(String, Ipv4Addr)>,
    /// How many sessions each service carries at a time.
    #[arg(long, default_value_t = 20, value_name = "COUNT")]
    max_sessions: usize,
    /// How long a guest's login takes, in milliseconds.
    #[arg(long, default_value_t = 300, value_name = "MS")]
    login_delay: u64,
    /// A fault: `NAME[@PATH][*TIMES]`. Default: once; `*` is always. Repeatable
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Armed>,
    /// How answers are cut on their way.
    #[arg(long, value_enum, default_value_t = Cut::Whole)]
    fragmentation: Cut,
    /// Put `.tag` last in replies, not second.
    #[arg(long)]
    tag_last: bool,
    /// Be as slow as a real device.
    #[arg(long)]
    slow: bool,
    /// Set a guess: NAME=yes or NAME=no. Repeatable; `routeros-sim assumptions` lists them
    #[arg(long, value_name = "NAME=yes|no", value_parser = program::assumption)]
    assume: Vec<(String, bool)>,
    /// Write every sentence to a file, as JSON lines.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Cut {
    /// As much at once as there is.
    Whole,
    /// A byte at a time.
    Bytes,
    /// Inside of length prefixes.
    Prefixes,
    /// Several answers in a piece.
    Coalesced,
}

fn client(text: &str) -> Result<(String, Ipv4Addr), String> {
    let (mac, address) = text.split_once('=').ok_or("expected MAC=IP")?;
    Ok((mac.to_owned(), address.parse().map_err(|_| "not an IPv4 address")?))
}

impl Serve {
    fn settings(self) -> Result<Settings, io::Error> {
        Ok(Settings {
            listen: self.listen,
            tls_listen: self.tls_listen,
            version: self.version,
            accounts: vec![Account::full(self.user, self.password)],
            service_addresses: self.allow,
            max_sessions: self.max_sessions,
            users: self.users,
            profiles: self.profile,
            clients: self.client,
            authorisation_takes: Duration::from_millis(self.login_delay),
            told_time: None,
            faults: self.fault,
            assumptions: Assumptions::of(&self.assume).map_err(io::Error::other)?,
            tag_last: self.tag_last,
            fragmentation: match self.fragmentation {
                Cut::Whole => Fragmentation::Whole,
                Cut::Bytes => Fragmentation::Bytes,
                Cut::Prefixes => Fragmentation::Prefixes,
                Cut::Coalesced => Fragmentation::Coalesced,
            },
            costs: self.slow.then(Costs::default),
            log: self.log,
            ..Settings::default()
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().action {
        Action::Assumptions => program::list_assumptions::<Point>(&mut io::stdout()),
        Action::Serve(serve) => run(*serve).await,
    };
    program::exit("routeros-sim", done)
}

async fn run(serve: Serve) -> io::Result<()> {
    let stopped = program::stop_signal()?;
    let router = Simulator::start(serve.settings()?).await?;
    let mut out = io::stdout();
    writeln!(out, "listening on {}", router.address())?;
    if let Some(address) = router.tls_address() {
        writeln!(out, "tls listening on {address} fingerprint {}", router.fingerprint())?;
    }
    out.flush()?;
    stopped.await;
    router.stop().await;
    Ok(())
}
