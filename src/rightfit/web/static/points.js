// The made sets as little pictures, and tables of somebody's own.

import { fit } from "./canvas.js";
import { emit, find, make, on, page } from "./page.js";
import { palette, SHAPES, trace } from "./palette.js";

const SETS = { circle: "circle", xor: "xor", spirals: "spirals", blobs: "blobs", plane: "plane", hills: "hills", waves: "waves" };

export function startPoints() {
  on("hello", ({ table }) => {
    find("sets").replaceChildren(...Object.entries(SETS).map(([name, text]) => {
      const button = make("button", { role: "radio", onclick: () => emit("set", { data: name }) }, make("canvas"), text);
      button.setAttribute("role", "radio");
      button.dataset.set = name;
      button.querySelector("canvas").setAttribute("aria-hidden", "true");
      return button;
    }));
    find("sets").onkeydown = arrows;
    if (table) bring(table, page.settings.data === "own" || !location.hash);
    draw();
    refresh();
  });
  on("settings", refresh);
  on("palette", draw);
  find("file").onchange = () => { if (find("file").files[0]) send(find("file").files[0]); };
  document.body.ondragover = (event) => event.preventDefault();
  document.body.ondrop = (event) => { event.preventDefault(); if (event.dataTransfer.files[0]) send(event.dataTransfer.files[0]); };
}

function arrows(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = [...find("sets").children];
  const next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
  next.focus();
  next.click();
}

function refresh() {
  const buttons = [...find("sets").children];
  for (const button of buttons) {
    const checked = button.dataset.set === page.settings.data;
    button.setAttribute("aria-checked", String(checked));
    button.tabIndex = checked || (page.settings.data === "own" && button === buttons[0]) ? 0 : -1;
  }
  columns();
}

async function send(file) {
  emit("say", `Reading ${file.name} …`);
  try {
    const answer = await fetch(`table?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    const content = await answer.json();
    if (answer.ok) bring(content, true);
    else emit("problem", content);
  } catch {
    emit("problem", { what: `${file.name} could not be read.`, hint: "is it very large? rightfit play TABLE opens tables of any size" });
  }
  find("file").value = "";
}

function bring(table, shows) {
  page.table = table;
  if (shows) emit("set", { data: "own", target: page.settings.target && table.columns.includes(page.settings.target) ? page.settings.target : table.target, x: table.axes.includes(page.settings.x) ? page.settings.x : "", y: table.axes.includes(page.settings.y) ? page.settings.y : "" });
  columns();
}

function columns() {
  const host = find("own-columns");
  const { table, settings } = page;
  host.hidden = !table;
  if (!table) return;
  const focused = document.activeElement?.name;
  const axes = table.axes.filter((name) => name !== settings.target);
  const select = (name, text, options) => {
    const element = make("select", { name, onchange: () => pick(name, element.value) }, ...options.map(([value, label]) => make("option", { value, textContent: label })));
    element.value = settings.data === "own" ? settings[name] : "";
    return make("label", {}, make("span", { textContent: text }), element);
  };
  const named = (names) => names.map((name) => [name, name]);
  host.replaceChildren(
    make("p", {}, make("strong", { textContent: table.name }), ` ${table.n_rows.toLocaleString("en")} rows, ${table.columns.length} columns`),
    select("target", "Column to predict", named(table.columns)),
    select("x", "Across", [["", "first principal component"], ...named(axes)]),
    select("y", "Up", [["", "second principal component"], ...named(axes)]),
    settings.data === "own" ? make("button", { className: "main", id: "train-all", type: "button", textContent: "Use these settings on all columns", onclick: () => emit("train") }) : make("button", { className: "main", type: "button", textContent: "Show it", onclick: () => bring(table, true) }),
    make("p", { id: "training", className: "quiet" }),
  );
  if (focused) host.querySelector(`[name="${focused}"]`)?.focus();
}

function pick(name, value) {
  const change = { data: "own", [name]: value };
  if (name === "target") Object.assign(change, { x: page.settings.x === value ? "" : page.settings.x, y: page.settings.y === value ? "" : page.settings.y });
  // An axis alone makes no plane.
  if (name !== "target") {
    const other = name === "x" ? "y" : "x";
    if (value && !page.settings[other]) change[other] = page.table.axes.find((axis) => axis !== value && axis !== page.settings.target) ?? value;
    if (!value) change[other] = "";
  }
  emit("set", change);
}

// Little pictures, drawn from formulas: no set has to be made for them.
const FORMULAS = {
  circle: (i) => { const outer = i % 2; const r = outer ? 0.82 : 0.3 * Math.sqrt((i % 7) / 6 + 0.1); const a = i * 2.4; return [r * Math.cos(a), r * Math.sin(a), outer]; },
  xor: (i) => { const [x, y] = [((i * 0.7549) % 1) * 1.8 - 0.9, ((i * 0.5698) % 1) * 1.8 - 0.9]; return [x, y, x * y > 0 ? 1 : 0]; },
  spirals: (i) => { const t = 0.15 + (0.8 * Math.floor(i / 2)) / 24; const a = t * 10 + (i % 2) * Math.PI; return [t * Math.sin(a), t * Math.cos(a), i % 2]; },
  blobs: (i) => { const k = i % 4; const [cx, cy] = [[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]][k]; return [cx + 0.22 * Math.cos(i * 2.4), cy + 0.22 * Math.sin(i * 1.7), k]; },
  plane: (x, y) => (x - y) * 0.7, hills: (x, y) => Math.sin(2.4 * x) * Math.sin(2.4 * y) * 1.2, waves: (x, y) => Math.sin(7 * Math.hypot(x, y) + 1),
};

function draw() {
  for (const button of find("sets").children) {
    const { context, width, height } = fit(button.querySelector("canvas"));
    const formula = FORMULAS[button.dataset.set];
    context.clearRect(0, 0, width, height);
    context.fillStyle = palette.neutral;
    context.fillRect(0, 0, width, height);
    if (formula.length === 2) paint(context, width, height, formula);
    else for (let i = 0; i < 48; i += 1) {
      const [x, y, group] = formula(i);
      context.fillStyle = palette.marks[group];
      trace(context, SHAPES[group], width / 2 + (x * width) / 2.15, height / 2 + (y * height) / 2.15, Math.max(1.3, width / 36));
      context.fill();
    }
  }
}

function paint(context, width, height, formula) {
  const cell = width / 14;
  for (let i = 0; i < 14; i += 1) for (let j = 0; j < 14; j += 1) {
    const value = formula((i - 6.5) / 6.5, (j - 6.5) / 6.5);
    const pixel = palette.shades[Math.round(127.5 * (1 + Math.max(-1, Math.min(1, value))))];
    context.fillStyle = `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
    context.fillRect(i * cell, j * cell, cell + 0.5, cell + 0.5);
  }
}
