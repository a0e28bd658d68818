"use strict";
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const folds = [...document.querySelectorAll("details")];

  // A link to a finding, a rule's card or a group opens what it is folded into.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (form && target.closest("[hidden]")) form.reset();
    const inner = target.matches("article") ? target.querySelector("details") : null;
    for (let fold = inner || target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);

  let before = [];
  addEventListener("beforeprint", () => {
    before = folds.map((fold) => fold.open);
    folds.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => folds.forEach((fold, index) => { fold.open = before[index]; }));

  if (form) {
    const [text, verdict, severity] = ["text", "verdict", "severity"].map((name) => document.getElementById(`filter-${name}`));
    const groups = [...document.querySelectorAll(".group")].map((group) => ({
      element: group,
      verdict: group.dataset.verdict,
      cards: [...group.querySelectorAll(".card")].map((card) => ({
        element: card,
        severity: card.dataset.severity,
        words: [card.querySelector("h4"), card.querySelector(".facts"), card.querySelector(".why")]
          .map((part) => (part ? part.textContent : "")).join(" ").toLowerCase(),
        rows: [...card.querySelectorAll("[data-finding]")].map((row) => ({ element: row, words: row.textContent.toLowerCase() })),
      })),
    }));
    const total = groups.reduce((sum, group) => sum + group.cards.reduce((inner, card) => inner + card.rows.length, 0), 0);

    const apply = () => {
      const wanted = text.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      const asked = wanted.length || verdict.value || severity.value;
      let count = 0;
      for (const group of groups) {
        const kept = !verdict.value || group.verdict === verdict.value;
        let inGroup = 0;
        for (const card of group.cards) {
          const fits = kept && (!severity.value || card.severity === severity.value);
          let inCard = 0;
          for (const row of card.rows) {
            const hit = fits && wanted.every((word) => card.words.includes(word) || row.words.includes(word));
            row.element.hidden = !hit;
            inCard += hit;
          }
          card.element.hidden = !inCard;
          inGroup += inCard;
        }
        group.element.hidden = !inGroup;
        count += inGroup;
      }
      shown.textContent = asked ? `${count.toLocaleString("en-GB")} of ${total.toLocaleString("en-GB")} findings shown` : "";
    };

    let waiting = 0;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
    form.addEventListener("reset", () => { clearTimeout(waiting); setTimeout(apply); });
    form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
    form.hidden = false;
  }
  if (location.hash) reveal();
})();
