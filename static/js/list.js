// Search and filter forms send only what is filled in, so that addresses stay short enough to read and to share.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  const blanks = [...event.target.elements].filter((field) => field.name && !field.disabled && field.value === "");
  for (const field of blanks) field.disabled = true;
  setTimeout(() => blanks.forEach((field) => (field.disabled = false)));
});

// A list under the keyboard (keys.js): j and k move, Enter opens, x ticks; a click anywhere on a row opens its record.
(() => {
  const table = document.querySelector("table[data-list]");
  if (!table) return;
  const rows = [...table.tBodies[0].rows].filter((row) => row.dataset.href);
  const boxes = rows.map((row) => row.querySelector("input[type=checkbox][name=pk]"));
  const all = table.querySelector("[data-select-all]");
  const bulk = document.querySelector("[data-bulk-bar]");
  let at = -1, last = -1, isAll = false;

  function move(to) {
    if (!rows.length) return;
    rows[at]?.classList.remove("is-current");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("is-current");
    rows[at].querySelector(".cell-primary a, a")?.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  }
  const chosenBoxes = () => boxes.filter((box) => box?.checked);
  function showSelection() {
    const chosen = chosenBoxes().length;
    if (chosen < rows.length) isAll = false;
    rows.forEach((row, i) => row.classList.toggle("is-selected", Boolean(boxes[i]?.checked)));
    if (all) {
      all.checked = chosen > 0 && chosen === rows.length;
      all.indeterminate = chosen > 0 && chosen < rows.length;
    }
    if (!bulk) return;
    bulk.hidden = chosen === 0;
    bulk.querySelector("[data-bulk-count]").textContent = isAll ? `All ${bulk.dataset.count} selected` : `${chosen} selected`;
    bulk.querySelector("[data-select-matching]").hidden = isAll;
  }
  // from the row that was ticked last to this one
  function tickTo(index) {
    const [from, to] = [Math.min(last < 0 ? index : last, index), Math.max(last < 0 ? index : last, index)];
    for (let i = from; i <= to; i += 1) if (boxes[i]) boxes[i].checked = true;
    showSelection();
  }
  function selectAll() {
    for (const box of boxes) if (box) box.checked = true;
    isAll = true;
    showSelection();
  }
  async function act(op) {
    const dialog = document.getElementById("bulk-dialog");
    const query = new URLSearchParams(isAll ? bulk.dataset.query : chosenBoxes().map((box) => ["pk", box.value]));
    query.set("op", op);
    query.set("next", location.pathname + location.search);
    await window.htmx.ajax("GET", `${bulk.dataset.url}?${query}`, { target: dialog, swap: "innerHTML" });
    if (!dialog.open) dialog.showModal();
  }
  window.crm.list = {
    move: (by) => move(at < 0 ? 0 : at + by),
    tick() {
      if (!boxes[at]) return;
      boxes[at].checked = !boxes[at].checked;
      last = at;
      showSelection();
    },
    range: () => at >= 0 && tickTo(at),
    all: selectAll,
    edit() {
      const path = table.dataset.editPath;
      if (path === undefined || at < 0) return false;
      location.assign(rows[at].dataset.href + path);
      return true;
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey || at < 0) return;
    if (event.target.closest("a, button, input:not([type=checkbox]), textarea, select, dialog, .offcanvas.show")) return;
    event.preventDefault();
    location.assign(rows[at].dataset.href);
  });
  table.addEventListener("focusin", (event) => {
    const row = rows.indexOf(event.target.closest("tr"));
    if (row >= 0 && row !== at) {
      rows[at]?.classList.remove("is-current");
      at = row;
      rows[at].classList.add("is-current");
    }
  });
  table.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, select") || getSelection().toString()) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  table.addEventListener("click", (event) => {
    const index = boxes.indexOf(event.target);
    if (index < 0) return;
    if (event.shiftKey && event.target.checked) tickTo(index);
    last = index;
  });
  table.addEventListener("change", (event) => {
    if (event.target === all) boxes.forEach((box) => box && (box.checked = all.checked));
    showSelection();
  });
  bulk?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.bulkOp) act(button.dataset.bulkOp);
    else if (button?.dataset.selectMatching !== undefined) selectAll();
  });
  showSelection();
  // The caret stands in the dialog's first box, which may still become a searchable one.
  function caret(tries = 40) {
    const box = document.querySelector("#bulk-dialog [data-bulk-first] :is(select, input:not([type=hidden]), textarea)");
    if (!box) return document.querySelector("#bulk-dialog button[type=submit]")?.focus();
    if (box.dataset.pick && !box.tomselect) {
      if (tries) setTimeout(() => caret(tries - 1), 50);
    } else if (box.tomselect) box.tomselect.focus();
    else box.focus();
  }
  document.addEventListener("htmx:afterSettle", (event) => event.target.id === "bulk-dialog" && caret());
  document.addEventListener("click", (event) => event.target.closest("[data-bulk-close]") && event.target.closest("dialog").close());
})();
