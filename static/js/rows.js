// Rows of a form that can be added: the template's copy gets the next number, the count goes up.
(() => {
  for (const box of document.querySelectorAll("[data-rows]")) {
    const total = box.querySelector(`input[name="${box.dataset.rows}-TOTAL_FORMS"]`);
    const list = box.querySelector("[data-rows-list]");
    const template = box.querySelector("[data-rows-template]");
    box.querySelector("[data-rows-add]").addEventListener("click", () => {
      const holder = document.createElement("div");
      holder.append(template.content.cloneNode(true));
      const row = holder.firstElementChild;
      for (const element of row.querySelectorAll("[name], [id], [for]")) {
        for (const name of ["name", "id", "for"]) {
          if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace("__prefix__", total.value));
        }
      }
      total.value = Number(total.value) + 1;
      list.append(row);
      window.htmx?.trigger(row, "htmx:load");
      row.querySelector("input:not([type=hidden]), .ts-control input")?.focus();
    });
  }
})();
