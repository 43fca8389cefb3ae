// A picture that is chosen for a block of a mail goes to the server at once: the block keeps its key and shows it.
(() => {
  document.addEventListener("change", async (event) => {
    const input = event.target.closest?.("[data-picture-file]");
    if (!input?.files.length) return;
    const box = input.closest("[data-picture]"), block = box.closest(".block-form");
    const said = box.querySelector("[data-picture-said]"), shown = box.querySelector("[data-picture-shown]");
    const body = new FormData();
    body.append("file", input.files[0]);
    body.append("csrfmiddlewaretoken", input.form.querySelector("[name=csrfmiddlewaretoken]").value);
    said.textContent = "…";
    const answer = await fetch(box.dataset.picture, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const found = answer && (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : null;
    input.classList.toggle("is-invalid", !found?.key);
    said.textContent = found?.name ?? found?.error ?? box.dataset.failed;
    if (!found?.key) {
      input.value = "";
      return;
    }
    const key = box.querySelector("input[type=hidden]"), width = block.querySelector("input[name$=-width]");
    key.value = found.key;
    key.dispatchEvent(new Event("input", { bubbles: true }));
    if (!width.value) width.value = found.width;
    shown.src = found.url;
    shown.hidden = false;
  });
})();
