// Articles beside a ticket: a click, its number, or Alt and its number while writing puts one into the reply.
(() => {
  const box = document.querySelector("[data-articles]");
  if (!box) return;
  const typing = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]");

  const put = (words) => {
    const text = document.getElementById("reply-text");
    if (!text) return false;
    if (text.offsetParent === null) document.getElementById("tab-reply")?.click();
    text.focus();
    const at = text.selectionEnd, before = text.value.slice(0, at);
    const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    text.setSelectionRange(at, at);
    if (!document.execCommand("insertText", false, `${gap}${words}\n`)) text.setRangeText(`${gap}${words}\n`, at, at, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };
  const use = async (form, button) => {
    const body = new FormData(form, button), said = form.querySelector("[data-used]");
    said.textContent = "";
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const found = answer && (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : null;
    if (found?.text && put(found.text)) said.textContent = inWords("in the reply");
    else said.textContent = found?.problem ?? inWords("That did not work. Try again.");
  };
  box.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-use-article]") || !document.getElementById("reply-text")) return;
    event.preventDefault();
    event.stopPropagation();
    use(event.target, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (!digit || (event.altKey ? false : typing(event.target))) return;
    const button = box.querySelector(`[data-hit="${digit}"] [aria-keyshortcuts]`);
    if (!button) return;
    event.preventDefault();
    use(button.form, button);
  });
})();
