// The losses, epoch by epoch, with the epoch that is kept.

import { fit } from "./canvas.js";
import { find, on, page, short } from "./page.js";
import { palette } from "./palette.js";

const LEFT = 44, RIGHT = 10, TOP = 8, BOTTOM = 30;
// The epoch that is read out.
let pointed = null;
let last = 0;

export function startCurve() {
  const canvas = find("curve");
  on("frame", (frame) => {
    // A curve of hundreds of epochs changes little in a sixtieth of a second.
    if (frame.playing && performance.now() - last < 90) return;
    last = performance.now();
    drawCurve();
  });
  on("palette", drawCurve);
  addEventListener("resize", drawCurve);
  canvas.onmousemove = (event) => {
    const share = (event.offsetX - LEFT) / (canvas.clientWidth - LEFT - RIGHT);
    point(1 + share * (lastEpoch() - 1), "off");
  };
  canvas.onmouseleave = () => point(null, "off");
  canvas.onblur = () => point(null, "off");
  canvas.onfocus = () => { if (canvas.matches(":focus-visible")) point(page.records.at(-1)?.[0] ?? null, "polite"); };
  canvas.onkeydown = keys;
}

const lastEpoch = () => Math.max(10, page.records.at(-1)?.[0] ?? 0);

function point(epoch, live) {
  pointed = epoch;
  find("curve-readout").setAttribute("aria-live", live);
  if (epoch === null) find("curve-readout").textContent = "";
  drawCurve();
}

function nearest() {
  return page.records.reduce((best, record) => (Math.abs(record[0] - pointed) < Math.abs(best[0] - pointed) ? record : best), page.records.at(-1));
}

function keys(event) {
  const end = page.records.length - 1;
  const at = pointed === null ? end : page.records.indexOf(nearest());
  const by = event.shiftKey ? 10 : 1;
  const to = { ArrowLeft: at - by, ArrowDown: at - by, ArrowRight: at + by, ArrowUp: at + by, Home: 0, End: end }[event.key];
  if (to === undefined || end < 0) return;
  event.preventDefault();
  point(page.records[Math.min(end, Math.max(0, to))][0], "polite");
}

export function drawCurve() {
  if (!palette.ink) return;
  const { context, width, height } = fit(find("curve"));
  const { records, frame } = page;
  context.clearRect(0, 0, width, height);
  context.setLineDash([]);
  const end = lastEpoch();
  const thin = records.length > 600 ? records.filter((_, place) => place % Math.ceil(records.length / 600) === 0 || place === records.length - 1) : records;
  const most = highest(thin);
  const across = (epoch) => LEFT + ((epoch - 1) / Math.max(end - 1, 1)) * (width - LEFT - RIGHT);
  const up = (loss) => TOP + (1 - Math.min(loss / most, 3)) * (height - TOP - BOTTOM);
  axes(context, width, height, most, end, up, across);
  if (frame?.best && records.length) flag(context, across(frame.best), height);
  line(context, thin, 1, palette.train, [], across, up);
  line(context, thin, 2, palette.validation, [6, 4], across, up);
  if (pointed !== null && records.length) cross(context, height, across, up);
}

// A few wild epochs must not flatten the rest.
function highest(records) {
  const losses = records.flatMap((record) => [record[1], record[2]]).filter((loss) => loss !== null && Number.isFinite(loss));
  if (!losses.length) return 1;
  const sorted = [...losses].sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length * 0.985)];
  return 1.06 * Math.min(sorted[sorted.length - 1], 1.5 * usual) || 1;
}

function axes(context, width, height, most, end, up, across) {
  context.font = "11px system-ui, sans-serif";
  context.lineWidth = 1;
  context.textBaseline = "middle";
  const step = nice(most / 4);
  for (let loss = 0; loss <= most; loss += step) {
    context.strokeStyle = loss ? palette.line : palette.edge;
    context.beginPath(); context.moveTo(LEFT, up(loss)); context.lineTo(width - RIGHT, up(loss)); context.stroke();
    context.fillStyle = palette.quiet; context.textAlign = "right";
    context.fillText(short(Number(loss.toPrecision(3)), 2), LEFT - 6, up(loss));
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  const stride = Math.max(1, Math.round(nice(end / 5)));
  for (let epoch = stride; epoch <= end; epoch += stride) context.fillText(epoch.toLocaleString("en"), Math.min(across(epoch), width - 14), height - BOTTOM + 4);
  context.textAlign = "right";
  context.fillText("epoch", width - RIGHT, height - 12);
  context.textAlign = "left";
  context.fillText("loss", 2, 0);
}

function nice(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= size * 0.999);
}

function line(context, records, column, colour, dashes, across, up) {
  context.strokeStyle = colour;
  context.lineWidth = 2.2;
  context.lineJoin = "round";
  context.setLineDash(dashes);
  context.save();
  context.beginPath();
  context.rect(LEFT, TOP, 1e5, 1e5);
  context.clip();
  context.beginPath();
  let open = false;
  for (const record of records) {
    if (record[column] === null || !Number.isFinite(record[column])) { open = false; continue; }
    const [x, y] = [across(record[0]), up(record[column])];
    if (open) context.lineTo(x, y); else context.moveTo(x, y);
    open = true;
  }
  context.stroke();
  context.restore();
  const end = records[records.length - 1];
  if (end && Number.isFinite(end[column]) && end[column] !== null) {
    context.fillStyle = colour;
    context.beginPath(); context.arc(across(end[0]), up(end[column]), 3.4, 0, 7); context.fill();
  }
}

function flag(context, x, height) {
  context.strokeStyle = palette.kept;
  context.lineWidth = 2;
  context.setLineDash([2, 3]);
  context.beginPath(); context.moveTo(x, TOP); context.lineTo(x, height - BOTTOM); context.stroke();
  context.setLineDash([]);
  context.fillStyle = palette.kept;
  context.beginPath(); context.moveTo(x - 5, TOP - 6); context.lineTo(x + 5, TOP - 6); context.lineTo(x, TOP + 2); context.fill();
}

function cross(context, height, across, up) {
  const near = nearest();
  context.strokeStyle = palette.edge;
  context.lineWidth = 1;
  context.beginPath(); context.moveTo(across(near[0]), TOP); context.lineTo(across(near[0]), height - BOTTOM); context.stroke();
  for (const [column, colour] of [[1, palette.train], [2, palette.validation]]) {
    if (near[column] === null) continue;
    context.fillStyle = colour;
    context.beginPath(); context.arc(across(near[0]), up(near[column]), 4, 0, 7); context.fill();
  }
  find("curve-readout").textContent = `epoch ${near[0]}: training ${short(near[1])}, validation ${short(near[2])}`;
}
