// Forms by keys: a new record's form, and one that is empty, has the focus in its first empty field (not one
// `data-at-rest`, below what is to be read), a refused one in the field to mend; Ctrl Enter sends the form of the page.
// In the columns of an import, Enter goes on to the next column that becomes nothing yet; an answer that knows less than
// was chosen since is not shown.
(() => {
  const PAGE_FORM = "form.form-page:not([data-at-rest]), form.import-map";
  const FIELD = "input:not([type=hidden], [type=radio], [type=checkbox], [type=file]), textarea, select";
  const COLUMN = "select[name^=column_]";
  const TRIES = 40;
  const isIdle = () => document.activeElement === document.body || document.activeElement === null;
  const usable = (field) => !field.disabled && !field.readOnly && (field.dataset.pick || field.offsetParent !== null);

  // a select that becomes searchable takes the focus once it is
  function stand(field, tries = TRIES) {
    if (!field || !isIdle()) return;
    if (field.dataset.pick && !field.tomselect) {
      if (tries) setTimeout(() => stand(field, tries - 1), 25);
    } else if (field.tomselect) {
      const { settings } = field.tomselect; // its list opens with a letter, an arrow or a click, not over the fields below
      const { preload } = settings;
      Object.assign(settings, { openOnFocus: false, preload: false });
      field.tomselect.focus();
      Object.assign(settings, { openOnFocus: true, preload });
    } else field.focus();
  }
  function first(form) {
    const fields = [...form.querySelectorAll(FIELD)].filter(usable);
    const wrong = fields.find((field) => field.matches(".is-invalid, [aria-invalid=true]"));
    if (wrong || (form.elements.opened && fields.some((field) => field.value))) return wrong;
    return fields.find((field) => !field.value && !field.closest(".ts-wrapper"));
  }
  const nextColumn = (form, current) => {
    const columns = [...form.querySelectorAll(COLUMN)];
    const behind = columns.slice(columns.indexOf(current) + 1);
    return behind.find((one) => !one.value) ?? columns.find((one) => !one.value && one !== current);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector(PAGE_FORM);
    if (!form || location.hash || !matchMedia("(pointer: fine)").matches) return;
    stand(form.matches(".import-map") ? nextColumn(form) : first(form));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) {
      if (document.querySelector("dialog[open], .offcanvas.show")) return;
      const form = event.target.closest("form") ?? document.querySelector(PAGE_FORM);
      const button = form?.matches(PAGE_FORM) && form.querySelector("button.btn-primary[type=submit]:not(:disabled)");
      if (!button) return;
      event.preventDefault();
      button.click();
    } else if (event.target.matches(COLUMN)) {
      event.preventDefault();
      (nextColumn(event.target.form, event.target) ?? event.target.form.querySelector("button.btn-primary"))?.focus();
    }
  });
  // the tags that are offered go behind those that stand there
  document.addEventListener("input", ({ target }) => {
    if (!target.matches("input[data-tags]")) return;
    const before = target.value.slice(0, target.value.lastIndexOf(",") + 1);
    for (const option of target.list.options) {
      option.dataset.word ??= option.value;
      option.value = before ? `${before} ${option.dataset.word}` : option.dataset.word;
    }
  });
  // the form of an import is answered by itself anew: what was chosen while an answer was on its way stays, and is sent
  const chosen = new WeakMap();
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.import-map");
    if (form) chosen.set(form, (chosen.get(form) ?? 0) + 1);
  });
  // htmx sends a form to where the button leads that has the focus, with its value: a choice is no press of that button
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (!detail.elt.matches("form.import-map")) return;
    detail.path = detail.elt.getAttribute("hx-post");
    const at = document.activeElement;
    if (at.matches("button[name]")) detail.formData.delete(at.name);
  });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    detail.xhr.chosenBefore = chosen.get(detail.elt);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches?.("form.import-map") && xhr.chosenBefore !== chosen.get(elt)) event.preventDefault();
  });
  // a file for which it was said before what is in it
  document.addEventListener("change", (event) => {
    const form = event.target.matches("input[type=file]") && event.target.closest("form[data-send-when-chosen]");
    if (form && event.target.files.length && event.target.checkValidity()) form.requestSubmit(form.querySelector("button[type=submit]"));
  });
})();
