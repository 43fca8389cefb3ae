// The page of a report: heads sort, the builder is open beside the result and folded above it, printing.
(() => {
  const isWide = window.matchMedia("(min-width: 992px)");

  let focused = ""; // whoever works by keyboard stays where they are
  function settle() {
    const fold = document.querySelector("[data-report-fold]");
    if (fold && isWide.matches) fold.open = true;
    const heading = document.querySelector("[data-report-heading]")?.dataset.reportHeading;
    if (heading) document.querySelector("h1").textContent = heading;
    document.querySelectorAll("[data-report-print]").forEach((button) => {
      button.hidden = false;
    });
  }

  document.addEventListener("click", (event) => {
    const head = event.target.closest("[data-report-sort]");
    if (head) {
      const select = document.getElementById("report-sort");
      select.value = head.dataset.reportSort;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (event.target.closest("[data-report-print]")) window.print();
  });
  // the builder stays as it was while its choices change
  document.addEventListener("htmx:beforeSwap", (event) => {
    const fold = document.querySelector("[data-report-fold]");
    if (event.detail.target.id !== "report") return;
    if (fold) event.detail.target.dataset.wasOpen = fold.open ? "1" : "";
    focused = document.activeElement?.id ?? "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "report") return;
    const fold = document.querySelector("[data-report-fold]");
    if (fold && event.detail.target.dataset.wasOpen) fold.open = true;
    settle();
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  });
  isWide.addEventListener("change", settle);
  settle();
})();
