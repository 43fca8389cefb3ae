// Passkeys: a button with data-passkey asks the browser for a credential and sends the form that it stands in.
// `create` makes one, `get` shows one; the options stand in the page, or are fetched from the form's address (data-passkey-fetch).
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button) return;
  const form = button.form;
  const trouble = document.querySelector("[data-passkey-error]");
  const say = (text) => {
    trouble.textContent = text;
    trouble.classList.add("d-block");
  };
  if (!window.PublicKeyCredential) return say(inWords("This browser knows no passkeys on this address."));
  const options = async () => {
    if (!("passkeyFetch" in button.dataset)) return JSON.parse(document.getElementById("passkey-options").textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return answer.json();
  };
  try {
    const { creation_options: creation, request_options: request } = await options();
    let credential;
    if (button.dataset.passkey === "create") {
      const wanted = creation.publicKey.authenticatorSelection;
      const alone = Boolean(form.querySelector("[name=passwordless]")?.checked);
      Object.assign(wanted, { residentKey: alone ? "required" : "discouraged", requireResidentKey: alone });
      if (alone) wanted.userVerification = "required";
      credential = await window.webauthnJSON.create(creation);
    } else credential = await window.webauthnJSON.get(request);
    form.querySelector("[name=credential]").value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    say(
      error.name === "SecurityError"
        ? inWords("Passkeys need the site's own name and https; on this machine, open it as localhost instead of 127.0.0.1.")
        : error.name === "InvalidStateError"
          ? inWords("This device is one of your keys already.")
          : inWords("It did not work, or was cancelled. Try again, or use another way."),
    );
  }
});
