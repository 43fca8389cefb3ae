// The form of an article: a tool bar that writes marks into the text, and the text as it will read.
(() => {
  const text = document.querySelector("[data-article-text]"), tools = document.querySelector("[data-article-tools]");
  if (!text || !tools) return;
  const preview = document.getElementById("article-preview");
  text.before(tools.content.cloneNode(true));
  const bar = text.previousElementSibling;
  text.after(preview);

  // put words where the cursor is, so that Ctrl Z takes them out again
  const put = (words, from, to) => {
    text.focus();
    text.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, words)) text.setRangeText(words, from, to, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const around = (mark, end = mark) => {
    const { selectionStart: from, selectionEnd: to } = text, chosen = text.value.slice(from, to);
    put(`${mark}${chosen}${end}`, from, to);
    if (!chosen) text.setSelectionRange(from + mark.length, from + mark.length);
  };
  const lines = (mark) => {
    const { selectionStart: at, selectionEnd: to } = text;
    const from = text.value.lastIndexOf("\n", at - 1) + 1, chosen = text.value.slice(from, to);
    put(chosen.split("\n").map((line, place) => (mark === "1. " ? `${place + 1}. ` : mark) + line).join("\n"), from, to);
  };
  const link = () => {
    const { selectionStart: from, selectionEnd: to } = text, chosen = text.value.slice(from, to) || "words";
    put(`[${chosen}](https://)`, from, to);
    text.setSelectionRange(from + chosen.length + 3, from + chosen.length + 11);
  };
  const show = async (button) => {
    const open = preview.hidden;
    if (open) {
      const values = { body: text.value, article: button.dataset.article };
      await window.htmx.ajax("POST", button.dataset.url, { target: preview, swap: "innerHTML", values });
    }
    preview.hidden = !open;
    text.hidden = open;
    button.setAttribute("aria-expanded", String(open));
    if (!open) text.focus();
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { mark, line, file, picture } = button.dataset;
    if (mark) around(mark);
    else if (line) lines(line);
    else if (file) put(`${picture === undefined ? "" : "!"}[${file}](${file})`, text.selectionStart, text.selectionEnd);
    else if ("link" in button.dataset) link();
    else if ("preview" in button.dataset) show(button);
  });
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const does = { b: () => around("**"), i: () => around("*"), k: link }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  });
})();
