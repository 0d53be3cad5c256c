//! The rows of a print, made one at a time, and the changes of a listen.

use std::borrow::Cow;

use crate::{
    assumptions::Point,
    command::{Menu, Request},
    query::Query,
    state::{Policies, Record, Router, Secrets, View, id_text, parse_id},
    value::Value,
};

/// A print under way. It holds its place, not the rows, so a large table costs no memory.
#[derive(Debug)]
pub(crate) struct Listing {
    menu: Menu,
    query: Query,
    properties: Option<Vec<String>>,
    secrets: Secrets,
    place: Place,
    any: bool,
}

#[derive(Debug)]
enum Place {
    /// Behind that row of the table.
    After(Option<u64>),
    /// At these rows, the last one first.
    Among(Vec<u64>),
    /// At that row of a table without ids.
    Plain(usize),
}

impl Listing {
    /// The requested print, or nothing if the items do not exist.
    pub(crate) fn new(
        router: &Router,
        menu: Menu,
        request: &Request,
        policies: Policies,
        mut query: Query,
    ) -> Option<Self> {
        let list = request.attribute(".proplist").or_else(|| request.attribute("proplist"));
        let names = |list: &[u8]| String::from_utf8_lossy(list).split(',').map(str::to_owned).collect();
        let properties = list.filter(|list| !list.is_empty()).map(names);
        let from = request.attribute("from");
        let wanted = query.demands("name").filter(|_| menu == Menu::Users);
        let place = match (from, wanted) {
            (Some(item), _) if matches!(menu, Menu::Plain(_)) => {
                query.push(&[b".id=", item].concat()).ok()?;
                Place::Plain(0)
            }
            (Some(items), _) => {
                let items = items.split(|byte| *byte == b',').rev();
                Place::Among(items.map(parse_id).collect::<Option<_>>()?)
            }
            (None, Some(name)) => Place::Among(router.users.named(name).map(|(id, _)| id).collect()),
            (None, None) if matches!(menu, Menu::Plain(_)) => Place::Plain(0),
            (None, None) => Place::After(None),
        };
        let hides = router.version.has_show_sensitive() && router.assumptions.hold(Point::PrintHidesPasswords);
        let secrets = match policies.sensitive {
            false => Secrets::Starred,
            true if hides && request.attribute("show-sensitive").is_none() => Secrets::LeftOut,
            true => Secrets::Shown,
        };
        Some(Self { menu, query, properties, secrets, place, any: false })
    }

    /// How many rows pass.
    pub(crate) fn count(mut self, router: &Router) -> usize {
        std::iter::from_fn(|| self.next_row(router)).count()
    }

    /// Whether a row has been shown.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// The next row that passes, as the words behind `!re`.
    pub(crate) fn next_row(&mut self, router: &Router) -> Option<Vec<Value>> {
        loop {
            let id = match &mut self.place {
                Place::Plain(next) => {
                    let at = *next;
                    *next += 1;
                    u64::try_from(at).ok()?
                }
                Place::Among(ids) => ids.pop()?,
                Place::After(id) => {
                    let next = match self.menu {
                        Menu::Users => router.users.table().after(*id).map(|(id, _)| id),
                        Menu::Profiles => router.profiles.after(*id).map(|(id, _)| id),
                        Menu::Active => router.active.after(*id).map(|(id, _)| id),
                        Menu::Hosts => router.hosts.after(*id).map(|(id, _)| id),
                        Menu::Cookies => router.cookies.after(*id).map(|(id, _)| id),
                        Menu::Log => router.log.after(*id).map(|(id, _)| id),
                        Menu::Plain(_) => None,
                    }?;
                    *id = Some(next);
                    next
                }
            };
            match self.row(router, id) {
                Row::Shown(words) => {
                    self.any = true;
                    return Some(words);
                }
                Row::End => return None,
                Row::PassedOver => {}
            }
        }
    }

    /// One row, if it is there and passes.
    fn row(&self, router: &Router, id: u64) -> Row {
        let view = View { now: router.clock.now(), assumptions: &router.assumptions, secrets: self.secrets };
        match self.menu {
            Menu::Users => self.show(router.users.get(id), id, view),
            Menu::Profiles => self.show(router.profiles.get(id), id, view),
            Menu::Active => self.show(router.active.get(id), id, view),
            Menu::Hosts => self.show(router.hosts.get(id), id, view),
            Menu::Cookies => self.show(router.cookies.get(id), id, view),
            Menu::Log => self.show(router.log.get(id), id, view),
            Menu::Plain(path) => {
                let rows = router.plain_rows(path).unwrap_or_default();
                let Some(row) = usize::try_from(id).ok().and_then(|at| rows.get(at)) else { return Row::End };
                let names = row.iter().map(|(name, _)| *name);
                let of = |name: &str| {
                    row.iter().find(|(other, _)| *other == name).map(|(_, value)| Cow::Borrowed(&value[..]))
                };
                self.choose(names, of, view)
            }
        }
    }

    fn show<R: Record>(&self, record: Option<&R>, id: u64, view: View<'_>) -> Row {
        let Some(record) = record else { return Row::PassedOver };
        self.choose(R::PROPERTIES.iter().copied(), |name| record.property(id, name, view), view)
    }

    fn choose<'r>(
        &self,
        all: impl Iterator<Item = &'static str>,
        of: impl Fn(&str) -> Option<Cow<'r, [u8]>>,
        view: View<'_>,
    ) -> Row {
        if !self.query.matches(view.assumptions.hold(Point::QueriesTakeYesForTrue), &of) {
            return Row::PassedOver;
        }
        let word = |name: &str| of(name).map(|value| [b"=", name.as_bytes(), b"=", &value[..]].concat());
        Row::Shown(match &self.properties {
            Some(names) => names.iter().filter_map(|name| word(name)).collect(),
            None => all.filter_map(word).collect(),
        })
    }
}

enum Row {
    Shown(Vec<Value>),
    PassedOver,
    End,
}

/// A listen under way.
#[derive(Debug)]
pub(crate) struct Subscription {
    listing: Listing,
    seen: u64,
}

impl Subscription {
    pub(crate) fn new(listing: Listing, seen: u64) -> Self {
        Self { listing, seen }
    }

    /// The next change of the table, as the words behind `!re`.
    pub(crate) fn next_change(&mut self, router: &Router) -> Option<Vec<Value>> {
        for change in router.changes_after(self.seen) {
            self.seen = change.number;
            if change.menu != self.listing.menu {
                continue;
            }
            if change.dead {
                return Some(vec![format!("=.id={}", id_text(change.id)).into_bytes(), b"=.dead=yes".to_vec()]);
            }
            if let Row::Shown(words) = self.listing.row(router, change.id) {
                return Some(words);
            }
        }
        None
    }
}
