// The same as code, and the link.

import { address } from "./address.js";
import { tell } from "./connection.js";
import { emit, find, make, on, page, word } from "./page.js";
import { parts } from "./form.js";

// What a link can hide, where the page has no such word for it.
const PARTS = {
  transport: "Play and steps", speed: "Speed", tools: "Tour, Code, Link", data: "All of the points", own: "Your own table", n_rows: "How many points",
  data_seed: "Draw other points", layers: "Layers and units", batch: "One mini-batch", pack: "A pack along a path",
};
let table = null;

export function startCode() {
  find("open-code").onclick = () => tell("code");
  on("code", (code) => {
    find("python").textContent = code.python;
    find("command").textContent = code.command;
    find("code-note").textContent = code.changed_at === null
      ? `It trains the same network to epoch ${Math.max(code.epoch, 1)}, with the same losses.`
      : `Settings or weights were changed by hand in epoch ${code.changed_at}, which no code tells. Begin anew, and it does the same.`;
    table = code;
    find("code-dialog").showModal();
  });
  find("copy-python").onclick = () => copy(find("python").textContent, "The Python code is copied.");
  find("copy-command").onclick = () => copy(find("command").textContent, "The command is copied.");
  find("save-points").onclick = () => {
    const link = make("a", { href: URL.createObjectURL(new Blob([table.table], { type: "text/csv" })), download: table.file });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  find("open-link").onclick = () => {
    const fieldset = find("hide");
    const legend = fieldset.querySelector("legend");
    fieldset.replaceChildren(legend, ...parts().map((name) => {
      const box = make("input", { type: "checkbox", value: name, checked: page.view.hide.includes(name), onchange: write });
      return make("label", {}, box, ` ${PARTS[name] ?? word(name)}`);
    }));
    write();
    find("link-dialog").showModal();
  };
  find("copy-link").onclick = () => copy(find("link").value, "The link is copied.");
  for (const button of document.querySelectorAll("[data-close]")) button.onclick = () => button.closest("dialog").close();
}

function write() {
  const hidden = [...find("hide").querySelectorAll("input:checked")].map((box) => box.value);
  find("link").value = location.href.split("#")[0] + address(hidden);
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    emit("say", said);
  } catch {
    emit("say", "The browser does not let us copy: select the text and copy it.");
  }
}
