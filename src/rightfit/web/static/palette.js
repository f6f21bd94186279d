// Colours come from theme.css; here they become tables from a shade to a pixel.

import { emit } from "./page.js";

const MARKS = ["low", "high", "third", "fourth", "fifth", "sixth"];
export const palette = {};

export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  for (const name of ["ink", "quiet", "line", "edge", "card", "paper", "neutral", "train", "validation", "kept", "gradient", "low", "high", "focus"]) palette[name] = of(name);
  palette.marks = MARKS.map(of);
  palette.tints = MARKS.map((name) => of(`${name}-tint`));
  const neutral = rgb(palette.neutral);
  const [low, high] = palette.tints.map(rgb);
  palette.shades = Uint32Array.from({ length: 256 }, (_, shade) => {
    const t = shade / 127.5 - 1;
    return pixel(mix(neutral, t < 0 ? low : high, Math.abs(t) ** 0.75));
  });
  // For points: the colours that stand out from every surface.
  const [darkest, brightest] = palette.marks.map(rgb);
  palette.numbers = Array.from({ length: 256 }, (_, shade) => {
    const t = shade / 127.5 - 1;
    return `rgb(${mix(neutral, t < 0 ? darkest : brightest, Math.abs(t)).map(Math.round).join(" ")})`;
  });
  palette.classes = palette.tints.map((tint) => Uint32Array.from({ length: 256 }, (_, shade) => pixel(mix(neutral, rgb(tint), (shade / 255) ** 1.4))));
  emit("palette");
}

export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  readPalette();
}

export function startTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  dark.addEventListener("change", () => { if (!chosen()) setTheme(dark.matches ? "dark" : "light"); });
  setTheme(chosen() ?? (dark.matches ? "dark" : "light"));
  document.getElementById("theme").onclick = () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", next); } catch { /* it lasts as long as the page */ }
    setTheme(next);
  };
}

function rgb(text) {
  return [1, 3, 5].map((start) => parseInt(text.slice(start, start + 2), 16));
}

const mix = (a, b, share) => a.map((value, place) => value + (b[place] - value) * share);

function pixel([red, green, blue]) {
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}

// Each class has a shape of its own: colour is never the only sign.
export const SHAPES = ["circle", "square", "triangle", "diamond", "plus", "star"];

export function trace(context, shape, x, y, r) {
  const path = { circle: 0, square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]], triangle: [[0, -1.15], [1.05, 0.8], [-1.05, 0.8]],
    diamond: [[0, -1.2], [1.1, 0], [0, 1.2], [-1.1, 0]],
    plus: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
    star: [[0, -1.3], [0.4, -0.45], [1.25, -0.4], [0.6, 0.2], [0.8, 1.1], [0, 0.6], [-0.8, 1.1], [-0.6, 0.2], [-1.25, -0.4], [-0.4, -0.45]] }[shape];
  context.beginPath();
  if (!path) { context.arc(x, y, r, 0, 2 * Math.PI); return; }
  path.forEach(([a, b], place) => (place ? context.lineTo(x + a * r, y + b * r) : context.moveTo(x + a * r, y + b * r)));
  context.closePath();
}

export function shapeIcon(place, hollow = false) {
  const mark = palette.marks[place];
  const inner = { circle: '<circle r="5.4"/>', square: '<rect x="-5" y="-5" width="10" height="10"/>', triangle: '<path d="M0-6.4 6 4.6H-6z"/>',
    diamond: '<path d="M0-6.6 6 0 0 6.6-6 0z"/>', plus: '<path d="M-2-6h4v4h4v4H2v4h-4V2h-4v-4h4z"/>', star: '<path d="M0-7 2-2.4 7-2 3.2 1 4.4 6 0 3.3-4.4 6-3.2 1-7-2-2-2.4z"/>' }[SHAPES[place]];
  return `<svg viewBox="-8 -8 16 16" aria-hidden="true"><g fill="${hollow ? "none" : mark}" stroke="${mark}" stroke-width="2">${inner}</g></svg>`;
}
