"use strict";
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");

  // A link to a finding, a rule's card or a group opens what it is folded into.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (form && target.closest("[hidden]")) { form.reset(); apply(); }
    const inner = target.matches("article") ? target.querySelector("details") : null;
    for (let fold = inner || target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    target.scrollIntoView();
  };

  if (!form) {
    addEventListener("hashchange", reveal);
    if (location.hash) reveal();
    return;
  }

  // What is said of several resources alike stands above their names, and their URNs at the end of the page.
  const wordsOf = (row) => {
    const said = row.closest(".alike");
    if (!said) return [...row.querySelectorAll("th > *, td > *")].map((part) => part.textContent).join(" ").toLowerCase();
    const urn = document.getElementById(row.querySelector("a").hash.slice(1));
    return [row, said.querySelector("p"), urn].map((part) => (part ? part.textContent : "")).join(" ").toLowerCase();
  };

  // A control is found by its id or by the beginning of it: `B4` begins `B4.a`, and `8.2` does not begin `8.20`.
  const kind = (character) => (/\d/.test(character) ? "digit" : /\p{L}/u.test(character) ? "letter" : character);
  const begins = (id, word) => id.startsWith(word)
    && (id.length === word.length || kind(id[word.length - 1]) !== kind(id[word.length]));

  // What a word asks for. Elsewhere than among controls, the id of a control counts only where it stands alone: the
  // address 10.8.20.1 does not belong to the control 8.20.
  const asks = (word) => {
    const isControl = findings().some((group) => group.cards.some((card) => card.controls.includes(word)));
    const alone = new RegExp(`(?<![\\p{L}\\d._-])${word.replace(/[\\^$.*+?()[\]{}|\/]/g, "\\$&")}(?![\\p{L}\\d_-]|\\.[\\p{L}\\d])`, "u");
    const says = isControl ? (words) => alone.test(words) : (words) => words.includes(word);
    return {
      card: (card) => card.controls.some((id) => begins(id, word)) || says(card.words),
      row: (row) => says(row.words),
    };
  };

  // The findings are read once, when somebody first asks for some of them.
  let read = null;
  const findings = () => (read ??= [...document.querySelectorAll(".group")].map((group) => ({
    element: group,
    verdict: group.dataset.verdict,
    cards: [...group.querySelectorAll(".card")].map((card) => ({
      element: card,
      severity: card.dataset.severity,
      area: card.dataset.area,
      frameworks: card.dataset.frameworks.split("|"),
      controls: card.dataset.controls.toLowerCase().split("|"),
      words: [...card.querySelectorAll("h4, .facts, .why p, .why pre")].map((part) => part.textContent)
        .concat([...card.querySelectorAll(".controls li")].map((part) => part.lastChild.textContent))
        .concat(card.dataset.frameworks).join(" ").toLowerCase(),
      rows: [...card.querySelectorAll("[data-finding]")].map((row) => ({ element: row, words: wordsOf(row) })),
      alike: [...card.querySelectorAll(".alike")],
    })),
  })));

  // Controls that the words name: each has a view of its own, also where no rule looks at it.
  const links = [...document.querySelectorAll(".control-link")];
  const found = Object.assign(document.createElement("ul"), { id: "shown-controls", className: "changed", hidden: true });
  found.setAttribute("aria-label", "Controls found");
  shown.after(found);
  const controlsFound = (text) => {
    const wanted = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const hits = wanted.length ? links.filter((link) => wanted.some((word) => begins(link.textContent.toLowerCase(), word))) : [];
    found.replaceChildren(...hits.slice(0, 12).map((link) => {
      const item = document.createElement("li");
      const view = link.cloneNode(true);
      const told = link.closest("details").querySelector("summary .hidden").textContent.trim().replace(/^of /, "");
      item.append(view, ` ${link.nextSibling.textContent.trim()}, ${told}`);
      return item;
    }));
    found.hidden = !hits.length;
  };

  function apply() {
    const asked = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
    const filtering = Object.keys(asked).length > 0;
    if (!filtering && !read) return;
    const wanted = (asked.text || "").trim().toLowerCase().split(/\s+/).filter(Boolean).map(asks);
    let count = 0;
    let total = 0;
    for (const group of findings()) {
      const kept = !asked.verdict || group.verdict === asked.verdict;
      let inGroup = 0;
      for (const card of group.cards) {
        const fits = kept && (!asked.severity || card.severity === asked.severity)
          && (!asked.area || card.area === asked.area)
          && (!asked.framework || card.frameworks.includes(asked.framework));
        const missing = fits ? wanted.filter((word) => !word.card(card)) : [];
        let inCard = 0;
        for (const row of card.rows) {
          const hit = fits && missing.every((word) => word.row(row));
          row.element.hidden = !hit;
          inCard += hit;
        }
        card.element.hidden = !inCard;
        for (const part of card.alike) part.hidden = !part.querySelector("[data-finding]:not([hidden])");
        inGroup += inCard;
        total += card.rows.length;
      }
      group.element.hidden = !inGroup;
      count += inGroup;
    }
    controlsFound(asked.text || "");
    shown.textContent = filtering ? `${count.toLocaleString("en-GB")} of ${total.toLocaleString("en-GB")} findings shown` : "";
  }

  // The address keeps what was asked for, so that a filtered view can be sent as a link.
  const MARK = "#show?";
  const remember = () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
    const address = location.href.split("#")[0];
    if (asked.size) history.replaceState(null, "", `${address}${MARK}${asked}`);
    else if (location.hash.startsWith(MARK)) history.replaceState(null, "", address);
  };
  const follow = () => {
    if (!location.hash.startsWith(MARK)) return reveal();
    const asked = new URLSearchParams(location.hash.slice(MARK.length));
    for (const field of form.elements) if (field.name) field.value = asked.get(field.name) || "";
    apply();
    document.getElementById("findings").scrollIntoView();
  };

  let waiting = 0;
  const later = (wait) => { clearTimeout(waiting); waiting = setTimeout(() => { apply(); remember(); }, wait); };
  form.addEventListener("input", () => later(120));
  form.addEventListener("reset", () => later(0));
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); remember(); });
  addEventListener("hashchange", follow);
  form.hidden = false;
  if (location.hash) follow();
})();
