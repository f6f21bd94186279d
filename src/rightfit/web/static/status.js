// What is said: the counters, the line for everybody and for screen readers, and what went wrong.

import { tell } from "./connection.js";
import { emit, find, make, on, page, short, word } from "./page.js";

const BUSY = { compiling: "Compiling the program for this network …", drawing: "Drawing, and checking the gradient …" };
let isBusy = false;
let said = 0, counted = 0, timer = 0, wasOver = false, warned = 0;
// A loss so many times the first one will not come back by itself.
const MUCH = 10;

export function startStatus() {
  on("frame", (frame) => { if (!frame.playing || performance.now() - counted > 90) counters(frame); report(frame); if (frame.training) training(frame.training); });
  on("training", training);
  on("lesson", (lesson) => {
    wasOver = false;
    find("problem").hidden = true;
    find("metric-name").textContent = word(lesson.metric);
    find("parameter-count").textContent = `${lesson.n_parameters.toLocaleString("en")} weights and biases`;
    find("note").textContent = lesson.note;
  });
  on("say", (text) => say(text));
  on("busy", ({ what }) => { say(BUSY[what], 20000); isBusy = true; });
  on("problem", problem);
  on("closed", () => problem({ what: "The playground has ended.", hint: "start rightfit play again, and open the address it prints" }));
  find("problem-close").onclick = () => { find("problem").hidden = true; };
}

function counters(frame) {
  counted = performance.now();
  const last = page.records.at(-1);
  find("epoch-count").textContent = frame.epoch.toLocaleString("en");
  find("train-loss").textContent = short(last?.[1]);
  find("validation-loss").textContent = short(last?.[2]);
  find("metric").textContent = last?.[3] === undefined || last?.[3] === null ? "–" : page.lesson.metric === "accuracy" ? `${(100 * last[3]).toFixed(1)} %` : short(last[3]);
  const play = find("play");
  play.setAttribute("aria-pressed", String(frame.playing));
  play.setAttribute("aria-label", frame.playing ? "Pause" : "Play");
}

function report(frame) {
  const now = performance.now();
  if (isBusy) say("");
  const grown = page.records.length > 1 && page.records.at(-1)[1] > MUCH * page.records[0][1];
  if (frame.diverged !== null && !wasOver) {
    wasOver = true;
    diverged(`The run diverged: in epoch ${frame.diverged} the loss was no longer a finite number.`);
  } else if (grown && warned !== frame.number) {
    warned = frame.number;
    diverged(`The run diverges: the loss has grown to ${short(page.records.at(-1)[1])}.`);
  } else if (frame.over && frame.stopped && !wasOver) {
    wasOver = true;
    say(`Stopped early after epoch ${frame.epoch}: no better for ${page.settings.patience_epochs} epochs. Epoch ${frame.best} is kept.`, 9000);
  } else if (frame.playing && now - said > 8000) {
    const last = page.records.at(-1);
    if (last) { said = now; say(`Epoch ${last[0]}: training loss ${short(last[1])}, validation loss ${short(last[2])}`, 2500, true); }
  }
  if (!frame.over) wasOver = false;
  find("changed").hidden = frame.changed_at === null;
  if (frame.changed_at !== null) find("changed").textContent = `changed by hand in epoch ${frame.changed_at + 1}`;
  document.body.classList.toggle("fresh", frame.epoch === 0 && !frame.playing);
}

function diverged(what) {
  const lower = page.settings.learning_rate / 10;
  const again = () => { emit("set", { learning_rate: lower, restart: true }); tell("play"); };
  problem({ what, expected: "The steps are too large, and each one overshoots further.", hint: "lower the learning rate and begin anew", fix: [`Begin anew with ${short(lower)}`, again] });
}

// What the eye sees anyway is said to screen readers alone.
export function say(text, milliseconds = 4000, quietly = false) {
  clearTimeout(timer);
  isBusy = false;
  find("status").classList.toggle("hidden", quietly);
  find("status").textContent = text;
  if (text) timer = setTimeout(() => { find("status").textContent = ""; }, milliseconds);
}

function problem({ what, expected = "", hint = "", fix = null }) {
  find("problem-what").textContent = what;
  find("problem-expected").textContent = expected;
  find("problem-hint").textContent = hint;
  find("problem").hidden = false;
  const button = find("problem-fix");
  button.hidden = !fix;
  if (fix) {
    button.textContent = fix[0];
    button.onclick = () => { find("problem").hidden = true; fix[1](); };
  }
}

function training(told) {
  const place = find("training");
  if (!place) return;
  const scores = told.scores ? Object.entries(told.scores).map(([who, all]) => { const [name, value] = Object.entries(all)[0]; return `${who}: ${word(name)} ${short(value)}`; }).join("; ") : "";
  const text = { running: () => `Training on all columns: epoch ${told.epoch}, loss ${short(told.loss)}`, stopped: () => "Stopped; no model was made.", problem: () => told.what,
    done: () => `Trained on ${told.n_columns} columns. On ${told.n_test_rows} test rows: ${scores}. Saved in ${told.place}` }[told.state]();
  if (place.dataset.text !== text) {
    place.dataset.text = text;
    place.replaceChildren(text);
    if (told.report) place.append(". ", make("a", { href: told.report, target: "_blank", textContent: "Open its report" }));
    if (told.state !== "running") say(told.state === "done" ? `Trained on all columns. Saved in ${told.place}` : text, 8000);
  }
  const button = find("train-all");
  if (button) {
    button.textContent = told.state === "running" ? "Stop training" : "Use these settings on all columns";
    button.dataset.running = String(told.state === "running");
  }
}
