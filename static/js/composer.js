// The composer: tabs (and their keys, by keys.js), Ctrl+Enter sends, @ offers colleagues who may see the record.
(() => {
  const tabs = () => [...document.querySelectorAll("[data-compose]")];
  const part = (kind) => document.getElementById(`compose-${kind}`);

  // --- tabs ------------------------------------------------------------------------------------------------------------
  function focusFirst(panel) {
    const first = panel.querySelector("[data-first]") || panel.querySelector("textarea, input:not([type=hidden])");
    first?.focus({ preventScroll: true });
    const block = matchMedia("(max-width: 899.98px)").matches ? "start" : "nearest"; // a phone has no room to spare
    panel.closest(".composer")?.scrollIntoView({ block });
  }
  function reveal(kind) {
    for (const tab of tabs()) {
      tab.setAttribute("aria-selected", String(tab.dataset.compose === kind));
      part(tab.dataset.compose).hidden = tab.dataset.compose !== kind;
    }
    return part(kind);
  }
  function open(kind) {
    const panel = part(kind) && reveal(kind);
    if (!panel) return false;
    if (panel.querySelector("form")) focusFirst(panel);
    else window.htmx.trigger(panel, "compose");
    return true;
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-compose], [data-compose-open]");
    if (!opener || event.ctrlKey || event.metaKey) return;
    if (open(opener.dataset.compose || opener.dataset.composeOpen)) event.preventDefault();
  });
  // an answer takes the place of the empty form of a mail; what is typed there is asked about
  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-answer]");
    const panel = part("mail");
    if (!opener || !panel || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const box = panel.querySelector("textarea");
    const ask = { title: inWords("Leave the mail you have begun?"), text: inWords("The answer takes its place."), yes: inWords("Answer instead"), danger: true };
    if (box && box.value !== box.defaultValue && !(await window.crm.ask(ask))) return;
    reveal("mail");
    opener.blur();
    await window.htmx.ajax("GET", opener.href, { target: panel, swap: "innerHTML" });
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const panel = event.detail.elt.closest?.("[id^=compose-]");
    if (panel && !panel.hidden && (!document.activeElement || document.activeElement === document.body)) focusFirst(panel);
  });
  document.addEventListener("htmx:afterSettle", () => {
    const said = document.querySelector("[data-said]");
    if (!said) return;
    window.crm.say(said.dataset.said, "good");
    said.remove();
    document.activeElement?.blur();
  });

  // --- keys ------------------------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest("[data-compose-form]");
    if (!form) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Escape" && !list) {
      event.target.blur();
    }
  });
  const isDirty = () => [...document.querySelectorAll("[data-compose-form] textarea")].some((box) => box.value !== box.defaultValue);
  // a tab of the page takes the place of what is being written: it is asked about, as leaving the page is
  document.addEventListener("htmx:confirm", async (event) => {
    if (!event.target.matches?.("[data-part-tab]") || !isDirty()) return;
    event.preventDefault();
    const yes = await window.crm.ask({ title: inWords("Leave what you have written?"), text: inWords("It is not saved yet."), yes: inWords("Leave it"), danger: true });
    if (yes) event.detail.issueRequest(true);
  });
  window.addEventListener("beforeunload", (event) => isDirty() && event.preventDefault());

  // --- @ ---------------------------------------------------------------------------------------------------------------
  let list = null;
  let looking = null;
  const close = () => {
    list?.box.removeAttribute("aria-activedescendant");
    list?.element.remove();
    list = null;
  };
  // what stands between the last @ and the caret, if that may be a name that is not yet chosen
  function typed(box) {
    const before = box.value.slice(0, box.selectionStart);
    const found = /(?:^|[\s(])@([\p{L}\p{M}'’. -]{0,40})$/u.exec(before);
    const isChosen = (input) => found[1].startsWith(input.dataset.words);
    if (!found || [...box.form.querySelectorAll("[name=mentioned]")].some(isChosen)) return null;
    return { words: found[1], from: before.length - found[1].length };
  }
  function choose(index) {
    const options = [...list.element.children];
    list.at = (index + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === list.at)));
    list.box.setAttribute("aria-activedescendant", options[list.at].id);
    options[list.at].scrollIntoView({ block: "nearest" });
  }
  function show(box, people) {
    close();
    if (!people.length) return;
    const element = document.createElement("ul");
    element.className = "mention-list";
    element.setAttribute("role", "listbox");
    element.setAttribute("aria-label", "Colleagues who may see this");
    people.forEach((person, place) => {
      const option = document.createElement("li");
      option.id = `mention-${place}`;
      option.setAttribute("role", "option");
      option.append(person.text, Object.assign(document.createElement("small"), { textContent: person.note }));
      option.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        list.at = place;
        take();
      });
      element.append(option);
    });
    box.after(element);
    list = { box, element, people, at: 0 };
    choose(0);
  }
  function take() {
    const { box, people, at } = list;
    const found = typed(box);
    const person = people[at];
    box.setRangeText(`${person.text} `, found.from, box.selectionStart, "end");
    const chosen = Object.assign(document.createElement("input"), { type: "hidden", name: "mentioned", value: person.value });
    chosen.dataset.words = person.text;
    box.form.append(chosen);
    close();
    box.focus();
  }
  // one question at a time, and none while somebody types: a note that is sent would wait for their answers
  async function look(box) {
    looking?.abort();
    const found = typed(box);
    if (!found) return close();
    looking = new AbortController();
    const { signal } = looking;
    await new Promise((resolve) => setTimeout(resolve, 120));
    if (signal.aborted) return;
    const { record, peopleUrl } = box.closest("[data-composer]").dataset;
    const address = `${peopleUrl}?${new URLSearchParams({ record, q: found.words })}`;
    const answer = await fetch(address, { headers: { Accept: "application/json" }, signal }).catch(() => null);
    const people = answer?.ok ? (await answer.json().catch(() => ({ options: [] }))).options : [];
    if (!signal.aborted) show(box, people);
  }
  document.addEventListener("input", (event) => event.target.matches("[data-mentions]") && look(event.target));
  document.addEventListener("focusout", () => {
    looking?.abort();
    close();
  });
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== list.box) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) choose(list.at + steps[event.key]);
    else if ((event.key === "Enter" && !event.ctrlKey) || event.key === "Tab") take();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // a browser that cannot size a box by its content is helped
  if (!CSS.supports("field-sizing", "content")) {
    document.addEventListener("input", (event) => {
      if (event.target.matches("[data-grows]")) event.target.rows = Math.min(14, event.target.value.split("\n").length + 1);
    });
  }
})();
