// A file field becomes a drop zone: drag a file in, see its name and size; without this script the plain field works.
(() => {
  const units = ["bytes", "KB", "MB", "GB"];
  const size = (bytes) => {
    const step = bytes ? Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024))) : 0;
    return `${(bytes / 1024 ** step).toFixed(step ? 1 : 0)} ${units[step]}`;
  };
  function dress(zone) {
    const input = zone.querySelector("input[type=file]");
    const name = zone.querySelector("[data-drop-name]");
    const hint = zone.querySelector("[data-drop-hint]");
    const hintText = hint?.textContent ?? "";
    const limit = Number(zone.dataset.limit || 0);
    const show = () => {
      const file = input.files[0];
      const tooLarge = Boolean(file && limit && file.size > limit);
      zone.classList.toggle("has-file", Boolean(file));
      name.textContent = file ? file.name : zone.dataset.drop;
      hint.textContent = tooLarge
        ? inWords("This file has %(size)s; at most %(limit)s can be taken here.", { size: size(file.size), limit: size(limit) })
        : file
          ? size(file.size)
          : hintText;
      input.setCustomValidity(tooLarge ? hint.textContent : "");
    };
    zone.classList.add("is-ready");
    input.addEventListener("change", show);
    for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, () => zone.classList.add("is-over"));
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("is-over"));
    show();
  }
  const look = (root) => root.querySelectorAll("[data-drop]:not(.is-ready)").forEach(dress);
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.target));
})();
