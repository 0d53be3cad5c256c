//! Orders that are repeated at the same moment, at two processes.

use std::{sync::Barrier, thread, time::Duration};

use super::{
    invariant::End,
    lane::{GATEWAYS, Lane},
    shop::{Company, Shop},
};
use crate::support::{
    client::{Answer, Client},
    program::Server,
};

const AT_ONCE: usize = 64;

/// Two processes, and gateways that need a moment for a charge.
fn two_processes() -> (Shop, [Server; 2], Company) {
    let shop = Shop::new();
    let first = shop.program().serve();
    let company = Company::founded(&first);
    let second = shop.program().serve();
    shop.conekta.think(Duration::from_millis(400));
    shop.mercado_pago.think(Duration::from_millis(400));
    (shop, [first, second], company)
}

/// What all of these requests are answered, made at the same moment by turns at both servers.
fn at_once(servers: &[Server; 2], request: impl Fn(usize, &Client) -> Answer + Sync) -> Vec<Answer> {
    let barrier = Barrier::new(AT_ONCE);
    thread::scope(|scope| {
        let requests: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let (client, request, barrier) = (servers[number % 2].client(), &request, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    request(number, &client)
                })
            })
            .collect();
        requests.into_iter().map(|request| request.join().unwrap()).collect()
    })
}

#[test]
fn an_order_repeated_at_the_same_moment_is_one_purchase() {
    let (shop, servers, company) = two_processes();
    let lanes = GATEWAYS.map(|gateway| Lane::of(&shop, &company, gateway, "repeated", "paid"));
    for lane in &lanes {
        let answers = at_once(&servers, |_, client| lane.order(client));
        let sold: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert!(!sold.is_empty(), "{}", lane.name);
        for answer in &answers {
            assert!(matches!(answer.status, 200 | 202), "{}: {answer:?}", lane.name);
            assert_eq!(answer.body["compra_id"], sold[0].body["compra_id"], "{}", lane.name);
        }
        for answer in &sold {
            assert_eq!(answer.body["usuario_hotspot"], sold[0].body["usuario_hotspot"], "{}", lane.name);
        }
    }
    let checked = lanes.each_ref().map(|lane| (lane, &[End::Sold] as &[End]));
    shop.check(&checked, &servers[1].client());
}

#[test]
fn a_card_token_in_many_orders_at_the_same_moment_is_charged_once() {
    let (shop, servers, company) = two_processes();
    let mut lanes = GATEWAYS.map(|gateway| Lane::of(&shop, &company, gateway, "one token", "paid"));
    for lane in &mut lanes {
        let key = |number: usize| format!("purchase-with-one-token-{number:02}");
        let answers = at_once(&servers, |number, client| lane.order_as(client, &key(number)));
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().enumerate().partition(|(_, answer)| answer.status == 200);
        assert_eq!(won.len(), 1, "{}: {answers:?}", lane.name);
        for (_, answer) in lost {
            assert_eq!((answer.status, answer.text("code")), (400, "card_token_used"), "{}", lane.name);
        }
        lane.purchase = key(won[0].0);
    }
    let checked = lanes.each_ref().map(|lane| (lane, &[End::Sold] as &[End]));
    shop.check(&checked, &servers[0].client());
}
