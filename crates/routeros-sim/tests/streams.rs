//! Many commands at once, and streams cut in every way.

use portero_routeros_sim::{Fragmentation, Settings};

use crate::client::{Client, framed, simulator};

#[tokio::test]
async fn a_stream_may_be_cut_anywhere_both_ways() {
    let router = simulator(|settings| settings.users = 3).await;
    let print = ["/ip/hotspot/user/print", "=.proplist=name,comment", ".tag=p"];
    let whole = Client::logged_in(&router).await.ask(&print).await;
    assert_eq!(whole.len(), 5);
    for fragmentation in [Fragmentation::Bytes, Fragmentation::Prefixes, Fragmentation::Coalesced] {
        router.fragment(fragmentation);
        let mut client = Client::logged_in(&router).await;
        for byte in framed(&print) {
            client.say_bytes(&[byte]).await;
        }
        assert_eq!(client.rest().await, whole, "{fragmentation:?}");
    }
}

#[tokio::test]
async fn longer_prefixes_than_needed_and_empty_sentences_are_taken() {
    let router = simulator(|_| {}).await;
    let mut client = Client::logged_in(&router).await;
    let path = b"/system/identity/print";
    for prefix in [&[0x80, 22][..], &[0xC0, 0, 22], &[0xE0, 0, 0, 22], &[0xF0, 0, 0, 0, 22]] {
        client.say_bytes(&[&[0, 0], prefix, path, &[0, 0]].concat()).await;
        assert_eq!(client.rest().await[0], ["!re", "=name=MikroTik"]);
    }
}

#[tokio::test]
async fn a_control_byte_ends_the_connection() {
    let router = simulator(|_| {}).await;
    for byte in 0xF1..=0xFF {
        let mut client = Client::logged_in(&router).await;
        client.say_bytes(&[byte, 0, 0, 0, 0]).await;
        assert_eq!(client.end().await, 0, "{byte:#x}");
    }
}

#[tokio::test]
async fn a_word_of_four_gigabytes_is_not_waited_for() {
    let router = simulator(|_| {}).await;
    let mut client = Client::logged_in(&router).await;
    client.say_bytes(&[0xF0, 0xFF, 0xFF, 0xFF, 0xFF]).await;
    assert_eq!(client.end().await, 0);
}

#[tokio::test]
async fn a_short_command_overtakes_a_long_one() {
    let router = simulator(|settings| (settings.users, settings.records) = (20_000, false)).await;
    let mut client = Client::logged_in(&router).await;
    let mut both = framed(&["/ip/hotspot/user/print", ".tag=long"]);
    both.extend(framed(&["/system/identity/print", ".tag=short"]));
    client.say_bytes(&both).await;
    let mut ends = Vec::new();
    let mut rows = 0;
    while ends.len() < 2 {
        let words = client.hear().await.unwrap();
        match &words[0][..] {
            "!done" => ends.push((words[1].clone(), rows)),
            _ => rows += 1,
        }
    }
    assert_eq!(ends[0].0, ".tag=short");
    assert!(ends[0].1 < 10, "it waited for {} rows", ends[0].1);
    assert_eq!(ends[1], (".tag=long".to_owned(), 20_002));
}

#[tokio::test]
async fn a_thousand_pipelined_commands_are_answered_each_under_its_tag() {
    let router = simulator(|settings| settings.records = false).await;
    let mut client = Client::logged_in(&router).await;
    let all: Vec<u8> = (0..1000)
        .flat_map(|number| {
            framed(&["/ip/hotspot/user/add".to_owned(), format!("=name=u{number}"), format!(".tag={number}")])
        })
        .collect();
    client.say_bytes(&all).await;
    let mut tags: Vec<u32> = Vec::new();
    for _ in 0..1000 {
        let words = client.hear().await.unwrap();
        assert_eq!(words[0], "!done");
        tags.push(words[1].strip_prefix(".tag=").unwrap().parse().unwrap());
    }
    tags.sort_unstable();
    assert_eq!(tags, (0..1000).collect::<Vec<u32>>());
    assert_eq!(router.router().user_count(), 1001);
}

#[tokio::test]
async fn a_cancel_without_a_tag_ends_everything_that_runs() {
    let router = simulator(|_| {}).await;
    let mut client = Client::logged_in(&router).await;
    client.say(&["/ip/hotspot/user/listen", ".tag=a"]).await;
    client.say(&["/ip/hotspot/host/listen", ".tag=b"]).await;
    client.say(&["/cancel", ".tag=c"]).await;
    let mut heard = Vec::new();
    for _ in 0..5 {
        let words = client.hear().await.unwrap();
        heard.push(format!("{}{}", words[0], words[1]));
    }
    assert_eq!(heard, ["!trap.tag=a", "!trap.tag=b", "!done.tag=c", "!done.tag=a", "!done.tag=b"]);
}

#[tokio::test]
async fn the_tag_may_come_last() {
    let router = simulator(|settings: &mut Settings| settings.tag_last = true).await;
    let mut client = Client::logged_in(&router).await;
    let heard = client.ask(&["/ip/hotspot/user/add", ".tag=7", "=name=u"]).await;
    assert_eq!(heard, [["!done", "=ret=*1", ".tag=7"]]);
}
