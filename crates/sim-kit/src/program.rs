//! What the programs of the simulators share.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use tokio::signal::unix::{SignalKind, signal};

use crate::Guesses;

/// Reads `NAME=yes` or `NAME=no`.
pub fn assumption(text: &str) -> Result<(String, bool), String> {
    match text.split_once('=') {
        Some((name, "yes")) => Ok((name.to_owned(), true)),
        Some((name, "no")) => Ok((name.to_owned(), false)),
        _ => Err("expected NAME=yes or NAME=no".to_owned()),
    }
}

/// Writes every guess with its switch.
pub fn list_assumptions<P: Guesses>(out: &mut impl Write) -> io::Result<()> {
    for guess in P::ALL {
        writeln!(out, "{}={}\n    {}", guess.name, if guess.believed { "yes" } else { "no" }, guess.says)?;
    }
    Ok(())
}

/// Waits for SIGTERM or SIGINT. Signals count from the call on, not from the first poll.
pub fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// Ends the program. An error goes to stderr, behind the program's name.
pub fn exit(program: &str, done: io::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{program}: {error}");
            ExitCode::FAILURE
        }
    }
}
