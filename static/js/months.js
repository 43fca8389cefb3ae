// Deals by month: cards are dragged, or moved by the keys [ and ]; each has a link to the same move without either.
const months = () => document.querySelector("[data-months]");
const cardAt = (node) => node?.closest?.(".board-card");
const monthAt = (node) => node?.closest?.("[data-month]");
let held = null;
let isOnItsWay = false;

async function showAgain(deal) {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
  const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.querySelector("#months");
  if (!fresh) return location.reload();
  const { scrollLeft } = months();
  months().replaceWith(fresh);
  fresh.scrollLeft = scrollLeft;
  (fresh.querySelector(`[data-deal="${deal}"] .card-title`) || fresh).focus({ preventScroll: true });
}

async function moveTo(card, column) {
  if (isOnItsWay) return;
  isOnItsWay = true;
  const place = card.parentElement, next = card.nextSibling;
  column.querySelector(".board-cards").prepend(card);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "X-Board": "1" };
  const body = new FormData();
  body.set("month", column.dataset.month);
  body.set("version", card.dataset.version);
  const answer = await fetch(card.querySelector(".card-move").getAttribute("href"), { method: "POST", headers, body }).catch(() => null);
  isOnItsWay = false;
  if (answer?.ok) {
    window.crm.say(`${card.querySelector(".card-title").textContent} is expected in ${column.querySelector("h2").textContent}.`);
    return showAgain(card.dataset.deal);
  }
  place.insertBefore(card, next);
  const isTold = answer && [409, 422].includes(answer.status);
  window.crm.say(isTold ? (await answer.json()).sentence : "The deal could not be moved. Please try again.");
  if (answer?.status === 409) showAgain(card.dataset.deal);
}

document.addEventListener("dragstart", (event) => {
  const card = months() && cardAt(event.target);
  if (!card) return;
  held = card;
  event.dataTransfer.setData("text/plain", card.dataset.deal);
  event.dataTransfer.effectAllowed = "move";
  requestAnimationFrame(() => card.classList.add("is-dragged"));
});
document.addEventListener("dragend", () => {
  held?.classList.remove("is-dragged");
  held = null;
  for (const node of document.querySelectorAll(".is-over")) node.classList.remove("is-over");
});
document.addEventListener("dragover", (event) => {
  const column = held && monthAt(event.target);
  for (const node of document.querySelectorAll(".is-over")) if (node !== column) node.classList.remove("is-over");
  if (!column) return;
  event.preventDefault();
  column.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const column = held && monthAt(event.target);
  if (!column) return;
  event.preventDefault();
  if (column !== monthAt(held)) moveTo(held, column);
});

document.addEventListener("keydown", (event) => {
  const card = months() && cardAt(document.activeElement);
  if (!card || event.ctrlKey || event.metaKey || event.altKey || !["[", "]", "j", "k"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "j" || event.key === "k") {
    const beside = event.key === "j" ? card.nextElementSibling : card.previousElementSibling;
    return beside?.querySelector("a")?.focus();
  }
  const columns = [...document.querySelectorAll(".board-column")];
  const step = event.key === "]" ? 1 : -1;
  for (let at = columns.indexOf(card.closest(".board-column")) + step; columns[at]; at += step) {
    if (columns[at].dataset.month) return moveTo(card, columns[at]);
  }
}, true);
