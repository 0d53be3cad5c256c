//! `gateways-sim`: Conekta, Mercado Pago and Telegram on loopback ports, until SIGTERM.

use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    str::FromStr,
    time::Duration,
};

use clap::{Parser, Subcommand};
use portero_gateways_sim::{
    Armed, Assumptions, Conekta, DOCUMENTED, Ids, MercadoPago, Point, Settings, Target, Telegram,
};
use portero_sim_kit::program;

const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Simulators of Conekta, Mercado Pago and Telegram: their APIs on loopback, and faults on demand.
///
/// Each gateway has control endpoints below `/_sim/`. The documentation of the library lists them.
#[derive(Debug, Parser)]
#[command(name = "gateways-sim")]
struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve until SIGTERM.
    Serve(Box<Serve>),
    /// List what no source proves about the real gateways.
    Assumptions,
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// Where Conekta listens; port 0 is any free one.
    #[arg(long, default_value_t = ANY_PORT, value_name = "ADDR")]
    conekta: SocketAddr,
    /// Where Mercado Pago listens.
    #[arg(long, default_value_t = ANY_PORT, value_name = "ADDR")]
    mercado_pago: SocketAddr,
    /// Where Telegram listens.
    #[arg(long, default_value_t = ANY_PORT, value_name = "ADDR")]
    telegram: SocketAddr,
    /// A receiver of webhooks: `conekta=URL` or `mercado-pago=URL`, with `KEY=` before the URL for those of one
    /// account. Repeatable.
    #[arg(long, value_name = "GATEWAY=URL", value_parser = of_gateway::<Target>)]
    webhooks: Vec<(Name, Target)>,
    /// The secret of Mercado Pago's webhooks.
    #[arg(long, default_value = "simulated-webhook-secret", value_name = "SECRET")]
    webhook_secret: String,
    /// A fault: `conekta=FAULT`, `mercado-pago=FAULT` or `telegram=FAULT`. Repeatable.
    #[arg(long, value_name = "GATEWAY=FAULT", value_parser = of_gateway::<Armed>)]
    fault: Vec<(Name, Armed)>,
    /// How long a gateway works on a request that changes something, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    thinking: u64,
    /// Say that payments are live ones.
    #[arg(long)]
    live: bool,
    /// Make the same ids at every start.
    #[arg(long)]
    deterministic: bool,
    /// Settle a guess: NAME=yes or NAME=no. Repeatable; `gateways-sim assumptions` lists them.
    #[arg(long, value_name = "NAME=yes|no", value_parser = program::assumption)]
    assume: Vec<(String, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Conekta,
    MercadoPago,
    Telegram,
}

fn of_gateway<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<(Name, T), String> {
    let (name, rest) = text.split_once('=').ok_or("expected GATEWAY=VALUE")?;
    let name = match name {
        "conekta" => Name::Conekta,
        "mercado-pago" => Name::MercadoPago,
        "telegram" => Name::Telegram,
        _ => return Err("expected conekta, mercado-pago or telegram before the =".to_owned()),
    };
    Ok((name, rest.parse().map_err(|error: T::Err| error.to_string())?))
}

impl Serve {
    fn settings(&self, name: Name, listen: SocketAddr) -> io::Result<Settings> {
        let faults = self.fault.iter().filter(|(of, _)| *of == name).map(|(_, fault)| fault.clone());
        let webhooks = self.webhooks.iter().filter(|(of, _)| *of == name).map(|(_, target)| target.clone());
        Ok(Settings {
            listen,
            ids: if self.deterministic { Ids::deterministic() } else { Ids::fresh() },
            live: self.live,
            thinking: Duration::from_millis(self.thinking),
            faults: faults.collect(),
            webhooks: webhooks.collect(),
            webhook_secret: self.webhook_secret.clone(),
            assumptions: Assumptions::of(&self.assume).map_err(io::Error::other)?,
            ..Settings::default()
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().action {
        Action::Assumptions => list_assumptions(),
        Action::Serve(serve) => run(*serve).await,
    };
    program::exit("gateways-sim", done)
}

fn list_assumptions() -> io::Result<()> {
    let mut out = io::stdout();
    program::list_assumptions::<Point>(&mut out)?;
    writeln!(out, "\nDocumented, never tried:")?;
    for fact in DOCUMENTED {
        writeln!(out, "    {fact}")?;
    }
    Ok(())
}

async fn run(serve: Serve) -> io::Result<()> {
    let stopped = program::stop_signal()?;
    let conekta = Conekta::start(serve.settings(Name::Conekta, serve.conekta)?).await?;
    let mercado_pago = MercadoPago::start(serve.settings(Name::MercadoPago, serve.mercado_pago)?).await?;
    let telegram = Telegram::start(serve.settings(Name::Telegram, serve.telegram)?).await?;
    let mut out = io::stdout();
    writeln!(out, "conekta listening on {}", conekta.address())?;
    writeln!(out, "mercado-pago listening on {}", mercado_pago.address())?;
    writeln!(out, "telegram listening on {}", telegram.address())?;
    out.flush()?;
    stopped.await;
    Ok(())
}
