// On paper: light colours, and instead of the controls a line that says how they stand.

import { find, page, short, word } from "./page.js";
import { setTheme } from "./palette.js";

let before = "";

export function startPrint() {
  addEventListener("beforeprint", () => {
    before = document.documentElement.dataset.theme;
    find("printed").textContent = settings();
    setTheme("light");
  });
  addEventListener("afterprint", () => setTheme(before));
}

function settings() {
  const own = page.settings.data === "own";
  const left = own ? ["n_rows", "noise", "data_seed"] : ["target", "x", "y"];
  const said = page.declared.filter(({ name }) => !left.includes(name)).map(({ name }) => `${name === "n_rows" ? "How many" : word(name)}: ${valueOf(page.settings[name])}`);
  return `${said.join(" · ")}.`;
}

function valueOf(value) {
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (value === null || value === "") return "none";
  return typeof value === "number" ? short(value) : word(value);
}
