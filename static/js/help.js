// A help page that was looked at for a moment says so once, by the stamp that it came with: nothing else leaves it.
(() => {
  const { stamp, url } = document.currentScript.dataset, LOOKED_MS = 2000;
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    timer = setTimeout(() => {
      document.removeEventListener("visibilitychange", wait);
      navigator.sendBeacon(url, new URLSearchParams({ stamp }));
    }, LOOKED_MS);
  };
  document.addEventListener("visibilitychange", wait);
  wait();
})();
