// The board: cards are dragged, or moved by the keys [ and ]; each has a link to the same move without either.
const board = () => document.querySelector("[data-board]");
const cardOf = (node) => node?.closest?.(".board-card");
const columnOf = (node) => node?.closest?.("[data-stage]");
let dragged = null;
let isSending = false;

function moveUrl(card) {
  return card.querySelector(".card-move").getAttribute("href");
}

async function refresh(keyOfCard) {
  const answer = await fetch(location.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("#board");
  if (!fresh) return location.reload();
  board().replaceWith(fresh);
  window.htmx?.process(fresh);
  fresh.querySelector(`[data-deal="${keyOfCard}"] .card-title`)?.focus();
}

// an end asks for its reason, and a stage may ask for what the deal lacks: both by the page of the move
async function move(card, stage, isEnd) {
  if (isSending) return;
  if (isEnd) return location.assign(`${moveUrl(card)}?stage=${stage}`);
  isSending = true;
  const place = card.parentElement, next = card.nextSibling;
  document.querySelector(`.board-column[data-stage="${stage}"] .board-cards`)?.prepend(card);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "X-Board": "1" };
  const body = new FormData();
  body.set("stage", stage);
  body.set("version", card.dataset.version);
  const answer = await fetch(moveUrl(card), { method: "POST", headers, body }).catch(() => null);
  isSending = false;
  if (answer?.ok) return refresh(card.dataset.deal);
  place.insertBefore(card, next);
  if (answer?.status === 422) return location.assign(`${moveUrl(card)}?stage=${stage}`);
  const said = answer?.status === 409 ? (await answer.json()).sentence : inWords("The deal could not be moved. Please try again.");
  window.crm.say(said);
  if (answer?.status === 409) refresh(card.dataset.deal);
}

document.addEventListener("dragstart", (event) => {
  const card = cardOf(event.target);
  if (!card || !board()) return;
  dragged = card;
  event.dataTransfer.setData("text/plain", card.dataset.deal);
  event.dataTransfer.effectAllowed = "move";
  requestAnimationFrame(() => {
    card.classList.add("is-dragged");
    board().classList.add("is-dragging");
  });
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  for (const node of document.querySelectorAll(".is-over")) node.classList.remove("is-over");
  board()?.classList.remove("is-dragging");
});
document.addEventListener("dragover", (event) => {
  const column = dragged && columnOf(event.target);
  if (!column) return;
  event.preventDefault();
  for (const node of document.querySelectorAll(".is-over")) if (node !== column) node.classList.remove("is-over");
  column.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const column = dragged && columnOf(event.target);
  if (!column) return;
  event.preventDefault();
  if (column !== columnOf(dragged)) move(dragged, column.dataset.stage, "end" in column.dataset);
});

document.addEventListener("keydown", (event) => {
  const card = board() && cardOf(document.activeElement);
  if (!card || event.ctrlKey || event.metaKey || event.altKey || !["[", "]", "j", "k"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "j" || event.key === "k") {
    const beside = event.key === "j" ? card.nextElementSibling : card.previousElementSibling;
    return beside?.querySelector("a")?.focus();
  }
  const stages = [...document.querySelectorAll(".board-column, .board-end")];
  const now = stages.indexOf(columnOf(card));
  const to = stages[now + (event.key === "]" ? 1 : -1)];
  if (to) move(card, to.dataset.stage, "end" in to.dataset);
}, true);
