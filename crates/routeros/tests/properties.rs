//! What holds for all inputs, tried with many.

use std::time::Duration;

use portero_routeros::proto::{Charset, Command, DecodeError, Decoder, Limits, Query, Reply, Rows, SentenceBuf, Tag};
use portero_routeros::value::{Mac, Version, format_duration, parse_duration};
use portero_routeros::{Class, Trap};
use proptest::collection::vec;
use proptest::prelude::*;

const SMALL: Limits = Limits { word: 300, sentence: 1000 };

fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 1..20), vec(any::<u8>(), 120..140), "[!=?.a-z*0-9]{1,12}".prop_map(String::into_bytes)]
}

fn sentence() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(word(), 0..6)
}

/// Everything the decoder makes of `bytes`, given to it in pieces of these sizes over and over.
fn decode(bytes: &[u8], sizes: &[usize], limits: Limits) -> (Vec<Vec<Vec<u8>>>, Option<DecodeError>) {
    let mut decoder = Decoder::with_limits(limits);
    let (mut sentences, mut rest, mut sizes) = (Vec::new(), bytes, sizes.iter().cycle());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at((*sizes.next().unwrap()).clamp(1, rest.len()));
        decoder.push(piece);
        loop {
            match decoder.next_sentence() {
                Ok(Some(sentence)) => sentences.push(sentence.words().map(<[u8]>::to_vec).collect()),
                Ok(None) => break,
                Err(error) => return (sentences, Some(error)),
            }
        }
        assert!(decoder.buffered() <= limits.sentence + 5, "{} bytes are kept", decoder.buffered());
        rest = after;
    }
    (sentences, None)
}

proptest! {
    #[test]
    fn sentences_survive_any_cut(sentences in vec(sentence(), 0..8), sizes in vec(1_usize..200, 1..10)) {
        let mut bytes = Vec::new();
        for words in &sentences {
            SentenceBuf::of(words).unwrap().encode(&mut bytes);
        }
        let spoken: Vec<_> = sentences.into_iter().filter(|words| !words.is_empty()).collect();
        prop_assert_eq!(decode(&bytes, &sizes, Limits::default()), (spoken, None));
    }

    #[test]
    fn arbitrary_bytes_neither_panic_nor_pile_up(bytes in vec(any::<u8>(), 0..4000), sizes in vec(1_usize..500, 1..10)) {
        let (sentences, _) = decode(&bytes, &sizes, SMALL);
        for words in sentences {
            prop_assert!(words.iter().all(|word| (1..=SMALL.word).contains(&word.len())));
            prop_assert!(words.iter().map(Vec::len).sum::<usize>() <= SMALL.sentence);
        }
    }

    #[test]
    fn the_cut_never_decides_what_is_decoded(bytes in vec(any::<u8>(), 0..2000), sizes in vec(1_usize..100, 1..10)) {
        let whole = decode(&bytes, &[usize::MAX], SMALL);
        prop_assert_eq!(decode(&bytes, &sizes, SMALL), whole);
    }

    #[test]
    fn any_sentence_is_a_reply(words in vec(word(), 1..6)) {
        let sentence = SentenceBuf::of(&words).unwrap();
        let reply = Reply::parse(sentence.as_sentence());
        let _ = (reply.tag(), reply.ret(), reply.category(), format!("{reply:?}"));
        let trap = Trap::of(reply);
        prop_assert!(!trap.to_string().is_empty());
        let mut rows = Rows::default();
        rows.push(reply.row());
        rows.push(reply.row());
        prop_assert_eq!(rows.iter().collect::<Vec<_>>(), vec![reply.row(); 2]);
    }

    #[test]
    fn a_value_is_never_anything_but_a_value(value in vec(any::<u8>(), 0..300), tag: u64) {
        let command = Command::new("/ip/hotspot/user/print")
            .attribute("comment", &value)
            .matching(Query::equals("name", &value));
        let mut bytes = Vec::new();
        command.encode(Some(Tag(tag)), &mut bytes).unwrap();
        let (sentences, error) = decode(&bytes, &[usize::MAX], Limits::default());
        let expected = [
            b"/ip/hotspot/user/print".to_vec(),
            [b"=comment=", value.as_slice()].concat(),
            [b"?name=", value.as_slice()].concat(),
            format!(".tag={tag}").into_bytes(),
        ];
        prop_assert_eq!((sentences, error), (vec![expected.to_vec()], None));
    }

    #[test]
    fn a_name_that_is_none_is_refused(name in "[a-z]{0,3}[=?#!\0\n /é][a-z=]{0,3}") {
        let flawed = [
            Command::new("/print").attribute(&name, ""),
            Command::new("/print").proplist(&["ok", &name]),
            Command::new("/print").matching(Query::equals("ok", "").or(!Query::has(&name))),
            Command::new(&format!("/{name}=")),
        ];
        for command in flawed {
            let mut bytes = b"before".to_vec();
            prop_assert!(command.encode(None, &mut bytes).is_err());
            prop_assert_eq!(&bytes, b"before");
        }
    }

    #[test]
    fn spans_come_back(nanoseconds: u64) {
        let span = Duration::from_nanos(nanoseconds);
        prop_assert_eq!(parse_duration(format_duration(span).as_bytes()), Ok(Some(span)));
    }

    #[test]
    fn spans_in_the_clock_form_come_back(weeks in 0_u64..100, days in 0_u64..7, hours in 0_u64..24, minutes in 0_u64..60, seconds in 0_u64..60) {
        let span = Duration::from_secs((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds);
        let text = format!("{weeks}w{days}d{hours:02}:{minutes:02}:{seconds:02}");
        prop_assert_eq!(parse_duration(text.as_bytes()), Ok(Some(span)));
    }

    #[test]
    fn hardware_addresses_come_back(bytes: [u8; 6], separator in "[:.-]") {
        let mac = Mac(bytes);
        let other = mac.to_string().to_lowercase().replace(':', &separator);
        prop_assert_eq!(Mac::parse(other.as_bytes()), Ok(mac));
    }

    #[test]
    fn versions_come_back(major: u16, minor: u16, patch: u16) {
        let version = Version { major, minor, patch };
        prop_assert_eq!(Version::parse(version.to_string().as_bytes()), Ok(version));
    }

    #[test]
    fn values_of_any_bytes_do_not_panic(bytes in prop_oneof![vec(any::<u8>(), 0..40), "[0-9wdhmsnu:.]{0,30}".prop_map(String::into_bytes)]) {
        let _ = (parse_duration(&bytes), Mac::parse(&bytes), Version::parse(&bytes), Class::of(&bytes));
        prop_assert_eq!(Charset::Utf8.read(&bytes).is_some(), std::str::from_utf8(&bytes).is_ok());
        prop_assert!(Charset::Utf8OrWindows1252.read(&bytes).is_some());
    }

    #[test]
    fn a_name_in_a_message_does_not_change_its_class(name in prop_oneof![
        Just("no such item".to_owned()), Just("already logged in".to_owned()), Just("interrupted".to_owned()),
        Just("X has reached uptime limit".to_owned()), "[ -~]{0,30}",
    ]) {
        let limit = format!("no more sessions are allowed for user {name}");
        prop_assert_eq!(Class::of(limit.as_bytes()), Class::SessionLimit);
        let quota = format!("user {name} has reached uptime limit");
        prop_assert_eq!(Class::of(quota.as_bytes()), Class::QuotaUsed);
    }
}

#[test]
fn what_is_no_span_is_refused() {
    for text in ["1", "90"] {
        assert!(parse_duration(text.as_bytes()).unwrap().is_some(), "a number alone is seconds");
    }
    for text in
        ["-1s", "1x", "1s1h", "1h1h", "s", "1:2:3", "00:60:00", "00:00", "1d 2h", "+5", "1.5s", "99999999999w", "é"]
    {
        assert!(parse_duration(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn what_is_no_hardware_address_is_refused() {
    for text in [
        "",
        "AA:BB:CC:DD:EE",
        "AA:BB:CC:DD:EE:01:02",
        "AA:BB-CC:DD:EE:01",
        "AABBCCDDEE01",
        "+A:BB:CC:DD:EE:01",
        "é:BB:CC:DD:EE:01",
    ] {
        assert!(Mac::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn secrets_stay_out_of_what_is_logged() {
    let command = Command::new("/login").attribute("name", "admin").attribute("password", "hunter2");
    let shown = format!("{command:?}");
    assert!(shown.contains("admin") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn limits_are_exact() {
    let word_of = |len: usize| {
        let mut bytes = Vec::new();
        SentenceBuf::of([vec![b'x'; len]]).unwrap().encode(&mut bytes);
        bytes
    };
    assert_eq!(decode(&word_of(300), &[7], SMALL).1, None);
    assert_eq!(decode(&word_of(301), &[7], SMALL).1, Some(DecodeError::WordTooLong(301)));
    let mut sentence = Vec::new();
    // Four words of 250 bytes with their prefixes of two are 1008.
    SentenceBuf::of([[b'x'; 250]; 4]).unwrap().encode(&mut sentence);
    assert_eq!(decode(&sentence, &[7], SMALL).1, Some(DecodeError::SentenceTooLong(1000)));
    let mut sentence = Vec::new();
    SentenceBuf::of([[b'x'; 248]; 4]).unwrap().encode(&mut sentence);
    assert_eq!(decode(&sentence, &[7], SMALL).1, None, "1000 bytes are a sentence");
}
