// What every page needs: theme switches, messages that go away, questions before a step that cannot be undone.
const ready = (action) =>
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", action) : action();

// --- colours and density ---------------------------------------------------------------------------------------------
function showChoices() {
  const { themeChosen, density } = document.documentElement.dataset;
  for (const button of document.querySelectorAll("[data-theme-choice], [data-density-choice]")) {
    const isChosen = (button.dataset.themeChoice ?? button.dataset.densityChoice) === (button.dataset.themeChoice ? themeChosen : density);
    button.setAttribute("aria-pressed", String(isChosen));
  }
}
let isLeaving = false;
window.addEventListener("beforeunload", () => {
  isLeaving = true;
});
async function choose(name, value) {
  window.crmTheme.store(`crm-new-${name}`, value);
  document.documentElement.dataset[`${name}Kept`] = value;
  window.crmTheme.apply();
  showChoices();
  document.dispatchEvent(new CustomEvent("crm:theme"));
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  const url = document.querySelector("[data-look-url]").dataset.lookUrl;
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams({ [name]: value }), keepalive: true }).catch(() => null);
  if (answer?.ok && !isLeaving) window.crmTheme.store(`crm-new-${name}`, null);
}

// --- messages --------------------------------------------------------------------------------------------------------
const READING_MS = 6000;
function startLeaving(note) {
  if (["bad", "warn"].includes(note.dataset.note)) return; // what went wrong stays until it is read
  let timer = setTimeout(() => note.remove(), READING_MS);
  note.addEventListener("mouseenter", () => clearTimeout(timer));
  note.addEventListener("mouseleave", () => {
    timer = setTimeout(() => note.remove(), READING_MS / 2);
  });
}
function say(text, tone = "bad") {
  const note = document.createElement("div");
  note.className = `note note-${tone}`;
  note.dataset.note = tone;
  const body = document.createElement("div");
  body.className = "note-body";
  body.textContent = text;
  const close = document.createElement("button");
  close.className = "note-close";
  close.type = "button";
  close.setAttribute("aria-label", inWords("Close this message"));
  close.textContent = "×";
  note.append(body, close);
  document.getElementById("toasts")?.append(note);
  startLeaving(note);
}

// --- "are you sure?" -------------------------------------------------------------------------------------------------
function ask({ title, text, yes, danger }) {
  const dialog = document.getElementById("ask");
  dialog.querySelector("#ask-title").textContent = title || inWords("Are you sure?");
  dialog.querySelector("#ask-text").textContent = text || "";
  const button = dialog.querySelector("#ask-yes"), back = dialog.querySelector("#ask-no");
  button.textContent = yes || inWords("Go on");
  button.className = danger ? "btn btn-danger" : "btn btn-primary";
  back.textContent = danger ? inWords("Keep it") : inWords("Cancel");
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.dataset.opened = performance.now();
  (danger ? back : button).focus(); // Enter goes on, unless something would be lost
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
// whoever holds Enter, or presses it twice, has not read the question yet
const TO_READ_MS = 400;
const isUnread = (dialog) => dialog && performance.now() - Number(dialog.dataset.opened) < TO_READ_MS;
document.addEventListener("keydown", (event) => {
  const dialog = event.target.closest?.("dialog.ask");
  if (dialog && ["Enter", " "].includes(event.key) && (event.repeat || isUnread(dialog))) event.preventDefault();
}, true);
async function askFirst(event) {
  const form = event.target;
  const from = event.submitter?.dataset.ask ? event.submitter : form;
  if (!from.dataset.ask) return;
  if (form.dataset.asked) {
    delete form.dataset.asked; // answered a moment ago: this is the second, wanted, submit
    return;
  }
  event.preventDefault();
  const { ask: title, askText: text, askYes: yes, askDanger: danger } = from.dataset;
  if (await ask({ title, text, yes, danger: danger !== undefined })) {
    form.dataset.asked = "1";
    form.requestSubmit(event.submitter || undefined);
  }
}

// A form is sent once: its button shows that work is under way.
function markSending(event) {
  if (event.defaultPrevented || event.target.method === "get") return;
  const button = event.submitter;
  if (!button) return;
  setTimeout(() => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
  });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-theme-choice], [data-density-choice], .note-close, dialog.ask button");
  if (!target) return;
  if (target.dataset.themeChoice) choose("theme", target.dataset.themeChoice);
  else if (target.dataset.densityChoice) choose("density", target.dataset.densityChoice);
  else if (target.classList.contains("note-close")) target.closest(".note").remove();
  else target.closest("dialog").close(target.value);
});
document.addEventListener("submit", askFirst, true);
document.addEventListener("submit", markSending);
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(status === 403 ? inWords("You may not do this.") : inWords("The server could not do this. Try again, or reload the page."));
});
document.addEventListener("htmx:sendError", () => say(inWords("The server cannot be reached. Check the connection and try again.")));
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const button of document.querySelectorAll("[aria-busy=true]")) {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});
// --- a row of tabs that is longer than its place: the open one is in sight, a menu at the end names those that are not --
function showTabs(place) {
  for (const tab of place.querySelectorAll(".tabs [aria-current=page]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 24;
}
function showTabMenus() {
  for (const menu of document.querySelectorAll(".tabs-more")) menu.hidden = menu.previousElementSibling.scrollWidth <= menu.parentElement.clientWidth + 1;
}
document.addEventListener("show.bs.dropdown", (event) => {
  const menu = event.target.closest(".tabs-more");
  if (!menu) return;
  const row = menu.previousElementSibling, edge = row.getBoundingClientRect();
  const unseen = [...row.querySelectorAll(".tab")].filter((tab) => {
    const { left, right } = tab.getBoundingClientRect();
    return left < edge.left - 1 || right > edge.right + 1;
  });
  menu.querySelector("ul").replaceChildren(...unseen.map((tab) => {
    const line = document.createElement("li"), button = document.createElement("button");
    button.className = "dropdown-item";
    button.type = "button";
    button.append(...[...tab.childNodes].map((node) => node.cloneNode(true)));
    button.addEventListener("click", () => {
      tab.focus(); // it is found again by its id when the part is swapped
      tab.click();
    });
    line.append(button);
    return line;
  }));
});
window.addEventListener("resize", showTabMenus);
document.addEventListener("htmx:afterSettle", (event) => {
  showTabMenus();
  showTabs(event.target); // only a row that came with what settled: another stays where a finger has moved it
});
ready(() => {
  showChoices();
  showTabMenus();
  showTabs(document);
  document.querySelectorAll(".note").forEach(startLeaving);
});
// a choice that is sent as soon as it is made
document.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.requestSubmit());
window.crm = { ask, say };
