// Keys: what the help on `?` lists under data-does is done here; `g` and then a letter opens a page of the navigation,
// `n` and then a letter the form of a new record. Where a page makes records of its own, `n` alone opens its form.
(() => {
  const help = document.getElementById("keys");
  if (!help) return;
  const GO_MS = 1500, NEW_MS = 400;
  const does = new Map(); // of each key what it may do: the first that finds something to do here
  for (const { dataset } of help.querySelectorAll("[data-key]")) does.set(dataset.key, [...(does.get(dataset.key) ?? []), dataset.does]);
  let goUntil = 0, newTimer = 0;

  const typing = (element) =>
    element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open], .offcanvas.show, .dropdown-menu.show");
  const press = (selector) => {
    const found = [...document.querySelectorAll(selector)].find((element) => element.offsetParent !== null);
    found?.click();
    return Boolean(found);
  };
  const actions = {
    search: () => {
      if (press('[data-hotkey="/"]')) return true; // a page that has something of its own for it
      const field = document.querySelector("[data-list-search]"); // where a list has a search of its own
      if (!field) return window.crm.palette?.open();
      field.focus();
      field.select();
    },
    new: () => {
      const own = [...document.querySelectorAll("[data-new]")].find((element) => element.offsetParent !== null);
      if (!own) return press(".btn-new");
      newTimer = setTimeout(() => own.click(), document.querySelector("[data-new-key]") ? NEW_MS : 0);
      return true;
    },
    edit: () => window.crm.list?.edit() || press("[data-edit]"),
    form: () => window.crm.list?.form?.() || press("[data-edit]"),
    help: () => help.showModal(),
    next: () => window.crm.list?.move(1),
    previous: () => window.crm.list?.move(-1),
    tick: () => window.crm.list?.tick(),
    range: () => window.crm.list?.range(),
    all: () => window.crm.list?.all(),
    assign: () => press("[data-bulk-op=assign]"),
    tag: () => press("[data-bulk-op=add_tag]"),
    filter: () => press("[data-bs-target='#filter-panel']"),
    done: () => window.crm.list?.done?.() || press('[data-hotkey="d"]'),
    snooze: () => window.crm.list?.snooze?.(),
    press: (key) => press(`[data-hotkey="${CSS.escape(key)}"]`),
  };

  // the line of the New menu that a letter stands for, while `n` waits for one
  function madeNew(key) {
    const isWaiting = newTimer || document.querySelector(".btn-new.show");
    clearTimeout(newTimer);
    newTimer = 0;
    return isWaiting ? document.querySelector(`[data-new-key="${CSS.escape(key.toLowerCase())}"]`) : null;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    const made = madeNew(event.key);
    if (made) {
      event.preventDefault();
      location.assign(made.href);
    } else if (performance.now() < goUntil) {
      goUntil = 0;
      const line = document.querySelector(`.nav-item[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
      if (!line) return;
      event.preventDefault();
      location.assign(line.href);
    } else if (event.key === "g") {
      goUntil = performance.now() + GO_MS;
    } else if (does.has(event.key)) {
      event.preventDefault();
      does.get(event.key).some((name) => actions[name](event.key));
    }
  });
  document.addEventListener("click", (event) => event.target.closest("[data-show-keys]") && help.showModal());
})();
