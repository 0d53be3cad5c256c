use std::sync::Arc;

use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use super::{Desk, Gateway, control, distort};
use crate::{
    faults::{Fault, When},
    lock,
    wire::{Ending, Reply, Request, read, write},
};

pub(super) async fn accept<G: Gateway>(listener: TcpListener, gateway: Arc<G>, desk: Arc<Desk>) {
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            connections.spawn(connection(stream, gateway.clone(), desk.clone()));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn connection<G: Gateway>(mut stream: TcpStream, gateway: Arc<G>, desk: Arc<Desk>) {
    let mut buffer = Vec::new();
    while let Ok(Some(request)) = read(&mut stream, &mut buffer).await {
        // A task of its own: closing the connection must not stop the work halfway.
        let work = tokio::spawn(respond(request, gateway.clone(), desk.clone()));
        let Ok((reply, ending)) = work.await else { return };
        if ending == Ending::Silent {
            let _ = stream.read_to_end(&mut Vec::new()).await;
            return;
        }
        if !write(&mut stream, &reply, ending).await.unwrap_or(false) {
            return;
        }
    }
}

async fn respond<G: Gateway>(request: Request, gateway: Arc<G>, desk: Arc<Desk>) -> (Reply, Ending) {
    if request.method == "OPTIONS" {
        return (Reply::empty(204), Ending::Whole);
    }
    if let Some(reply) = control::serve(&request, &*gateway, &desk) {
        return (reply, Ending::Whole);
    }
    let fault = desk.faults.take(|armed| armed.fits(&request));
    let (reply, ending) = act(&request, &*gateway, &desk, fault).await;
    let seen = !matches!(ending, Ending::Closed | Ending::Silent);
    let fault = fault.map(|fault| format!("{fault:?}"));
    desk.journal.note(desk.clock.millis(), &request, seen.then_some(&reply), fault);
    (reply, ending)
}

async fn act<G: Gateway>(request: &Request, gateway: &G, desk: &Desk, fault: Option<Fault>) -> (Reply, Ending) {
    match fault {
        Some(Fault::Drop(When::Before)) => return (Reply::empty(500), Ending::Closed),
        Some(Fault::Hang(When::Before)) => return (Reply::empty(500), Ending::Silent),
        Some(Fault::Status(When::Before, status, retry)) => {
            return (gateway.error(request, status, retry), Ending::Whole);
        }
        _ => {}
    }
    if let Some(reply) = gateway.admit(request) {
        return spoil(request, gateway, fault, reply).await;
    }
    if let Some(Fault::Delay(When::Before, wait)) = fault {
        sleep(wait).await;
    }
    let thinking = *lock(&desk.thinking);
    if request.method != "GET" && !thinking.is_zero() {
        sleep(thinking).await;
    }
    let reply = gateway.serve(request);
    spoil(request, gateway, fault, reply).await
}

async fn spoil<G: Gateway>(request: &Request, gateway: &G, fault: Option<Fault>, reply: Reply) -> (Reply, Ending) {
    let ending = match fault {
        Some(Fault::Drop(_)) => Ending::Closed,
        Some(Fault::Hang(_)) => Ending::Silent,
        Some(Fault::Truncated) => Ending::Truncated,
        Some(Fault::Endless) => Ending::Endless,
        Some(Fault::Trickle) => Ending::Trickle,
        _ => Ending::Whole,
    };
    let reply = match fault {
        Some(Fault::Delay(When::After, wait)) => {
            sleep(wait).await;
            reply
        }
        Some(Fault::Status(_, status, retry)) => gateway.error(request, status, retry),
        Some(Fault::Garbage) => Reply::html("<html><body>Service temporarily unavailable</body></html>".to_owned()),
        Some(Fault::Redirect) => Reply::empty(302).with("location", "/elsewhere"),
        Some(Fault::WrongAmount) => distort::amount(reply),
        Some(Fault::WrongCurrency) => distort::currency(reply),
        Some(Fault::WrongMode) => distort::mode(reply),
        _ => reply,
    };
    (reply, ending)
}
