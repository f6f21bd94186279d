// One mini-batch taken apart: forward, backward, update; and how the gradient flows back.

import { fit } from "./canvas.js";
import { tell } from "./connection.js";
import { emit, find, on, page, short } from "./page.js";
import { palette } from "./palette.js";

const ABOUT = find("batch-words").textContent;

export function startBatch() {
  find("phase-forward").onclick = () => enter("forward");
  find("phase-backward").onclick = () => enter("backward");
  find("phase-update").onclick = () => {
    if (!page.phase) return enter("forward");
    tell("step");
    return enter("forward");
  };
  find("phase-leave").onclick = leave;
  on("frame", refresh);
  on("palette", flow);
  on("lesson", () => { if (page.phase) words(); });
  on("play", leave);
}

export function enter(phase) {
  page.phase = phase;
  tell("pause");
  words();
  emit("batch");
}

export function leave() {
  page.phase = "";
  words();
  emit("batch");
}

function refresh(frame) {
  if (frame.look) {
    find("flow-figure").hidden = false;
    document.querySelector('[data-table="flow"]').hidden = false;
    flow();
    if (page.phase) { words(); emit("batch"); }
  }
}

function words() {
  const { phase, batch } = page;
  for (const name of ["forward", "backward"]) {
    const button = find(`phase-${name}`);
    if (phase === name) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
  }
  find("phase-leave").hidden = !phase;
  find("lines-weights").hidden = phase === "backward";
  find("lines-slopes").hidden = phase !== "backward";
  if (!phase) find("batch-words").textContent = ABOUT;
  if (!phase || !batch) return;
  const which = `Mini-batch ${batch.batch + 1} of ${batch.n_batches} in epoch ${batch.epoch + 1}: ${batch.rows.length} rows, ringed on the surface.`;
  find("batch-words").textContent = phase === "forward"
    ? `${which} Forward: each unit adds up its weighted inputs; below each tile stands what it gives on the mean. The loss of these rows is ${short(batch.loss, 4)}.`
    : `${which} Backward: from the output to the inputs, the chain rule gives the slope of the loss by every weight (lines) and bias (below the tiles). Update then moves each a little against its slope.`;
}

function flow() {
  const { batch } = page;
  if (!batch || find("flow-figure").hidden) return;
  const { context, width, height } = fit(find("flow"));
  context.clearRect(0, 0, width, height);
  const logs = batch.flow.map((norm) => Math.log10(Math.max(norm, 1e-8)));
  const [low, high] = [Math.min(-4, ...logs), Math.max(0, ...logs)];
  const gap = width / batch.flow.length;
  context.font = "11px system-ui, sans-serif";
  context.textAlign = "center";
  batch.flow.forEach((norm, layer) => {
    const tall = Math.max(2, ((logs[layer] - low) / (high - low)) * (height - 46));
    const [x, bar] = [gap * (layer + 0.5), Math.min(54, gap * 0.6)];
    context.fillStyle = palette.gradient;
    context.beginPath();
    context.roundRect(x - bar / 2, height - 22 - tall, bar, tall, [5, 5, 0, 0]);
    context.fill();
    context.fillStyle = palette.ink;
    context.fillText(short(norm, 2), x, height - 27 - tall);
    context.fillStyle = palette.quiet;
    context.fillText(layer + 1 === batch.flow.length ? "output" : `layer ${layer + 1}`, x, height - 6);
  });
  context.strokeStyle = palette.edge;
  context.beginPath(); context.moveTo(0, height - 21.5); context.lineTo(width, height - 21.5); context.stroke();
}
