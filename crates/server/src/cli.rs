//! The commands of the program.

use std::{
    io::{self, BufRead, Write},
    net::SocketAddr,
};

use anyhow::{Context, anyhow};
use clap::{Parser, Subcommand};
use portero_adapters::MigrateError;
use portero_domain::{
    secret::Secret,
    text::{Email, Name},
    user::{NewPassword, Role, UserProfile},
};

use crate::{
    config::{self, Config, DatabaseConfig, MigrateConfig},
    demo, serve, telemetry,
    wiring::Wiring,
};

/// The service between WiFi captive portals and MikroTik routers
#[derive(Debug, Parser)]
#[command(name = "server", version, after_help = config::help())]
pub(crate) struct Cli {
    /// What to do; `serve` when nothing is said
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Default, Subcommand)]
pub(crate) enum Command {
    /// Applies pending migrations, then serves until SIGTERM
    #[default]
    Serve,
    /// Applies pending migrations and stops
    Migrate,
    /// Prints the OpenAPI document
    Openapi,
    /// Encrypts every stored secret with `ENCRYPTION_KEY`; the service may run meanwhile, and the command may be
    /// repeated
    Rekey,
    /// Adds a super admin whose password is the first line of standard input
    CreateSuperAdmin {
        /// The e-mail to log in with
        #[arg(long)]
        email: String,
        /// What the person is called
        #[arg(long)]
        name: String,
    },
    /// Gives a person a new password, which is the first line of standard input, and ends their sessions
    ResetPassword {
        /// The user's e-mail
        #[arg(long)]
        email: String,
    },
    /// Serves on loopback with a demo company, router and products, and prints how to try it
    Demo {
        /// Where a simulated router listens, with the user `portero` and the password `demo`
        #[arg(long, env = "DEMO_ROUTER", value_name = "ADDR")]
        router: Option<SocketAddr>,
        /// Whether the configured payment gateways and Telegram are simulators, so that the demo can sell
        #[arg(long, env = "DEMO_GATEWAYS")]
        gateways: bool,
    },
}

/// Runs a command to its end.
pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Openapi => {
            let document = portero_http::api::openapi::document().to_pretty_json()?;
            writeln!(io::stdout(), "{document}")?;
        }
        Command::Migrate => {
            let config: MigrateConfig = config::read(&config::environment)?;
            telemetry::start(&config.log)?;
            migrate(&config.database)?;
        }
        Command::Serve => {
            let wiring = wired()?;
            actix_web::rt::System::new().block_on(serve::serve(wiring, |_| Ok(())))?;
        }
        Command::Demo { router, gateways } => {
            let config = Config::read(&config::environment)?;
            let gateways = gateways.then(|| config.simulated_gateways());
            let wiring = wired()?;
            actix_web::rt::System::new().block_on(demo::serve(wiring, router, gateways))?;
        }
        Command::Rekey => {
            let wiring = wired()?;
            let done = actix_web::rt::System::new().block_on(wiring.application.system.reseal_secrets.execute())?;
            tracing::info!(resealed = done.resealed, left_alone = done.left_alone, "secrets resealed");
        }
        Command::CreateSuperAdmin { email, name } => {
            let profile = UserProfile {
                email: Email::parse(&email).context("--email is no e-mail address")?,
                name: Name::parse(&name).context("--name is no name")?,
                role: Role::SuperAdmin,
            };
            let password = password_from_stdin()?;
            let wiring = wired()?;
            let created =
                actix_web::rt::System::new().block_on(wiring.application.users.create.execute(profile, password))?;
            tracing::info!(user = created.id.get(), "super admin added");
        }
        Command::ResetPassword { email } => {
            let email = Email::parse(&email).context("--email is no e-mail address")?;
            let password = password_from_stdin()?;
            let wiring = wired()?;
            let user = actix_web::rt::System::new()
                .block_on(wiring.application.users.reset_password.execute(email, password))?;
            tracing::info!(user = user.get(), "password reset, sessions ended");
        }
    }
    Ok(())
}

fn wired() -> anyhow::Result<Wiring> {
    let config = Config::read(&config::environment)?;
    telemetry::start(&config.log)?;
    migrate(&config.database)?;
    Wiring::new(&config)
}

fn migrate(database: &DatabaseConfig) -> anyhow::Result<()> {
    database.database_url.log_passed_over();
    for migration in portero_adapters::migrate(database.database_url.expose()).map_err(in_one_sentence)? {
        tracing::info!(migration, "migration applied");
    }
    Ok(())
}

/// Why there is no connection, naming the variable.
///
/// libpq quotes a connection string that it does not understand, with any password in it. It does not quote one that it
/// tried, nor more than the name of an option that it does not know.
fn in_one_sentence(error: MigrateError) -> anyhow::Error {
    let cause = match error {
        MigrateError::Connect(cause) => cause.to_string(),
        MigrateError::NotUtf8(_) => return anyhow!("DATABASE_URL names a database that cannot be used: {error}."),
        _ => return error.into(),
    };
    if let Some((_, option)) = cause.trim_end().split_once("invalid URI query parameter: ") {
        return anyhow!("DATABASE_URL has an option that libpq does not know: {option}.");
    }
    let tried: Vec<&str> = cause.lines().filter(|line| line.starts_with("connection to server")).collect();
    if tried.is_empty() {
        return anyhow!("DATABASE_URL is no connection string that leads to a server.");
    }
    anyhow!("DATABASE_URL leads to no database that can be used: {}.", tried.join("; "))
}

fn password_from_stdin() -> anyhow::Result<NewPassword> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = Secret::new(line.trim_end_matches(['\r', '\n']).to_owned());
    NewPassword::parse(password.expose()).context("the first line of standard input is no password")
}
