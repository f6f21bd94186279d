// The network: what every unit gives over the plane, and the weights between them as lines.

import { fit, Picture } from "./canvas.js";
import { emit, find, make, on, page, short } from "./page.js";
import { palette, SHAPES, trace } from "./palette.js";

const picture = new Picture(1, 1);
const outputPicture = new Picture(64, 64);
const HEAD = 34, FOOT = 8, LEVELS = 8;
let layout = null;
// Lines change little from frame to frame and are dear to draw, so they are kept for some.
const lines = document.createElement("canvas");
const LINES_MS = 60;
// How strong a weight is shows in its line's width alone: a line that faded could not be seen.
const LINE_ALPHA = 0.68, THINNEST = 0.9;
let dash = 0, drawn = 0;

export function startNetwork() {
  on("lesson", () => { layout = null; });
  on("frame", drawNetwork);
  on("palette", () => { drawn = 0; drawNetwork(); });
  on("batch", drawNetwork);
  addEventListener("resize", () => { layout = null; drawNetwork(); });
}

export function sizes() {
  const { inputs, hidden_sizes, n_outputs } = page.lesson;
  return [inputs.length, ...hidden_sizes, n_outputs];
}

// Where each weight lies among all numbers: layer after layer, [input, unit], then biases.
export function placesOf() {
  const all = sizes();
  const places = [];
  let start = 0;
  for (let layer = 0; layer + 1 < all.length; layer += 1) {
    places.push({ weights: start, biases: start + all[layer] * all[layer + 1], inputs: all[layer], units: all[layer + 1] });
    start += (all[layer] + 1) * all[layer + 1];
  }
  return places;
}

function arrange(width) {
  const all = sizes();
  const most = Math.max(...all, 4);
  const tile = Math.max(26, Math.min(52, (width / all.length) * 0.5, 470 / most - 7));
  const gap = Math.min(14, Math.max(5, tile * 0.2));
  const height = HEAD + FOOT + Math.max(most * (tile + gap), 250);
  const columns = all.map((count, layer) => {
    const x = all.length === 1 ? width / 2 : tile / 2 + 6 + (layer / (all.length - 1)) * (width - tile - 12);
    const top = HEAD + (height - HEAD - FOOT - count * (tile + gap) + gap) / 2;
    return Array.from({ length: count }, (_, unit) => ({ x, y: top + unit * (tile + gap) + tile / 2 }));
  });
  return { all, tile, height, columns, width };
}

export function drawNetwork() {
  const { lesson, frame } = page;
  if (!lesson || !frame || frame.number !== lesson.number) return;
  const canvas = find("network-canvas");
  if (!layout || layout.width !== canvas.clientWidth) {
    layout = arrange(canvas.clientWidth);
    placeButtons();
  }
  const { context, width, height } = fit(canvas, layout.height);
  context.clearRect(0, 0, width, height);
  const now = performance.now();
  if (!frame.playing || now - drawn > LINES_MS || lines.width !== canvas.width) {
    drawn = now;
    dash = (dash + 2.6) % 1000;
    [lines.width, lines.height] = [canvas.width, canvas.height];
    const ratio = canvas.width / width;
    const behind = lines.getContext("2d");
    behind.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawLines(behind, frame);
  }
  context.drawImage(lines, 0, 0, width, height);
  drawTiles(context, frame, lesson);
}

// Lines of like strength are one stroke: a stroke each would cost more than all the rest.
function drawLines(context, frame) {
  const { columns, tile } = layout;
  const numbers = page.phase === "backward" && page.batch ? page.batch.gradient : frame.weights;
  const isGradient = numbers !== frame.weights;
  const [chosenLayer, chosenUnit] = page.view.unit ? page.view.unit.split("-").map(Number) : [-1, -1];
  const strokes = new Map();
  placesOf().forEach((place, layer) => {
    let most = 1e-9;
    for (let at = place.weights; at < place.biases; at += 1) most = Math.max(most, Math.abs(numbers[at]));
    // A layer of small weights must not look as if it had large ones.
    if (!isGradient) most = Math.max(most, 0.6);
    for (let from = 0; from < place.inputs; from += 1) {
      for (let to = 0; to < place.units; to += 1) {
        const value = numbers[place.weights + from * place.units + to];
        const share = Math.abs(value) / most;
        const bright = chosenLayer === layer + 1 && chosenUnit === to;
        const key = (bright ? 1000 : 0) + (value < 0 ? 100 : 0) + Math.round(LEVELS * share);
        if (!strokes.has(key)) strokes.set(key, { share, bright, negative: value < 0, path: new Path2D() });
        const [a, b] = [columns[layer][from], columns[layer + 1][to]];
        const [x1, x2] = [a.x + tile / 2, b.x - tile / 2];
        const bend = (x2 - x1) * 0.45;
        const { path } = strokes.get(key);
        path.moveTo(x1, a.y);
        path.bezierCurveTo(x1 + bend, a.y, x2 - bend, b.y, x2, b.y);
      }
    }
  });
  for (const key of [...strokes.keys()].sort((a, b) => (a % 100) - (b % 100) + a - b)) stroke(context, strokes.get(key), isGradient, frame);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function stroke(context, { share, bright, negative, path }, isGradient, frame) {
  const forward = page.phase === "forward";
  // Among many lines each must be thinner, or they hide one another.
  context.lineWidth = THINNEST + Math.max(2.2, Math.min(4.6, 34 / Math.max(...layout.all))) * share + (bright ? 1 : 0);
  context.globalAlpha = bright ? 1 : LINE_ALPHA;
  context.strokeStyle = isGradient ? palette.gradient : negative ? palette.low : palette.high;
  context.setLineDash(isGradient ? [3, 6] : negative ? [6, 5] : forward ? [14, 4] : []);
  context.lineDashOffset = isGradient ? dash * 1.6 : forward || (negative && frame.playing) ? -dash : 0;
  context.stroke(path);
}

function drawTiles(context, frame, lesson) {
  const { columns, tile } = layout;
  const side = lesson.sides.unit;
  picture.resize(side, (side * frame.units.length) / side ** 2);
  picture.shade(frame.units, palette.shades);
  const last = columns.length - 1;
  let number = 0;
  const rim = new Path2D(), edge = new Path2D();
  columns.forEach((column, layer) => column.forEach(({ x, y }, unit) => {
    const [left, top] = [x - tile / 2, y - tile / 2];
    if (layer < last) {
      context.drawImage(picture.canvas, 0, number * side, side, side, left, top, tile, tile);
      number += 1;
    } else drawOutput(context, frame, lesson, { x, y, left, top, unit });
    if (page.phase && page.batch) badge(context, left, top, tile, layer, unit);
    rim.roundRect(left - 2, top - 2, tile + 4, tile + 4, 10);
    edge.roundRect(left, top, tile, tile, 8);
  }));
  // The rim covers the corners, which is far cheaper than to clip every picture.
  context.strokeStyle = palette.card;
  context.lineWidth = 4;
  context.stroke(rim);
  context.strokeStyle = palette.edge;
  context.lineWidth = 1.5;
  context.stroke(edge);
}

function drawOutput(context, frame, lesson, { x, y, left, top, unit }) {
  const { tile } = layout;
  if (lesson.task !== "multiclass") {
    outputPicture.shade(frame.output.subarray(0, lesson.sides.output ** 2), palette.shades);
    context.drawImage(outputPicture.canvas, left, top, tile, tile);
    return;
  }
  context.fillStyle = palette.neutral;
  context.fillRect(left, top, tile, tile);
  context.fillStyle = palette.marks[unit];
  trace(context, SHAPES[unit], x, y, tile * 0.24);
  context.fill();
}

// In a mini-batch: what the unit gives on the mean, or the slope of the loss by its bias.
function badge(context, left, top, tile, layer, unit) {
  const forward = page.phase === "forward";
  const place = layer ? placesOf()[layer - 1] : null;
  const value = forward ? page.batch.means[layer][unit] : place ? page.batch.gradient[place.biases + unit] : null;
  if (value === null || value === undefined) return;
  context.fillStyle = palette.card;
  context.globalAlpha = 0.88;
  context.fillRect(left, top + tile - 14, tile, 14);
  context.globalAlpha = 1;
  context.fillStyle = forward ? palette.ink : palette.gradient;
  context.font = "600 10px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(short(value, 2), left + tile / 2, top + tile - 6.5);
}

export const nameOf = (layer, unit) => {
  const all = sizes();
  if (layer === 0) return page.lesson.inputs[unit];
  if (layer === all.length - 1) return page.lesson.task === "multiclass" ? `output for ${page.lesson.classes[unit]}` : "the output";
  return `unit ${unit + 1} of layer ${layer}`;
};

function placeButtons() {
  const host = find("units");
  const focused = document.activeElement?.dataset?.place;
  host.replaceChildren();
  host.style.height = `${layout.height}px`;
  const last = layout.columns.length - 1;
  layout.columns.forEach((column, layer) => {
    const { x } = column[0];
    if (layer > 0 && layer < last && !page.view.hide.includes("layers")) host.append(counter(layer, x, column.length));
    else if (layer === 0 || layer === last) {
      const text = layer ? "output" : "inputs";
      host.append(make("span", { className: "label", textContent: text, style: `left:${Math.min(Math.max(x, 24), layout.width - 24)}px;top:8px` }));
    }
    column.forEach(({ y }, unit) => {
      const place = `${layer}-${unit}`;
      const button = make("button", { title: nameOf(layer, unit), onclick: () => choose(place) });
      button.dataset.place = place;
      button.setAttribute("aria-label", layer ? `Choose ${nameOf(layer, unit)}` : `Choose input ${nameOf(0, unit)}`);
      button.setAttribute("aria-pressed", String(page.view.unit === place));
      Object.assign(button.style, { left: `${x - layout.tile / 2}px`, top: `${y - layout.tile / 2}px`, width: `${layout.tile}px`, height: `${layout.tile}px` });
      host.append(button);
      if (focused === place) button.focus();
    });
  });
}

export function choose(place) {
  page.view.unit = page.view.unit === place ? "" : place;
  for (const button of find("units").querySelectorAll("[data-place]")) button.setAttribute("aria-pressed", String(button.dataset.place === page.view.unit));
  emit("chosen");
  drawNetwork();
}

function counter(layer, x, count) {
  const set = (by) => { const next = [...page.settings.hidden_sizes]; next[layer - 1] += by; emit("set", { hidden_sizes: next }); };
  const less = make("button", { textContent: "−", title: "Remove a unit", disabled: count <= 1, onclick: () => set(-1) });
  const more = make("button", { textContent: "+", title: "Add a unit", disabled: count >= 12, onclick: () => set(1) });
  less.setAttribute("aria-label", `Remove a unit from layer ${layer}`);
  more.setAttribute("aria-label", `Add a unit to layer ${layer}`);
  less.dataset.place = `less-${layer}`;
  more.dataset.place = `more-${layer}`;
  return make("span", { className: "count", style: `left:${x}px;top:4px` }, less, String(count), more);
}
