// A ticket's page: Ctrl Shift Enter sends the reply and solves the ticket; the open one is in sight in the narrow list;
// who else is here.
(() => {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
      const button = event.target.closest("form")?.querySelector("[data-send-solve]");
      if (!button) return;
      event.preventDefault();
      event.stopPropagation();
      button.form.requestSubmit(button);
    },
    true,
  );
  // which files go with the reply
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-reply-files]")) return;
    const names = [...event.target.files].map((file) => file.name);
    event.target.closest("label").querySelector("[data-files-said]").textContent = names.join(", ") || inWords("Files");
  });

  // who is here: said every fifteen seconds by a page that is in sight and in use, and when somebody begins to write
  const EVERY_MS = 15000, TYPES_MS = 20000, AT_ONCE_MS = 5000, AWAY_MS = 600000;
  const line = document.querySelector("[data-presence]");
  let typedAt = 0, movedAt = Date.now(), saidAt = 0;
  function say() {
    const now = Date.now();
    if (!line || document.hidden || now - movedAt > AWAY_MS) return;
    saidAt = now;
    line.elements.types.value = now - typedAt < TYPES_MS ? "1" : "";
    window.htmx?.trigger(line, "presence");
  }
  document.addEventListener("input", (event) => {
    if (!event.target.closest("[data-compose-form]")) return;
    typedAt = Date.now();
    if (typedAt - saidAt > AT_ONCE_MS && line?.elements.types.value === "") say();
  });
  for (const type of ["pointermove", "keydown", "scroll"]) document.addEventListener(type, () => (movedAt = Date.now()), { passive: true });
  document.addEventListener("visibilitychange", say);
  setInterval(say, EVERY_MS);
  window.addEventListener("load", say);

  const open = document.querySelector(".desk-queue [aria-current=page]"), list = open?.closest(".desk-queue");
  if (list) list.scrollTop = Math.max(0, open.offsetTop - list.clientHeight / 2);
})();
