// A text that is too long for a field of a form is sent as a file: a list of a million lines is pasted as one of ten is.
(() => {
  for (const field of document.querySelectorAll("textarea[data-long-as-file]")) {
    const input = field.form.elements[field.dataset.longAsFile];
    const asFile = () => {
      if (input.files.length || field.value.length <= Number(field.dataset.longest)) return;
      const carrier = new DataTransfer();
      carrier.items.add(new File([field.value], "pasted list.txt", { type: "text/plain" }));
      input.files = carrier.files;
      field.value = "";
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    // at once where it is pasted: a field that holds so much makes the page slow
    field.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text") ?? "";
      if (input.files.length || text.length <= Number(field.dataset.longest)) return;
      event.preventDefault();
      const carrier = new DataTransfer();
      carrier.items.add(new File([text], "pasted list.txt", { type: "text/plain" }));
      input.files = carrier.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    field.form.addEventListener("submit", asFile);
  }
})();
