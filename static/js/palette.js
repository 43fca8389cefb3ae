// Ctrl-K: the dialog opens, what is typed is looked up by htmx, arrows choose, Enter goes there.
(() => {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("#palette-input");
  const options = () => [...dialog.querySelectorAll("[role=option]")];
  let chosen = -1;

  function choose(index, scroll = true) {
    const all = options();
    chosen = all.length ? (index + all.length) % all.length : -1;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    if (chosen < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", all[chosen].id);
    if (scroll) all[chosen].scrollIntoView({ block: "nearest" });
  }
  function open(text = "") {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    input.value = text;
    dialog.showModal();
    input.focus();
    input.select();
    window.htmx.trigger(input, "palette-open");
  }

  document.addEventListener("keydown", (event) => {
    const wants = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    if (!wants) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-palette-open]");
    if (box) open(box.value || "");
    else if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close(); // the backdrop
  });
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      choose(chosen + steps[event.key]);
    } else if (event.key === "Enter" && chosen >= 0 && !event.isComposing) {
      event.preventDefault();
      const option = options()[chosen];
      if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
      else location.assign(option.href);
    }
  });
  dialog.addEventListener("pointermove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") choose(options().indexOf(option), false);
  });
  dialog.addEventListener("htmx:afterSwap", () => choose(0));
  window.crm.palette = { open };
})();
