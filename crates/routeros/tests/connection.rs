//! Connections against peers that behave well, badly, and not at all.

use std::time::Duration;

use crate::support::{Peer, connected, tag_of};
use portero_routeros::Class;
use portero_routeros::client::{Answer, Closed, Connection, Failure, NotSent, Options, Unknown};
use portero_routeros::proto::{Command, DecodeError};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

const PATIENCE: Duration = Duration::from_secs(10);

fn ask(connection: &Connection, path: &str) -> JoinHandle<Result<Answer, Failure>> {
    let (connection, command) = (connection.clone(), Command::new(path));
    tokio::spawn(async move { connection.execute(&command, PATIENCE).await })
}

fn names(answer: &Answer) -> Vec<&[u8]> {
    answer.rows.iter().map(|row| row.get("name").unwrap_or_default()).collect()
}

/// The connection works: a command gets its answer.
async fn assert_works<S: AsyncRead + AsyncWrite + Unpin>(connection: &Connection, peer: &mut Peer<S>) {
    let asked = ask(connection, "/still/there");
    loop {
        let (path, tag) = peer.hear_command().await;
        if path == "/still/there" {
            peer.reply("!done", &tag, &[]).await;
            break;
        }
    }
    assert_eq!(asked.await.unwrap(), Ok(Answer::default()));
}

fn closed(outcome: Result<Answer, Failure>) -> Closed {
    match outcome {
        Err(Failure::Unknown(Unknown::Closed(reason))) => reason,
        other => panic!("expected the connection to be closed under the command, not {other:?}"),
    }
}

#[tokio::test]
async fn answers_that_interleave_reach_the_ones_who_asked() {
    let (connection, mut peer) = connected(&Options::default());
    let users = ask(&connection, "/users");
    let (_, a) = peer.hear_command().await;
    let identity = ask(&connection, "/identity");
    let (_, b) = peer.hear_command().await;
    peer.reply("!re", &a, &["=name=one"]).await;
    peer.say(&["!re", "=name=router", &format!(".tag={b}")]).await;
    peer.reply("!re", &a, &["=name=two"]).await;
    peer.reply("!done", &b, &[]).await;
    peer.reply("!done", &a, &["=ret=*1F"]).await;
    let (users, identity) = (users.await.unwrap().unwrap(), identity.await.unwrap().unwrap());
    assert_eq!(names(&users), [b"one", b"two"]);
    assert_eq!(users.ret.as_deref(), Some(&b"*1F"[..]));
    assert_eq!(names(&identity), [b"router"]);
    assert_eq!(identity.ret, None);
}

#[tokio::test]
async fn several_errors_are_one_rejection_and_the_first_one_counts() {
    let (connection, mut peer) = connected(&Options::default());
    let asked = ask(&connection, "/ip/hotspot/user/add");
    let (_, tag) = peer.hear_command().await;
    peer.reply("!trap", &tag, &["=message=failure: already have user with this name for this server"]).await;
    peer.reply("!trap", &tag, &["=category=0", "=message=no such item"]).await;
    peer.reply("!done", &tag, &[]).await;
    let Err(Failure::Rejected(rejection)) = asked.await.unwrap() else { panic!("it is a rejection") };
    assert_eq!(rejection.first.class(), Class::DuplicateUser);
    assert_eq!(rejection.others.iter().map(portero_routeros::Trap::class).collect::<Vec<_>>(), [Class::NotFound]);
}

#[tokio::test]
async fn no_rows_are_an_answer_on_old_and_new_routers() {
    for kinds in [&["!done"][..], &["!empty", "!done"]] {
        let (connection, mut peer) = connected(&Options::default());
        let asked = ask(&connection, "/print");
        let (_, tag) = peer.hear_command().await;
        for kind in kinds {
            peer.reply(kind, &tag, &[]).await;
        }
        assert_eq!(asked.await.unwrap(), Ok(Answer::default()));
    }
}

#[tokio::test]
async fn what_is_not_known_is_passed_over() {
    let (connection, mut peer) = connected(&Options::default());
    let asked = ask(&connection, "/print");
    let (_, tag) = peer.hear_command().await;
    peer.reply("!progress", &tag, &["=percent=50"]).await;
    peer.reply("!re", "999", &["=name=of nobody"]).await;
    peer.reply("!done", "not-a-tag", &[]).await;
    peer.reply("!done", "", &[]).await;
    peer.say(&["!done"]).await;
    peer.reply("!re", &tag, &["=name=mine"]).await;
    peer.reply("!done", &tag, &[]).await;
    assert_eq!(names(&asked.await.unwrap().unwrap()), [b"mine"]);
}

#[tokio::test]
async fn any_bytes_come_through_as_they_are() {
    let (connection, mut peer) = connected(&Options::default());
    let value = [b"a=b\0\r\n\"quoted\" \xE9 ".as_slice(), "😀".as_bytes(), &[b'x'; 10_240]].concat();
    let command = Command::new("/set").attribute("comment", &value);
    let asked = tokio::spawn({
        let connection = connection.clone();
        async move { connection.execute(&command, PATIENCE).await }
    });
    let heard = peer.hear().await.unwrap();
    assert_eq!(heard[1], String::from_utf8_lossy(&[b"=comment=", value.as_slice()].concat()));
    assert_eq!(heard.len(), 3, "one attribute and the tag");
    let tag = tag_of(&heard).unwrap();
    peer.say(&[b"!re".as_slice(), format!(".tag={tag}").as_bytes(), &[b"=comment=", value.as_slice()].concat()]).await;
    peer.reply("!done", &tag, &[]).await;
    let answer = asked.await.unwrap().unwrap();
    assert_eq!(answer.rows.first().unwrap().get("comment"), Some(&value[..]));
}

#[tokio::test]
async fn a_fatal_error_ends_what_is_under_way_and_what_waits() {
    let (connection, mut peer) = connected(&Options { in_flight: 1, ..Options::default() });
    let sent = ask(&connection, "/sent");
    peer.hear_command().await;
    let waits = ask(&connection, "/waits");
    tokio::task::yield_now().await;
    peer.say(&["!fatal", "too many commands before login"]).await;
    let reason = closed(sent.await.unwrap());
    assert_eq!(reason, Closed::Fatal(b"too many commands before login".as_slice().into()));
    assert_eq!(reason.class(), Class::ProtocolMisuse);
    assert_eq!(waits.await.unwrap(), Err(NotSent::Closed(reason.clone()).into()));
    assert_eq!(connection.closed(), Some(reason));
    assert_eq!(peer.hear().await, None, "the client hangs up, and the waiting command never left");
}

#[tokio::test]
async fn the_end_of_the_stream_is_told_in_every_state() {
    let cases: [(&[u8], Closed); 5] = [
        (b"", Closed::EndOfStream),
        (b"\x03!re\x06.tag=1\x00", Closed::EndOfStream),
        (b"\x03!re\x06.tag=1", Closed::Truncated),
        (b"\x05!do", Closed::Truncated),
        (b"\x80", Closed::Truncated),
    ];
    for (said, reason) in cases {
        let (connection, mut peer) = connected(&Options::default());
        let asked = ask(&connection, "/print");
        assert_eq!(peer.hear_command().await.1, "1");
        peer.send(said).await;
        drop(peer);
        assert_eq!(closed(asked.await.unwrap()), reason, "after {said:?}");
        let later = connection.execute(&Command::new("/later"), PATIENCE).await;
        assert_eq!(later, Err(NotSent::Closed(reason).into()));
    }
}

#[tokio::test]
async fn an_idle_connection_notices_that_the_router_left() {
    let (connection, peer) = connected(&Options::default());
    drop(peer);
    connection.until_closed().await;
    assert_eq!(connection.closed(), Some(Closed::EndOfStream));
}

#[tokio::test]
async fn a_word_of_four_gigabytes_closes_the_connection_at_once() {
    let (connection, mut peer) = connected(&Options::default());
    let asked = ask(&connection, "/print");
    peer.hear_command().await;
    peer.send(b"\x03!re\xF0\xFF\xFF\xFF\xFF").await;
    assert_eq!(closed(asked.await.unwrap()), Closed::Malformed(DecodeError::WordTooLong(u32::MAX)));
}

#[tokio::test]
async fn garbage_closes_the_connection() {
    let (connection, mut peer) = connected(&Options::default());
    let asked = ask(&connection, "/print");
    peer.hear_command().await;
    peer.send(b"\xFFHTTP/1.1 400 Bad Request\r\n").await;
    assert!(matches!(closed(asked.await.unwrap()), Closed::Malformed(DecodeError::Reserved(_))));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_cancelled_and_the_connection_lives() {
    for options in [Options { rows: 100, ..Options::default() }, Options { reply_bytes: 1000, ..Options::default() }] {
        let (connection, mut peer) = connected(&options);
        let asked = ask(&connection, "/print");
        let (_, tag) = peer.hear_command().await;
        for _ in 0..=100 {
            peer.reply("!re", &tag, &["=name=more"]).await;
        }
        assert_eq!(asked.await.unwrap(), Err(Unknown::TooLarge.into()));
        let cancel = peer.hear().await.unwrap();
        assert_eq!(cancel[..2], ["/cancel".to_owned(), format!("=tag={tag}")]);
        peer.reply("!done", &tag_of(&cancel).unwrap(), &[]).await;
        peer.reply("!done", &tag, &[]).await;
        assert_works(&connection, &mut peer).await;
    }
}

#[tokio::test]
async fn endless_errors_are_too_large_as_well() {
    let (connection, mut peer) = connected(&Options { reply_bytes: 6400, ..Options::default() });
    let asked = ask(&connection, "/print");
    let (_, tag) = peer.hear_command().await;
    for _ in 0..=100 {
        peer.reply("!trap", &tag, &[]).await;
    }
    assert_eq!(asked.await.unwrap(), Err(Unknown::TooLarge.into()));
}

#[tokio::test(start_paused = true)]
async fn rows_that_go_on_after_the_cancellation_end_the_connection() {
    let (connection, mut peer) = connected(&Options { rows: 10, ..Options::default() });
    let asked = ask(&connection, "/print");
    let (_, tag) = peer.hear_command().await;
    let started = Instant::now();
    let mut row = Vec::new();
    portero_routeros::proto::SentenceBuf::of(["!re", &format!(".tag={tag}")]).unwrap().encode(&mut row);
    while peer.try_send(&row).await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(asked.await.unwrap(), Err(Unknown::TooLarge.into()));
    assert_eq!(connection.closed(), Some(Closed::CancelIgnored));
    assert!(started.elapsed() < Duration::from_secs(6), "took {:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_byte_a_second_does_not_outlast_the_deadline() {
    let (connection, mut peer) = connected(&Options::default());
    let started = Instant::now();
    let asked = ask(&connection, "/print");
    peer.hear_command().await;
    let dripping = tokio::spawn(async move {
        while peer.try_send(b"\x03!re\x00"[..1].as_ref()).await {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    assert_eq!(asked.await.unwrap(), Err(Unknown::Deadline.into()));
    assert_eq!(started.elapsed(), PATIENCE);
    connection.until_closed().await;
    assert_eq!(connection.closed(), Some(Closed::CancelIgnored));
    assert_eq!(started.elapsed(), PATIENCE + Options::default().cancel);
    dripping.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_time_is_over_is_cancelled_and_keeps_its_tag_until_it_ends() {
    let (connection, mut peer) = connected(&Options { in_flight: 1, ..Options::default() });
    let slow = ask(&connection, "/slow");
    let (_, slow_tag) = peer.hear_command().await;
    assert_eq!(slow.await.unwrap(), Err(Unknown::Deadline.into()));
    let cancel = peer.hear().await.unwrap();
    assert_eq!(cancel[..2], ["/cancel".to_owned(), format!("=tag={slow_tag}")]);

    let next = ask(&connection, "/next");
    let early = tokio::time::timeout(Duration::from_secs(1), peer.hear()).await;
    assert!(early.is_err(), "the cancelled command still holds the only place");
    peer.reply("!done", &tag_of(&cancel).unwrap(), &[]).await;
    peer.reply("!re", &slow_tag, &["=name=late"]).await;
    peer.reply("!trap", &slow_tag, &["=category=2", "=message=interrupted"]).await;
    peer.reply("!done", &slow_tag, &[]).await;
    let (path, next_tag) = peer.hear_command().await;
    assert_eq!(path, "/next");
    assert_ne!(next_tag, slow_tag);
    peer.reply("!done", &next_tag, &[]).await;
    assert_eq!(next.await.unwrap(), Ok(Answer::default()), "nothing of the late answer is in it");
}

#[tokio::test]
async fn a_command_whose_future_is_dropped_is_cancelled() {
    let (connection, mut peer) = connected(&Options::default());
    let listening = ask(&connection, "/ip/hotspot/active/listen");
    let (_, tag) = peer.hear_command().await;
    listening.abort();
    assert!(listening.await.unwrap_err().is_cancelled());
    assert_eq!(peer.hear().await.unwrap()[..2], ["/cancel".to_owned(), format!("=tag={tag}")]);
    peer.reply("!done", &tag, &[]).await;
    assert_works(&connection, &mut peer).await;
}

#[tokio::test]
async fn sixteen_commands_are_under_way_sixty_four_wait_and_others_are_told_at_once() {
    let (connection, mut peer) = connected(&Options::default());
    let under_way: Vec<_> = (0..16).map(|_| ask(&connection, "/print")).collect();
    let mut tags = Vec::new();
    for _ in &under_way {
        tags.push(peer.hear_command().await.1);
    }
    let (waiting, told): (Vec<_>, Vec<_>) = {
        let asked: Vec<_> = (0..100).map(|_| ask(&connection, "/print")).collect();
        while !asked.iter().any(JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        asked.into_iter().partition(|asked| !asked.is_finished())
    };
    // The writer may hold one more in its hand.
    assert!((64..=65).contains(&waiting.len()), "{} wait", waiting.len());
    for told in told {
        assert_eq!(told.await.unwrap(), Err(NotSent::Busy.into()));
    }
    let early = tokio::time::timeout(Duration::from_millis(20), peer.hear()).await;
    assert!(early.is_err(), "a seventeenth was sent");
    let answering = tokio::spawn(async move {
        for tag in tags {
            peer.reply("!done", &tag, &[]).await;
        }
        while let Some(words) = peer.hear().await {
            peer.reply("!done", &tag_of(&words).unwrap(), &[]).await;
        }
    });
    for asked in under_way.into_iter().chain(waiting) {
        assert_eq!(asked.await.unwrap(), Ok(Answer::default()));
    }
    drop(connection);
    answering.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_time_is_over_while_it_waits_never_leaves() {
    let (connection, mut peer) = connected(&Options { in_flight: 1, ..Options::default() });
    let first = Command::new("/first");
    let first = tokio::spawn({
        let connection = connection.clone();
        async move { connection.execute(&first, 10 * PATIENCE).await }
    });
    let (_, tag) = peer.hear_command().await;
    let waits = connection.execute(&Command::new("/waits"), PATIENCE).await;
    assert_eq!(waits, Err(NotSent::Deadline.into()));
    peer.reply("!done", &tag, &[]).await;
    assert_eq!(first.await.unwrap(), Ok(Answer::default()));
    let third = ask(&connection, "/third");
    let (path, tag) = peer.hear_command().await;
    assert_eq!(path, "/third");
    peer.reply("!done", &tag, &[]).await;
    assert_eq!(third.await.unwrap(), Ok(Answer::default()));
}

#[tokio::test]
async fn a_router_cannot_answer_what_it_was_not_asked_yet() {
    let (connection, mut peer) = connected(&Options { in_flight: 1, ..Options::default() });
    let first = ask(&connection, "/first");
    assert_eq!(peer.hear_command().await.1, "1");
    let second = ask(&connection, "/second");
    tokio::task::yield_now().await;
    peer.reply("!re", "2", &["=name=forged"]).await;
    peer.reply("!done", "2", &[]).await;
    peer.reply("!done", "1", &[]).await;
    assert_eq!(first.await.unwrap(), Ok(Answer::default()));
    assert_eq!(peer.hear_command().await, ("/second".to_owned(), "2".to_owned()));
    peer.reply("!done", "2", &[]).await;
    assert_eq!(second.await.unwrap(), Ok(Answer::default()));
}

#[tokio::test(start_paused = true)]
async fn a_router_that_does_not_read_is_given_up() {
    let (ours, _theirs): (_, DuplexStream) = tokio::io::duplex(16);
    let connection = Connection::over(ours, &Options::default());
    let started = Instant::now();
    let command = Command::new("/set").attribute("comment", [b'x'; 1000]);
    let outcome = connection.execute(&command, 10 * PATIENCE).await;
    assert_eq!(closed(outcome), Closed::Stalled);
    assert_eq!(started.elapsed(), Options::default().stall);
}

#[tokio::test(start_paused = true)]
async fn a_router_that_is_silent_is_given_up() {
    let (connection, mut peer) = connected(&Options::default());
    let asked = ask(&connection, "/print");
    peer.hear_command().await;
    assert_eq!(asked.await.unwrap(), Err(Unknown::Deadline.into()));
    connection.until_closed().await;
    assert_eq!(connection.closed(), Some(Closed::CancelIgnored));
}

#[tokio::test]
async fn the_last_handle_takes_the_socket_with_it() {
    let (connection, mut peer) = connected(&Options::default());
    let other = connection.clone();
    drop(connection);
    assert_works(&other, &mut peer).await;
    drop(other);
    assert_eq!(peer.hear().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_over_once_the_router_has_closed_it_too() {
    let (connection, mut peer) = connected(&Options::default());
    connection.close();
    let over = tokio::spawn({
        let connection = connection.clone();
        async move { connection.until_over().await }
    });
    assert_eq!(peer.hear().await, None);
    // Replies in between are ignored.
    peer.say(&["!re", "=name=late"]).await;
    assert!(!over.is_finished());
    let heard = Instant::now();
    drop(peer);
    over.await.unwrap();
    assert_eq!(heard.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_router_that_does_not_close_is_not_waited_for_long() {
    let (connection, peer) = connected(&Options::default());
    let started = Instant::now();
    connection.close();
    connection.until_over().await;
    assert_eq!(started.elapsed(), Options::default().linger);
    drop(peer);
}

#[tokio::test]
async fn a_command_that_cannot_be_said_is_not_sent() {
    let (connection, mut peer) = connected(&Options::default());
    let forged = Command::new("/print").attribute("name=x\n", "");
    let outcome = connection.execute(&forged, PATIENCE).await;
    assert!(matches!(outcome, Err(Failure::NotSent(NotSent::Invalid(_)))), "{outcome:?}");
    assert_works(&connection, &mut peer).await;
}
