// Select fields marked data-pick become searchable; the library is fetched only where there is such a field.
(() => {
  const files = document.querySelector("meta[name=crm-pick]").dataset;
  let loading;
  function library() {
    loading ??= new Promise((resolve, reject) => {
      const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: files.style });
      document.querySelector("link[rel=stylesheet]").after(style); // before our own styles, which go on top
      const script = Object.assign(document.createElement("script"), { src: files.script, onload: resolve, onerror: reject });
      document.head.append(script);
    });
    return loading;
  }
  // A field with data-pick-url shows only what is chosen; the rest is looked up while typing.
  const lookingUp = (address) => ({
    valueField: "value",
    labelField: "text",
    searchField: [],
    preload: "focus",
    closeAfterSelect: true,
    async load(query, show) {
      const question = (this.question = {});
      const url = new URL(address, location.href);
      url.searchParams.set("q", query);
      const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer) window.crm.say(inWords("The server cannot be reached. Check the connection and try again."));
      const options = answer?.ok ? (await answer.json()).options : [];
      if (this.question !== question || query !== this.inputValue()) return passOver(this, query);
      this.clearOptions();
      show(options);
    },
  });
  // An answer to what is no longer asked would open the list again: more was typed, or something was chosen, perhaps
  // before the question of what was typed went out.
  function passOver(select, query) {
    delete select.loadedSearches[query];
    select.loading = Math.max(select.loading - 1, 0);
    select.wrapper.classList.toggle(select.settings.loadingClass, select.loading > 0);
  }
  function dress(field) {
    const isMany = field.multiple;
    const address = field.dataset.pickUrl;
    field.setAttribute("aria-label", field.labels[0]?.textContent.trim() ?? field.getAttribute("aria-label") ?? field.name); // the label moves to the new box
    const select = new window.TomSelect(field, {
      ...(address ? lookingUp(address) : {}),
      plugins: isMany ? ["remove_button"] : address ? ["clear_button"] : [],
      maxOptions: 600,
      onItemAdd() {
        this.question = null;
        window.clearTimeout(this.refreshTimeout); // what was typed waits to be looked up, which opens the list again
        if (isMany) this.setTextboxValue("");
      },
      ...("pickSends" in field.dataset ? { onChange: (value) => value && field.form.requestSubmit() } : {}),
      hidePlaceholder: true,
      placeholder: field.getAttribute("placeholder") || (isMany ? inWords("Any") : ""),
      allowEmptyOption: !address && !("pickFilled" in field.dataset), // else its empty choice is a line of the list

      render: { no_results: () => "<div class='no-results'>Nothing found</div>" },
    });
    // whoever types faster than the list follows: Enter picks of what fits now, and what was typed never sends the form
    select.wrapper.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !select.inputValue()) return;
      if (address) return select.isOpen || event.preventDefault();
      window.clearTimeout(select.refreshTimeout);
      select.refreshOptions(true);
    }, true);
    // its own way takes the focus at once and keys only once a timer came round: what is typed at once would be lost
    select.focus = () => {
      const box = select.control_input.offsetWidth ? select.control_input : select.focus_node;
      if (document.activeElement === box) select.onFocus();
      else if (!select.isDisabled) box.focus();
    };
    // the list opens as somebody types: what is looked up before anything is typed would take the place of their words
    const { preload } = select;
    select.preload = () => select.inputValue() || preload.call(select);
    // a click on the open list closes it, and the box is still typed in
    const { onClick } = select;
    select.onClick = () => (select.isFocused && select.isOpen ? select.close() : onClick.call(select));
    select.control_input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && !select.isOpen) select.focus();
    });
  }
  async function look(root) {
    const fields = [...root.querySelectorAll("select[data-pick]:not(.tomselected)")];
    if (!fields.length) return;
    await library();
    fields.filter((field) => !field.tomselect).forEach(dress);
  }
  document.addEventListener("DOMContentLoaded", () => look(document));
  document.addEventListener("htmx:load", (event) => look(event.target));
})();
