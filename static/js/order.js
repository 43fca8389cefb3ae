// The lines of an order form: options of the chosen product as fields of their own, and the total while typing. The
// lines of a quote are the same, but for their discount, which is in percent, and what is rounded line by line.
(() => {
  const list = document.querySelector('[data-rows="lines"]');
  if (!list) return;
  const isQuote = list.hasAttribute("data-quote-lines");
  const box = list.querySelector("[data-order-total]");
  const field = (line, name) => line.querySelector(`[name$="-${name}"]`);
  const number = (input) => (input && input.value.trim() !== "" ? Number(input.value.replace(",", ".")) : NaN);
  const PRICED = /\(([+-]\d+(?:[.,]\d+)?)\)\s*(?:;|$)/g;
  const known = new Map();

  const surcharges = (line) => [...(field(line, "options")?.value || "").matchAll(PRICED)]
    .reduce((sum, found) => sum + Number(found[1].replace(",", ".")), 0);

  const amount = (line) => {
    if (field(line, "DELETE")?.checked) return 0;
    const typed = field(line, "amount"), quantity = number(field(line, "quantity"));
    if (typed && !Number.isNaN(number(typed)) && (typed.value !== typed.defaultValue || !line.dataset.recount)) return number(typed);
    let price = number(field(line, "unit_price"));
    if (Number.isNaN(price)) price = Number(line.dataset.price);
    const full = quantity * (price + surcharges(line)), discount = number(field(line, "discount")) || 0;
    return isQuote ? Math.round(full * (100 - discount)) / 100 : full - discount;
  };

  const recount = () => {
    const amounts = [...list.querySelectorAll("[data-line]")].map(amount).filter((one) => !Number.isNaN(one));
    const currency = document.querySelector('[name="currency"]')?.value || "";
    box.hidden = !amounts.length;
    const off = isQuote ? number(document.querySelector('[name="discount"]')) || 0 : 0;
    const sum = amounts.reduce((so, one) => so + one, 0);
    const total = Math.round(sum * (100 - off)) / 100;
    box.querySelector("output").textContent = `${total.toLocaleString(window.crmLocale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`;
  };

  const signed = (text) => (Number(text) ? ` (${Number(text) > 0 ? "+" : ""}${Number(text).toFixed(2)})` : "");

  const readBack = (text) => new Map(text.split(";").map((part) => {
    const [name, ...rest] = part.split(":");
    return [name.trim(), rest.join(":").replace(/\s*\([+-][\d.,]+\)\s*$/, "").trim()];
  }));

  const draw = (line, answer) => {
    line.querySelector(".line-choices")?.remove();
    line.dataset.price = answer.price || "";
    const input = field(line, "options");
    if (!input || !answer.options.length) return;
    const before = readBack(input.value), group = document.createElement("div");
    group.className = "line-choices";
    const write = () => {
      input.value = [...group.querySelectorAll("[data-option]")].filter((one) => one.value.trim()).map((one) => {
        const sum = one.tagName === "SELECT" ? one.selectedOptions[0].dataset.sum : one.dataset.sum;
        return `${one.dataset.option}: ${one.value.trim().replaceAll(";", ",")}${signed(sum || 0)}`;
      }).join("; ");
      line.dataset.recount = "1";
      recount();
    };
    for (const option of answer.options) {
      const label = document.createElement("label");
      label.className = "line-choice";
      label.textContent = option.name + (option.required ? " *" : "");
      const made = document.createElement(option.kind === "text" ? "input" : "select");
      made.className = option.kind === "text" ? "form-control" : "form-select";
      made.dataset.option = option.name;
      if (option.kind === "text") {
        made.dataset.sum = option.surcharge;
        made.value = before.get(option.name) || "";
      } else {
        made.append(new Option("–", ""));
        for (const choice of option.choices) {
          const entry = new Option(choice.name + signed(choice.surcharge), choice.name);
          entry.dataset.sum = choice.surcharge;
          entry.selected = before.get(option.name) === choice.name;
          made.append(entry);
        }
      }
      made.addEventListener("change", write);
      label.append(made);
      group.append(label);
    }
    line.append(group);
    input.readOnly = true;
  };

  const choices = async (line) => {
    const key = field(line, "product")?.value;
    const input = field(line, "options");
    if (input) input.readOnly = false;
    if (!key) return draw(line, { options: [] });
    if (!known.has(key)) {
      const answer = await fetch(line.dataset.choicesUrl.replace("/0/", `/${key}/`), { headers: { Accept: "application/json" } });
      if (!answer.ok) return undefined;
      known.set(key, await answer.json());
    }
    draw(line, known.get(key));
    return recount();
  };

  list.addEventListener("change", (event) => {
    const line = event.target.closest("[data-line]");
    if (!line) return;
    if (event.target.name?.endsWith("-product")) {
      const input = field(line, "options");
      if (input) input.value = "";
      choices(line);
    }
    if (/-(quantity|unit_price|discount)$/.test(event.target.name || "")) line.dataset.recount = "1";
    recount();
  });
  list.addEventListener("input", (event) => {
    const line = event.target.closest("[data-line]");
    if (line && /-(quantity|unit_price|discount)$/.test(event.target.name || "")) line.dataset.recount = "1";
    recount();
  });
  for (const name of ["currency", "discount"]) document.querySelector(`[name="${name}"]`)?.addEventListener("input", recount);
  for (const line of list.querySelectorAll("[data-line]")) choices(line);
  recount();
})();
