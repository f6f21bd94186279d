// The decision surface: what the network predicts everywhere, and the points it learns from.

import { fit, Picture } from "./canvas.js";
import { classBorders, HALF, levelLines, SIXTHS } from "./contours.js";
import { emit, find, on, page, short } from "./page.js";
import { palette, SHAPES, shapeIcon, trace } from "./palette.js";

const picture = new Picture(64, 64);
const layer = document.createElement("canvas");
let stale = true;
// The point of the grid that is read out, and whether by keys.
let pointed = null;
// What changes while it trains is said to a screen reader no more often.
const SAID_MS = 3000;
let said = 0;

export function startSurface() {
  const canvas = find("surface");
  on("lesson", () => { stale = true; legend(); });
  on("palette", () => { stale = true; if (page.lesson) { legend(); drawSurface(); } });
  on("batch", () => { stale = true; if (page.frame) drawSurface(); });
  on("frame", () => { drawSurface(); if (pointed && (!pointed.byKeys || performance.now() - said > SAID_MS)) read(); });
  addEventListener("resize", () => { stale = true; if (page.frame) drawSurface(); });
  find("show-validation").onchange = () => { page.view.validation = find("show-validation").checked; stale = true; drawSurface(); emit("view"); };
  canvas.onmousemove = (event) => point([event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight].map((share) => share * last()), false);
  canvas.onmouseleave = leave;
  canvas.onblur = leave;
  canvas.onfocus = () => { if (canvas.matches(":focus-visible")) point([last() / 2, last() / 2], true); };
  canvas.onkeydown = keys;
}

export function drawSurface() {
  const { lesson, frame } = page;
  if (!lesson || !frame || !find("surface").clientWidth) return;
  const canvas = find("surface");
  const { context, width, height } = fit(canvas);
  paintOutput(picture, frame.output, lesson);
  context.imageSmoothingEnabled = true;
  // The outermost points lie on the edge, so half of their pixels is outside.
  const side = lesson.sides.output;
  context.drawImage(picture.canvas, 0.5, 0.5, side - 1, side - 1, 0, 0, width, height);
  drawLines(context, width, height);
  if (stale || layer.width !== canvas.width) drawPoints(canvas, width, height);
  context.drawImage(layer, 0, 0, width, height);
  if (pointed?.byKeys) drawCross(context, width, height);
}

export function paintOutput(target, bytes, lesson) {
  if (lesson.task === "multiclass") target.classes(bytes, palette.classes.slice(0, lesson.classes.length));
  else target.shade(bytes.subarray(0, bytes.length / 2), palette.shades);
}

// Shades with what rounding took away, which is the second plane.
function exact(output) {
  const values = new Float32Array(output.length / 2);
  for (let place = 0; place < values.length; place += 1) values[place] = output[place] + output[values.length + place] / 255 - 0.5;
  return values;
}

function drawLines(context, width, height) {
  const { lesson: { task, sides: { output: side } }, frame: { output } } = page;
  const lines = task === "multiclass" ? classBorders(output, side) : levelLines(exact(output), side, task === "binary" ? HALF : SIXTHS);
  const [across, down] = [width / (side - 1), height / (side - 1)];
  context.beginPath();
  for (const [x1, y1, x2, y2] of lines) { context.moveTo(x1 * across, y1 * down); context.lineTo(x2 * across, y2 * down); }
  context.strokeStyle = palette.ink;
  context.lineWidth = task === "regression" ? 1 : 1.6;
  context.lineCap = "round";
  context.stroke();
}

function drawPoints(canvas, width, height) {
  stale = false;
  [layer.width, layer.height] = [canvas.width, canvas.height];
  const context = layer.getContext("2d");
  const ratio = canvas.width / width;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const { points, bounds, classes } = page.lesson;
  const shows = page.view.validation;
  const chosen = new Set(page.phase ? page.batch?.rows : []);
  const r = points.length > 700 ? 2.3 : points.length > 250 ? 3 : 3.8;
  const [low, high] = bounds.target;
  context.lineJoin = "round";
  points.forEach(([a, b, target, held], row) => {
    if (held && !shows) return;
    const x = ((a - bounds.x[0]) / (bounds.x[1] - bounds.x[0])) * width;
    const y = (1 - (b - bounds.y[0]) / (bounds.y[1] - bounds.y[0])) * height;
    const shape = classes ? SHAPES[target] : "circle";
    const mark = classes ? palette.marks[target] : numberColour((target - low) / (high - low));
    const inBatch = chosen.has(row);
    // Beside a mini-batch the others step back in size; fainter ones could not be told apart.
    trace(context, shape, x, y, inBatch ? r * 1.7 : chosen.size ? Math.max(2, r * 0.7) : r);
    context.lineWidth = held ? 1.6 : 1;
    context.fillStyle = held ? palette.card : mark;
    context.strokeStyle = held ? (classes ? mark : palette.ink) : classes ? palette.card : palette.ink;
    context.fill();
    context.stroke();
    if (held && !classes) {
      trace(context, "circle", x, y, r * 0.5);
      context.fillStyle = mark;
      context.fill();
    }
    if (inBatch) {
      trace(context, "circle", x, y, r * 2.9);
      context.strokeStyle = palette.ink;
      context.lineWidth = 1.8;
      context.stroke();
    }
  });
}

const numberColour = (share) => palette.numbers[Math.round(255 * Math.min(1, Math.max(0, share)))];

function legend() {
  const { classes, target, bounds } = page.lesson;
  const place = find("legend");
  place.replaceChildren();
  if (classes) {
    place.innerHTML = classes.map((_, code) => `<span>${shapeIcon(code)}<b></b></span>`).join("") + `<span>${shapeIcon(0, true)}hollow: validation</span><span>${classes.length > 2 ? "lines: another class becomes likeliest" : "line: both are equally likely"}</span>`;
    place.querySelectorAll("b").forEach((element, code) => { element.textContent = classes[code]; element.style.fontWeight = 500; });
    return;
  }
  place.innerHTML = `<span><b></b><i class="scale"></i><b></b></span><span>with a rim: validation</span><span>lines: equal predictions</span>`;
  const [left, right] = place.querySelectorAll("b");
  left.textContent = `${target} ${short(bounds.target[0])}`;
  right.textContent = short(bounds.target[1]);
  place.querySelector(".scale").style.background = `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map(numberColour).join(",")})`;
}

// What is predicted at a point of the surface, in words.
export function predictedAt(column, row) {
  const { lesson, frame } = page;
  const side = lesson.sides.output;
  const place = row * side + column;
  const value = frame.output[place] / 255;
  if (lesson.task === "regression") return short(lesson.bounds.target[0] + value * (lesson.bounds.target[1] - lesson.bounds.target[0]));
  if (lesson.task === "multiclass") return `${lesson.classes[frame.output[place]]} (${Math.round((100 * frame.output[side * side + place]) / 255)} %)`;
  return value >= 0.5 ? `${lesson.classes[1]} (${Math.round(100 * value)} %)` : `${lesson.classes[0]} (${Math.round(100 - 100 * value)} %)`;
}

export function placeOf(column, row) {
  const { bounds, sides } = page.lesson;
  const last = sides.output - 1;
  return [bounds.x[0] + (column / last) * (bounds.x[1] - bounds.x[0]), bounds.y[1] - (row / last) * (bounds.y[1] - bounds.y[0])];
}

const last = () => (page.lesson?.sides.output ?? 64) - 1;

function point(place, byKeys) {
  const [column, row] = place.map((each) => Math.round(Math.min(last(), Math.max(0, each))));
  pointed = { column, row, byKeys };
  read();
  if (byKeys) drawSurface();
}

function leave() {
  const redraws = pointed?.byKeys;
  pointed = null;
  find("surface-readout").textContent = "";
  if (redraws) drawSurface();
}

function keys(event) {
  const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (!across && !down) return;
  event.preventDefault();
  const by = event.shiftKey ? 8 : 1;
  const from = pointed ?? { column: last() / 2, row: last() / 2 };
  point([from.column + by * across, from.row + by * down], true);
}

function read() {
  if (!page.frame || page.frame.number !== page.lesson?.number) return;
  const { column, row, byKeys } = pointed;
  said = performance.now();
  const [x, y] = placeOf(column, row);
  find("surface-readout").setAttribute("aria-live", byKeys ? "polite" : "off");
  find("surface-readout").textContent = `${page.lesson.axes[0]} ${short(x)}, ${page.lesson.axes[1]} ${short(y)}: ${predictedAt(column, row)}`;
}

// Where the keys are: whoever uses a mouse sees that anyway.
function drawCross(context, width, height) {
  const [x, y] = [(pointed.column / last()) * width, (pointed.row / last()) * height];
  for (const [colour, lineWidth] of [[palette.card, 5], [palette.ink, 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.moveTo(x - 9, y); context.lineTo(x + 9, y); context.moveTo(x, y - 9); context.lineTo(x, y + 9);
    context.stroke();
  }
}
