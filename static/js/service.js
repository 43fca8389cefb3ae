// A ticket's page: Ctrl Shift Enter sends the reply and solves the ticket; the open one is in sight in the narrow list.
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
  const open = document.querySelector(".desk-queue [aria-current=page]"), list = open?.closest(".desk-queue");
  if (list) list.scrollTop = Math.max(0, open.offsetTop - list.clientHeight / 2);
})();
