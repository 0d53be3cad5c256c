// A stand-in for Conekta's card scripts: ConektaCheckoutComponents.Card, and the older Conekta.Token.create. It has the
// same names and callbacks, and makes tokens at the simulator that served it. It rejects what it does not know.
(() => {
  const base = new URL(document.currentScript.src).origin;

  const known = (what, given, names) => {
    const strange = Object.keys(given).filter((name) => !names.includes(name));
    if (strange.length > 0) throw new Error(`Conekta stand-in: unknown ${what}: ${strange.join(", ")}`);
  };

  async function tokenise(publicKey, card) {
    const response = await fetch(`${base}/tokens`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${publicKey}`,
        accept: "application/vnd.conekta-v2.3.0+json",
        "accept-language": "es",
        "content-type": "application/json",
      },
      body: JSON.stringify({ card: { ...card, exp_year: String(card.exp_year).slice(-2) } }),
    });
    const body = await response.json();
    if (!response.ok) throw { ...body, message_to_purchaser: body.details[0].message };
    return body;
  }

  function input(name, label) {
    const field = document.createElement("input");
    field.name = name;
    field.placeholder = label;
    return field;
  }

  window.ConektaCheckoutComponents = {
    Card({ config, options = {}, callbacks, allowTokenization = true }) {
      known("config", config, ["targetIFrame", "publicKey", "locale", "useExternalSubmit"]);
      known("options", options, ["autoResize", "amount", "styles", "languages"]);
      known("callbacks", callbacks, [
        "onCreateTokenSucceeded", "onCreateTokenError", "onFormError", "onGetInfoSuccess", "onUpdateSubmitTrigger",
      ]);
      if (!allowTokenization) throw new Error("Conekta stand-in: allowTokenization must be true");
      const labels = { number: "Número", name: "Nombre", exp_month: "MM", exp_year: "AA", cvc: "CVC" };
      const fields = Object.entries(labels).map(([name, label]) => input(name, label));
      const submit = async () => {
        const card = Object.fromEntries(fields.map((field) => [field.name, field.value.trim()]));
        if (Object.values(card).some((value) => value === "")) {
          callbacks.onFormError?.({ message: "Complete los datos de la tarjeta." });
          return;
        }
        try {
          callbacks.onCreateTokenSucceeded(await tokenise(config.publicKey, card));
        } catch (error) {
          callbacks.onCreateTokenError(error);
        }
      };
      const place = document.querySelector(config.targetIFrame);
      place.append(...fields);
      if (config.useExternalSubmit) {
        callbacks.onUpdateSubmitTrigger(submit);
      } else {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "Pagar";
        button.addEventListener("click", submit);
        place.append(button);
      }
      callbacks.onGetInfoSuccess?.({});
    },
  };

  let publicKey = null;
  window.Conekta = {
    setPublicKey(key) {
      publicKey = key;
    },
    Token: {
      create({ card }, succeeded, failed) {
        tokenise(publicKey, card).then(succeeded, failed);
      },
    },
  };
})();
