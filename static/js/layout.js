// Arranging a layout: what is dragged (or moved by Alt and an arrow) moves in the page, and with it the hidden fields that
// say to the server, in their order, what stands where.
(() => {
  const form = document.querySelector("[data-layout]");
  if (!form) return;
  const blocks = form.querySelector("[data-blocks]"), hidden = form.querySelector("[data-hidden]");
  const hiddenItems = hidden.querySelector("[data-items]"), hiddenPanels = hidden.querySelector("[data-hidden-panels]");
  const said = form.querySelector("[data-layout-said]");
  const hasWidths = form.dataset.widths !== undefined;
  let moved = null, isDirty = false;

  const nameOf = (one) => one.querySelector("h2, input.form-control, span:not(.layout-grip)")?.textContent.trim() || one.querySelector("input.form-control")?.value || inWords("Group");
  function tell(text) {
    isDirty = true;
    said.textContent = text;
  }
  const lists = () => [...blocks.querySelectorAll("[data-items]"), hiddenItems];
  const refuse = (item) => window.crm.say(inWords("%(field)s: this field is needed, so it stays in the form.", { field: nameOf(item) }), "warn");

  function put(item, list, before = null) {
    if (item.dataset.needed !== undefined && list === hiddenItems) return refuse(item);
    list.insertBefore(item, before);
    const title = list === hiddenItems ? inWords("what is not shown") : nameOf(list.closest("[data-block]"));
    tell(inWords("%(field)s is number %(place)s in %(group)s.", { field: nameOf(item), place: [...list.children].indexOf(item) + 1, group: title }));
  }
  function leaveOut(one) {
    if (one.matches("[data-item]")) return put(one, one.parentElement === hiddenItems ? (lists()[0]) : hiddenItems);
    if (one.dataset.panel !== undefined) (one.closest("[data-hidden]") ? blocks : hiddenPanels).append(one);
    else {
      const items = [...one.querySelectorAll("[data-item]")];
      const other = [...blocks.querySelectorAll("[data-block]:not([data-panel])")].find((block) => block !== one);
      if (!other) return window.crm.say(inWords("This is the last group: it stays."), "warn");
      for (const item of items) (item.dataset.needed === undefined ? hiddenItems : other.querySelector("[data-items]")).append(item);
      one.remove();
    }
    tell(`${nameOf(one)} is moved.`);
  }
  function widen(item) {
    if (!hasWidths) return;
    const field = item.querySelector("input[name=part]");
    const isWide = item.classList.toggle("is-wide");
    field.value = field.value.replace(/:wide$/, "") + (isWide ? ":wide" : "");
    tell(`${nameOf(item)} ${isWide ? "has a line of its own" : "shares a line"}.`);
  }
  function step(one, by) {
    if (one.matches("[data-item]")) {
      const list = one.parentElement, all = lists();
      const next = by < 0 ? one.previousElementSibling : one.nextElementSibling;
      if (next) put(one, list, by < 0 ? next : next.nextElementSibling);
      else {
        const other = all[all.indexOf(list) + by];
        if (other) put(one, other, by < 0 ? null : other.firstElementChild);
      }
    } else {
      const next = by < 0 ? one.previousElementSibling : one.nextElementSibling;
      if (next) one.parentElement.insertBefore(one, by < 0 ? next : next.nextElementSibling);
      tell(`${nameOf(one)} is number ${[...one.parentElement.children].indexOf(one) + 1}.`);
    }
    one.focus();
  }

  // --- pointer ---------------------------------------------------------------------------------------------------------
  form.addEventListener("dragstart", (event) => {
    moved = event.target.closest("[data-item], [data-block]");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    setTimeout(() => moved?.classList.add("is-moved"));
  });
  form.addEventListener("dragend", () => {
    moved?.classList.remove("is-moved");
    moved = null;
  });
  form.addEventListener("dragover", (event) => {
    if (!moved) return;
    event.preventDefault();
    if (moved.matches("[data-item]")) {
      const list = event.target.closest("[data-items]") ?? event.target.closest("[data-block]:not([data-panel])")?.querySelector("[data-items]") ?? (event.target.closest("[data-hidden]") ? hiddenItems : null);
      if (!list || (list === hiddenItems && moved.dataset.needed !== undefined)) return;
      const over = event.target.closest("[data-item]");
      if (over === moved) return;
      const box = over?.getBoundingClientRect();
      const isAfter = box && (event.clientY > box.top + box.height / 2 || (hasWidths && event.clientX > box.left + box.width * 0.75));
      list.insertBefore(moved, over ? (isAfter ? over.nextElementSibling : over) : null);
    } else {
      if (moved.dataset.panel !== undefined && event.target.closest("[data-hidden]")) return hiddenPanels.append(moved);
      const over = event.target.closest("[data-blocks] > [data-block]");
      if (!over || over === moved) return event.target === blocks ? blocks.append(moved) : undefined;
      const box = over.getBoundingClientRect();
      blocks.insertBefore(moved, event.clientY > box.top + box.height / 2 ? over.nextElementSibling : over);
    }
    isDirty = true;
  });
  form.addEventListener("drop", (event) => moved && event.preventDefault());
  form.addEventListener("dblclick", (event) => {
    const item = event.target.closest("[data-item]");
    if (item) widen(item);
  });
  form.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-leave-out], [data-step], [data-widen]");
    if (tool) {
      const one = tool.closest("[data-item], [data-block]");
      if (tool.dataset.step) step(one, Number(tool.dataset.step));
      else if (tool.dataset.widen !== undefined) widen(one);
      else leaveOut(one);
      return;
    }
    if (!event.target.closest("[data-add-group]")) return;
    const number = Date.now();
    const group = form.querySelector("[data-new-group]").content.cloneNode(true);
    for (const element of group.querySelectorAll("*")) {
      for (const { name, value } of [...element.attributes]) {
        if (value.includes("__number__")) element.setAttribute(name, value.replaceAll("__number__", number));
      }
    }
    blocks.append(group);
    blocks.lastElementChild.querySelector("input.form-control").focus();
    isDirty = true;
  });

  // --- keys ------------------------------------------------------------------------------------------------------------
  form.addEventListener("keydown", (event) => {
    const one = event.target;
    if (!one.matches("[data-item], [data-block]") || event.ctrlKey || event.metaKey) return;
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) step(one, event.key === "ArrowUp" ? -1 : 1);
    else if (event.key === "Delete" || event.key === "Backspace") leaveOut(one);
    else if (event.key.toLowerCase() === "w" && one.matches("[data-item]")) widen(one);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.closest("form").addEventListener("submit", () => {
    isDirty = false;
  });
  addEventListener("beforeunload", (event) => isDirty && event.preventDefault());
})();
