"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const STATES = ["active", "identified", "attempted", "former", "impossible", "absent", "unknown"];
const LINES = {
  active: ["#222222", 2, ""], identified: ["#222222", 2, "9 5"], attempted: ["#D55E00", 3, "2 4"],
  former: ["#999999", 1.6, "8 3 2 3"], impossible: ["#D55E00", 2.2, "2 10"],
};
const MARKS = {
  jobcenter: ["#0072B2", "M-7-7H7V7H-7Z"], health: ["#009E73", "M-7 0A7 7 0 1 0 7 0A7 7 0 1 0-7 0Z"],
  insurance: ["#E69F00", "M0-9L9 0L0 9L-9 0Z"], carrier: ["#D55E00", "M0-8L8 7H-8Z"],
  municipality: ["#CC79A7", "M-3-8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z"], other: ["#56B4E9", "M0 8L8-7H-8Z"],
};
const START = { lang: data.language, layout: "sector", domain: "all", relation: "all", status: data.choices.states.join("."),
  day: String(data.days.length), actor: "" };
let state = read(), hovered = null;
const byId = (id) => document.getElementById(id);
const word = (name) => data.words[state.lang][name];

function read() {
  const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const found = { ...START, ...given };
  if (!Object.hasOwn(data.words, found.lang)) found.lang = START.lang;
  if (!Object.hasOwn(data.layouts, found.layout)) found.layout = START.layout;
  if (!data.choices.domains.includes(found.domain)) found.domain = "all";
  if (!data.choices.relations.includes(found.relation)) found.relation = "all";
  if (!/^\d+$/.test(found.day) || Number(found.day) > data.days.length) found.day = START.day;
  if (!/^\d+$/.test(found.actor) || Number(found.actor) >= data.actors.length) found.actor = "";
  return found;
}

function change(part) {
  Object.assign(state, part);
  const kept = Object.entries(state).filter(([name, value]) => value !== START[name]);
  history.replaceState(null, "", "#" + new URLSearchParams(kept));
  show();
}

function make(parent, name, attributes = {}, text) {
  const svg = name.startsWith("svg:");
  const made = svg ? document.createElementNS(SVG, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

function stateOf(tie) {
  if (Number(state.day) === data.days.length) return tie.state;
  const letter = tie.days[Number(state.day)];
  return letter === "-" ? null : STATES[Number(letter)];
}

function inDomain(actor) {
  return state.domain === "all" || (actor.domains.length ? actor.domains : ["none"]).includes(state.domain);
}

function shownTies() {
  const states = state.status.split(".");
  return data.ties.map((tie) => ({ ...tie, now: stateOf(tie) })).filter((tie) => tie.now && states.includes(tie.now)
    && (state.relation === "all" || tie.relation === state.relation)
    && (inDomain(data.actors[tie.a]) || inDomain(data.actors[tie.b])));
}

function drawGround(map, layout) {
  const [x, y] = layout.centre, [wide, tall] = layout.half;
  const rim = (angle) => `${(x + wide * Math.sin(angle * Math.PI / 180)).toFixed(1)} ${(y - tall * Math.cos(angle * Math.PI / 180)).toFixed(1)}`;
  layout.sectors.forEach((sector, place) => {
    const large = sector.to - sector.from > 180 ? 1 : 0;
    make(map, "svg:path", { d: `M${x} ${y}L${rim(sector.from)}A${wide} ${tall} 0 ${large} 1 ${rim(sector.to)}Z`,
      fill: place % 2 ? "#FFFFFF" : "#F4F4F4", stroke: "#DDDDDD" });
    make(map, "svg:text", { x: sector.sign[0], y: sector.sign[1], class: "sign", "font-size": 14 },
      sector.domain === "none" ? word("groups").none : sector.domain);
  });
  for (const ring of layout.rings) make(map, "svg:ellipse", { cx: x, cy: y, rx: wide * ring, ry: tall * ring, fill: "none",
    stroke: "#999999", "stroke-dasharray": "1 3" });
}

function drawTies(map, layout, ties) {
  const pairs = new Map();
  for (const tie of ties) {
    const key = Math.min(tie.a, tie.b) + " " + Math.max(tie.a, tie.b), before = pairs.get(key);
    if (!before || STATES.indexOf(tie.now) < STATES.indexOf(before.now)) pairs.set(key, tie);
  }
  const leads = data.actors.some((actor) => actor.lead);
  for (const tie of pairs.values()) {
    const [colour, width, dashes] = LINES[tie.now], [a, b] = [layout.points[tie.a], layout.points[tie.b]];
    const partner = leads && !data.actors[tie.a].lead && !data.actors[tie.b].lead;
    make(map, "svg:line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], stroke: colour, "stroke-width": width,
      "stroke-dasharray": dashes, class: "tie" + (partner ? " partner" : ""), "data-a": tie.a, "data-b": tie.b, "data-state": tie.now });
  }
}

function drawMark(group, actor) {
  const [colour, path] = MARKS[actor.group];
  if (actor.domains.length > 1) make(group, "svg:circle", { r: 12.5, fill: "#FFFFFF", stroke: "#595959", "stroke-width": 1.4 });
  make(group, "svg:path", { d: path, fill: actor.named ? colour : "#FFFFFF", stroke: colour, "stroke-width": 2 });
}

function drawActor(map, layout, place, reached) {
  const actor = data.actors[place], [x, y] = layout.points[place], label = layout.labels[place];
  const group = make(map, "svg:g", { class: "actor" + (reached.has(place) ? "" : " faint"), tabindex: 0, role: "button",
    "aria-pressed": String(String(place) === state.actor), "aria-label": actor.label, "data-actor": place });
  const [left, top] = [label.at[0] - label.size[0] / 2, label.at[1] - label.size[1] / 2];
  const near = [Math.min(Math.max(x, left), left + label.size[0]), Math.min(Math.max(y, top), top + label.size[1])];
  if (Math.hypot(near[0] - x, near[1] - y) > 19) make(group, "svg:line", { x1: x, y1: y, x2: near[0], y2: near[1], stroke: "#595959", "stroke-width": 0.8 });
  const mark = make(group, "svg:g", { transform: `translate(${x} ${y})` });
  if (actor.hatched) make(mark, "svg:circle", { r: 15, fill: "url(#hatch)" });
  drawMark(mark, actor);
  make(mark, "svg:circle", { r: 17, class: "focus" });
  make(group, "svg:rect", { x: left, y: top, width: label.size[0], height: label.size[1], fill: "#FFFFFF", "fill-opacity": 0.8 });
  const text = make(group, "svg:text", { "font-size": layout.letters, "text-anchor": "middle", class: actor.named ? "" : "slanted" });
  const step = label.size[1] / label.lines.length;
  label.lines.forEach(([line, width], row) => make(text, "svg:tspan", { x: label.at[0], y: (top + step * (row + 0.76)).toFixed(1),
    textLength: width, lengthAdjust: "spacingAndGlyphs" }, line));
  group.addEventListener("mouseenter", () => point(place));
  group.addEventListener("mouseleave", () => point(null));
  group.addEventListener("focus", () => point(place));
  group.addEventListener("blur", () => point(null));
  group.addEventListener("click", () => hold(place));
  group.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); hold(place); }
  });
}

function hold(place) {
  change({ actor: state.actor === String(place) ? "" : String(place) });
  document.querySelector(`[data-actor="${place}"]`).focus();
}

function point(place) {
  hovered = place;
  showDetails(shownTies());
}

function showMap(ties) {
  const map = byId("map"), layout = data.layouts[state.layout];
  map.replaceChildren();
  map.setAttribute("viewBox", `0 0 ${data.sheet[0]} ${data.sheet[1]}`);
  map.setAttribute("aria-label", word("title"));
  const hatch = make(make(map, "svg:defs"), "svg:pattern", { id: "hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  make(hatch, "svg:line", { x1: 0, y1: 0, x2: 0, y2: 5, stroke: "#999999", "stroke-width": 1.6 });
  if (layout.sectors) drawGround(map, layout);
  drawTies(map, layout, ties);
  const reached = new Set(data.actors.keys());
  if (state.domain !== "all") {
    const linked = new Set(ties.flatMap((tie) => [tie.a, tie.b]));
    for (const place of data.actors.keys()) if (!inDomain(data.actors[place]) && !linked.has(place)) reached.delete(place);
  }
  data.actors.forEach((actor, place) => drawActor(map, layout, place, reached));
}

function span(tie) {
  const day = data.days[Number(state.day)] || "9999";
  return [tie.since && tie.since <= day && `${word("since")} ${tie.since}`, tie.until && tie.until <= day && `${word("until")} ${tie.until}`].filter(Boolean).join(" ");
}

function showDetails(ties) {
  const box = byId("details"), place = hovered === null ? (state.actor === "" ? null : Number(state.actor)) : hovered;
  for (const line of document.querySelectorAll(".tie")) {
    const own = place !== null && (line.dataset.a === String(place) || line.dataset.b === String(place));
    line.classList.toggle("strong", own);
    line.classList.toggle("faint", place !== null && !own);
  }
  for (const group of document.querySelectorAll(".actor")) group.classList.toggle("chosen", group.dataset.actor === String(place));
  box.replaceChildren();
  if (place === null) { make(box, "p", {}, word("hint")); return; }
  const actor = data.actors[place], own = ties.filter((tie) => tie.a === place || tie.b === place);
  make(make(box, "p"), "strong", {}, actor.label);
  make(box, "p", {}, `${word("kind")}: ${word("kinds")[actor.kind]} · ${word("books")}: ${actor.domains.join(", ") || word("groups").none}`);
  const list = make(box, "ul");
  for (const tie of own) {
    const other = data.actors[tie.a === place ? tie.b : tie.a];
    make(list, "li", {}, [other.label, word("relations")[tie.relation], word("states")[tie.now], span(tie)].filter(Boolean).join(" · "));
  }
  if (!own.length) make(list, "li", {}, word("none"));
  make(box, "p", {}, `${word("unknown_pairs")}: ${actor.unknown} ${word("of")} ${data.actors.length - 1}`);
}

function choice(form, name, options) {
  const label = make(form, "label"), kept = state[name];
  make(label, "b", {}, word(name));
  const select = make(label, "select", { id: name });
  for (const [value, text] of options) make(select, "option", value === kept ? { value, selected: "" } : { value }, text);
  select.addEventListener("change", () => change({ [name]: select.value }));
}

function showFilters() {
  const form = byId("filters"), focused = document.activeElement && document.activeElement.id, none = word("groups").none;
  form.replaceChildren();
  form.setAttribute("aria-label", word("filters"));
  choice(form, "layout", [["sector", word("sector")], ["free", word("free")]]);
  choice(form, "domain", [["all", word("all")], ...data.choices.domains.map((one) => [one, one === "none" ? none : one])]);
  choice(form, "relation", [["all", word("all")], ...data.choices.relations.map((one) => [one, word("relations")[one]])]);
  const states = make(form, "fieldset");
  make(states, "legend", {}, word("state"));
  for (const one of data.choices.states) {
    const label = make(states, "label"), chosen = state.status.split(".").includes(one);
    const tick = make(label, "input", { type: "checkbox", id: "status-" + one, ...(chosen ? { checked: "" } : {}) });
    label.append(" " + word("states")[one]);
    tick.addEventListener("change", () => change({ status: data.choices.states.filter((name) => byId("status-" + name).checked).join(".") }));
  }
  if (data.days.length) {
    const label = make(form, "label");
    make(label, "b", {}, word("date"));
    const slider = make(label, "input", { type: "range", id: "day", min: 0, max: data.days.length, step: 1, value: state.day,
      "aria-valuetext": data.days[Number(state.day)] || word("now") });
    make(label, "output", { id: "shown-day" }, " " + (data.days[Number(state.day)] || word("now")));
    slider.addEventListener("input", () => change({ day: slider.value }));
  }
  const reset = make(form, "button", { type: "button", id: "reset" }, word("reset"));
  reset.addEventListener("click", () => change({ ...START, lang: state.lang }));
  if (focused && byId(focused)) byId(focused).focus();
}

function showLegend() {
  const box = byId("legend");
  box.replaceChildren();
  const row = (text, draw) => {
    const line = make(box, "div"), sign = make(line, "svg:svg", { viewBox: "-22 -16 44 32", "aria-hidden": "true" });
    draw(sign);
    make(line, "span", {}, text);
  };
  for (const group of Object.keys(MARKS)) if (data.actors.some((actor) => actor.group === group))
    row(word("groups")[group], (sign) => drawMark(sign, { group, named: true, domains: [] }));
  for (const one of data.choices.states) row(word("states")[one], (sign) => make(sign, "svg:line", { x1: -22, x2: 22, y1: 0, y2: 0,
    stroke: LINES[one][0], "stroke-width": LINES[one][1], "stroke-dasharray": LINES[one][2] }));
  if (data.actors.some((actor) => actor.hatched)) row(word("hatched"), (sign) => make(sign, "svg:circle", { r: 14, fill: "url(#hatch)" }));
  if (data.actors.some((actor) => actor.domains.length > 1)) row(word("several"), (sign) => drawMark(sign, { group: "other", named: true, domains: [1, 2] }));
  if (data.actors.some((actor) => !actor.named)) row(word("hollow"), (sign) => drawMark(sign, { group: "other", named: false, domains: [] }));
}

function showTable(ties) {
  const [head, body] = byId("ties").children;
  head.replaceChildren(); body.replaceChildren();
  const titles = make(head, "tr");
  for (const name of ["actor", "partner", "relation", "state"]) make(titles, "th", { scope: "col" }, word(name));
  for (const tie of ties) {
    const row = make(body, "tr");
    for (const text of [data.actors[tie.a].label, data.actors[tie.b].label, word("relations")[tie.relation],
      [word("states")[tie.now], span(tie)].filter(Boolean).join(", ")]) make(row, "td", {}, text);
  }
  byId("count").textContent = `${word("shown")}: ${ties.length} ${word("of")} ${data.ties.length}`;
}

function show() {
  const ties = shownTies();
  document.documentElement.lang = state.lang;
  document.title = word("title");
  byId("title").textContent = word("title");
  byId("tag").textContent = word("tag");
  byId("languages").setAttribute("aria-label", word("language"));
  for (const one of document.querySelectorAll("[data-language]")) one.setAttribute("aria-pressed", String(one.dataset.language === state.lang));
  for (const one of document.querySelectorAll("[data-word]")) one.textContent = word(one.dataset.word);
  const dated = data.days.length && data.ties.some((tie) => !tie.since && !tie.until) ? word("undated") : "";
  byId("caption").textContent = [word("origin"), word(state.layout + "_note"), word("unknown_note"), dated].filter(Boolean).join(" ");
  showFilters(); showMap(ties); showDetails(ties); showLegend(); showTable(ties);
}

for (const one of document.querySelectorAll("[data-language]")) one.addEventListener("click", () => change({ lang: one.dataset.language }));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") { hovered = null; change({ actor: "" }); } });
byId("filters").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => { state = read(); show(); });
show();
