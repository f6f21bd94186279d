// The beginning: read the address, open the socket, and let each part listen.

import { readAddress, writeAddress } from "./address.js";
import { startBatch } from "./batch.js";
import { startCode } from "./code.js";
import { ask, change, connect, frames, tell } from "./connection.js";
import { startCurve } from "./curve.js";
import { startTables } from "./datatables.js";
import { startDrawings } from "./drawing.js";
import { startForm } from "./form.js";
import { startNetwork } from "./network.js";
import { startPack } from "./pack.js";
import { emit, find, on, page } from "./page.js";
import { startTheme } from "./palette.js";
import { startPoints } from "./points.js";
import { startPrint } from "./print.js";
import { startStatus } from "./status.js";
import { startSurface } from "./surface.js";
import { startTour } from "./tour.js";
import { startUnit } from "./unit.js";

on("hello", (hello) => {
  page.declared = hello.settings;
  page.paths = hello.paths;
  readAddress();
});

on("set", ({ restart = false, ...changes }) => {
  Object.assign(page.settings, changes);
  emit("settings");
  writeAddress();
  change();
  if (restart) tell("restart");
});

on("corrected", ({ settings }) => {
  Object.assign(page.settings, settings);
  page.wrong = {};
  emit("settings");
  writeAddress();
});

on("view", writeAddress);
on("chosen", writeAddress);
on("train", () => tell(find("train-all").dataset.running === "true" ? "stop_training" : "train", { table: page.table?.key ?? null }));

startTheme();
startForm();
startPoints();
startNetwork();
startSurface();
startCurve();
startUnit();
startBatch();
startDrawings();
startPack();
startTables();
startStatus();
startCode();
startTour();
startPrint();

on("hello", () => {
  open();
  ask();
});

// Shows what the address says.
function open() {
  const { speed, kept, validation, member } = page.view;
  find("speed").value = speed;
  find("show-kept").checked = kept;
  find("show-validation").checked = validation;
  tell("speed", { speed });
  emit("settings");
  change();
  // A pack must be there before one of its members can be shown.
  tell("show", { batch: true, kept, member: Math.max(0, Math.round(member)) });
  emit("opened");
}

find("play").onclick = () => {
  const plays = find("play").getAttribute("aria-pressed") !== "true";
  if (plays) emit("play");
  tell(plays ? "play" : "pause");
};
find("step").onclick = () => tell("step");
find("epoch").onclick = () => tell("epoch");
find("restart").onclick = () => tell("restart");
find("speed").onchange = () => {
  page.view.speed = find("speed").value;
  tell("speed", { speed: page.view.speed });
  writeAddress();
};
find("show-kept").onchange = () => {
  page.view.kept = find("show-kept").checked;
  tell("show", { kept: page.view.kept });
  writeAddress();
};
addEventListener("hashchange", () => { readAddress(); open(); });

window.playground = { page, frames };
connect();
