// The lines of a quote change their places: by buttons, so without a mouse, too; the place goes along in a hidden field.
(() => {
  const list = document.querySelector("[data-quote-lines] [data-rows-list]");
  if (!list) return;
  const number = () => {
    [...list.querySelectorAll("[data-line]")].forEach((line, index) => {
      const place = line.querySelector('[name$="-ORDER"]');
      if (place) place.value = index + 1;
    });
  };
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line-up], [data-line-down]");
    if (!button) return;
    const line = button.closest("[data-line]"), isUp = button.hasAttribute("data-line-up");
    const other = isUp ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (isUp) other.before(line);
    else other.after(line);
    number();
    button.focus();
  });
  list.closest("form").addEventListener("submit", number);
})();
