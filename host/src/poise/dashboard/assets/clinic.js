// The clinic's own script: the therapist's name, the search in the list of patients, and pages that go on by themselves.
"use strict";
(() => {
  const NAME = "poise-clinic-who";
  const kept = () => { try { return localStorage.getItem(NAME) || ""; } catch { return ""; } };
  const keep = (value) => { try { localStorage.setItem(NAME, value); } catch { /* private window */ } };
  const isName = (field) => field instanceof Element && field.matches("[data-clinic=who]");

  // --- the name under which a visit is noted
  const fillName = () => {
    for (const field of document.querySelectorAll("[data-clinic=who]")) {
      if (field.value || field.poiseTyped || !kept()) continue;
      field.value = kept();
      // The server hears of it, too.
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };
  document.addEventListener("input", (event) => {
    if (isName(event.target)) { event.target.poiseTyped = true; keep(event.target.value); }
    if (event.target.matches?.("[data-clinic=search]")) search();
  });

  // --- the list: only those whose row has all the letters that are typed
  const search = () => {
    const field = document.querySelector("[data-clinic=search]"), list = document.querySelector("[data-clinic=list]");
    if (!field || !list) return;
    const words = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of list.querySelectorAll("tbody tr")) {
      const there = words.every((word) => row.dataset.find.includes(word));
      row.hidden = !there;
      shown += there;
    }
    const none = document.querySelector("[data-clinic=none]");
    if (none) none.hidden = shown > 0 || !words.length;
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-archive]");
    if (button) window.emitEvent?.("clinic-archive", { patient: Number(button.dataset.archive), undo: button.dataset.undo === "1" });
  });
  // --- a page that goes on by itself stays once somebody types into it or, on a patient's page, presses or opens something
  let isWorkedOn = false;
  const passes = "#tray, [data-clinic=search]";
  const workOn = (event, what) => {
    const control = event.target instanceof Element && event.target.closest(what);
    if (isWorkedOn || !event.isTrusted || !control || control.closest(passes) || !control.closest("main")) return;
    isWorkedOn = true;
    window.emitEvent?.("clinic-worked-on");
  };
  window.addEventListener("input", (event) => workOn(event, "input, textarea, select"), true);
  window.addEventListener("click", (event) => {
    if (document.querySelector("#tray[data-of-patient]")) workOn(event, "button, summary");
  }, true);
  const leave = (address) => {
    if (isWorkedOn) return;
    // What is pressed now would be gone with the page.
    document.documentElement.inert = true;
    if (address) location.assign(address);
    else location.reload();
  };
  window.addEventListener("pageshow", () => { document.documentElement.inert = false; });
  window.poiseClinic = { leave };
  const look = () => { fillName(); search(); };
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", look);
})();
