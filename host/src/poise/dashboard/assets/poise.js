// The dashboard's own script: theme, keys, the menu of narrow screens, the live angle.
"use strict";
(() => {
  const root = document.documentElement;
  const kept = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* private window */ } };

  // --- language: Quasar sets that of its own words, which the page does not show
  const spoken = root.lang;
  new MutationObserver(() => { if (root.lang !== spoken) root.lang = spoken; }).observe(root, { attributeFilter: ["lang"] });

  // --- theme
  const paint = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const radio of document.querySelectorAll("[data-poise=theme]")) radio.checked = radio.value === theme;
  };
  const themeNow = () => kept("poise-theme") || "auto";
  paint(themeNow());

  // --- keys
  const pages = ["/", "/exercise", "/diary", "/trends", "/plan", "/clip", "/help"];
  const typing = (target) => target instanceof Element && target.closest("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
  const chooses = (target) => target instanceof Element && target.matches("input[type=radio], input[type=checkbox]");
  // These are the patient's pages.
  const keysWork = () => kept("poise-keys") !== "off" && root.dataset.desk !== "clinic";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenu();
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || !keysWork()) return;
    // On a scale a digit is no page.
    if (chooses(event.target) && event.key >= "0" && event.key <= "9") return;
    const to = event.key === "h" || event.key === "?" ? "/help" : pages[Number(event.key) - 1];
    if (!to || event.key === " " || to === location.pathname) return;
    event.preventDefault();
    location.assign(to);
  });

  // --- a choice that is an answer at once: arrow keys only pass by, Enter or Space answers
  let passing = false;
  const answersAtOnce = (target) => target instanceof Element && target.matches(".at-once input");
  document.addEventListener("pointerdown", () => { passing = false; }, true);
  document.addEventListener("keydown", (event) => {
    passing = answersAtOnce(event.target) && event.key.startsWith("Arrow");
    if (!answersAtOnce(event.target) || !(event.key === "Enter" || (event.key === " " && event.target.checked))) return;
    event.preventDefault();
    event.target.checked = true;
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  }, true);
  const meant = (event) => !(passing && answersAtOnce(event.target));

  // --- what is written and not saved: the server has it, too (drafts.py), but for what it has not heard
  const DRAFT = "poise-draft ";
  const drafted = (key) => { try { return JSON.parse(sessionStorage.getItem(key)) || {}; } catch { return {}; } };
  const whose = (control) => control.type === "checkbox" ? `${control.name}=${control.value}` : control.name || control.id;
  const write = (event) => {
    const control = event.target, form = control instanceof Element && control.closest("[data-draft]");
    if (!form || !whose(control) || control.dataset.poise === "no-draft") return;
    const said = drafted(DRAFT + form.dataset.draft);
    said[whose(control)] = control.type === "checkbox" ? control.checked : control.value;
    try { sessionStorage.setItem(DRAFT + form.dataset.draft, JSON.stringify(said)); } catch { /* private window */ }
  };
  document.addEventListener("input", write, true);
  document.addEventListener("change", write, true);
  const fill = (control, value) => {
    const box = control.type === "checkbox" || control.type === "radio";
    const wanted = control.type === "checkbox" ? value : control.value === value;
    if (box ? control.checked === wanted || !(wanted || control.type === "checkbox") : control.value === value) return;
    if (box) control.checked = wanted; else control.value = value;
    const kind = box || control.matches("select") ? "change" : "input";
    control.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  const forgetOthers = (key) => {
    const form = key.slice(0, key.lastIndexOf("#") + 1);
    const old = Object.keys(sessionStorage).filter((each) => each.startsWith(form) && each !== key);
    for (const each of old) sessionStorage.removeItem(each);
  };
  const tellAgain = () => {
    for (const form of document.querySelectorAll("[data-draft]")) {
      const key = DRAFT + form.dataset.draft;
      if (form.poiseTold === key) continue;
      form.poiseTold = key;
      forgetOthers(key);
      const said = drafted(key);
      for (const control of form.querySelectorAll("input, textarea, select")) {
        if (whose(control) in said) fill(control, said[whose(control)]);
      }
    }
  };
  new MutationObserver(tellAgain).observe(root, { childList: true, subtree: true, attributeFilter: ["data-draft"] });

  // --- menu
  const menu = () => document.querySelector("[data-poise=menu]");
  const closeMenu = () => menu()?.setAttribute("aria-expanded", "false");
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-poise=menu]");
    if (button) button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    const skip = event.target instanceof Element && event.target.closest(".skip");
    if (skip) { event.preventDefault(); document.getElementById("main")?.focus(); }
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.dataset?.poise === "theme") { keep("poise-theme", box.value); paint(box.value); }
    if (box.dataset?.poise === "keys") keep("poise-keys", box.checked ? "on" : "off");
  });
  // --- where the browser is: its time zone, and the country that somebody chose for the emergency number
  const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  const tellPlace = () => window.emitEvent?.("poise-place", { zone: ownZone(), country: kept("poise-country") || "" });
  const keepCountry = (code) => keep("poise-country", code);
  // As far as a reminder is foretold: one of the two may change its clocks.
  const AHEAD_MS = 8 * 24 * 3600 * 1000;
  const clock = (at, timeZone) => new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "short" }).format(at);
  const tellZone = () => {
    const place = document.getElementById("zone"), own = ownZone();
    if (!place?.dataset.zone || !own) return;
    const { zone, words } = place.dataset;
    const now = new Date(), soon = new Date(now.getTime() + AHEAD_MS);
    try {
      if ([now, soon].every((at) => clock(at, zone) === clock(at, own))) return;
      const time = new Intl.DateTimeFormat(root.lang, { timeZone: zone, timeStyle: "short" }).format(now);
      place.textContent = words.replace("{zone}", zone).replace("{time}", time).replace("{own}", own);
    } catch { /* a zone that this browser does not know */ }
  };
  const settle = () => {
    paint(themeNow());
    tellZone();
    const keys = document.querySelector("[data-poise=keys]");
    if (keys) keys.checked = keysWork();
  };
  // The page's elements come after this script has run.
  new MutationObserver((_changes, observer) => {
    if (!document.querySelector("[data-poise=theme]")) return;
    observer.disconnect();
    settle();
  }).observe(root, { childList: true, subtree: true });

  // --- live angle: a figure, a drawing that leans, and the last minute as a line
  const history = [];
  const SHOWN_S = 60, LOW = -20, HIGH = 60;
  const angle = (degrees, words, sentMs) => {
    const figure = document.getElementById("angle");
    if (!figure) return;
    figure.textContent = degrees === null ? "–" : `${Math.round(degrees) || 0}°`.replace("-", "\u2212");
    document.getElementById("lean")?.setAttribute("transform", `rotate(${degrees ?? 0} 150 190)`);
    const state = document.getElementById("state");
    if (state && state.textContent !== words) state.textContent = words;
    draw(degrees);
    if (sentMs && window.poiseSeen) requestAnimationFrame(() => window.poiseSeen(sentMs, Date.now()));
  };
  const draw = (degrees) => {
    const now = performance.now() / 1000;
    if (degrees !== null) history.push([now, degrees]);
    while (history.length && history[0][0] < now - SHOWN_S) history.shift();
    const line = document.getElementById("minute");
    if (!line) return;
    const at = ([t, d]) => `${(600 * (1 - (now - t) / SHOWN_S)).toFixed(1)},${(120 * (HIGH - Math.min(HIGH, Math.max(LOW, d))) / (HIGH - LOW)).toFixed(1)}`;
    line.setAttribute("points", history.map(at).join(" "));
  };
  // --- a session: words, and the angle on its scale
  const across = (value, most) => 24 + 552 * Math.min(1, Math.max(0, (value / most + 0.2) / 1.2));
  const session = (now) => {
    window.poisePace?.hear(now);
    for (const key of ["step", "cue", "reps", "set", "left", "source", "pause"]) {
      const found = document.getElementById(key);
      if (found && found.textContent !== now[key]) found.textContent = now[key];
    }
    document.getElementById("timed")?.classList.toggle("gone", !now.lost);
    const gauge = document.getElementById("gauge");
    if (!gauge) return;
    gauge.classList.toggle("gone", !now.judged || now.angle === null);
    gauge.classList.toggle("inside", now.inside);
    if (now.angle !== null) document.getElementById("g-now")?.setAttribute("cx", across(now.angle, now.most));
    const target = document.getElementById("g-target");
    target?.classList.toggle("gone", now.target === null);
    if (now.target !== null) target?.setAttribute("d", `M${across(now.target, now.most)} 18 v48`);
    const band = document.getElementById("g-band");
    band?.classList.toggle("gone", now.low === null);
    if (now.low === null) return;
    const left = across(now.low, now.most);
    band?.setAttribute("x", left);
    band?.setAttribute("width", across(now.high, now.most) - left);
  };
  // A page that nobody sees costs the clip's battery nothing.
  document.addEventListener("visibilitychange", () => window.emitEvent?.("poise-seen", !document.hidden));
  // What the angle is of is known once the clip has told its site.
  const title = (words) => {
    const card = document.querySelector(".tilt");
    const head = card?.querySelector("h2");
    if (!head || head.textContent === words) return;
    head.textContent = words;
    card.setAttribute("aria-label", words);
  };
  // --- setting up: a file that is dropped or chosen, the step that is next, and what a screen reader says of it
  const file = async (event, most, emit) => {
    const one = (event.dataTransfer || event.target).files[0];
    if (!one) return;
    if (one.size > most) { emit({ name: one.name, base64: null }); return; }
    const bytes = new Uint8Array(await one.arrayBuffer());
    emit({ name: one.name, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) });
    // Emptied, so that the same file can be chosen again.
    if (event.target.matches?.("input")) event.target.value = "";
  };
  // A file that misses its place would replace the page.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => { if (document.querySelector(".drop")) event.preventDefault(); });
  }
  // Later, when the step is drawn.
  const step = () => setTimeout(() => {
    const head = document.querySelector(".setup-step[aria-current] h2"), now = document.activeElement;
    if (head && (now === document.body || now?.closest(".setup-step"))) head.focus();
  }, 100);
  const wantedStep = () => {
    const item = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
    if (!item) return;
    item.querySelector("details")?.setAttribute("open", "");
    item.querySelector("h2").focus();
    item.scrollIntoView();
  };
  const said = (words) => {
    const line = document.getElementById("setup-said");
    if (line) line.textContent = words;
  };
  // Later, when what is to have the keyboard is drawn.
  const focus = (selector) => setTimeout(() => document.querySelector(selector)?.focus(), 100);
  window.poise = { focus, angle, session, title, meant, tellPlace, keepCountry, file, step, wantedStep, said };
})();
