// Runs before the first paint: the colours and the row height that this person chose. The server writes them on the root
// element; pages that know nobody (sign-in, errors) take what this browser saw last.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const store = (name, value) => {
    try {
      if (value === undefined) return localStorage.getItem(name);
      return value === null ? localStorage.removeItem(name) : localStorage.setItem(name, value);
    } catch {
      return null; // storage is switched off in this browser: what the server says counts
    }
  };
  // a choice that was made a moment ago and may not have reached the server yet
  const chosen = (name, otherwise) => store(`crm-new-${name}`) || root.dataset[`${name}Kept`] || store(`crm-${name}`) || otherwise;
  for (const name of ["theme", "density"]) if (store(`crm-new-${name}`) === root.dataset[`${name}Kept`]) store(`crm-new-${name}`, null);
  const apply = () => {
    const theme = chosen("theme", "auto");
    root.dataset.themeChosen = theme;
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    root.dataset.density = chosen("density", "comfortable");
    if (root.dataset.themeKept) {
      store("crm-theme", theme);
      store("crm-density", root.dataset.density);
      store("theme", theme); // where the administration looks
    }
  };
  apply();
  dark.addEventListener("change", apply);
  window.crmTheme = { apply, store };
})();

// A text in the language of the page (static/js/words/), and how that language writes numbers.
// the names fill the places of the text: %(count)s
window.inWords = (text, names = {}) => (window.crmWords?.[text] ?? text).replace(/%\((\w+)\)s/g, (place, name) => names[name] ?? place);
window.crmLocale = { en: "en-GB", ar: "ar-u-nu-latn" }[document.documentElement.lang] ?? document.documentElement.lang;
