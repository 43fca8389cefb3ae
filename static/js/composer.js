// The composer opens when it is entered and stays open, so that nothing moves under the pointer.
document.addEventListener("focusin", (event) => event.target.closest(".composer")?.classList.add("is-open"));
