// A session by ear: tones, or a voice of this computer. Silent until somebody chooses it; nothing leaves the browser.
"use strict";
(() => {
  const KEY = "poise-pace";
  const root = document.documentElement;
  let chosen = "off";
  try { chosen = localStorage.getItem(KEY) || "off"; } catch { /* private window */ }
  const choose = (mode) => {
    chosen = mode;
    try { localStorage.setItem(KEY, mode); } catch { /* private window */ }
  };

  // --- tones: [Hz, begins after s] when a phase begins; rising for out, falling for back, one for a hold
  const TONES = {
    ready: [[440, 0]], neutral: [[440, 0]], out: [[440, 0], [660, 0.16]], hold: [[660, 0]], back: [[660, 0], [440, 0.16]],
    rest: [[330, 0]], paused: [[330, 0]], lost: [[220, 0], [220, 0.2]], asks: [[440, 0], [550, 0.16], [660, 0.32]],
  };
  // Of a hold.
  const SECOND = [[880, 0]];
  // Of a tone; its rise and fall, so that it does not click.
  const LONG_S = 0.14, EDGE_S = 0.02;
  let audio = null;
  const play = (tones, loud) => {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
    for (const [hz, after] of tones) {
      const source = audio.createOscillator(), gain = audio.createGain(), at = audio.currentTime + after;
      source.frequency.value = hz;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(loud, at + EDGE_S);
      gain.gain.setValueAtTime(loud, at + LONG_S - EDGE_S);
      gain.gain.linearRampToValueAtTime(0, at + LONG_S);
      source.connect(gain).connect(audio.destination);
      source.start(at);
      source.stop(at + LONG_S);
    }
  };

  // --- a voice: one that is not local would send the words to its maker
  const localVoice = (voices, language) =>
    voices.find((voice) => voice.localService && voice.lang.toLowerCase().startsWith(language)) || null;
  const voiceNow = () => localVoice(window.speechSynthesis?.getVoices() || [], (root.lang || "en").slice(0, 2).toLowerCase());
  const say = (words) => {
    const voice = voiceNow();
    if (!voice) return false;
    const told = new SpeechSynthesisUtterance(words);
    told.voice = voice;
    told.lang = voice.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(told);
    return true;
  };

  // --- what a session shows, heard
  let last = { phase: "", cue: "", left: "" };
  const hear = (now) => {
    const before = last;
    last = { phase: now.phase, cue: now.cue || "", left: now.left || "" };
    if (chosen === "off") return;
    const begins = now.phase !== before.phase;
    const cue = last.cue !== before.cue ? last.cue : "";
    const words = [begins ? now.step : "", cue].filter(Boolean).join(". ");
    if (chosen === "voice" && (!words || say(words))) return;
    if (begins) play(TONES[now.phase] || [], 0.2);
    else if (now.phase === "hold" && last.left !== before.left) play(SECOND, 0.05);
  };

  // --- the choice on the page
  const settle = () => {
    for (const radio of document.querySelectorAll("[data-poise=pace]")) radio.checked = radio.value === chosen;
    const note = document.getElementById("pace-note");
    if (!note) return;
    const words = chosen === "voice" && !voiceNow() ? note.dataset.words : "";
    if (note.textContent !== words) note.textContent = words;
  };
  document.addEventListener("change", (event) => {
    if (event.target.dataset?.poise !== "pace") return;
    choose(event.target.value);
    // A sound right after the press: later ones are allowed then.
    if (chosen === "tones") play(TONES.out, 0.2);
    settle();
  });
  window.speechSynthesis?.addEventListener?.("voiceschanged", settle);
  new MutationObserver((changes) => {
    if (changes.some((one) => [...one.addedNodes].some((node) => node.querySelector?.("[data-poise=pace]")))) settle();
  }).observe(root, { childList: true, subtree: true });
  window.poisePace = { hear, localVoice };
})();
