// The stand-in card scripts, in a page as small as they need: each makes a token, and the token pays.
"use strict";

const assert = require("node:assert");
const { spawn } = require("node:child_process");
const readline = require("node:readline");
const vm = require("node:vm");

/** A page that has loaded the script of that URL. */
async function page(url) {
  const element = () => ({
    children: [],
    listeners: {},
    value: "",
    append(...added) { this.children.push(...added); },
    addEventListener(name, listener) { this.listeners[name] = listener; },
  });
  const place = element();
  const window = {};
  const document = {
    currentScript: { src: url },
    createElement: element,
    querySelector: () => place,
    getElementById: () => place,
  };
  const script = await (await fetch(url)).text();
  vm.runInNewContext(script, { window, document, fetch, URL, console });
  const fill = (values) => place.children.forEach((input) => { input.value = values[input.name] ?? ""; });
  return { window, place, fill };
}

async function conekta(url) {
  const { window, place, fill } = await page(`${url}/v1.0/js/conekta-checkout.min.js`);
  const card = { number: "4242 4242", name: "Ana", exp_month: "12", exp_year: "2030", cvc: "123" };
  const component = (publicKey) => new Promise((succeeded, failed) => {
    place.children.length = 0;
    window.ConektaCheckoutComponents.Card({
      config: { targetIFrame: "#card", publicKey, locale: "es", useExternalSubmit: true },
      callbacks: {
        onCreateTokenSucceeded: succeeded,
        onCreateTokenError: failed,
        onUpdateSubmitTrigger: (submit) => { fill(card); submit(); },
      },
    });
  });
  await assert.rejects(component("key_public"), (error) => error.message_to_purchaser.includes("tarjeta"));
  card.number = "4242424242424242";
  await assert.rejects(component("wrong"), (error) => error.type === "authentication_error");
  const { id } = await component("key_public");
  window.Conekta.setPublicKey("key_public");
  const older = await new Promise((succeeded, failed) => window.Conekta.Token.create({ card }, succeeded, failed));
  assert.ok(older.id.startsWith("tok_") && older.id !== id);
  assert.throws(() => window.ConektaCheckoutComponents.Card({ config: { colour: "red" }, callbacks: {} }), /unknown config/);
  const order = await fetch(`${url}/orders`, {
    method: "POST",
    headers: { authorization: "Bearer key_private", accept: "application/vnd.conekta-v2.3.0+json" },
    body: JSON.stringify({
      currency: "MXN",
      customer_info: { name: "Ana", email: "ana@example.com", phone: "+525500000000" },
      line_items: [{ name: "Plan 1 hora", unit_price: 1050, quantity: 1 }],
      charges: [{ payment_method: { type: "card", token_id: id } }],
    }),
  });
  assert.equal((await order.json()).payment_status, "paid");
}

async function mercadoPago(url) {
  const { window, fill } = await page(`${url}/js/v2`);
  const gateway = new window.MercadoPago("TEST-public", { locale: "es-MX" });
  for (const kind of ["cardNumber", "expirationDate", "securityCode"]) gateway.fields.create(kind).mount(kind);
  fill({ cardNumber: "5474 9254 3267 0366", expirationDate: "11/30", securityCode: "123" });
  const { id } = await gateway.fields.createCardToken({ cardholderName: "APRO" });
  const { results } = await gateway.getPaymentMethods({ bin: "54749254" });
  const payment = await fetch(`${url}/v1/payments`, {
    method: "POST",
    headers: { authorization: "Bearer TEST-private", "x-idempotency-key": "key-1" },
    body: JSON.stringify({
      transaction_amount: 10.5, token: id, payment_method_id: results[0].id, payer: { email: "ana@example.com" },
    }),
  });
  assert.equal((await payment.json()).status, "approved");
  fill({});
  await assert.rejects(gateway.fields.createCardToken({ cardholderName: "APRO" }), (causes) => causes[0].code === 1);
  assert.throws(() => new window.MercadoPago("TEST-public", { colour: "red" }), /unknown options/);
  assert.throws(() => gateway.fields.create("pin"), /unknown field/);
}

async function main() {
  const simulator = spawn(process.env.GATEWAYS_SIM, ["serve"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const urls = [];
    for await (const line of readline.createInterface({ input: simulator.stdout })) {
      urls.push(`http://${line.split(" ").at(-1)}`);
      if (urls.length === 3) break;
    }
    await conekta(urls[0]);
    await mercadoPago(urls[1]);
    console.log("card scripts: both made tokens that paid");
  } finally {
    simulator.kill();
  }
}

main().catch((error) => {
  console.error("card scripts:", error);
  process.exitCode = 1;
});
