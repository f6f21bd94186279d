// The whole state stands in the address, behind the #: what differs from the defaults.

import { page } from "./page.js";

const DEFAULTS = { speed: "quick", tour: 0, hide: [], unit: "", member: 0, kept: false, validation: true };
const VIEW = Object.keys(DEFAULTS);

export function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const settings = Object.fromEntries(page.declared.map((each) => [each.name, each.default]));
  page.wrong = {};
  Object.assign(page.view, DEFAULTS);
  for (const [name, text] of given) {
    const declared = page.declared.find((each) => each.name === name);
    const value = parsed(text, declared ? declared.default : DEFAULTS[name], name);
    if (VIEW.includes(name)) page.view[name] = value ?? DEFAULTS[name];
    else if (declared && value !== undefined) settings[name] = value;
    else page.wrong[name] = text;
  }
  page.settings = settings;
}

// Undefined for what is no number where one is needed.
const number = (text) => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : undefined);

function parsed(text, usual, name) {
  if (name === "hide") return text.split(",").filter(Boolean);
  if (name === "patience_epochs") return text === "none" ? null : number(text);
  if (Array.isArray(usual)) {
    const values = text === "none" || text === "" ? [] : text.split(",").map(number);
    return values.includes(undefined) ? undefined : values;
  }
  if (typeof usual === "boolean") return { true: true, false: false }[text];
  return typeof usual === "number" ? number(text) : text;
}

export function writeAddress() {
  history.replaceState(null, "", address(page.view.hide));
}

export function address(hide) {
  const parts = new URLSearchParams();
  const put = (name, value, usual) => {
    if (JSON.stringify(value) === JSON.stringify(usual)) return;
    const text = Array.isArray(value) ? value.join(",") || "none" : value === null ? "none" : String(value);
    parts.set(name, text);
  };
  for (const { name, default: usual } of page.declared) put(name, page.settings[name], usual);
  for (const name of VIEW) put(name, name === "hide" ? hide : page.view[name], DEFAULTS[name]);
  return "#" + parts.toString().replaceAll("%2C", ",");
}
