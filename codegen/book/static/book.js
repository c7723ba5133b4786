/* Folding by keys, copying, finding. The pages read without it: lines fold by <details>, links are links. */
"use strict";

(() => {
  const lines = [...document.querySelectorAll(".derivation summary")];

  function move(step) {
    const at = lines.indexOf(document.activeElement);
    const next = lines[at < 0 ? (step > 0 ? 0 : lines.length - 1) : at + step];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  }

  function openAll() {
    const open = lines.some((line) => !line.parentElement.open);
    for (const line of lines) line.parentElement.open = open;
  }

  /* What scrolls sideways is reached by Tab, so that its end can be seen without a mouse. A line that folds is reached anyway. */
  const boxes = [...document.querySelectorAll(".math, .statement p, .needs li, .fold h3")].filter((box) => !box.closest("summary"));
  function reach() {
    const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, index) => {
      if (scrolls[index]) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }
  reach();
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, { capture: true });

  const filter = document.querySelector("input[data-filter]");
  const keys = { j: () => move(1), k: () => move(-1), e: openAll };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && filter) {
      event.preventDefault();
      filter.focus();
    } else if (lines.length && keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  if (filter) {
    const entries = [...document.querySelectorAll(filter.dataset.filter)];
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/);
      for (const entry of entries) {
        const text = entry.dataset.words.toLowerCase();
        entry.hidden = !words.every((word) => text.includes(word));
      }
      for (const section of document.querySelectorAll("main section")) {
        section.hidden = !section.querySelector(".entry:not([hidden])");
      }
    });
  }

  const told = document.querySelector(".copied");
  let timer = 0;
  function tell(text) {
    told.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => { told.textContent = ""; }, 2000);
  }

  /* A page in a folder may not be trusted with the clipboard; selecting and asking the browser to copy works there too. */
  async function copy(pre) {
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      getSelection().selectAllChildren(pre);
      document.execCommand("copy");
    }
    tell("Copied");
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (button) copy(button.parentElement.querySelector("pre"));
  });

  /* The arrows of a theorem in the graph of lemmas. */
  function light(name) {
    for (const edge of document.querySelectorAll(".edge")) {
      edge.classList.toggle("lit", name !== null && (edge.dataset.from === name || edge.dataset.to === name));
    }
  }
  for (const node of document.querySelectorAll(".node")) {
    for (const event of ["mouseenter", "focus"]) node.addEventListener(event, () => light(node.dataset.node));
    for (const event of ["mouseleave", "blur"]) node.addEventListener(event, () => light(null));
  }

  /* Links to a step open it. */
  function openTarget() {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const details = target && target.querySelector("details");
    if (details && target.classList.contains("line")) details.open = true;
  }
  addEventListener("hashchange", openTarget);
  openTarget();
})();
