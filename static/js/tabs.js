// The saved views above a list in an order of one's own: a tab is dragged, or moved by Alt+Shift and an arrow key.
// Without either, the page of all views has arrows.
const row = document.querySelector("[data-tab-order]");
const tabs = () => [...row.querySelectorAll("[data-view]")];
let held = null;
let stood = "";

const order = () => tabs().map((tab) => tab.dataset.view).join(",");

async function keep(tab) {
  if (order() === stood) return;
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  const body = new FormData();
  body.set("keys", order());
  const answer = await fetch(row.dataset.tabOrder, { method: "POST", headers, body }).catch(() => null);
  const place = tabs().indexOf(tab) + 1;
  if (answer?.ok) return window.crm.say(inWords("%(view)s is tab %(place)s of %(count)s of your views.", { view: tab.textContent.trim(), place, count: tabs().length }));
  const first = row.querySelector(".tab:not([data-view])"); // the tab of all rows
  for (const key of stood.split(",").reverse()) first.after(row.querySelector(`[data-view="${key}"]`));
  window.crm.say(inWords("The tabs could not be put in this order. Please try again."));
}

if (row) {
  row.addEventListener("dragstart", (event) => {
    held = event.target.closest("[data-view]");
    if (!held) return;
    stood = order();
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.href);
  });
  row.addEventListener("dragover", (event) => {
    const over = held && event.target.closest("[data-view]");
    if (!held) return;
    event.preventDefault();
    if (!over || over === held) return;
    const box = over.getBoundingClientRect();
    const isLeft = event.clientX < box.left + box.width / 2;
    if (isLeft) over.before(held);
    else over.after(held);
  });
  row.addEventListener("drop", (event) => held && event.preventDefault());
  row.addEventListener("dragend", () => {
    const tab = held;
    held = null;
    if (tab) keep(tab);
  });
  row.addEventListener("keydown", (event) => {
    const tab = event.target.closest("[data-view]");
    const isMove = event.altKey && event.shiftKey && ["ArrowLeft", "ArrowRight"].includes(event.key);
    if (!tab || !isMove) return;
    event.preventDefault();
    stood = order();
    const isBack = (event.key === "ArrowLeft") !== (getComputedStyle(row).direction === "rtl");
    const beside = tabs()[tabs().indexOf(tab) + (isBack ? -1 : 1)];
    if (!beside) return;
    if (isBack) beside.before(tab);
    else beside.after(tab);
    tab.focus();
    keep(tab);
  });
}
