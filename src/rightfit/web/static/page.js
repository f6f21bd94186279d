// What all parts of the page share: the settings, the lesson, the last frame, and who wants to know.

export const page = {
  declared: [],        // the settings as the server declares them
  paths: {},           // the values along each path
  settings: {},        // what is set now
  wrong: {},           // what the address says that cannot be set; the server says why
  view: { speed: "quick", tour: 0, hide: [], unit: "", kept: false, validation: true, member: 0 },
  table: null,         // a table of somebody's own
  lesson: null,        // what does not change while a lesson goes on
  frame: null,         // what was drawn last
  records: [],         // [epoch, training loss, validation loss, metric]
  batch: null,         // one mini-batch in both phases
  phase: "",           // "forward" or "backward" while it is taken apart
};

const listeners = new Map();

export function on(event, listener) {
  if (!listeners.has(event)) listeners.set(event, []);
  listeners.get(event).push(listener);
}

export function emit(event, detail) {
  for (const listener of listeners.get(event) ?? []) {
    // One part that fails must not stop the others, least of all the frames.
    try { listener(detail); } catch (error) { console.error(error); }
  }
}

export const find = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function short(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) return value.toExponential(1).replace("-", "−");
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

const WORDS = {
  n_rows: "Points", noise: "Noise", data_seed: "Points drawn", validation_fraction: "Kept for validation",
  activation: "Activation", optimizer: "Optimizer", learning_rate: "Learning rate", batch_size: "Batch size",
  l2: "L2", dropout_rate: "Dropout", patience_epochs: "Early stopping", seed: "Seed", data: "Points",
  hidden_sizes: "Layers", path: "Pack", circle: "circle", xor: "xor",
  accuracy: "Accuracy", root_mean_squared_error: "Typical error",
};
export const word = (name) => WORDS[name] ?? name.replaceAll("_", " ");
