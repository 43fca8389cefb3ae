// Cards in lanes (deals by month, suggestions by state): they are dragged, or moved by the keys [ and ]; each has a link
// to the same move without either. The lanes say what a move sends (`data-field`) and how it is told (`data-told`).
const lanes = () => document.querySelector("[data-lanes]");
const cardAt = (node) => node?.closest?.(".board-card");
const laneAt = (node) => node?.closest?.("[data-lane]");
let held = null;
let isOnItsWay = false;

async function showAgain(record) {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
  const page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.querySelector("#lanes");
  if (!fresh) return location.reload();
  const { scrollLeft } = lanes();
  lanes().replaceWith(fresh);
  fresh.scrollLeft = scrollLeft;
  (fresh.querySelector(`[data-record="${record}"] .card-title`) || fresh).focus({ preventScroll: true });
}

async function moveTo(card, column) {
  if (isOnItsWay) return;
  isOnItsWay = true;
  const place = card.parentElement, next = card.nextSibling;
  column.querySelector(".board-cards").prepend(card);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "X-Board": "1" };
  const body = new FormData();
  body.set(lanes().dataset.field, column.dataset.lane);
  body.set("version", card.dataset.version);
  const answer = await fetch(card.querySelector(".card-move").getAttribute("href"), { method: "POST", headers, body }).catch(() => null);
  isOnItsWay = false;
  if (answer?.ok) {
    const words = [card.querySelector(".card-title"), column.querySelector("h2")].map((node) => node.textContent);
    window.crm.say(`${words[0]} ${lanes().dataset.told} ${words[1]}.`);
    return showAgain(card.dataset.record);
  }
  place.insertBefore(card, next);
  const isTold = answer && [409, 422].includes(answer.status);
  const said = isTold ? await answer.json() : { sentence: inWords("It could not be moved. Please try again.") };
  if (said.url) return location.assign(said.url);
  window.crm.say(said.sentence);
  if (answer?.status === 409) showAgain(card.dataset.record);
}

document.addEventListener("dragstart", (event) => {
  const card = lanes() && cardAt(event.target);
  if (!card) return;
  held = card;
  event.dataTransfer.setData("text/plain", card.dataset.record);
  event.dataTransfer.effectAllowed = "move";
  requestAnimationFrame(() => card.classList.add("is-dragged"));
});
document.addEventListener("dragend", () => {
  held?.classList.remove("is-dragged");
  held = null;
  for (const node of document.querySelectorAll(".is-over")) node.classList.remove("is-over");
});
document.addEventListener("dragover", (event) => {
  const column = held && laneAt(event.target);
  for (const node of document.querySelectorAll(".is-over")) if (node !== column) node.classList.remove("is-over");
  if (!column) return;
  event.preventDefault();
  column.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const column = held && laneAt(event.target);
  if (!column) return;
  event.preventDefault();
  if (column !== laneAt(held)) moveTo(held, column);
});

document.addEventListener("keydown", (event) => {
  const card = lanes() && cardAt(document.activeElement);
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
    if (columns[at].dataset.lane) return moveTo(card, columns[at]);
  }
}, true);
