//! `routeros-probe`: reads a real router without changing it, and reports which guesses of the simulator are right.

mod redaction;
mod session;
mod survey;
mod verdict;

use std::{
    env,
    io::{self, Write},
    net::SocketAddr,
    process::ExitCode,
};

use clap::Parser;
use portero_routeros::client::{Fingerprint, Login, Options, Security, probe_certificate};
use portero_routeros_sim::ASSUMPTIONS;

use self::{session::Session, survey::Observations};

/// Reads a `MikroTik` router without changing it, and reports which guesses of `routeros-sim` are right
///
/// Standard output is the transcript: one JSON object a line, as `routeros-sim --log` writes it. Names, addresses and
/// everything else that identifies the router are placeholders. Standard error has the conclusions.
///
/// The account's password is taken from `ROUTEROS_PASSWORD`, or else from the first line of standard input.
#[derive(Debug, Parser)]
#[command(name = "routeros-probe")]
struct Arguments {
    /// Where the router's API listens, such as 192.0.2.1:8728.
    address: SocketAddr,
    /// The account to log in with. It needs the policies `api` and `read`; with `sensitive` more guesses are tested
    #[arg(long)]
    user: String,
    /// Log in over TLS, only if the router has the certificate with this SHA-256
    #[arg(long, value_name = "SHA-256")]
    fingerprint: Option<Fingerprint>,
    /// Where `api-ssl` listens, to compare the certificate that it shows; the address itself when over TLS.
    #[arg(long, value_name = "ADDR")]
    api_ssl: Option<SocketAddr>,
    /// Log in in the form of RouterOS before 6.43
    #[arg(long)]
    old_login: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut seen = Observations::default();
    let outcome = look(arguments, &mut seen).await;
    let told = tell(&seen);
    match outcome.and(told) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "routeros-probe: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn look(arguments: Arguments, seen: &mut Observations) -> io::Result<()> {
    // All users of the machine can see arguments, so the password is not one.
    let password = match env::var("ROUTEROS_PASSWORD") {
        Ok(password) => password,
        Err(_) => io::stdin().lines().next().transpose()?.unwrap_or_default(),
    };
    let (name, password) = (&*arguments.user, &*password);
    let login = if arguments.old_login { Login::Legacy { name, password } } else { Login::Plain { name, password } };
    let options = Options::default();
    let api_ssl = arguments.api_ssl.or(arguments.fingerprint.map(|_| arguments.address));
    if let Some(address) = api_ssl {
        seen.shown = Some(probe_certificate(address, &options).await);
    }
    let security = arguments.fingerprint.map_or(Security::Plain, Security::Pinned);
    let mut session = Session::open(arguments.address, security, &options, io::stdout()).await?;
    session.log_in(&login).await?;
    survey::ask(&mut session, seen).await
}

/// The results, one guess a line.
fn tell(seen: &Observations) -> io::Result<()> {
    let mut out = io::stderr().lock();
    if let Some(version) = seen.version {
        writeln!(out, "RouterOS {version}")?;
    }
    for guess in ASSUMPTIONS {
        let found = verdict::of(guess.point, seen);
        writeln!(out, "{:<15} {:<30} {}", found.settled.to_string(), guess.name, found.because)?;
    }
    Ok(())
}
