// Drawings that another part made, such as the two graphs: of one moment, which the page names.

import { tell } from "./connection.js";
import { tableOf } from "./datatables.js";
import { emit, find, make, on, page, short, word } from "./page.js";

let shown = null;

export function startDrawings() {
  on("hello", ({ drawings }) => find("drawings").replaceChildren(...drawings.map((name) => make("button", { textContent: name, onclick: () => tell("drawing", { name }) }))));
  on("drawing", show);
  on("frame", mark);
  // Another network or other points: what was drawn is gone.
  on("lesson", remove);
}

function remove() {
  shown = null;
  find("drawings").querySelector("figure")?.remove();
}

// The SVG stands in the page itself, so that currentColor and the theme's variables reach it.
function show(drawing) {
  if (drawing.number !== page.lesson?.number) return;
  const drawn = new DOMParser().parseFromString(drawing.svg, "image/svg+xml").documentElement;
  if (drawn.localName !== "svg") { emit("problem", { what: `The drawing ${drawing.name} could not be read.` }); return; }
  for (const script of drawn.querySelectorAll("script")) script.remove();
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", drawing.name);
  remove();
  shown = drawing;
  const figure = make("figure", {},
    make("figcaption", {}, make("strong", { id: "drawing-name", textContent: drawing.name }), " ", make("span", { id: "drawing-about", textContent: momentOf(drawing) }), " ", make("strong", { id: "drawing-old", className: "old", hidden: true })),
    region("wide", `${drawing.name}; wider than its place, scroll to see all`, document.importNode(drawn, true)),
    sheet(drawing.data, "Its operations as a table"));
  if (drawing.said) figure.append(make("p", { className: "said", textContent: drawing.said }));
  if (drawing.finding) figure.append(region("sheet", drawing.finding.title, table(drawing.finding)));
  figure.setAttribute("aria-labelledby", "drawing-name");
  figure.setAttribute("aria-describedby", "drawing-about");
  find("drawings").append(figure);
  mark();
  emit("say", `${drawing.name}: drawn.`);
}

function momentOf({ member, epoch, batch, n_batches }) {
  const { path, path_values: values } = page.lesson;
  const which = values.length ? `, of the network with ${word(path)} ${short(values[member])}` : "";
  return `Of the weights after ${epoch} ${epoch === 1 ? "epoch" : "epochs"}, over mini-batch ${batch + 1} of ${n_batches} in the next one${which}.`;
}

function mark() {
  if (!shown || !page.frame || page.frame.number !== shown.number) return;
  const old = find("drawing-old");
  const another = page.frame.member !== shown.member;
  old.hidden = !another && page.frame.moment === shown.moment;
  const why = another ? "Another network of the pack is shown now" : "The network has changed since";
  old.textContent = `${why}: draw it again.`;
}

const table = ({ title, header, rows }) => tableOf(title, header, rows);

function region(className, label, child) {
  const host = make("div", { className, tabIndex: 0 }, child);
  host.setAttribute("role", "region");
  host.setAttribute("aria-label", label);
  return host;
}

function sheet(content, summary) {
  const details = make("details", { className: "data" }, make("summary", { textContent: summary }));
  details.append(region("", content.title, table(content)));
  return details;
}
