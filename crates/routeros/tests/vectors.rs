//! Tests every vector of `vectors.json`: bytes that are documented, or captured from clients and routers.

use std::collections::HashMap;
use std::time::Duration;

use crate::support::{Peer, connected, tag_of};
use portero_routeros::Class;
use portero_routeros::client::{Connection, Options};
use portero_routeros::proto::{
    Category, Charset, Command, DecodeError, Decoder, Limits, Query, Reply, ReplyKind, Sentence, SentenceBuf, Tag,
    decode_length, encode_length, legacy_response,
};
use portero_routeros::value::{Mac, Version, format_bool, parse_bool, parse_duration};
use serde_json::Value;
use tokio::io::DuplexStream;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn list<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    let list = vectors[name].as_array().unwrap();
    assert!(!list.is_empty(), "{name}");
    list
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// A word is a text, or an object with its bytes in hexadecimal.
fn word(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(|| unhex(text(&value["hex"])), |text| text.as_bytes().to_vec())
}

fn words(value: &Value) -> Vec<Vec<u8>> {
    value.as_array().unwrap().iter().map(word).collect()
}

#[test]
fn lengths() {
    for vector in list(&vectors(), "length") {
        let (len, hex) = (u32::try_from(vector["len"].as_u64().unwrap()).unwrap(), unhex(text(&vector["hex"])));
        let mut encoded = Vec::new();
        encode_length(len, &mut encoded);
        assert_eq!(encoded, hex, "{vector}");
        assert_eq!(decode_length(&hex), Ok(Some((len, hex.len()))), "{vector}");
        assert_eq!(decode_length(&hex[..hex.len() - 1]), Ok(None), "{vector}");
    }
}

#[test]
fn lengths_that_are_refused() {
    let vectors = vectors();
    let disputed = list(&vectors, "length_decode_disputed");
    for vector in list(&vectors, "length_decode_reject").iter().chain(disputed) {
        let hex = unhex(text(&vector["hex"]));
        assert!(decode_length(&hex).is_err(), "{vector}");
        let mut decoder = Decoder::default();
        decoder.push(&hex);
        assert!(matches!(decoder.next_sentence(), Err(DecodeError::Reserved(_))), "{vector}");
    }
}

#[test]
fn lengths_that_are_longer_than_need_be() {
    for vector in list(&vectors(), "length_decode_noncanonical") {
        let hex = unhex(text(&vector["hex"]));
        let len = u32::try_from(vector["len"].as_u64().unwrap()).unwrap();
        assert_eq!(decode_length(&hex), Ok(Some((len, hex.len()))), "{vector}");
    }
}

#[test]
fn lengths_that_are_not_all_there() {
    for vector in list(&vectors(), "length_incomplete") {
        assert_eq!(decode_length(&unhex(text(vector))), Ok(None), "{vector}");
    }
}

#[test]
fn legacy_logins() {
    for vector in list(&vectors(), "md5_login") {
        let response = legacy_response(text(&vector["password"]).as_bytes(), text(&vector["challenge"]).as_bytes());
        assert_eq!(response.as_deref(), Ok(text(&vector["response"])), "{vector}");
    }
}

/// The bytes decode to these words and the words encode to the bytes, however the bytes are split.
fn assert_sentence(words: &[Vec<u8>], hex: &str) {
    let bytes = unhex(hex);
    let mut encoded = Vec::new();
    SentenceBuf::of(words).unwrap().encode(&mut encoded);
    assert_eq!(encoded, bytes, "{hex}");
    for size in 1..=bytes.len() {
        let mut decoder = Decoder::default();
        let mut heard = Vec::new();
        for chunk in bytes.chunks(size) {
            decoder.push(chunk);
            while let Some(sentence) = decoder.next_sentence().unwrap() {
                heard.push(sentence.words().map(<[u8]>::to_vec).collect::<Vec<_>>());
            }
        }
        let expected: &[_] = if words.is_empty() { &[] } else { &[words.to_vec()] };
        assert_eq!(heard, expected, "{hex} in pieces of {size}");
        assert!(decoder.is_at_boundary());
    }
}

#[test]
fn sentences() {
    for vector in list(&vectors(), "sentences") {
        assert_sentence(&words(&vector["words"]), text(&vector["hex"]));
    }
}

#[test]
fn sentences_as_commands_and_replies() {
    for vector in list(&vectors(), "sentences") {
        let words = words(&vector["words"]);
        let Some(first) = words.first() else { continue };
        let owned = SentenceBuf::of(&words).unwrap();
        let sentence = owned.as_sentence();
        let tag = words.iter().find_map(|word| word.strip_prefix(b".tag="));
        assert_eq!(sentence.tag(), tag, "{vector}");
        if first.starts_with(b"!") {
            assert_reply(text(&vector["name"]), Reply::parse(sentence));
        } else if let Some(command) = command(&words)
            && !words.iter().any(|word| word.starts_with(b"?="))
            && vector["name"] != "attr_no_value_sep"
        {
            // Our own form of the same command is the same bytes.
            let mut encoded = Vec::new();
            command.encode(tag.and_then(Tag::parse), &mut encoded).unwrap();
            assert_eq!(encoded, unhex(text(&vector["hex"])), "{vector}");
        }
    }
}

fn assert_reply(name: &str, reply: Reply<'_>) {
    let get = |property| reply.row().get(property);
    let expected: (ReplyKind<'_>, bool) = match name {
        "login_legacy_1_reply" => (ReplyKind::Done, reply.ret() == Some(b"93b438ec9b80057c06dd9fe67d56aa9a")),
        "done" => (ReplyKind::Done, reply.ret().is_none()),
        "done_ret" | "done_tag_second" | "done_tag_last" => (ReplyKind::Done, reply.ret() == Some(b"*1F")),
        "empty" | "empty_tag" => (ReplyKind::Empty, true),
        "trap_login" => (ReplyKind::Trap, reply.message() == b"invalid user name or password (6)"),
        "trap_login_old" => (ReplyKind::Trap, Class::of(reply.message()) == Class::AuthFailed),
        "trap_dup_user" => (ReplyKind::Trap, Class::of(reply.message()) == Class::DuplicateUser),
        "trap_bad_profile" => (ReplyKind::Trap, reply.category() == Some(Category::Argument)),
        "trap_no_item_v6" | "trap_no_item_v7" => (ReplyKind::Trap, reply.category() == Some(Category::Missing)),
        "trap_interrupted" => (ReplyKind::Trap, reply.category() == Some(Category::Interrupted)),
        "fatal_quit" => (ReplyKind::Fatal, reply.message() == b"session terminated on request"),
        "fatal_prelogin" => (ReplyKind::Fatal, reply.message() == b"not logged in"),
        "fatal_many" => (ReplyKind::Fatal, reply.message() == b"too many commands before login"),
        "attr_value_has_equals" => (ReplyKind::Row, get("name") == Some(b"iu=c3Eeg") && get("comment") == Some(b"")),
        "comment_latin1" | "comment_utf8" => {
            let comment = Charset::default().read(get("comment").unwrap());
            (ReplyKind::Row, comment.as_deref() == Some("café"))
        }
        "re_empty" => (ReplyKind::Row, reply.row().iter().next().is_none()),
        other => panic!("a reply that is not checked: {other}"),
    };
    assert_eq!(expected, (reply.kind(), true), "{name}");
}

/// The command of these words, by our own builder.
fn command(words: &[Vec<u8>]) -> Option<Command> {
    let text = |word: &[u8]| String::from_utf8(word.to_vec()).unwrap();
    let mut command = Command::new(&text(&words[0]));
    command.sentence().ok()?;
    let mut conditions = Vec::new();
    for word in &words[1..] {
        let word = text(word);
        if let Some(attribute) = word.strip_prefix('=') {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            command = command.attribute(name, value);
        } else if word.starts_with('?') {
            condition(&word, &mut conditions)?;
        }
    }
    Some(conditions.into_iter().fold(command, Command::matching))
}

/// Does to our own conditions what a word of a query does to the router's stack, when we have a way to say it.
fn condition(word: &str, stack: &mut Vec<Query>) -> Option<()> {
    let body = &word[1..];
    if let Some(operators) = body.strip_prefix('#') {
        for operator in operators.chars() {
            let last = stack.pop()?;
            let joined = match operator {
                '!' => !last,
                '&' => stack.pop()?.and(last),
                '|' => stack.pop()?.or(last),
                _ => return None,
            };
            stack.push(joined);
        }
        return Some(());
    }
    let pair = |body: &str| body.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    stack.push(match (body.as_bytes()[0], body.contains('=')) {
        (b'-', _) => Query::lacks(&body[1..]),
        (b'<', _) => Query::less(&pair(&body[1..]).0, pair(&body[1..]).1),
        (b'>', _) => Query::greater(&pair(&body[1..]).0, pair(&body[1..]).1),
        (b'=', _) => Query::equals(&pair(&body[1..]).0, pair(&body[1..]).1),
        (_, true) => Query::equals(&pair(body).0, pair(body).1),
        (_, false) => Query::has(body),
    });
    Some(())
}

/// Whether an item passes, by the rule of the manual.
fn passes(item: &Value, query: &[String]) -> bool {
    let mut stack: Vec<bool> = Vec::new();
    for word in query {
        let body = &word[1..];
        if let Some(operators) = body.strip_prefix('#') {
            operate(operators, &mut stack);
            continue;
        }
        let (operator, body) = match body.as_bytes()[0] {
            operator @ (b'-' | b'<' | b'>' | b'=') => (operator, &body[1..]),
            _ => (b' ', body),
        };
        let (name, value) = body.split_once('=').unzip();
        let held = item[name.unwrap_or(body)].as_str();
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        stack.push(match (operator, value) {
            (b'-', _) => held.is_none(),
            (b'<', value) => number(held) < number(value),
            (b'>', value) => number(held) > number(value),
            (_, Some(value)) => held == Some(value),
            (_, None) => held.is_some(),
        });
    }
    !stack.contains(&false)
}

fn operate(operators: &str, stack: &mut Vec<bool>) {
    for operator in operators.chars() {
        let mut pop = || stack.pop().unwrap_or(true);
        let result = match operator {
            '!' => !pop(),
            '&' => pop() & pop(),
            '|' => pop() | pop(),
            index => {
                // At the end, a digit replaces the stack by the value at that place, counted from the top.
                let place = usize::try_from(index.to_digit(10).unwrap()).unwrap();
                let value = stack[stack.len() - 1 - place];
                stack.clear();
                value
            }
        };
        stack.push(result);
    }
}

#[test]
fn queries() {
    let vectors = vectors();
    let items = vectors["query_eval"]["items"].as_array().unwrap();
    for case in vectors["query_eval"]["cases"].as_array().unwrap() {
        let words = words(&case["query"]);
        let words: Vec<_> = words.into_iter().map(|word| String::from_utf8(word).unwrap()).collect();
        let matching = |words: &[String]| -> Vec<Value> {
            items.iter().filter(|item| passes(item, words)).map(|item| item[".id"].clone()).collect()
        };
        assert_eq!(Value::from(matching(&words)), case["match"], "{case}");
        let mut stack = Vec::new();
        if words.iter().try_for_each(|word| condition(word, &mut stack)).is_some() {
            let command = stack.into_iter().fold(Command::new("/print"), Command::matching);
            let ours = crate::support::words(command.sentence().unwrap());
            assert_eq!(Value::from(matching(&ours[1..])), case["match"], "{case} as {ours:?}");
        }
    }
}

#[test]
fn durations() {
    for vector in list(&vectors(), "duration") {
        let expected = vector[1].as_f64().map(Duration::from_secs_f64);
        assert_eq!(parse_duration(text(&vector[0]).as_bytes()), Ok(expected), "{vector}");
    }
}

#[test]
fn versions() {
    for vector in list(&vectors(), "version") {
        let version = Version::parse(text(&vector[0]).as_bytes()).unwrap();
        assert_eq!(serde_json::json!([version.major, version.minor, version.patch]), vector[1], "{vector}");
    }
}

#[test]
fn booleans() {
    for (raw, value) in vectors()["bool_in"].as_object().unwrap() {
        assert_eq!(parse_bool(raw.as_bytes()).ok(), value.as_bool(), "{raw}");
    }
    assert_eq!([true, false].map(format_bool), ["yes", "no"]);
}

#[test]
fn hardware_addresses() {
    for vector in list(&vectors(), "mac_normalise") {
        assert_eq!(text(&vector[0]).parse::<Mac>().unwrap().to_string(), text(&vector[1]));
    }
}

#[test]
fn categories() {
    let vectors = vectors();
    let categories = vectors["trap_category"].as_object().unwrap();
    let known = [
        Category::Missing,
        Category::Argument,
        Category::Interrupted,
        Category::Script,
        Category::General,
        Category::Api,
        Category::Terminal,
        Category::Return,
    ];
    assert_eq!(categories.len(), known.len());
    for (number, category) in known.into_iter().enumerate() {
        assert!(categories.contains_key(&number.to_string()));
        assert_eq!(Category::parse(number.to_string().as_bytes()), Some(category));
    }
    assert_eq!(Category::parse(b"8"), None);
}

#[test]
fn classes_of_errors() {
    for vector in list(&vectors(), "error_classify") {
        assert_eq!(format!("{:?}", Class::of(text(&vector[0]).as_bytes())), text(&vector[1]), "{vector}");
    }
}

/// Properties that we name exist on routers, so our rule for names must not refuse any of them.
#[test]
fn names_of_the_schema() {
    let vectors = vectors();
    for (path, names) in vectors["schema_7_24"].as_object().unwrap().iter().filter(|(path, _)| path.starts_with('/')) {
        for name in names.as_array().unwrap() {
            let command = Command::new(path).attribute(text(name), "").matching(Query::has(text(name)));
            assert!(command.sentence().is_ok(), "{path} {name}");
        }
    }
}

#[test]
fn the_bytes_of_transcripts() {
    for transcript in list(&vectors(), "transcripts") {
        let steps = transcript["steps"].as_array().unwrap();
        let hex = transcript["hex"].as_array().unwrap();
        assert_eq!(steps.len(), hex.len());
        for (step, hex) in steps.iter().zip(hex).filter(|(step, _)| step[1].is_array()) {
            assert_sentence(&words(&step[1]), text(&hex[1]));
        }
    }
}

/// Our client sends the same commands as the transcript's client, except for tags, and accepts the replies of its
/// router.
#[tokio::test]
async fn transcripts_replayed() {
    for transcript in list(&vectors(), "transcripts") {
        let (connection, peer) = connected(&Options::default());
        let mut replay = Replay { connection, peer, tags: HashMap::new(), running: HashMap::new() };
        for step in transcript["steps"].as_array().unwrap() {
            match (text(&step[0]), step[1].is_array()) {
                ("C", _) => replay.client(&words(&step[1])).await,
                (_, true) => replay.router(&words(&step[1])).await,
                (_, false) => drop(std::mem::replace(&mut replay.peer, Peer::new(tokio::io::duplex(1).0))),
            }
        }
        for (tag, (finished, running)) in replay.running {
            let outcome = running.await.unwrap();
            assert_eq!(outcome.is_ok(), finished == Some(true), "{} {tag:?}: {outcome:?}", transcript["name"]);
        }
    }
}

type Running = tokio::task::JoinHandle<Result<portero_routeros::client::Answer, portero_routeros::client::Failure>>;

struct Replay {
    connection: Connection,
    peer: Peer<DuplexStream>,
    /// The transcript's tags (none for none) and ours.
    tags: HashMap<Option<Vec<u8>>, String>,
    /// Commands, and whether they succeeded as far as the router has said.
    running: HashMap<Option<Vec<u8>>, (Option<bool>, Running)>,
}

impl Replay {
    async fn client(&mut self, words: &[Vec<u8>]) {
        let owned = SentenceBuf::of(words).unwrap();
        let sentence: Sentence<'_> = owned.as_sentence();
        let tag = sentence.tag().map(<[u8]>::to_vec);
        if sentence.first() == b"/cancel" {
            let (_, running) = self.running.remove(&sentence.attribute("tag").map(<[u8]>::to_vec)).unwrap();
            running.abort();
        } else {
            if let Some((finished, earlier)) = self.running.remove(&tag) {
                assert_eq!(earlier.await.unwrap().is_ok(), finished == Some(true));
            }
            let (connection, command) = (self.connection.clone(), command(words).unwrap());
            let running = tokio::spawn(async move { connection.execute(&command, Duration::from_secs(5)).await });
            self.running.insert(tag.clone(), (None, running));
        }
        let mut heard = self.peer.hear().await.unwrap();
        self.tags.insert(tag, tag_of(&heard).unwrap());
        heard.retain(|word| !word.starts_with(".tag="));
        let mut expected = crate::support::words(sentence);
        expected.retain(|word| !word.starts_with(".tag="));
        if let Some(cancelled) = sentence.attribute("tag") {
            expected[1] = format!("=tag={}", self.tags[&Some(cancelled.to_vec())]);
        }
        assert_eq!(heard, expected);
    }

    async fn router(&mut self, words: &[Vec<u8>]) {
        let owned = SentenceBuf::of(words).unwrap();
        let reply = Reply::parse(owned.as_sentence());
        let tag = reply.tag().map(<[u8]>::to_vec);
        if let Some((finished, _)) = self.running.get_mut(&tag) {
            match reply.kind() {
                ReplyKind::Trap | ReplyKind::Fatal => *finished = Some(false),
                ReplyKind::Done if finished.is_none() => *finished = Some(true),
                _ => {}
            }
        }
        let mut said: Vec<_> = words.iter().filter(|word| !word.starts_with(b".tag=")).cloned().collect();
        if reply.kind() != ReplyKind::Fatal {
            said.push(format!(".tag={}", self.tags[&tag]).into_bytes());
        }
        self.peer.say(&said).await;
    }
}

/// The behaviour of other clients was captured for simulators of routers. This test checks only its shape.
#[test]
fn no_part_of_the_file_is_forgotten() {
    let vectors = vectors();
    let known = [
        "length",
        "length_decode_reject",
        "length_decode_disputed",
        "length_decode_noncanonical",
        "length_incomplete",
        "md5_login",
        "sentences",
        "transcripts",
        "client_behaviour_captured",
        "query_eval",
        "duration",
        "duration_note",
        "version",
        "bool_in",
        "mac_normalise",
        "trap_category",
        "error_classify",
        "schema_7_24",
        "schema_changes",
    ];
    let parts = vectors.as_object().unwrap().keys().filter(|name| !name.starts_with('_'));
    assert_eq!(parts.filter(|name| !known.contains(&name.as_str())).count(), 0);
    assert_eq!(Limits::default().word, 1 << 20);
}
