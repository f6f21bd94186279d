// The chosen unit: its equation with today's numbers, and each of them to be set by hand.

import { tell } from "./connection.js";
import { emit, find, make, on, page, short } from "./page.js";
import { nameOf, placesOf, sizes } from "./network.js";

let shown = "";
let last = 0;

export function startUnit() {
  on("chosen", show);
  on("lesson", () => {
    const [layer, unit] = page.view.unit.split("-").map(Number);
    if (page.view.unit && !(unit < sizes()[layer])) page.view.unit = "";
    shown = "";
  });
  on("frame", () => { const now = performance.now(); if (page.view.unit && (now - last > 120 || !page.frame.playing)) { last = now; show(); } });
  find("unit-weights").onsubmit = (event) => event.preventDefault();
}

function show() {
  const title = find("unit-title");
  const form = find("unit-weights");
  if (!page.view.unit || page.frame?.number !== page.lesson?.number || !(Number(page.view.unit.split("-")[1]) < sizes()[Number(page.view.unit.split("-")[0])])) {
    title.textContent = "Choose a unit";
    find("equation").textContent = "Click a unit, or reach it with the Tab key: here stands its equation, and its weights can be set by hand.";
    form.replaceChildren();
    shown = "";
    return;
  }
  const [layer, unit] = page.view.unit.split("-").map(Number);
  title.textContent = nameOf(layer, unit).replace(/^./, (letter) => letter.toUpperCase());
  if (layer === 0) {
    find("equation").textContent = `${page.lesson.inputs[unit]}, standardised: mean 0, standard deviation 1 over the training rows.`;
    form.replaceChildren();
    shown = "";
    return;
  }
  const place = placesOf()[layer - 1];
  const weights = Array.from({ length: place.inputs }, (_, from) => page.frame.weights[place.weights + from * place.units + unit]);
  const bias = page.frame.weights[place.biases + unit];
  equation(layer, unit, weights, bias);
  inputs(layer, unit, weights, bias);
}

// A fresh node each time: an equation names some units more than once.
const symbol = (layer, unit) => (layer === 0 ? page.lesson.inputs[unit] : make("span", {}, "h", make("sub", { textContent: `${layer},${unit + 1}` })));

function equation(layer, unit, weights, bias) {
  const end = layer === sizes().length - 1;
  const term = (value, name, first) => {
    const sign = value < 0 ? "−" : first ? "" : "+";
    return [first ? "" : " ", make("b", { className: value < 0 ? "minus" : "plus", textContent: `${sign}${first ? "" : " "}${short(Math.abs(value), 3)}` }), ...(name ? ["·", name] : [])];
  };
  const sum = weights.flatMap((value, from) => term(value, symbol(layer - 1, from), from === 0));
  const whole = [...sum, ...term(bias, "", !weights.length)];
  const { activation, task } = page.lesson;
  const wrapped = !end ? [symbol(layer, unit), ` = ${activation}( `, ...whole, " )"]
    : task === "binary" ? [`P(${page.lesson.classes[1]}) = logistic( `, ...whole, " )"]
    : task === "multiclass" ? [`P(${page.lesson.classes[unit]}) ∝ exp( `, ...whole, " )"]
    : [`${page.lesson.target} = mean + deviation · ( `, ...whole, " )"];
  find("equation").replaceChildren(...wrapped);
}

function inputs(layer, unit, weights, bias) {
  const form = find("unit-weights");
  const key = `${page.lesson.number}/${page.view.unit}`;
  if (shown !== key) {
    shown = key;
    const field = (text, feature) => {
      const input = make("input", { type: "number", step: "any" });
      input.onchange = () => { if (input.value !== "" && Number.isFinite(Number(input.value))) { tell("weight", { layer: layer - 1, unit, feature, value: Number(input.value) }); emit("say", `Set by hand: ${text} = ${input.value}`); } };
      return make("label", {}, text, input);
    };
    form.replaceChildren(...weights.map((_, from) => field(`weight of ${nameOf(layer - 1, from)}`, from)), field("bias", null));
  }
  [...form.querySelectorAll("input")].forEach((input, at) => {
    if (document.activeElement !== input) input.value = Number((at < weights.length ? weights[at] : bias).toPrecision(4));
  });
}
