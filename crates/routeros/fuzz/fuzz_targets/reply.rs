//! Any sentence as a reply: no panic, and what is read of it is what is in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portero_routeros::proto::{Charset, Decoder, Reply, Rows, Tag};
use portero_routeros::value::{Mac, Version, parse_bool, parse_duration};
use portero_routeros::{Class, Trap};

fuzz_target!(|bytes: &[u8]| {
    let mut decoder = Decoder::default();
    decoder.push(bytes);
    let mut rows = Rows::default();
    while let Ok(Some(sentence)) = decoder.next_sentence() {
        let reply = Reply::parse(sentence);
        let _ = (reply.kind(), reply.ret(), reply.tag().and_then(Tag::parse), reply.category(), Class::of(reply.message()), format!("{reply:?}"));
        let _ = Trap::of(reply).to_string();
        for (name, value) in reply.row() {
            assert!(sentence.words().any(|word| word.strip_prefix(b"=").is_some_and(|body| body.starts_with(name))));
            let _ = (parse_bool(value), parse_duration(value), Mac::parse(value), Version::parse(value));
            assert!(Charset::Utf8OrWindows1252.read(value).is_some());
        }
        rows.push(reply.row());
        assert_eq!(rows.get(rows.len() - 1), Some(reply.row()));
    }
    assert_eq!(rows.iter().count(), rows.len());
});
