"use strict";
// Reads curves off what is drawn, switches groups, and opens where numbers come from.
const definitions = JSON.parse(document.getElementById("definitions").textContent);
const reading = document.getElementById("reading");
const origin = document.getElementById("origin");
const originText = document.getElementById("origin-text");
const SVG = "http://www.w3.org/2000/svg";

function percent(tenths) { return (tenths / 10).toFixed(1); }

// Rows "day:n[,estimate[,low,high]]"; a row without an estimate keeps the one before,
// and "-" is one that is masked.
function readRows(curve) {
  let known = [];
  return curve.dataset.at.split(";").map((row) => {
    const [day, rest] = row.split(":");
    const [n, ...values] = rest.split(",").map(Number);
    if (values.length) known = values;
    return { day: Number(day), n, values: known };
  });
}

function readAt(rows, day) {
  const past = rows.filter((row) => row.day <= day);
  const next = rows.find((row) => row.day >= day);
  return { values: past[past.length - 1].values, n: next ? next.n : 0,
    isPast: day > rows[rows.length - 1].day };
}

function phrase(curve, rows, day) {
  const { values, n, isPast } = readAt(rows, day);
  const [estimate, low, high] = values;
  const isComplete = estimate === 0;
  const words = Number.isNaN(estimate) ? "masked" : isPast && !isComplete ? "not estimable past the last day"
    : percent(estimate) + "%" +
      (low === undefined ? "" : ` (${percent(low)} to ${percent(high)})`);
  return `${curve.dataset.label}: ${words}, ${n} at risk`;
}

document.querySelectorAll(".drawing").forEach((svg) => {
  const area = svg.querySelector(".read-off");
  if (!area) return;
  const curves = [...svg.querySelectorAll(".curve")].map((element) =>
    ({ element, rows: readRows(element) }));
  const last = Number(area.dataset.last), month = Number(area.dataset.month);
  const left = Number(area.dataset.left), across = Number(area.dataset.across);
  const top = Number(area.getAttribute("y")), height = Number(area.getAttribute("height"));
  const stops = [...new Set(curves.flatMap(({ rows }) => rows.map((row) => row.day)))]
    .sort((a, b) => a - b);
  const cursor = document.createElementNS(SVG, "path");
  cursor.setAttribute("class", "cursor");
  let day = 0;

  area.setAttribute("tabindex", "0");
  area.setAttribute("role", "slider");
  area.setAttribute("aria-label", "Read the curves off; arrow keys move along the days");
  area.setAttribute("aria-valuemin", "0");
  area.setAttribute("aria-valuemax", String(last));

  function show(at, place) {
    day = Math.max(0, Math.min(last, at));
    const words = [`Day ${day} (${(day / month).toFixed(1)} months)`,
      ...curves.filter(({ element }) => !element.classList.contains("off"))
        .map(({ element, rows }) => phrase(element, rows, day))];
    area.setAttribute("aria-valuenow", String(day));
    area.setAttribute("aria-valuetext", words.join("; "));
    if (!place) return;
    cursor.setAttribute("d", `M${left + day * across} ${top}v${height}`);
    svg.append(cursor);
    reading.textContent = words.join("\n");
    reading.hidden = false;
    const box = reading.getBoundingClientRect();
    reading.style.left = Math.max(4, Math.min(place.x + 14,
      innerWidth - box.width - 8)) + "px";
    reading.style.top = Math.max(4, Math.min(place.y + 14,
      innerHeight - box.height - 8)) + "px";
  }
  function hide() { reading.hidden = true; cursor.remove(); }
  function atCursor() {
    const box = area.getBoundingClientRect();
    const y = box.top + box.height / 3;
    return { x: box.left + box.width * (day * across) / Number(area.getAttribute("width")), y };
  }
  area.addEventListener("pointermove", (event) => {
    const box = area.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * Number(area.getAttribute("width"));
    show(Math.round(x / across), { x: event.clientX, y: event.clientY });
  });
  area.addEventListener("pointerleave", hide);
  area.addEventListener("blur", hide);
  area.addEventListener("focus", () => show(day, atCursor()));
  area.addEventListener("keydown", (event) => {
    const next = { ArrowRight: stops.find((stop) => stop > day) ?? last,
      ArrowLeft: [...stops].reverse().find((stop) => stop < day) ?? 0,
      PageUp: day + Math.round(6 * month), PageDown: day - Math.round(6 * month),
      Home: 0, End: last }[event.key];
    if (event.key === "Escape") hide();
    if (next === undefined) return;
    event.preventDefault();
    show(next, {});
    show(next, atCursor());
  });
  show(0);

  const rows = [...svg.querySelectorAll(".legend")];
  if (rows.length < 2) return;
  rows.forEach((row) => {
    row.setAttribute("role", "button");
    row.setAttribute("tabindex", "0");
    row.setAttribute("aria-pressed", "true");
    row.setAttribute("aria-label", `Show ${row.textContent}`);
    function toggle() {
      const off = row.classList.toggle("off");
      row.setAttribute("aria-pressed", String(!off));
      svg.querySelectorAll(".curve, .median").forEach((part) => {
        if (part.dataset.stratum === row.dataset.stratum &&
            (part.dataset.curve ?? row.dataset.curve) === row.dataset.curve) {
          part.classList.toggle("off", off);
        }
      });
    }
    row.addEventListener("click", toggle);
    row.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); toggle(); }
    });
  });
});

// "table|columns|name=value&...": '#' starts a number, '~' is NULL.
function unpack(packed) {
  const [table, columns, keys] = packed.split("|");
  const found = keys.split("&").filter(Boolean).map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
  });
  const conditions = found.map(([name, value]) => value === "~" ? `${name} is null`
    : value.startsWith("#") ? `${name} = ${value.slice(1)}`
      : `${name} = '${value.replaceAll("'", "''")}'`);
  const where = conditions.length ? ` where ${conditions.join(" and ")}` : "";
  return { table, keys: Object.fromEntries(found),
    query: `select ${columns.replaceAll(",", ", ")} from ${table}${where}` };
}

function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  originText.append(element);
  return element;
}

let opener = null;
function open(element) {
  const row = element.closest("[data-p]");
  const packed = (row ? row.dataset.p : "") + element.dataset.q;
  const { table, keys, query } = unpack(packed);
  originText.replaceChildren();
  if (element.tagName !== "BUTTON") part("p", `Printed: ${element.textContent}`);
  const about = definitions.tables[table];
  if (about) part("p", `${table}: ${about}`);
  const analysis = definitions.analyses[keys.analysis_id];
  if (analysis) part("p", `${keys.analysis_id}: ${analysis}`);
  part("pre", query);
  const patients = definitions.patients;
  if (patients) {
    const list = patients.lists[patients.of[packed]];
    const who = part("p", list ? `Patients (${list.length}): ${list.join(", ")}`
      : "No patients can be told for this number.");
    who.className = "who";
    who.tabIndex = 0;
  }
  origin.hidden = false;
  opener = element;
  origin.focus();
}
function close() {
  origin.hidden = true;
  if (opener) opener.focus();
}
document.getElementById("origin-close").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !origin.hidden) close();
});
document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-q]");
  if (element) open(element);
});

// One stop of the tab key per table; within it the arrow keys go from number to number.
document.querySelectorAll(".table").forEach((region) => {
  const rows = [...region.querySelectorAll("tbody tr")]
    .map((row) => [...row.querySelectorAll("[data-q]")]).filter((row) => row.length);
  if (!rows.length) return;
  rows.flat().forEach((cell) => cell.setAttribute("tabindex", "-1"));
  rows[0][0].setAttribute("tabindex", "0");
  region.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-q]");
    if (!cell) return;
    const y = rows.findIndex((row) => row.includes(cell)), x = rows[y].indexOf(cell);
    if (event.key === "Enter") { open(cell); return; }
    const row = { ArrowDown: rows[y + 1], ArrowUp: rows[y - 1] }[event.key];
    const next = { ArrowRight: rows[y][x + 1], ArrowLeft: rows[y][x - 1] }[event.key] ??
      (row && row[Math.min(x, row.length - 1)]);
    if (!next) return;
    event.preventDefault();
    rows.flat().forEach((other) => other.setAttribute("tabindex", "-1"));
    next.setAttribute("tabindex", "0");
    next.focus();
  });
});
