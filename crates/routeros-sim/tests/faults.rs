//! What goes wrong goes wrong as it says.

use std::time::{Duration, Instant};

use portero_routeros_sim::{Armed, Costs, Fault, Simulator};
use tokio::{io::AsyncReadExt, time::timeout};

use crate::client::{Client, simulator};

const ADD: [&str; 2] = ["/ip/hotspot/user/add", "=name=paid"];

async fn faulty(fault: Fault) -> (Simulator, Client) {
    let router = simulator(|_| {}).await;
    router.faults().arm(Armed::once(fault));
    let client = Client::logged_in(&router).await;
    (router, client)
}

fn exists(router: &Simulator) -> bool {
    !router.router().users_named(b"paid").is_empty()
}

#[tokio::test]
async fn a_connection_cut_before_the_commit_leaves_nothing() {
    let (router, mut client) = faulty(Fault::CutBeforeCommit).await;
    assert_eq!(client.ask(&["/system/identity/print"]).await.len(), 2, "reading is not cut");
    client.say(&ADD).await;
    assert_eq!(client.end().await, 0);
    assert!(!exists(&router));
    assert_eq!(Client::logged_in(&router).await.ask(&ADD).await[0][0], "!done", "the next one works");
}

#[tokio::test]
async fn a_connection_cut_after_the_commit_leaves_the_user_and_no_answer() {
    let (router, mut client) = faulty(Fault::CutAfterCommit).await;
    client.say(&ADD).await;
    assert_eq!(client.end().await, 0);
    assert!(exists(&router));
    let again = Client::logged_in(&router).await.trap(&ADD).await;
    assert_eq!(again, "failure: already have user with this name for this server");
}

#[tokio::test]
async fn a_connection_cut_during_the_commit_leaves_the_user_later() {
    let (router, mut client) = faulty(Fault::CutDuringCommit).await;
    client.say(&ADD).await;
    assert_eq!(client.end().await, 0);
    timeout(Duration::from_secs(10), async {
        while !exists(&router) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the commit");
}

#[tokio::test]
async fn a_connection_cut_inside_of_done_leaves_the_user_and_half_an_answer() {
    let (router, mut client) = faulty(Fault::CutInsideDone).await;
    client.say(&ADD).await;
    let mut heard = Vec::new();
    client.stream.read_to_end(&mut heard).await.unwrap();
    assert_eq!(heard, b"\x05!do");
    assert!(exists(&router));
}

#[tokio::test]
async fn a_reset_is_one() {
    let (router, mut client) = faulty(Fault::Reset).await;
    client.say(&ADD).await;
    let error = client.stream.read(&mut [0; 16]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert!(!exists(&router));
}

#[tokio::test]
async fn a_half_open_router_is_silent_and_keeps_its_session() {
    let (router, mut client) = faulty(Fault::HalfOpen).await;
    client.say(&ADD).await;
    assert!(timeout(Duration::from_millis(200), client.hear()).await.is_err());
    drop(client);
    assert_eq!(Client::logged_in(&router).await.ask(&ADD).await[0][0], "!done");
    assert_eq!(router.meters().sessions(), 2);
}

#[tokio::test]
async fn garbage_and_a_huge_word_come_as_announced() {
    for (fault, first) in [(Fault::Garbage, &[0xFB][..]), (Fault::HugeWord, &[0xF0, 0xFF, 0xFF, 0xFF, 0xFF])] {
        let (_router, mut client) = faulty(fault).await;
        client.say(&ADD).await;
        let mut heard = vec![0; first.len()];
        client.stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, first);
    }
}

#[tokio::test]
async fn a_fatal_has_a_bare_reason_and_ends_the_connection() {
    let (_router, mut client) = faulty(Fault::Fatal).await;
    assert_eq!(client.ask(&ADD).await, [["!fatal", "system is shutting down"]]);
    assert_eq!(client.end().await, 0);
}

#[tokio::test]
async fn endless_rows_do_not_end_until_cancelled() {
    let (_router, mut client) = faulty(Fault::EndlessRows).await;
    client.say(&["/ip/hotspot/user/print", ".tag=e"]).await;
    for _ in 0..50_000 {
        assert_eq!(client.hear().await.unwrap()[0], "!re");
    }
    client.say(&["/cancel", "=tag=e", ".tag=c"]).await;
    let mut over = Vec::new();
    while over.len() < 3 {
        let words = client.hear().await.unwrap();
        if words[0] != "!re" {
            over.push(words);
        }
    }
    assert_eq!(over[0], ["!trap", ".tag=e", "=category=2", "=message=interrupted"]);
    assert_eq!(over[2], ["!done", ".tag=e"]);
}

#[tokio::test]
async fn an_answer_may_carry_a_tag_of_nobody() {
    let (router, mut client) = faulty(Fault::OtherTag).await;
    let heard = client.ask(&["/ip/hotspot/user/add", "=name=paid", ".tag=7"]).await;
    assert_eq!(heard, [["!done", ".tag=7-of-nobody", "=ret=*1"]]);
    assert!(exists(&router));
}

#[tokio::test]
async fn a_stalled_answer_does_not_hold_up_the_others() {
    let (_router, mut client) = faulty(Fault::Stall(Duration::from_millis(400))).await;
    let begun = Instant::now();
    client.say(&["/system/identity/print", ".tag=slow"]).await;
    client.say(&["/system/identity/print", ".tag=quick"]).await;
    assert_eq!(client.rest().await.last().unwrap()[1], ".tag=quick");
    assert_eq!(client.rest().await.last().unwrap()[1], ".tag=slow");
    assert!(begun.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn a_byte_a_second_is_that() {
    let (_router, mut client) = faulty(Fault::Trickle).await;
    client.say(&["/system/identity/print"]).await;
    let begun = Instant::now();
    client.stream.read_exact(&mut [0; 3]).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_slow_router_takes_its_time_once_its_budget_is_spent() {
    let router = simulator(|settings| settings.costs = Some(Costs { budget: 5, ..Costs::default() })).await;
    let mut client = Client::logged_in(&router).await;
    let begun = Instant::now();
    for _ in 0..10 {
        client.ask(&["/system/identity/print"]).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(5 + 5 * 20), "{:?}", begun.elapsed());
}
