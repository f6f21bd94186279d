// The controls: one for each setting that the server declares.

import { emit, find, make, on, page, short, word } from "./page.js";

const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
const PENALTIES = [0, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
const KNOBS = {
  activation: { kind: "choice" }, optimizer: { kind: "choice" },
  learning_rate: { kind: "steps", steps: RATES }, batch_size: { kind: "steps", steps: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] },
  l2: { kind: "steps", steps: PENALTIES }, dropout_rate: { kind: "range", low: 0, high: 0.8, step: 0.05, as: percent },
  patience_epochs: { kind: "patience" },
  seed: { kind: "number" },
};
const POINTS = {
  noise: { kind: "range", low: 0, high: 1, step: 0.05, as: percent, made: true },
  n_rows: { kind: "range", low: 40, high: 1000, step: 20, as: String, made: true },
  validation_fraction: { kind: "range", low: 0, high: 0.8, step: 0.05, as: percent },
  data_seed: { kind: "again", made: true },
};

function percent(value) { return `${Math.round(100 * value)} %`; }

export function startForm() {
  on("hello", build);
  on("settings", refresh);
}

function build() {
  fill(find("knobs"), KNOBS);
  fill(find("point-settings"), POINTS);
  for (const form of [find("knobs"), find("point-settings")]) form.onsubmit = (event) => event.preventDefault();
  find("fewer-layers").onclick = () => emit("set", { hidden_sizes: page.settings.hidden_sizes.slice(0, -1) });
  find("more-layers").onclick = () => emit("set", { hidden_sizes: [...page.settings.hidden_sizes, page.settings.hidden_sizes.at(-1) ?? 4] });
  refresh();
}

function fill(form, knobs) {
  form.replaceChildren(...Object.entries(knobs).map(([name, knob]) => {
    const declared = page.declared.find((each) => each.name === name);
    const element = { choice, steps, range, patience, number, again }[knob.kind](name, knob, declared);
    element.dataset.part = name;
    element.title = declared.description;
    return element;
  }));
}

const labelled = (name, control, value = "") => {
  const element = make("label", { className: "knob" }, make("span", {}, word(name), make("output", { textContent: value })), control);
  control.name = name;
  return element;
};

function choice(name, knob, declared) {
  const select = make("select", { onchange: () => emit("set", { [name]: select.value }) }, ...declared.choices.map((text) => make("option", { value: text, textContent: text.replaceAll("_", " ") })));
  return labelled(name, select);
}

function steps(name, knob) {
  const select = make("select", { onchange: () => emit("set", { [name]: Number(select.value) }) });
  const element = labelled(name, select);
  element.show = (value) => {
    const values = [...new Set([...knob.steps, value])].sort((a, b) => a - b);
    if (select.options.length !== values.length) select.replaceChildren(...values.map((each) => make("option", { value: String(each), textContent: short(each) })));
    select.value = String(value);
  };
  return element;
}

function range(name, knob) {
  const input = make("input", { type: "range", min: knob.low, max: knob.high, step: knob.step });
  const element = labelled(name, input);
  element.dataset.kind = "range";
  input.oninput = () => { element.querySelector("output").textContent = knob.as(Number(input.value)); };
  input.onchange = () => emit("set", { [name]: Number(input.value) });
  element.show = (value) => {
    input.max = Math.max(knob.high, value);
    input.value = value;
    element.querySelector("output").textContent = knob.as(value);
  };
  return element;
}

function number(name) {
  const input = make("input", { type: "number", min: 0, step: 1, onchange: () => emit("set", { [name]: Math.max(0, Math.round(Number(input.value) || 0)) }) });
  return labelled(name, input);
}

function again(name) {
  const button = make("button", { type: "button", textContent: "Draw other points", onclick: () => emit("set", { [name]: page.settings[name] + 1 }) });
  return make("div", { className: "knob" }, button);
}

function patience(name) {
  const box = make("input", { type: "checkbox" });
  const epochs = make("input", { type: "number", min: 1, step: 1, value: 30 });
  epochs.setAttribute("aria-label", "Epochs of patience");
  const send = () => emit("set", { [name]: box.checked ? Math.max(1, Math.round(Number(epochs.value) || 30)) : null });
  box.onchange = send;
  epochs.onchange = send;
  const element = make("div", { className: "knob" }, make("span", {}, word(name)), make("div", { className: "check" }, make("label", {}, box, " after"), epochs, " epochs"));
  element.show = (value) => {
    box.checked = value !== null;
    epochs.disabled = value === null;
    if (value !== null) epochs.value = value;
  };
  return element;
}

function refresh() {
  const { settings } = page;
  for (const [name, knob] of Object.entries({ ...KNOBS, ...POINTS })) {
    const element = document.querySelector(`.knob[data-part="${name}"]`);
    if (!element) continue;
    if (element.show) element.show(settings[name]);
    else if (element.querySelector("select, input")) element.querySelector("select, input").value = settings[name];
    if (knob.made) element.hidden = settings.data === "own";
  }
  const count = settings.hidden_sizes.length;
  find("layer-count").textContent = count === 0 ? "linear model" : count === 1 ? "1 hidden layer" : `${count} hidden layers`;
  find("fewer-layers").disabled = count === 0;
  find("more-layers").disabled = count === 6;
  hide();
}

// A lesson may leave controls out by its link.
function hide() {
  for (const element of document.querySelectorAll("[data-part]")) element.classList.toggle("left-out", page.view.hide.includes(element.dataset.part));
}

export const parts = () => [...new Set([...document.querySelectorAll("[data-part]")].map((element) => element.dataset.part))];
