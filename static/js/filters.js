// The filter builder: a tree of conditions under the hands. It draws itself from the fields that the server names, and
// the number of rows follows each change. What it makes is the JSON of crm/filtering/trees/nodes.py: in the address, or
// in the field of its form that data-builder-field names.
(() => {
  const JOINS = { all: inWords("all of these"), any: inWords("any of these"), none: inWords("none of these"), not_all: inWords("not all of these") };
  const UNITS = ["day", "week", "month", "quarter", "year"];
  const WINDOWS = { "": inWords("ever"), in_last: inWords("in the last"), this: inWords("this"), previous: inWords("in the previous") };
  const LONGEST_FILTER = 1500; // as crm/filtering/trees/keeping.py has it
  const COUNT_MS = 250;

  const make = (tag, values = {}, ...children) => {
    const { className = "", dataset = {}, aria = "", ...rest } = values;
    const element = Object.assign(document.createElement(tag), rest);
    if (className) element.className = className;
    Object.assign(element.dataset, dataset);
    if (aria) element.setAttribute("aria-label", aria);
    element.append(...children);
    return element;
  };
  const options = (pairs, chosen) =>
    pairs.map(([value, label]) => make("option", { value, textContent: label, selected: String(chosen) === String(value) }));

  // --- the tree as the builder holds it ------------------------------------------------------------------------------
  function read(node) {
    if (node.not) {
      const inner = read(node.not);
      if (inner.parts && ["all", "any"].includes(inner.join)) return { ...inner, join: inner.join === "all" ? "not_all" : "none" };
      return { join: "none", parts: [inner] };
    }
    const join = node.all ? "all" : node.any ? "any" : "";
    return join ? { join, parts: node[join].map(read) } : { ...node };
  }
  function written(node) {
    if (!node.parts) return isComplete(node) ? node : null;
    const parts = node.parts.map(written).filter(Boolean);
    if (!parts.length) return null;
    if (node.join === "none") return { not: parts.length > 1 ? { any: parts } : parts[0] };
    if (node.join === "not_all") return { not: { all: parts } };
    return { [node.join]: parts };
  }
  const isFilled = (value) =>
    Array.isArray(value) ? value.length > 0 && value.every(isFilled) : value !== undefined && value !== null && value !== "";
  const isComplete = (leaf) => Boolean(leaf.field) && (leaf.takes === "nothing" || isFilled(leaf.value));
  function plain(node) {
    if (!node) return null;
    if (node.field !== undefined) {
      const { field, op, value, within } = node;
      return { field, op, ...(value === undefined || value === null ? {} : { value }), ...(within ? { within } : {}) };
    }
    const [[join, parts]] = Object.entries(node);
    return { [join]: Array.isArray(parts) ? parts.map(plain) : plain(parts) };
  }

  function start(root) {
    const { fields, tree, kept, path, cleared = path } = JSON.parse(root.dataset.builder);
    const known = new Map(fields.map((field) => [field.name, field]));
    const place = root.querySelector("[data-builder-tree]");
    const counter = root.querySelector("[data-builder-count]"), sentence = root.querySelector("[data-builder-words]");
    const form = root.closest("form"), field = form?.elements.namedItem(root.dataset.builderField);
    let state = { join: "all", parts: [] };
    let timer = 0, asked = 0;
    if (tree.where) {
      const found = read(tree.where);
      state = found.parts ? found : { join: "all", parts: [found] };
    }
    if (!state.parts.length) state.parts.push({});

    const opOf = (leaf) => known.get(leaf.field)?.ops.find((one) => one.name === leaf.op);
    const prepare = (node) => (node.parts ? node.parts.forEach(prepare) : (node.takes = opOf(node)?.takes));
    prepare(state);

    function address(part = "") {
      const where = plain(written(state));
      const query = new URLSearchParams(kept);
      if (where) query.set("filter", JSON.stringify({ version: 1, where }));
      else if (kept.view || field) query.set("filter", "");
      if (part) query.set("part", part);
      return query.size ? `${path}?${query}` : path;
    }
    async function count() {
      const mine = ++asked;
      const url = await shortened(address("count"));
      const answer = url && await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
      if (mine !== asked || !answer) return;
      const said = await answer.json().catch(() => ({ problems: [inWords("The server could not count.")] }));
      counter.classList.toggle("tone-bad", said.problems.length > 0);
      counter.textContent = said.problems.length ? said.problems.join(" ") : `${said.count} match`;
      if (sentence) sentence.textContent = said.words || inWords("No condition yet: everybody is in it.");
    }
    function changed() {
      const where = plain(written(state));
      if (field) field.value = where ? JSON.stringify({ version: 1, where }) : "";
      clearTimeout(timer);
      timer = setTimeout(count, COUNT_MS);
    }
    // a long filter is kept by the server, and the address holds its short name
    async function short(text) {
      const headers = JSON.parse(document.body.getAttribute("hx-headers"));
      const answer = await fetch(root.dataset.keepUrl, { method: "POST", headers, body: new URLSearchParams({ filter: text }) }).catch(() => null);
      const said = answer ? await answer.json() : { problem: inWords("The server cannot be reached. Check the connection and try again.") };
      if (said.problem) window.crm.say(said.problem);
      return said.filter;
    }
    async function shortened(address) {
      const url = new URL(address, location.href), text = url.searchParams.get("filter") ?? "";
      const key = text.length > LONGEST_FILTER ? await short(text) : text;
      if (key && key !== text) url.searchParams.set("filter", key);
      return key === undefined ? null : url;
    }
    async function apply() {
      const url = await shortened(address());
      if (url) location.assign(url);
    }

    // --- one condition -----------------------------------------------------------------------------------------------
    function fieldPicker(leaf) {
      const groups = [...new Set(fields.map((field) => field.group))].map((group) =>
        make("optgroup", { label: group }, ...options(fields.filter((one) => one.group === group).map((one) => [one.name, one.label]), leaf.field)),
      );
      const select = make("select", { className: "form-select", dataset: { pick: "one", pickFilled: "" }, aria: inWords("Field") }, make("option", { value: "", textContent: "" }), ...groups);
      select.setAttribute("placeholder", inWords("Choose a field"));
      select.addEventListener("change", () => {
        if (!select.value || select.value === leaf.field) return;
        leaf.field = select.value;
        choose(leaf, known.get(leaf.field).ops[0].name);
        draw(leaf);
      });
      return select;
    }
    function choose(leaf, op) {
      const takes = known.get(leaf.field).ops.find((one) => one.name === op).takes;
      if (leaf.takes !== takes) leaf.value = { span: { count: 90, unit: "day" }, unit: "month", flag: "yes", state: "current" }[takes];
      Object.assign(leaf, { op, takes });
    }
    function opPicker(leaf) {
      const ops = known.get(leaf.field).ops;
      const select = make("select", { className: "form-select", aria: inWords("Comparison") }, ...options(ops.map((one) => [one.name, one.words]), leaf.op));
      select.addEventListener("change", () => {
        choose(leaf, select.value);
        draw(leaf);
      });
      select.hidden = ops.length === 1;
      return select;
    }
    const box = (type, value, set, aria) => {
      const input = make("input", { className: "form-control", type, value: value ?? "", aria });
      if (type === "number") input.step = "any";
      input.addEventListener("input", () => {
        set(type === "number" ? (input.value === "" ? "" : Number(input.value)) : input.value);
        changed();
      });
      return input;
    };
    const picker = (pairs, value, set, aria) => {
      const select = make("select", { className: "form-select", aria }, ...options(pairs, value));
      select.addEventListener("change", () => {
        set(select.value);
        changed();
      });
      return select;
    };
    const units = (value, set) => picker(UNITS.map((unit) => [unit, unit]), value, set, inWords("Unit"));
    function span(value, set) {
      const now = { ...value };
      return [
        box("number", now.count, (count) => set(Object.assign(now, { count: count && Math.round(count) })), inWords("Number")),
        picker(UNITS.map((unit) => [unit, `${unit}s`]), now.unit, (unit) => set(Object.assign(now, { unit })), inWords("Unit")),
      ];
    }
    function pair(type, leaf, names) {
      leaf.value = [leaf.value?.[0] ?? "", leaf.value?.[1] ?? ""];
      return names.map((name, index) => box(type, leaf.value[index], (value) => (leaf.value[index] = value), name));
    }
    function choices(leaf) {
      const field = known.get(leaf.field), chosen = new Set((leaf.value ?? []).map(String));
      const missing = [...chosen].filter((one) => !field.choices.some(([value]) => value === one)).map((one) => [one, one]);
      const select = make("select", { className: "form-select", multiple: true, dataset: { pick: "many" }, aria: inWords("Values") });
      for (const [value, label] of [...field.choices, ...missing]) select.append(make("option", { value, textContent: label, selected: chosen.has(value) }));
      select.addEventListener("change", () => {
        leaf.value = [...select.selectedOptions].map((one) => one.value);
        changed();
      });
      return [select];
    }
    // one contact, found by typing; what stands there already is said by its number until it is looked up
    function contact(leaf) {
      const select = make("select", { className: "form-select", dataset: { pick: "one", pickUrl: root.dataset.contactsUrl }, aria: inWords("Contact") }, make("option", { value: "", textContent: "" }));
      if (leaf.value) select.append(make("option", { value: leaf.value, textContent: `number ${leaf.value}`, selected: true }));
      select.addEventListener("change", () => {
        leaf.value = select.value ? Number(select.value) : undefined;
        changed();
      });
      return [select];
    }
    const set = (leaf) => (value) => (leaf.value = value);
    const EDITORS = {
      contact,
      text: (leaf) => [box("text", leaf.value, set(leaf), inWords("Value"))],
      texts: (leaf) => [box("text", (leaf.value ?? []).join(", "), (text) => (leaf.value = text.split(",").map((one) => one.trim()).filter(Boolean)), "Values, between commas")],
      number: (leaf) => [box("number", leaf.value, set(leaf), inWords("Value"))],
      record: (leaf) => [box("number", leaf.value, set(leaf), inWords("Number of the record"))],
      mark: (leaf) => [box("text", leaf.value, set(leaf), inWords("Mark"))],
      numbers: (leaf) => pair("number", leaf, [inWords("From"), inWords("To")]),
      day: (leaf) => [box("date", leaf.value, set(leaf), "Day")],
      days: (leaf) => pair("date", leaf, [inWords("First day"), inWords("Last day")]),
      unit: (leaf) => [units(leaf.value, set(leaf))],
      span: (leaf) => span(leaf.value, (value) => (leaf.value = { ...value })),
      flag: (leaf) => [picker([["yes", "yes"], ["no", "no"]], leaf.value, set(leaf), inWords("Value"))],
      state: (leaf) => [picker([["current", "current"], ["archived", "archived"], ["all", "both"]], leaf.value, set(leaf), inWords("Value"))],
      choices,
      nothing: () => [],
    };
    function windowPicker(leaf) {
      const now = leaf.within ?? { op: "" };
      const select = picker(Object.entries(WINDOWS), now.op, (op) => {
        leaf.within = op ? { op, value: op === "in_last" ? { count: 90, unit: "day" } : "month" } : undefined;
        draw(leaf);
      }, inWords("When"));
      if (!WINDOWS[now.op]) return [select];
      const put = (value) => (leaf.within = { op: now.op, value: typeof value === "string" ? value : { ...value } });
      return now.op === "in_last" ? [select, ...span(now.value, put)] : now.op ? [select, units(now.value, put)] : [select];
    }
    function drawLeaf(leaf, parent) {
      const row = make("div", { className: "builder-row" }, fieldPicker(leaf));
      leaf.row = row;
      if (leaf.field && known.has(leaf.field)) {
        const values = make("div", { className: "builder-values" }, ...EDITORS[leaf.takes](leaf));
        if (known.get(leaf.field).total) values.append(...windowPicker(leaf));
        row.append(opPicker(leaf), values);
        if (known.get(leaf.field).help) row.title = known.get(leaf.field).help;
      }
      row.append(remover(parent, leaf, inWords("Take this condition away")));
      return row;
    }
    function remover(parent, node, aria) {
      const button = make("button", { className: "tool", type: "button", aria, textContent: "×" });
      button.addEventListener("click", () => {
        parent.parts.splice(parent.parts.indexOf(node), 1);
        draw();
      });
      return button;
    }
    function adder(label, group, fresh) {
      const button = make("button", { className: "btn btn-sm btn-quiet", type: "button", textContent: label });
      button.addEventListener("click", () => {
        const node = fresh();
        group.parts.push(node);
        draw(node.parts ? node.parts[0] : node);
      });
      return button;
    }
    function drawGroup(group, parent = null) {
      const join = picker(Object.entries(JOINS), group.join, (value) => (group.join = value), inWords("How the conditions are joined"));
      const head = make("div", { className: "builder-head" }, make("span", { textContent: parent ? inWords("and where") : `${root.dataset.builderRows ?? "Rows"} where` }), join);
      if (parent) head.append(remover(parent, group, inWords("Take this group away")));
      const parts = group.parts.map((part) => (part.parts ? drawGroup(part, group) : drawLeaf(part, group)));
      const foot = make("div", { className: "builder-foot" }, adder("+ Condition", group, () => ({})), adder("+ Group", group, () => ({ join: "any", parts: [{}] })));
      return make("fieldset", { className: "builder-group" }, head, ...parts, foot);
    }
    // `focus` is the condition whose next empty box gets the caret. What a form came with stays until a person changes it:
    // a filter that cannot be drawn, as a field of it is gone, is refused by the server and never becomes no filter.
    function draw(focus = null, isFirst = false) {
      place.replaceChildren(drawGroup(state));
      window.htmx.trigger(place, "htmx:load");
      if (focus) caret(focus);
      if (!isFirst || !field) changed();
    }
    function caret(leaf, tries = 200) {
      if (!leaf?.row) return; // a group
      const panel = root.closest(".offcanvas.showing"); // a panel that slides in takes the focus when it has arrived
      if (panel) {
        panel.addEventListener("shown.bs.offcanvas", () => caret(leaf), { once: true });
        return;
      }
      const wanted = leaf.field ? leaf.row.querySelector(".builder-values select, .builder-values input") : leaf.row.querySelector("select");
      if (!wanted) return;
      if (wanted.dataset.pick && !wanted.tomselect) {
        if (tries) setTimeout(() => caret(leaf, tries - 1), 50);
      } else if (wanted.tomselect) wanted.tomselect.focus();
      else {
        wanted.focus();
        wanted.select?.();
      }
    }
    root.querySelector("[data-builder-apply]")?.addEventListener("click", apply);
    root.querySelector("[data-builder-clear]")?.addEventListener("click", () => location.assign(cleared));
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      const isWhole = event.ctrlKey || event.metaKey;
      if (field ? isWhole : !isWhole && event.target.closest(".ts-control")) return; // a form is sent by its own keys
      if (isWhole || event.target.matches("input[type=text], input[type=number], input[type=date]")) {
        event.preventDefault();
        if (!field) apply();
        else if (!event.target.closest(".ts-control")) event.target.closest(".builder-group").querySelector(":scope > .builder-foot > button").focus();
      }
    });
    if (field) inForm();
    const isNew = state.parts.length === 1 && !state.parts[0].field;
    draw(isNew && !field ? state.parts[0] : null, true);

    // In a form: Enter in the field before goes on to the conditions, and none that lacks its value is lost by saving.
    function inForm() {
      const unfinished = (node) => (node.parts ? node.parts.map(unfinished).find(Boolean) : node.field && !isComplete(node) ? node : undefined);
      form.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
        if (event.composedPath().includes(root)) return; // its target may have been drawn anew by now
        if (!event.target.matches("input[type=text]")) return;
        event.preventDefault();
        caret(state.parts.find((node) => !node.parts && !isComplete(node)) ?? state.parts.find((node) => !node.parts) ?? state.parts[0]);
      });
      form.addEventListener("submit", (event) => {
        const leaf = unfinished(state);
        if (!leaf) return;
        event.preventDefault();
        event.stopPropagation();
        window.crm.say(inWords("A condition has no value yet: fill it in, or take it away."));
        caret(leaf);
      }, true);
    }
  }

  document.addEventListener("htmx:load", (event) => {
    const root = event.target.closest?.("[data-builder]") ?? event.target.querySelector?.("[data-builder]");
    if (root && !root.dataset.started) {
      root.dataset.started = "1";
      start(root);
    }
  });
})();
