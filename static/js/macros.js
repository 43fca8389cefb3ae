// Macros in a reply: a slash offers them, Enter or a click takes one. One that says nothing is done at once.
(() => {
  const form = document.querySelector("[data-macros-url]");
  const box = form?.querySelector("textarea");
  if (!box) return;
  const chosen = form.querySelector("[data-macro-chosen]"), send = form.querySelector("[data-send]");
  const MOST = 8;
  let known = null, list = null;

  async function macros() {
    if (known) return known;
    const answer = await fetch(form.dataset.macrosUrl, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return [];
    known = (await answer.json()).options;
    return known;
  }
  // what stands between a slash, at the beginning or behind a blank, and the caret
  function typed() {
    const before = box.value.slice(0, box.selectionStart);
    const found = /(?:^|\s)\/([\p{L}\d-]{0,40})$/u.exec(before);
    return found ? { words: found[1].toLowerCase(), from: before.length - found[1].length - 1 } : null;
  }
  const rank = (macro, words) =>
    macro.code === words ? 0 : macro.code.startsWith(words) ? 1 : macro.name.toLowerCase().includes(words) || macro.code.includes(words) ? 2 : 3;
  const close = () => {
    list?.element.remove();
    list = null;
    box.removeAttribute("aria-activedescendant");
  };
  function mark(index) {
    const options = [...list.element.querySelectorAll("[role=option]")];
    list.at = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === list.at)));
    box.setAttribute("aria-activedescendant", options[list.at].id);
    options[list.at].scrollIntoView({ block: "nearest" });
  }
  function show(found) {
    close();
    if (!found.length) return;
    const element = document.createElement("ul");
    element.className = "mention-list macro-list";
    element.setAttribute("role", "listbox");
    element.setAttribute("aria-label", "Macros");
    found.forEach((macro, place) => {
      const option = document.createElement("li");
      option.id = `macro-option-${place}`;
      option.setAttribute("role", "option");
      const code = Object.assign(document.createElement("code"), { textContent: `/${macro.code}` });
      const does = [macro.use ? "only changes the ticket" : "", macro.language, macro.does].filter(Boolean).join(", ");
      option.append(macro.name, " ", code, Object.assign(document.createElement("small"), { textContent: does }));
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        take(macro);
      });
      element.append(option);
    });
    box.after(element);
    list = { element, found, at: 0 };
    mark(0);
  }
  function describe(macro) {
    chosen.replaceChildren();
    chosen.hidden = !macro;
    form.elements.macro.value = macro?.id ?? "";
    if (send) send.textContent = macro?.then === "solved" ? inWords("Send, as the macro says") : inWords("Send");
    if (!macro) return;
    const off = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm btn-quiet", textContent: inWords("Without its changes") });
    off.addEventListener("click", () => {
      describe(null);
      box.focus();
    });
    const said = macro.does ? `${macro.name}: ${macro.does}` : macro.name;
    chosen.append(said, ...(macro.does ? [" ", off] : []));
  }
  function take(macro) {
    const place = typed();
    close();
    if (macro.use) {
      if (place) box.setRangeText("", place.from, box.selectionStart, "end");
      box.defaultValue = box.value; // what is left here is asked about no more: the page comes again
      const step = Object.assign(document.createElement("form"), { method: "post", action: macro.use });
      step.append(form.elements.csrfmiddlewaretoken.cloneNode(), Object.assign(document.createElement("input"), { type: "hidden", name: "macro", value: macro.id }));
      document.body.append(step);
      step.submit();
      return;
    }
    if (place) box.setRangeText(macro.text, place.from, box.selectionStart, "end");
    else box.setRangeText(macro.text, box.selectionStart, box.selectionEnd, "end");
    describe(macro);
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    const gap = box.value.indexOf("{{");
    if (gap >= 0) box.setSelectionRange(gap, box.value.indexOf("}}", gap) + 2);
  }
  async function look() {
    const place = typed();
    if (!place) return close();
    const all = await macros();
    const now = typed();
    if (!now) return close();
    const found = all.map((macro) => [rank(macro, now.words), macro]).filter(([at]) => at < 3);
    show(found.sort((a, b) => a[0] - b[0]).slice(0, MOST).map(([, macro]) => macro));
    return list;
  }
  box.addEventListener("input", look);
  box.addEventListener("focusout", close);
  document.addEventListener(
    "keydown",
    async (event) => {
      if (event.target !== box || event.isComposing) return;
      if (list) {
        const steps = { ArrowDown: 1, ArrowUp: -1 };
        if (event.key in steps) mark(list.at + steps[event.key]);
        else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(list.found[list.at]);
        else if (event.key === "Escape") close();
        else return;
        event.preventDefault();
        event.stopPropagation();
      } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && typed()?.words && !known) {
        event.preventDefault(); // typed faster than the macros came
        event.stopPropagation();
        if (await look()) take(list.found[list.at]);
      }
    },
    true,
  );
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-macros]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    document.querySelector("[data-compose=reply]")?.click();
    box.focus();
    if (typed()) return void look();
    const blank = box.selectionStart && !/\s/.test(box.value[box.selectionStart - 1]) ? " /" : "/";
    box.setRangeText(blank, box.selectionStart, box.selectionEnd, "end");
    look();
  });
  macros();
})();
