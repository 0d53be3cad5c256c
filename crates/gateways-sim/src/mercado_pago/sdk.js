// A stand-in for Mercado Pago's script: the class MercadoPago with its secure fields. It has the same names, and makes
// tokens at the simulator that served it. It rejects what it does not know. It has no bricks.
(() => {
  const base = new URL(document.currentScript.src).origin;
  window.MP_DEVICE_SESSION_ID = "simulated-device";

  const known = (what, given, names) => {
    const strange = Object.keys(given).filter((name) => !names.includes(name));
    if (strange.length > 0) throw new Error(`Mercado Pago stand-in: unknown ${what}: ${strange.join(", ")}`);
  };

  const labels = {
    cardNumber: "Número de tarjeta",
    expirationDate: "MM/AA",
    expirationMonth: "MM",
    expirationYear: "AA",
    securityCode: "Código de seguridad",
  };

  class Fields {
    constructor(publicKey) {
      this.publicKey = publicKey;
      this.inputs = {};
    }

    create(kind, options = {}) {
      if (!(kind in labels)) throw new Error(`Mercado Pago stand-in: unknown field ${kind}`);
      const input = document.createElement("input");
      input.name = kind;
      input.placeholder = options.placeholder ?? labels[kind];
      this.inputs[kind] = input;
      const field = {
        mount(id) {
          document.getElementById(id).append(input);
          return field;
        },
        unmount: () => input.remove(),
        on(event, listener) {
          if (event === "ready") listener();
          else if (event === "binChange") input.addEventListener("input", () => listener({ bin: input.value.slice(0, 8) }));
          return field;
        },
      };
      return field;
    }

    async createCardToken({ cardholderName, ...rest }) {
      known("card data", rest, ["identificationType", "identificationNumber"]);
      const value = (kind) => this.inputs[kind]?.value.trim() ?? "";
      const date = value("expirationDate") || `${value("expirationMonth")}/${value("expirationYear")}`;
      const [month, year] = date.split("/").map(Number);
      const response = await fetch(`${base}/v1/card_tokens`, {
        method: "POST",
        headers: { "x-public-key": this.publicKey, "content-type": "application/json" },
        body: JSON.stringify({
          card_number: value("cardNumber").replaceAll(" ", ""),
          expiration_month: month,
          expiration_year: year < 100 ? 2000 + year : year,
          security_code: value("securityCode"),
          cardholder: { name: cardholderName },
        }),
      });
      const body = await response.json();
      if (!response.ok) throw body.cause?.length > 0 ? body.cause : [body];
      return body;
    }
  }

  window.MercadoPago = class {
    constructor(publicKey, options = {}) {
      known("options", options, ["locale", "advancedFraudPrevention", "trackingDisabled"]);
      this.fields = new Fields(publicKey);
    }

    async getPaymentMethods({ bin }) {
      const id = bin.startsWith("5") ? "master" : "visa";
      return { results: [{ id, name: id, payment_type_id: "credit_card", issuer: { id: 24, name: "Simulado" } }] };
    }

    async getIssuers() {
      return [{ id: "24", name: "Simulado" }];
    }

    async getInstallments({ amount }) {
      return [{ payer_costs: [{ installments: 1, installment_amount: Number(amount), total_amount: Number(amount) }] }];
    }
  };
})();
