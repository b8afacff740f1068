"use strict";
(() => {
  const form = document.querySelector("form.tools");
  const parts = [...document.querySelectorAll("[data-filter],.f")];
  const groups = [...document.querySelectorAll("details.group")];
  const folds = [...document.querySelectorAll("details")];
  const texts = new Map();
  const text = (part) => {
    if (!texts.has(part)) texts.set(part, (part.id + " " + part.textContent).toLowerCase());
    return texts.get(part);
  };
  const fits = (part, words, verdict, levels) =>
    (!verdict || !part.dataset.verdict || part.dataset.verdict === verdict) &&
    (!levels || !part.dataset.level || levels.includes(part.dataset.level)) &&
    (!words.length || words.every((w) => text(part).includes(w)));
  const filter = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdict = form.elements.verdict.value;
    const levels = form.elements.level.value && form.elements.level.value.split(" ");
    const on = words.length > 0 || verdict || levels;
    let findings = 0;
    let secrets = 0;
    for (const part of parts) {
      const group = part.parentElement.closest("details.group");
      const inside = !verdict || !group || group.querySelector(".v")?.textContent === verdict;
      const shown = inside && fits(part, words, verdict, levels);
      part.classList.toggle("out", !shown);
      if (shown && part.classList.contains("f")) findings++;
      if (shown && part.classList.contains("card")) secrets++;
    }
    for (const group of groups) {
      group.classList.toggle("out", on && !group.querySelector(".f:not(.out)"));
    }
    form.querySelector("output").textContent =
      on ? `${secrets} secrets and ${findings} findings fit.` : "";
  };
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let part = target; part; part = part.parentElement) {
      part.classList.remove("out");
      if (part.localName === "details") part.open = true;
    }
    target?.scrollIntoView();
  };
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(filter, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  form.elements.open.addEventListener("click", () => folds.forEach((d) => { d.open = true; }));
  form.elements.fold.addEventListener("click", () => folds.forEach((d) => { d.open = false; }));
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  form.hidden = false;
})();
