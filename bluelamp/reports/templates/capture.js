// Checks the form as a whole and keeps the records in the page. Without this script the browser checks field by field.
const form = document.getElementById("form");
const mistakes = document.getElementById("mistakes");
const section = document.getElementById("records");
const link = document.getElementById("download");
const title = document.title;
const records = [];
form.noValidate = true;
document.getElementById("bare").remove();

const fields = [...form.querySelectorAll("[data-path]")].map((box) => {
  const controls = box.tagName === "FIELDSET" ? [...box.querySelectorAll("input")] : [box];
  return { box, controls, data: box.dataset, holder: box.closest(".field"), error: document.getElementById(box.id + "-error") };
});

function text(field) {
  const chosen = field.controls.find((each) => each.type !== "radio" || each.checked);
  return chosen ? chosen.value : "";
}

function value(field) {
  const given = text(field);
  const { type, format } = field.data;
  if (field.controls[0].type === "radio" || field.box.tagName === "SELECT") return JSON.parse(given);
  if (type === "integer" || type === "number") return Number(given);
  if (format === "date-time") return new Date(given).toISOString();
  if (format === "time") return (given.length === 5 ? given + ":00" : given) + offset(new Date());
  return given;
}

function offset(day) {
  const minutes = -day.getTimezoneOffset();
  const part = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return (minutes < 0 ? "-" : "+") + part(minutes / 60) + ":" + part(minutes % 60);
}

function wrong(field) {
  const states = field.controls.map((each) => each.validity);
  if (states.some((each) => each.badInput)) return field.data.wrong;
  if (states.some((each) => each.valueMissing)) return field.data.missing;
  if (states.some((each) => !each.valid)) return field.data.wrong;
  return "most" in field.data && [...text(field)].length > Number(field.data.most) ? field.data.wrong : "";
}

function show(field, message) {
  field.error.textContent = message;
  field.error.hidden = !message;
  field.holder.classList.toggle("invalid", Boolean(message));
  const hint = document.getElementById(field.box.id + "-hint");
  const described = [hint && hint.id, message && field.error.id].filter(Boolean).join(" ");
  if (described) field.box.setAttribute("aria-describedby", described);
  else field.box.removeAttribute("aria-describedby");
  for (const each of field.controls) {
    if (message) each.setAttribute("aria-invalid", "true");
    else each.removeAttribute("aria-invalid");
  }
}

function collect() {
  const record = {};
  for (const field of fields) {
    if (text(field) === "") continue;
    const path = JSON.parse(field.data.path);
    const last = path.pop();
    const place = path.reduce((inner, name) => inner[name] ??= {}, record);
    Object.defineProperty(place, last, { value: value(field), enumerable: true });
  }
  return record;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const list = mistakes.querySelector("ul");
  list.replaceChildren();
  for (const field of fields) {
    const message = wrong(field);
    show(field, message);
    if (!message) continue;
    const to = document.createElement("a");
    to.href = "#" + field.controls[0].id;
    to.textContent = message;
    to.addEventListener("click", (click) => { click.preventDefault(); field.controls[0].focus(); });
    const item = document.createElement("li");
    item.append(to);
    list.append(item);
  }
  mistakes.hidden = list.childElementCount === 0;
  document.title = (mistakes.hidden ? "" : "Error: ") + title;
  if (!mistakes.hidden) { mistakes.focus(); return; }
  records.push(JSON.stringify(collect()));
  section.hidden = false;
  section.querySelector("pre").textContent = records.join("\n");
  document.getElementById("count").textContent = records.length + (records.length === 1 ? " record" : " records");
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([records.join("\n") + "\n"], { type: "application/jsonl" }));
  link.download = section.dataset.file;
  form.reset();
  document.getElementById("records-title").focus();
});
