// The beginning: read the address, open the socket, and let each part listen.

import { readAddress, writeAddress } from "./address.js";
import { startBatch } from "./batch.js";
import { startCode } from "./code.js";
import { ask, change, connect, frames, tell } from "./connection.js";
import { startCurve } from "./curve.js";
import { startTables } from "./datatables.js";
import { startForm } from "./form.js";
import { startNetwork } from "./network.js";
import { startPack } from "./pack.js";
import { emit, find, on, page } from "./page.js";
import { startTheme } from "./palette.js";
import { startPoints } from "./points.js";
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
on("train", () => tell(find("train-all").dataset.running === "true" ? "stop_training" : "train"));

startTheme();
startForm();
startPoints();
startNetwork();
startSurface();
startCurve();
startUnit();
startBatch();
startPack();
startTables();
startStatus();
startCode();
startTour();

on("hello", () => {
  find("speed").value = page.view.speed;
  tell("speed", { speed: page.view.speed });
  tell("show", { batch: true });
  emit("settings");
  change();
  ask();
});

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
find("show-kept").onchange = () => tell("show", { kept: find("show-kept").checked });
addEventListener("hashchange", () => { readAddress(); emit("settings"); change(); });

window.playground = { page, frames };
connect();
