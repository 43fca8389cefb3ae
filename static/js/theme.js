// Runs before the first paint: sets the colours and the row height that this browser's owner chose.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const read = (name) => {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage is switched off in this browser: the device's own choice counts
    }
  };
  const apply = () => {
    const choice = read("crm-theme") || "auto";
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    root.dataset.density = read("crm-density") || "comfortable";
  };
  apply();
  dark.addEventListener("change", apply);
  window.crmTheme = { apply, read };
})();
