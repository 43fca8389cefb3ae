// Cells of a list, changed where they stand: `e` or the pencil opens the field of the current cell, Enter saves, Tab saves
// and opens the next one, Esc leaves. The server answers with the row as it stands then.
(() => {
  const table = document.querySelector("table[data-cell-path]");
  const editor = document.getElementById("cell-editor");
  if (!table || !editor) return;
  const GAP = 8;
  // the cell whose form is open, by its row and its name: the row may be replaced meanwhile
  let opened = null, then = 0, first = "";

  const editable = (row) => [...row.querySelectorAll("td[data-cell]")].filter((one) => one.offsetParent);
  const form = () => editor.querySelector("form");
  const typed = () => (form() ? new URLSearchParams(new FormData(form())).toString() : "");

  const cellNow = () => opened && document.getElementById(opened.row)?.querySelector(`td[data-cell="${CSS.escape(opened.name)}"]`);

  function place() {
    const cell = cellNow();
    if (!cell || !editor.matches(":popover-open")) return;
    const at = cell.getBoundingClientRect();
    const { width, height } = editor.getBoundingClientRect();
    editor.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - width - GAP))}px`;
    editor.style.top = `${Math.max(GAP, Math.min(at.top, innerHeight - height - GAP))}px`;
  }
  function leave({ focus = true } = {}) {
    const was = cellNow();
    opened = null;
    if (editor.matches(":popover-open")) editor.hidePopover();
    editor.replaceChildren();
    if (focus && was) window.crm.list.stand(was);
  }
  async function open(target) {
    if (!target) return;
    opened = { row: target.closest("tr").id, name: target.dataset.cell };
    const url = `${target.closest("tr").dataset.href}${table.dataset.cellPath}`;
    const query = new URLSearchParams({ field: target.dataset.cell, columns: table.dataset.columns });
    await window.htmx.ajax("GET", `${url}?${query}`, { target: editor, swap: "innerHTML" });
  }
  // The caret goes into the field, which may still become a searchable one.
  function caret(tries = 40) {
    const field = editor.querySelector("select, textarea, input:not([type=hidden])");
    if (!field) return editor.querySelector("a, button")?.focus();
    if (field.dataset.pick && !field.tomselect) return tries ? setTimeout(() => caret(tries - 1), 25) : undefined;
    if (field.tomselect) field.tomselect.focus();
    else field.focus();
    field.select?.();
    first = typed();
    place();
  }
  const save = (step = 0) => {
    then = step;
    form()?.requestSubmit();
  };

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target !== editor || !opened || !editor.firstElementChild) return;
    if (!editor.matches(":popover-open")) editor.showPopover();
    place();
    caret();
  });
  // saved: the row has come back (only when it is settled do its classes stay)
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!opened || event.target.id !== opened.row || event.detail.requestConfig?.elt !== form()) return;
    const [{ name, row: id }, step] = [opened, then];
    then = 0;
    leave({ focus: false });
    const row = document.getElementById(id);
    if (!row) return;
    const cells = editable(row);
    const at = cells.findIndex((one) => one.dataset.cell === name);
    window.crm.list.stand(cells[at] ?? row.cells[0]);
    cells[at]?.classList.add("was-saved");
    if (step && cells[at + step]) {
      window.crm.list.stand(cells[at + step]);
      open(cells[at + step]);
    }
  });
  const pickerOf = (element) => element.closest(".ts-wrapper")?.previousElementSibling?.tomselect;
  // what stands there already is chosen again: nothing changes, and that is kept
  const isAgain = (picker, option) => picker.settings.mode === "single" && option.dataset.value === picker.getValue();
  editor.addEventListener("keydown", (event) => {
    const picker = pickerOf(event.target);
    if (event.key === "Escape") {
      if (picker?.isOpen) return;
      event.preventDefault();
      leave();
    } else if (event.key === "Tab" && !event.target.closest("button, a")) {
      event.preventDefault();
      save(event.shiftKey ? -1 : 1);
    } else if (event.key === "Enter" && !event.target.closest("button, a")) {
      if (event.target.matches("textarea") && !event.ctrlKey && !event.metaKey) return;
      const option = picker?.isOpen && !event.ctrlKey && !event.metaKey && picker.activeOption;
      if (option && !isAgain(picker, option)) return; // it is chosen first
      event.preventDefault();
      save();
    }
  }, true);
  editor.addEventListener("click", (event) => {
    const option = event.target.closest(".ts-dropdown [data-value]");
    if (option && isAgain(pickerOf(option), option)) save();
  }, true);
  // one of a few is chosen: that is the change
  editor.addEventListener("change", (event) => event.target.matches("select[data-pick]:not([multiple])") && save());
  editor.addEventListener("click", (event) => {
    if (!event.target.closest("[data-cell-leave]")) return;
    event.preventDefault();
    leave();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!opened || event.target.closest("#cell-editor")) return;
    if (form() && typed() !== first) save();
    else leave({ focus: false });
  });
  addEventListener("scroll", place, true);
  addEventListener("resize", place);

  // the pencil wanders to the cell under the pointer
  const pencil = document.getElementById("cell-pencil").content.firstElementChild.cloneNode(true);
  table.addEventListener("pointerover", (event) => {
    const over = event.pointerType === "mouse" && event.target.closest("td[data-cell]");
    if (over && pencil.parentElement !== over) over.append(pencil);
  });
  table.addEventListener("pointerleave", () => pencil.remove());
  pencil.addEventListener("click", (event) => {
    event.stopPropagation();
    const target = pencil.parentElement;
    pencil.remove();
    window.crm.list.stand(target);
    open(target);
  });

  window.crm.cells = {
    // the current cell of a row, or its first one that can be changed; false where none can
    edit(row, current) {
      const target = current?.dataset.cell ? current : editable(row)[0];
      open(target);
      return Boolean(target);
    },
  };
})();
