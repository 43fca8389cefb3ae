// Tasks under the keyboard (keys.js): j and k move, d ticks off, s puts off till tomorrow, Enter opens, e edits.
(() => {
  const tasks = () => [...document.querySelectorAll("[data-task]")];
  let current = null;
  const show = (task) => {
    current?.classList.remove("is-current");
    current = task;
    current?.classList.add("is-current");
  };
  const press = (selector) => {
    const button = current?.querySelector(selector);
    button?.click();
    return Boolean(button);
  };
  const place = () => tasks().indexOf(current);
  window.crm.list = {
    move(by) {
      const all = tasks();
      if (!all.length) return;
      show(all[Math.max(0, Math.min(all.length - 1, place() < 0 ? 0 : place() + by))]);
      current.focus({ preventScroll: true });
      current.scrollIntoView({ block: "nearest" });
    },
    tick: () => press("[data-task-tick]"),
    done: () => press("[data-task-tick]"),
    snooze: () => press("[data-task-snooze]"),
    edit() {
      if (!current) return false;
      location.assign(`${current.dataset.href}edit/`);
      return true;
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== current) return;
    event.preventDefault();
    location.assign(current.dataset.href);
  });
  document.addEventListener("focusin", (event) => {
    const task = event.target.closest("[data-task]");
    if (task && task !== current) show(task);
  });
  // a line that comes back takes the place of the one that was current, and the keyboard stays on it
  document.addEventListener("htmx:load", (event) => {
    const task = event.target.closest?.("[data-changed]");
    if (!task || current?.isConnected) return;
    show(task);
    task.focus({ preventScroll: true });
  });
})();
