//! The query words of a print: a stack of booleans for every row.

use std::borrow::Cow;

/// A compiled list of query words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Has(String),
    Lacks(String),
    Equals(String, Vec<u8>),
    Less(String, Vec<u8>),
    Greater(String, Vec<u8>),
    Operations(Vec<Operation>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operation {
    Not,
    And,
    Or,
    CopyTop,
    Copy(usize),
    ReplaceAll(usize),
}

/// A query word that means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadQuery;

impl Query {
    /// Adds a word, without its leading `?`.
    pub(crate) fn push(&mut self, word: &[u8]) -> Result<(), BadQuery> {
        let step = match word.split_first() {
            Some((b'#', operations)) => Step::Operations(parse_operations(operations)?),
            Some((b'-', name)) => Step::Lacks(text(name)?),
            Some((b'=', pair)) => equality(pair)?,
            Some((b'<', pair)) => {
                let (name, value) = split(pair).ok_or(BadQuery)?;
                Step::Less(text(name)?, value.to_vec())
            }
            Some((b'>', pair)) => {
                let (name, value) = split(pair).ok_or(BadQuery)?;
                Step::Greater(text(name)?, value.to_vec())
            }
            Some(_) => equality(word)?,
            None => return Err(BadQuery),
        };
        self.0.push(step);
        Ok(())
    }

    /// Whether every row passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that `name` must have in every row that passes, when the words say so plainly.
    pub(crate) fn demands(&self, name: &str) -> Option<&[u8]> {
        let plain = self.0.iter().all(|step| !matches!(step, Step::Operations(_)));
        let demanded = self.0.iter().find_map(|step| match step {
            Step::Equals(property, value) if property == name => Some(&value[..]),
            _ => None,
        });
        demanded.filter(|_| plain)
    }

    /// Whether a row passes, whose properties `of` looks up. `loosely` lets `yes` mean `true`.
    pub(crate) fn matches<'r>(&self, loosely: bool, of: impl Fn(&str) -> Option<Cow<'r, [u8]>>) -> bool {
        let mut stack = Stack(Vec::new());
        for step in &self.0 {
            match step {
                Step::Has(name) => stack.0.push(of(name).is_some()),
                Step::Lacks(name) => stack.0.push(of(name).is_none()),
                Step::Equals(name, wanted) => {
                    stack.0.push(of(name).is_some_and(|value| equal(&value, wanted, loosely)));
                }
                Step::Less(name, bound) => stack.0.push(of(name).is_some_and(|value| less(&value, bound))),
                Step::Greater(name, bound) => stack.0.push(of(name).is_some_and(|value| less(bound, &value))),
                Step::Operations(operations) => operations.iter().for_each(|operation| stack.apply(operation)),
            }
        }
        !stack.0.contains(&false)
    }
}

fn text(name: &[u8]) -> Result<String, BadQuery> {
    std::str::from_utf8(name).ok().filter(|name| !name.is_empty()).map(str::to_owned).ok_or(BadQuery)
}

fn split(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = pair.iter().position(|byte| *byte == b'=')?;
    Some((&pair[..at], &pair[at + 1..]))
}

fn equality(pair: &[u8]) -> Result<Step, BadQuery> {
    match split(pair) {
        Some((name, value)) => Ok(Step::Equals(text(name)?, value.to_vec())),
        None => Ok(Step::Has(text(pair)?)),
    }
}

fn equal(value: &[u8], wanted: &[u8], loosely: bool) -> bool {
    value == wanted || loosely && matches!((value, wanted), (b"true", b"yes") | (b"false", b"no"))
}

/// Compares as numbers if both are numbers, otherwise by bytes.
fn less(a: &[u8], b: &[u8]) -> bool {
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok()?.parse::<i64>().ok();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a < b,
        _ => a < b,
    }
}

/// Digits before another character copy that entry of the stack, digits at the end keep it alone; a `.` after
/// digits does nothing, elsewhere it copies the top.
fn parse_operations(word: &[u8]) -> Result<Vec<Operation>, BadQuery> {
    let mut operations = Vec::new();
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            operations.push(match first {
                b'!' => Operation::Not,
                b'&' => Operation::And,
                b'|' => Operation::Or,
                b'.' => Operation::CopyTop,
                _ => return Err(BadQuery),
            });
            rest = after;
            continue;
        }
        let index = std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse().ok()).ok_or(BadQuery)?;
        rest = &rest[digits..];
        operations.push(if rest.is_empty() { Operation::ReplaceAll(index) } else { Operation::Copy(index) });
        rest = rest.strip_prefix(b".").unwrap_or(rest);
    }
    Ok(operations)
}

/// An empty stack yields `true`.
struct Stack(Vec<bool>);

impl Stack {
    fn at(&self, index: usize) -> bool {
        self.0.iter().rev().nth(index).copied().unwrap_or(true)
    }

    fn pop(&mut self) -> bool {
        self.0.pop().unwrap_or(true)
    }

    fn apply(&mut self, operation: &Operation) {
        let result = match operation {
            Operation::Not => !self.pop(),
            Operation::And => self.pop() & self.pop(),
            Operation::Or => self.pop() | self.pop(),
            Operation::CopyTop => self.at(0),
            Operation::Copy(index) => self.at(*index),
            Operation::ReplaceAll(index) => {
                let kept = self.at(*index);
                self.0.clear();
                kept
            }
        };
        self.0.push(result);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(words: &[&str]) -> Query {
        let mut query = Query::default();
        for word in words {
            query.push(&word.as_bytes()[1..]).unwrap();
        }
        query
    }

    #[test]
    fn every_query_of_the_vectors_finds_its_rows() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../routeros/tests/vectors.json")).unwrap();
        let items = vectors["query_eval"]["items"].as_array().unwrap();
        let cases = vectors["query_eval"]["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 16);
        for case in cases {
            let words: Vec<&str> = case["query"].as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
            let query = query(&words);
            let found: Vec<&serde_json::Value> = items
                .iter()
                .filter(|item| query.matches(false, |name| item[name].as_str().map(|value| value.as_bytes().into())))
                .map(|item| &item[".id"])
                .collect();
            let wanted: Vec<&serde_json::Value> = case["match"].as_array().unwrap().iter().collect();
            assert_eq!(found, wanted, "{words:?}");
        }
    }

    #[test]
    fn the_stack_works_as_the_manual_says() {
        let row = |name: &str| (name == "a").then(|| Cow::Borrowed(&b"1"[..]));
        let passes = |words: &[&str]| query(words).matches(false, row);
        assert!(passes(&["?#!!"]), "an empty stack is true all the way down");
        assert!(!passes(&["?#!"]));
        assert!(!passes(&["?a=1", "?b", "?#.|"]), "a copy of a false is false");
        assert!(passes(&["?b", "?a", "?#1.!|0"]), "digits before a dot copy, digits at the end keep one");
        assert!(passes(&["?b", "?a", "?#0"]));
        assert!(!passes(&["?b", "?a", "?#1"]));
        assert!(passes(&["?>a=-5", "?<a=10"]), "numbers are compared as numbers");
    }

    #[test]
    fn a_plain_demand_is_seen_and_one_under_operations_is_not() {
        assert_eq!(query(&["?-x", "?=name=n=1"]).demands("name"), Some(&b"n=1"[..]));
        assert_eq!(query(&["?name=n", "?#!"]).demands("name"), None);
        assert!(Query::default().push(b"").is_err() && Query::default().push(b"#x").is_err());
    }

    #[test]
    fn yes_means_true_only_when_taken_loosely() {
        let row = |_: &str| Some(Cow::Borrowed(&b"true"[..]));
        assert!(!query(&["?disabled=yes"]).matches(false, row));
        assert!(query(&["?disabled=yes"]).matches(true, row));
    }
}
