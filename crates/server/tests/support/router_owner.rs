//! The owner of a router, who changes it by hand.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use super::tenant::ROUTER_PASSWORD;

/// A session of the owner.
pub(crate) struct RouterOwner(TcpStream);

impl RouterOwner {
    pub(crate) fn at(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut owner = Self(stream);
        owner.ask(&["/login", "=name=admin", &format!("=password={ROUTER_PASSWORD}")]);
        owner
    }

    /// Removes every hotspot user that was sold.
    pub(crate) fn remove_sold_users(&mut self) -> usize {
        let rows = self.ask(&["/ip/hotspot/user/print", "=.proplist=.id,name"]);
        let sold: Vec<String> = rows
            .into_iter()
            .filter(|row| row.iter().any(|word| word.starts_with("=name=PT-")))
            .filter_map(|row| row.into_iter().find(|word| word.starts_with("=.id=")))
            .collect();
        for id in &sold {
            self.ask(&["/ip/hotspot/user/remove", id]);
        }
        sold.len()
    }

    /// The sentences of the answer.
    fn ask(&mut self, words: &[&str]) -> Vec<Vec<String>> {
        let mut request = Vec::new();
        for word in words {
            request.push(u8::try_from(word.len()).ok().filter(|length| *length < 0x80).unwrap());
            request.extend_from_slice(word.as_bytes());
        }
        request.push(0);
        self.0.write_all(&request).unwrap();
        let mut sentences = Vec::new();
        loop {
            let sentence = self.sentence();
            assert_ne!(sentence.first().map(String::as_str), Some("!trap"), "{words:?}: {sentence:?}");
            let is_last = sentence.first().is_some_and(|word| word == "!done");
            sentences.push(sentence);
            if is_last {
                return sentences;
            }
        }
    }

    fn sentence(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        loop {
            let mut length = [0];
            self.0.read_exact(&mut length).unwrap();
            if length[0] == 0 {
                return words;
            }
            assert!(length[0] < 0x80, "a word is longer than these tests expect");
            let mut word = vec![0; length[0].into()];
            self.0.read_exact(&mut word).unwrap();
            words.push(String::from_utf8(word).unwrap());
        }
    }
}
