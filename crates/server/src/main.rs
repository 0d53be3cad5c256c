//! Portero's program: reads the configuration, wires the layers together, runs a command.

mod background;
mod cli;
mod config;
mod connections;
mod demo;
mod jobs;
mod serve;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

fn main() -> ExitCode {
    match cli::run(Cli::parse().command.unwrap_or_default()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("server: {error:#}");
            ExitCode::FAILURE
        }
    }
}
