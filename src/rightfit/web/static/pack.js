// Pack mode: eight networks at once, a small surface each, and a handle to drag along them.

import { fit, Picture } from "./canvas.js";
import { tell } from "./connection.js";
import { emit, find, make, on, page, short, word } from "./page.js";
import { paintOutput } from "./surface.js";

let pictures = [];

export function startPack() {
  on("hello", () => {
    const select = find("path");
    select.append(...Object.keys(page.paths).map((name) => make("option", { value: name, textContent: word(name) })));
    select.onchange = () => emit("set", { path: select.value });
  });
  on("settings", () => { find("path").value = page.settings.path; });
  on("lesson", build);
  on("frame", draw);
  find("drag").oninput = () => show(Number(find("drag").value));
}

function show(member) {
  page.view.member = member;
  tell("show", { member });
}

function build() {
  const { path, path_values: values, sides } = page.lesson;
  const is = values.length > 0;
  document.querySelector(".pack").classList.toggle("first", is);
  find("drag-label").hidden = !is;
  document.querySelector('[data-table="pack"]').hidden = !is;
  find("pack-words").textContent = is
    ? `Eight networks that differ in ${word(path)} only, trained at once by one compiled program. Below each: its best ${page.lesson.points.some((point) => point[3]) ? "validation" : "training"} loss.`
    : "Train eight networks at once that differ in one setting, and drag along them.";
  pictures = values.map(() => new Picture(sides.member, sides.member));
  find("strip").replaceChildren(...values.map((value, member) => {
    const button = make("button", { onclick: () => show(member) }, make("canvas"), make("span", { textContent: short(value) }), make("small", { textContent: "–" }));
    button.querySelector("canvas").setAttribute("aria-hidden", "true");
    button.setAttribute("aria-label", `${word(path)} ${short(value)}`);
    return button;
  }));
  find("drag").max = Math.max(values.length - 1, 0);
}

function draw(frame) {
  if (!pictures.length || !frame.strip.length) return;
  const each = frame.strip.length / pictures.length;
  const losses = frame.members.map((loss) => loss ?? Infinity);
  const best = losses.indexOf(Math.min(...losses));
  [...find("strip").children].forEach((button, member) => {
    paintOutput(pictures[member], frame.strip.subarray(member * each, (member + 1) * each), page.lesson);
    const { context, width, height } = fit(button.querySelector("canvas"));
    context.drawImage(pictures[member].canvas, 0, 0, width, height);
    const isBest = member === best && Number.isFinite(losses[best]);
    button.querySelector("small").textContent = `${short(frame.members[member])}${isBest ? " best" : ""}`;
    button.classList.toggle("best", isBest);
    button.setAttribute("aria-pressed", String(member === frame.member));
  });
  if (document.activeElement !== find("drag")) find("drag").value = frame.member;
}
