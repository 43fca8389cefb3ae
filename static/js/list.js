// Search and filter forms send only what is filled in, so that addresses stay short enough to read and to share.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  const blanks = [...event.target.elements].filter((field) => field.name && !field.disabled && field.value === "");
  for (const field of blanks) field.disabled = true;
  setTimeout(() => blanks.forEach((field) => (field.disabled = false)));
});

// A list under the keyboard (keys.js): j and k move, the arrows among the cells of a row, Enter opens, x ticks; a click
// anywhere on a row opens its record. Rows are looked up each time: one is replaced when a cell of it was changed.
(() => {
  const table = document.querySelector("table[data-list]");
  if (!table) return;
  const listed = () => [...table.tBodies[0].rows].filter((row) => row.dataset.href);
  const boxOf = (row) => row?.querySelector("input[type=checkbox][name=pk]");
  const boxesOf = () => listed().map(boxOf);
  const all = table.querySelector("[data-select-all]");
  const bulk = document.querySelector("[data-bulk-bar]");
  let at = -1, last = -1, isAll = false, column = -1; // column: the cell that the arrows stand on, -1 for the row

  function mark(rows, to) {
    table.querySelectorAll("tr.is-current").forEach((row) => row.classList.remove("is-current"));
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("is-current");
  }
  function move(to) {
    const rows = listed();
    if (!rows.length) return;
    mark(rows, to);
    const cell = column < 0 ? null : rows[at].cells[column];
    if (cell) cell.tabIndex = -1;
    (cell ?? rows[at].querySelector(".cell-primary a, a"))?.focus({ preventScroll: true });
    (cell ?? rows[at]).scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  function across(by) {
    const row = listed()[at];
    if (!row) return false;
    const shown = [...row.cells].filter((cell) => cell.offsetParent && !cell.classList.contains("check"));
    const now = shown.indexOf(row.cells[column]);
    const to = now < 0 ? (by > 0 ? 1 : 0) : now + by;
    if (!shown[to]) return true;
    column = shown[to].cellIndex;
    move(at);
    return true;
  }
  const chosenBoxes = () => boxesOf().filter((box) => box?.checked);
  function showSelection() {
    const [rows, boxes] = [listed(), boxesOf()];
    const chosen = chosenBoxes().length;
    if (chosen < rows.length) isAll = false;
    rows.forEach((row, i) => row.classList.toggle("is-selected", Boolean(boxes[i]?.checked)));
    if (all) {
      all.checked = chosen > 0 && chosen === rows.length;
      all.indeterminate = chosen > 0 && chosen < rows.length;
    }
    if (!bulk) return;
    bulk.hidden = chosen === 0;
    bulk.querySelector("[data-bulk-count]").textContent = (isAll ? inWords("All {count} selected") : inWords("{count} selected")).replace("{count}", isAll ? bulk.dataset.count : chosen);
    bulk.querySelector("[data-select-matching]").hidden = isAll;
    const words = bulk.querySelector("[data-export-words]");
    if (words) words.textContent = isAll ? inWords("Export all") : inWords("Export");
  }
  // from the row that was ticked last to this one
  function tickTo(index) {
    const boxes = boxesOf();
    const [from, to] = [Math.min(last < 0 ? index : last, index), Math.max(last < 0 ? index : last, index)];
    for (let i = from; i <= to; i += 1) if (boxes[i]) boxes[i].checked = true;
    showSelection();
  }
  function selectAll() {
    for (const box of boxesOf()) if (box) box.checked = true;
    isAll = true;
    showSelection();
  }
  // the ticked rows, or all that match
  function exported(link) {
    const url = new URL((link.dataset.all ??= link.href));
    if (!isAll) for (const [name, value] of [["part", "ticked"], ...chosenBoxes().map((box) => ["pk", box.value])]) url.searchParams.append(name, value);
    return url.href;
  }
  async function act(op) {
    const dialog = document.getElementById("bulk-dialog");
    const query = new URLSearchParams(isAll ? bulk.dataset.query : chosenBoxes().map((box) => ["pk", box.value]));
    query.set("op", op);
    query.set("next", location.pathname + location.search);
    await window.htmx.ajax("GET", `${bulk.dataset.url}?${query}`, { target: dialog, swap: "innerHTML" });
    if (!dialog.open && dialog.childElementCount) dialog.showModal(); // without any, the answer leads to another page
  }
  window.crm.list = {
    move: (by) => move(at < 0 ? 0 : at + by),
    tick() {
      const box = boxOf(listed()[at]);
      if (!box) return;
      box.checked = !box.checked;
      last = at;
      showSelection();
    },
    range: () => at >= 0 && tickTo(at),
    all: selectAll,
    // stand on a cell, or on the row whose first cell it is
    stand(cell) {
      column = cell.dataset.cell ? cell.cellIndex : -1;
      move(listed().indexOf(cell.closest("tr")));
    },
    edit() {
      const row = listed()[at];
      return Boolean(row) && (window.crm.cells?.edit(row, row.cells[column]) || this.form());
    },
    form() {
      const path = table.dataset.editPath;
      if (path === undefined || at < 0) return false;
      location.assign(listed()[at].dataset.href + path);
      return true;
    },
  };
  document.addEventListener("keydown", (event) => {
    const by = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (event.defaultPrevented || at < 0 || !table.contains(event.target) || (!by && event.key !== "Escape")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox])")) return;
    if (event.key === "Escape") column = -1;
    else if (by[1] && column < 0) return; // the arrows scroll the page until a cell is chosen
    event.preventDefault();
    if (by?.[0]) across(by[0]);
    else move(at + (by?.[1] ?? 0));
  });
  // a changed row stands where the old one stood, ticked as it was
  const ticked = new Set();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const box = event.target.id?.startsWith("row-") && boxOf(event.target);
    if (!box?.checked) return;
    ticked.add(event.target.id);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!ticked.delete(event.target.id)) return;
    boxOf(event.target).checked = true;
    showSelection();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey || at < 0) return;
    if (event.target.closest("a, button, input:not([type=checkbox]), textarea, select, dialog, .offcanvas.show")) return;
    event.preventDefault();
    location.assign(listed()[at].dataset.href);
  });
  table.addEventListener("focusin", (event) => {
    const rows = listed(), row = rows.indexOf(event.target.closest("tr"));
    if (row >= 0 && row !== at) mark(rows, row);
  });
  table.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest("a, button, input, label, select") || getSelection().toString()) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else location.assign(row.dataset.href);
  });
  table.addEventListener("click", (event) => {
    const index = boxesOf().indexOf(event.target);
    if (index < 0) return;
    if (event.shiftKey && event.target.checked) tickTo(index);
    last = index;
  });
  table.addEventListener("change", (event) => {
    if (event.target === all) boxesOf().forEach((box) => box && (box.checked = all.checked));
    showSelection();
  });
  bulk?.addEventListener("click", (event) => {
    const button = event.target.closest("button"), link = event.target.closest("[data-bulk-export]");
    if (link) link.href = exported(link);
    else if (button?.dataset.bulkOp) act(button.dataset.bulkOp);
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
