//! Every request that a gateway has seen, with its response.

use std::{collections::VecDeque, sync::Mutex};

use serde_json::{Value, json};

use crate::{
    lock,
    wire::{Reply, Request},
};

/// Older exchanges are forgotten, so that a long benchmark does not fill memory.
const KEPT: usize = 10_000;

/// A request and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// When the response was ready, in milliseconds since 1970.
    pub at: i64,
    /// The request.
    pub request: Request,
    /// The status of the response. None when a fault left the request without one.
    pub status: Option<u16>,
    /// The body of the response.
    pub answer: String,
    /// The fault that struck.
    pub fault: Option<String>,
}

impl Exchange {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "at": self.at,
            "method": self.request.method,
            "path": self.request.path,
            "query": self.request.query,
            "headers": self.request.headers,
            "body": String::from_utf8_lossy(&self.request.body),
            "status": self.status,
            "answer": self.answer,
            "fault": self.fault,
        })
    }
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    kept: Mutex<VecDeque<Exchange>>,
}

impl Journal {
    pub(crate) fn note(&self, at: i64, request: &Request, reply: Option<&Reply>, fault: Option<String>) {
        let mut kept = lock(&self.kept);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Exchange {
            at,
            request: request.clone(),
            status: reply.map(|reply| reply.status),
            answer: reply.map(|reply| String::from_utf8_lossy(&reply.body).into_owned()).unwrap_or_default(),
            fault,
        });
    }

    pub(crate) fn all(&self) -> Vec<Exchange> {
        lock(&self.kept).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.kept).clear();
    }
}
