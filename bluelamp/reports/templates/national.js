"use strict";
(() => {
  const form = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const table = document.getElementById("table-of-forces");
  const body = table.tBodies[0];
  const rows = [...body.rows];

  const apply = () => {
    const text = form.elements.text.value.trim().toLowerCase();
    const answer = form.elements.answer.value;
    let count = 0;
    for (const row of rows) {
      const hit = (!answer || row.dataset.answer === answer) && row.textContent.toLowerCase().includes(text);
      row.hidden = !hit;
      count += hit;
    }
    shown.textContent = text || answer ? `${count} of ${rows.length} forces shown` : "";
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;

  // A column sorts by its figures where it has some, the largest first, and else by its words.
  const read = (row, column) => {
    const said = row.cells[column].textContent.trim();
    const figure = Number(said.replaceAll(",", ""));
    return Number.isNaN(figure) ? said : figure;
  };
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    if (heading.matches(".drawn")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.dataset.label = heading.textContent;
    button.addEventListener("click", () => {
      const figures = heading.matches(".figure");
      const first = figures ? "descending" : "ascending";
      const other = figures ? "ascending" : "descending";
      const order = heading.ariaSort === first ? other : first;
      for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
      heading.ariaSort = order;
      const sign = order === "ascending" ? 1 : -1;
      const compare = (one, two) => (typeof one === "number" && typeof two === "number" ? one - two : String(one).localeCompare(String(two)));
      body.append(...rows.sort((one, two) => sign * compare(read(one, column), read(two, column))));
    });
    heading.replaceChildren(button);
  });
})();
