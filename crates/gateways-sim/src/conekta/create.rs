//! POST /orders.

use serde_json::{Map, Value, json};

use super::{
    Office, State,
    cards::{Decline, Lead},
    error::Refusal,
    order::{Charged, Order, Stage},
    render::View,
};
use crate::{assumptions::Point, wire::Request};

/// What a request for an order asks for.
struct Wanted {
    amount: i64,
    currency: String,
    customer: Value,
    items: Vec<Map<String, Value>>,
    metadata: Value,
    charge: Option<WantedCharge>,
    /// Where the cardholder returns to, in an order that allows 3DS.
    three_ds: Option<String>,
    pre_authorize: bool,
}

struct WantedCharge {
    token: String,
    amount: Option<i64>,
    reference: Option<String>,
}

impl Wanted {
    fn read(body: &Value) -> Result<Self, Refusal> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let currency = text("currency").filter(|currency| currency.len() == 3);
        let items = items(body)?;
        let amount = items.iter().map(|item| number(item, "unit_price") * number(item, "quantity")).sum();
        let three_ds = match (body.get("three_ds_mode"), text("return_url")) {
            (None, _) => None,
            (Some(Value::String(mode)), Some(url)) if is_a_mode(mode) && url.starts_with("http") => {
                Some(url.to_owned())
            }
            (Some(Value::String(mode)), _) if is_a_mode(mode) => return Err(Refusal::parameter("return_url")),
            _ => return Err(Refusal::parameter("three_ds_mode")),
        };
        Ok(Self {
            amount,
            currency: currency.ok_or_else(|| Refusal::parameter("currency"))?.to_owned(),
            customer: customer(body)?,
            items,
            metadata: metadata(body)?,
            charge: charge(body, amount)?,
            three_ds,
            pre_authorize: body.get("pre_authorize") == Some(&Value::Bool(true)),
        })
    }
}

fn is_a_mode(mode: &str) -> bool {
    matches!(mode, "strict" | "not_strict" | "smart")
}

fn number(item: &Map<String, Value>, name: &str) -> i64 {
    item.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn items(body: &Value) -> Result<Vec<Map<String, Value>>, Refusal> {
    let wrong = || Refusal::parameter("line_items");
    let items = body.get("line_items").and_then(Value::as_array).filter(|items| !items.is_empty());
    let right = |item: &Map<String, Value>| {
        let name = item.get("name").and_then(Value::as_str).map_or(0, |name| name.chars().count());
        let price = item.get("unit_price").and_then(Value::as_i64);
        let quantity = item.get("quantity").and_then(Value::as_i64);
        (3..250).contains(&name) && price.is_some_and(|price| price >= 0) && quantity.is_some_and(|count| count >= 1)
    };
    let checked = |item: &Value| item.as_object().filter(|item| right(item)).cloned().ok_or_else(wrong);
    items.ok_or_else(wrong)?.iter().map(checked).collect()
}

fn customer(body: &Value) -> Result<Value, Refusal> {
    let customer = body.get("customer_info").filter(|customer| customer.is_object());
    let customer = customer.ok_or_else(|| Refusal::parameter("customer_info"))?;
    let text = |name: &str| customer.get(name).and_then(Value::as_str);
    if text("customer_id").is_some() {
        return Ok(customer.clone());
    }
    let missing = ["name", "email", "phone"].into_iter().find(|name| text(name).is_none_or(str::is_empty));
    match missing {
        Some(name) => Err(Refusal::parameter(&format!("customer_info.{name}"))),
        None if !text("email").unwrap_or_default().contains('@') => Err(Refusal::parameter("customer_info.email")),
        None => Ok(customer.clone()),
    }
}

fn metadata(body: &Value) -> Result<Value, Refusal> {
    let scalar = |value: &Value| match value {
        Value::String(text) => text.chars().count() < 250,
        Value::Number(_) | Value::Bool(_) => true,
        _ => false,
    };
    match body.get("metadata") {
        None => Ok(json!({})),
        Some(Value::Object(map)) if map.len() <= 100 && map.values().all(scalar) => Ok(Value::Object(map.clone())),
        Some(_) => Err(Refusal::parameter("metadata")),
    }
}

fn charge(body: &Value, order_amount: i64) -> Result<Option<WantedCharge>, Refusal> {
    let charges = match body.get("charges") {
        None => return Ok(None),
        Some(Value::Array(charges)) => charges,
        Some(_) => return Err(Refusal::parameter("charges")),
    };
    let charge = match charges.as_slice() {
        [] => return Ok(None),
        [charge] => charge,
        _ => return Err(Refusal::parameter("charges")),
    };
    let method = |name: &str| charge.pointer(&format!("/payment_method/{name}")).and_then(Value::as_str);
    if method("type") != Some("card") {
        return Err(Refusal::parameter("charges.payment_method.type"));
    }
    let amount = charge.get("amount").map(|amount| amount.as_i64().filter(|amount| *amount == order_amount));
    if amount == Some(None) {
        return Err(Refusal::parameter("charges.amount"));
    }
    Ok(Some(WantedCharge {
        token: method("token_id").ok_or_else(|| Refusal::parameter("payment_method.token_id"))?.to_owned(),
        amount: amount.flatten(),
        reference: charge.get("reference_id").and_then(Value::as_str).map(str::to_owned),
    }))
}

impl Office {
    pub(super) fn create(&self, request: &Request, account: &str, view: View<'_>) -> Result<Value, Refusal> {
        let body = request.json().filter(Value::is_object).ok_or_else(Refusal::malformed)?;
        let wanted = Wanted::read(&body)?;
        let mut state = self.state();
        let charge = match &wanted.charge {
            Some(charge) => Some(self.take(&mut state, charge, &wanted)?),
            None => None,
        };
        let order = self.order(wanted, account, charge);
        state.add(order.clone());
        drop(state);
        self.tell_of_creation(&order);
        match order.charge.as_ref().map(|charge| &charge.stage) {
            Some(Stage::Declined(decline)) => Err(Refusal::declined(*decline, declined_order(view.order(&order)))),
            _ => Ok(view.order(&order)),
        }
    }

    fn order(&self, wanted: Wanted, account: &str, charge: Option<Charged>) -> Order {
        let desk = &self.desk;
        let now = desk.clock.unix();
        let id = format!("ord_{}", desk.ids.text(17));
        let item = |mut item: Map<String, Value>| {
            item.insert("object".into(), json!("line_item"));
            item.insert("id".into(), json!(format!("line_item_{}", desk.ids.text(17))));
            item.insert("parent_id".into(), json!(id));
            item.entry("metadata").or_insert_with(|| json!({}));
            item.entry("antifraud_info").or_insert_with(|| json!({}));
            Value::Object(item)
        };
        Order {
            account: account.to_owned(),
            live: desk.live,
            created_at: now,
            updated_at: now,
            amount: wanted.amount,
            currency: wanted.currency,
            customer: wanted.customer,
            items: wanted.items.into_iter().map(item).collect(),
            metadata: wanted.metadata,
            charge,
            id,
        }
    }

    /// Uses the token up and decides what becomes of the charge.
    fn take(&self, all: &mut State, charge: &WantedCharge, wanted: &Wanted) -> Result<Charged, Refusal> {
        let reusable = self.desk.holds(Point::TestTokensAreReusable);
        let card = all.use_token(&charge.token, reusable)?;
        let now = self.desk.clock.unix();
        let paid =
            if wanted.pre_authorize { Stage::PreAuthorized } else { Stage::Paid { at: now, refunds: Vec::new() } };
        let stage = match (card.lead, &wanted.three_ds) {
            (Lead::Challenge, Some(return_url)) => Stage::Challenge { return_url: return_url.clone() },
            (Lead::Paid | Lead::Challenge, _) => paid,
            (Lead::Declined(decline), _) => Stage::Declined(decline),
            (Lead::DeclinedByThreeDs, Some(_)) => Stage::Declined(Decline::ThreeDs),
            (Lead::DeclinedByThreeDs, None) => Stage::Declined(Decline::Bank),
            (Lead::Pending, _) => Stage::Pending,
        };
        Ok(Charged {
            id: self.desk.ids.hex(),
            amount: charge.amount.unwrap_or(wanted.amount),
            reference: charge.reference.clone(),
            token: charge.token.clone(),
            card,
            auth_code: format!("{:06}", self.desk.ids.number() % 1_000_000),
            stage,
        })
    }
}

/// The order inside an error has no `payment_status`.
fn declined_order(mut order: Value) -> Value {
    if let Some(fields) = order.as_object_mut() {
        fields.shift_remove("payment_status");
    }
    order
}
