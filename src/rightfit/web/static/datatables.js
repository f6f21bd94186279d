// Every figure's data as a table, made while it is open.

import { find, on, page, short, word } from "./page.js";
import { nameOf, placesOf, sizes } from "./network.js";
import { placeOf, predictedAt } from "./surface.js";

const MOST_ROWS = 120;
const TABLES = {
  curve: () => {
    const step = Math.ceil(page.records.length / MOST_ROWS) || 1;
    const shown = page.records.filter((_, place) => place % step === 0 || place === page.records.length - 1);
    return ["Losses by epoch", ["epoch", "training loss", "validation loss", word(page.lesson.metric)], shown.map(([epoch, ...losses]) => [epoch, ...losses.map((loss) => short(loss, 5))])];
  },
  surface: () => {
    const last = page.lesson.sides.output - 1;
    const stops = [0, 1, 2, 3, 4, 5, 6].map((share) => Math.round((share / 6) * last));
    const head = [`${page.lesson.axes[1]} \\ ${page.lesson.axes[0]}`, ...stops.map((column) => short(placeOf(column, 0)[0]))];
    return ["Predictions over the plane", head, stops.map((row) => [short(placeOf(0, row)[1]), ...stops.map((column) => predictedAt(column, row))])];
  },
  points: () => {
    const { points, classes, axes, target } = page.lesson;
    const batch = new Set(page.batch?.rows);
    const all = points.map((_, row) => row);
    // Those of the mini-batch first, so that none of it is left out of a long list.
    const shown = [...all.filter((row) => batch.has(row)), ...all.filter((row) => !batch.has(row))].slice(0, MOST_ROWS);
    const title = `${shown.length < all.length ? `${shown.length} of ` : ""}${all.length} points, those of the next mini-batch first`;
    return [title, ["point", ...axes, target, "for", "in the next mini-batch"], shown.map((row) => {
      const [a, b, value, held] = points[row];
      return [row + 1, short(a), short(b), classes ? classes[value] : short(value), held ? "validation" : "training", batch.has(row) ? "yes" : "no"];
    })];
  },
  network: () => {
    const rows = [];
    placesOf().forEach((place, at) => {
      for (let unit = 0; unit < place.units; unit += 1) {
        for (let from = 0; from < place.inputs; from += 1) rows.push([nameOf(at, from), nameOf(at + 1, unit), short(page.frame.weights[place.weights + from * place.units + unit], 4)]);
        rows.push(["bias", nameOf(at + 1, unit), short(page.frame.weights[place.biases + unit], 4)]);
      }
    });
    return [`All weights of the network with layers ${sizes().join(", ")}`, ["from", "to", "weight"], rows];
  },
  flow: () => ["Length of the gradient by layer", ["layer", "length"], (page.batch?.flow ?? []).map((norm, layer) => [layer + 1 === page.batch.flow.length ? "output" : layer + 1, short(norm, 4)])],
  pack: () => [`Best losses along ${word(page.lesson.path)}`, [word(page.lesson.path), "best loss"], page.lesson.path_values.map((value, member) => [short(value), short(page.frame.members[member], 4)])],
};

export function startTables() {
  let last = 0;
  on("frame", () => { if (performance.now() - last > 1000 || !page.frame.playing) { last = performance.now(); refresh(); } });
  for (const details of document.querySelectorAll("details[data-table]")) details.ontoggle = refresh;
}

export function tableOf(title, head, rows) {
  const table = document.createElement("table");
  table.createCaption().textContent = title;
  const top = table.createTHead().insertRow();
  for (const text of head) Object.assign(top.appendChild(document.createElement("th")), { scope: "col", textContent: text });
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    row.forEach((text, place) => { if (place) line.insertCell().textContent = text; else Object.assign(line.appendChild(document.createElement("th")), { scope: "row", textContent: text }); });
  }
  return table;
}

function refresh() {
  if (!page.lesson || !page.frame) return;
  for (const details of document.querySelectorAll("details[data-table][open]")) {
    const [title, head, rows] = TABLES[details.dataset.table]();
    const host = details.querySelector("div");
    host.tabIndex = 0;
    host.setAttribute("role", "region");
    host.setAttribute("aria-label", title);
    host.replaceChildren(tableOf(title, head, rows));
  }
}
