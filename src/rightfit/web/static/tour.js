// Eight stops. Each sets the page up and says what to watch.

import { enter, leave } from "./batch.js";
import { tell } from "./connection.js";
import { emit, find, make, on, page } from "./page.js";

const BASE = { n_rows: 400, noise: 0.1, data_seed: 0, validation_fraction: 0.3, activation: "relu", optimizer: "adam", learning_rate: 0.01, batch_size: 16, l2: 0, dropout_rate: 0, patience_epochs: null, seed: 0, path: "" };

export const STOPS = [
  { title: "A linear model is limited", set: { data: "circle", hidden_sizes: [] }, plays: true,
    text: "Without a hidden layer the network is one weighted sum: logistic regression. Its border is a straight line, wherever you turn it. These points need a ring.",
    watch: "the line swings about and finds no place; the loss stays near 0.69, which is what guessing costs." },
  { title: "A hidden layer bends the border", set: { data: "circle", hidden_sizes: [3], activation: "tanh", learning_rate: 0.03 }, plays: true,
    text: "Three units, each a soft step across the plane in a direction of its own. The output adds the three steps up: three lines close into one shape.",
    watch: "the three tiles turn until they look in three directions. Remove one unit with −: two lines cannot close a ring." },
  { title: "ReLU: off, or a slope", set: { data: "circle", hidden_sizes: [6] }, plays: true, unit: "1-0",
    text: "A rectified linear unit gives 0 on one side of a line and a slope on the other. Nothing is squeezed at the far end, so its gradient stays whole, and sums of such folds make any shape.",
    watch: "each tile is flat on one side. A tile that is flat all over is a dead unit: its gradient is 0, so nothing revives it." },
  { title: "The backward pass", set: { data: "xor", hidden_sizes: [4, 2], seed: 1 }, plays: false, phase: "backward",
    text: "How does a weight far from the output know what to do? The forward phase computes the loss of a few rows; the backward phase carries its slope back, layer by layer, by the chain rule.",
    watch: "press Forward, Backward and Update in turn. The lines show the slope by each weight; the bars below, how long the gradient is in each layer." },
  { title: "Mini-batches", set: { data: "xor", hidden_sizes: [6], optimizer: "sgd", learning_rate: 0.3, batch_size: 4 }, plays: true, speed: "steps",
    text: "A slope from four rows is cheap and rough; from all rows, dear and exact. Many rough steps win. Change the batch size while it runs.",
    watch: "with 4 rows the border trembles and is there after three epochs; with 256 it moves smoothly and has hardly begun: an epoch is two steps only." },
  { title: "Deeper", set: { data: "spirals", hidden_sizes: [8, 8, 8], noise: 0.02 }, plays: true,
    text: "Later layers fold what earlier ones have folded already. The spirals defeat one small layer; three layers of eight unroll them.",
    watch: "tiles of the first layer are plain folds, those of the third are curled. Then take layers away with − and see what remains." },
  { title: "Overfitting", set: { data: "circle", hidden_sizes: [12, 12, 12], noise: 0.7, n_rows: 120, validation_fraction: 0.5 }, plays: true,
    text: "Few, noisy points and a network that is far too large: it learns each training point by heart, chance and all. The points that it never saw pay for it.",
    watch: "the training loss goes on falling while the validation loss turns and climbs. The flag marks the epoch before the turn; the border grows arms that reach for single points." },
  { title: "L2, dropout, early stopping", set: { data: "circle", hidden_sizes: [12, 12, 12], noise: 0.7, n_rows: 120, validation_fraction: 0.5, path: "l2", patience_epochs: 60 }, plays: true,
    text: "Three brakes on the same network. L2 charges for large weights, dropout silences units at random, early stopping keeps the best epoch. Here eight strengths of L2 are trained at once, each stopped early.",
    watch: "drag along the path: a ragged border on the left, one calm ring in the middle, nothing learnt on the right. Choose Dropout as the path, and compare the best losses." },
];

export function startTour() {
  find("open-tour").onclick = () => go(page.view.tour || 1);
  find("tour-back").onclick = () => go(page.view.tour - 1);
  find("tour-next").onclick = () => (page.view.tour === STOPS.length ? close() : go(page.view.tour + 1));
  find("tour-close").onclick = close;
  find("tour-stops").replaceChildren(...STOPS.map((stop, place) => {
    const button = make("button", { textContent: String(place + 1), title: stop.title, onclick: () => go(place + 1) });
    button.setAttribute("aria-label", `Stop ${place + 1}: ${stop.title}`);
    return button;
  }));
  // A link to a stop has the settings of its maker; only the words are put up.
  on("opened", () => { find("tour").hidden = true; write(); });
}

export function go(number) {
  const stop = STOPS[number - 1];
  if (!stop) return;
  page.view.tour = number;
  page.view.unit = stop.unit ?? "";
  leave();
  page.view.speed = stop.speed ?? "quick";
  find("speed").value = page.view.speed;
  tell("speed", { speed: page.view.speed });
  write();
  emit("set", { ...BASE, ...stop.set, restart: true });
  tell(stop.plays ? "play" : "pause");
  if (stop.phase) enter(stop.phase);
  emit("chosen");
  find("tour-title").focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" });
}

function write() {
  const stop = STOPS[page.view.tour - 1];
  if (!stop) return;
  find("tour").hidden = false;
  find("tour-title").textContent = `${page.view.tour}. ${stop.title}`;
  find("tour-text").textContent = stop.text;
  find("tour-watch").textContent = stop.watch;
  find("tour-back").disabled = page.view.tour === 1;
  find("tour-next").textContent = page.view.tour === STOPS.length ? "Finish" : "Next";
  [...find("tour-stops").children].forEach((button, place) => (place + 1 === page.view.tour ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current")));
}

function close() {
  page.view.tour = 0;
  find("tour").hidden = true;
  emit("view");
  find("open-tour").focus();
}
