// The page's link to its server: greyed while it is lost, and taken up again with that server alone.
"use strict";
(() => {
  const AGAIN_MS = 2000, ANSWER_MS = 5000;
  const root = document.documentElement;
  const lost = () => root.dataset.link === "lost";
  const hex = (bytes) => [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");

  const say = (name) => {
    const place = document.getElementById("lost");
    if (place && place.textContent !== place.dataset[name]) place.textContent = place.dataset[name];
  };
  const mark = (name) => {
    if (name) root.dataset.link = "lost";
    else delete root.dataset.link;
    say(name || "none");
  };

  // --- whoever listens at this port after our server has died would get what the page sends, and could command it
  const proof = async (key) => {
    const asked = hex(crypto.getRandomValues(new Uint8Array(16)));
    let told;
    try {
      const answer = await fetch(`/own/proof?${asked}`, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      told = await answer.text();
    } catch { return "nobody"; }
    const bytes = new TextEncoder();
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const made = await crypto.subtle.importKey("raw", bytes.encode(key), algorithm, false, ["sign"]);
    return told === hex(await crypto.subtle.sign("HMAC", made, bytes.encode(asked))) ? "ours" : "another";
  };

  const watch = (socket) => {
    let waits = null;
    const query = socket.io.opts.query;
    const later = () => { waits ??= setTimeout(again, AGAIN_MS); };
    const again = async () => {
      waits = null;
      if (socket.connected) return;
      const found = await proof(query["poise-key"]);
      if (found === "another") return mark("another");
      later();
      if (found !== "ours" || socket.connected) return;
      query.next_message_id = window.nextMessageId;
      socket.connect();
    };
    socket.on("connect", () => {
      socket.io.reconnection(false);
      mark("");
    });
    socket.on("disconnect", () => {
      mark("gone");
      again();
    });
  };
  let made = null;
  Object.defineProperty(window, "socket", {
    configurable: true,
    get: () => made,
    set: (socket) => { made = socket; watch(socket); },
  });

  // --- nothing that would seem to be done; what is typed stays, to be copied
  const seems = (target) => target instanceof Element && target.closest("main a:not([href^='tel:']), main button, main input, main select, nav a, .bar a");
  const writes = (target) => target instanceof Element && target.closest("textarea, [contenteditable], input:not([type=radio]):not([type=checkbox])");
  const stop = (event) => {
    if (!lost() || !seems(event.target) || writes(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const kind of ["click", "change", "submit"]) window.addEventListener(kind, stop, true);
  window.addEventListener("keydown", (event) => {
    if (lost() && /^[1-9h?]$/.test(event.key) && !writes(event.target)) event.stopImmediatePropagation();
  }, true);
})();
