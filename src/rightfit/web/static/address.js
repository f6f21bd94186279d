// The whole state stands in the address, behind the #: what differs from the defaults.

import { page } from "./page.js";

const VIEW = ["speed", "tour", "hide", "unit"];
const DEFAULTS = { speed: "quick", tour: 0, hide: [], unit: "" };

export function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const settings = Object.fromEntries(page.declared.map((each) => [each.name, each.default]));
  for (const { name, default: usual } of page.declared) {
    if (given.has(name)) settings[name] = parsed(given.get(name), usual, name);
  }
  page.settings = settings;
  for (const name of VIEW) {
    if (given.has(name)) page.view[name] = parsed(given.get(name), DEFAULTS[name], name);
  }
}

function parsed(text, usual, name) {
  if (name === "hide") return text.split(",").filter(Boolean);
  if (name === "patience_epochs") return text === "none" ? null : Number(text);
  if (Array.isArray(usual)) return text === "none" || text === "" ? [] : text.split(",").map(Number);
  return typeof usual === "number" ? Number(text) : text;
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
