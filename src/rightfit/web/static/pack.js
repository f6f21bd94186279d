// Pack mode: eight networks at once, a small surface each, and a handle to drag along them.

import { fit, Picture } from "./canvas.js";
import { tell } from "./connection.js";
import { emit, find, make, on, page, short, word } from "./page.js";
import { paintOutput } from "./surface.js";

// In a pack these buttons have nothing to do; why not, and what they else say.
const NO_STEPS = "The networks of a pack train whole epochs: there is no single step";
const STEPPING = ["step", "phase-update"].map((id) => [find(id), find(id).title]);
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
  on("palette", () => { if (page.frame && page.frame.number === page.lesson?.number) draw(page.frame); });
  find("drag").oninput = () => show(Number(find("drag").value));
  // Browsers take no new address for each step of a handle.
  find("drag").onchange = () => emit("view");
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
  for (const [button, title] of STEPPING) Object.assign(button, { disabled: is, title: is ? NO_STEPS : title });
  if (!is && page.view.member) { page.view.member = 0; emit("view"); }
  document.querySelector('[data-table="pack"]').hidden = !is;
  find("pack-words").textContent = is
    ? `Eight networks that differ in ${word(path)} only, trained at once by one compiled program. Below each: its best ${page.lesson.points.some((point) => point[3]) ? "validation" : "training"} loss. A pack trains whole epochs, so there is no single step.`
    : "Train eight networks at once that differ in one setting, and drag along them.";
  pictures = values.map(() => new Picture(sides.member, sides.member));
  find("strip").replaceChildren(...values.map((value, member) => {
    const button = make("button", { onclick: () => { show(member); emit("view"); } }, make("canvas"), make("span", { textContent: short(value) }), make("small", { textContent: "–" }));
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
