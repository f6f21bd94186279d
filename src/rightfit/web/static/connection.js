// The socket. A frame is asked for once the last one is drawn, so that none ever waits in line.

import { emit, page } from "./page.js";

let socket = null;
let asked = false;
export const frames = { count: 0, times: [] };

export function connect() {
  socket = new WebSocket(new URL("socket", location.href.split("#")[0]).href.replace(/^http/, "ws"));
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }) => (typeof data === "string" ? hear(JSON.parse(data)) : draw(data));
  socket.onclose = () => emit("closed");
}

export function tell(command, rest = {}) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: command, ...rest }));
}

export function ask() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => tell("frame"));
}

export function change() {
  tell("open", { settings: { ...page.settings, ...page.wrong }, table: page.table?.key ?? null });
}

function hear(message) {
  if (message.kind === "lesson") {
    page.lesson = message;
    page.records = [];
    page.batch = null;
  }
  emit(message.kind, message);
}

function draw(data) {
  asked = false;
  const size = new DataView(data).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size)));
  // A frame of a lesson that is gone would not fit the new one's shape.
  if (page.lesson && header.number === page.lesson.number) {
    let start = 4 + size;
    const [weights, surfaces, strip] = header.parts.map((length) => {
      const part = new Uint8Array(data, start, length);
      start += length;
      return part;
    });
    header.weights = new Float32Array(data, weights.byteOffset, weights.byteLength / 4);
    Object.assign(header, split(surfaces), { strip });
    if (header.from_start) page.records = [];
    page.records.push(...header.records);
    if (header.look) page.batch = header.look;
    page.frame = header;
    emit("frame", header);
    frames.count += 1;
    frames.times.push(performance.now());
    if (frames.times.length > 4000) frames.times.splice(0, 2000);
  } else if (header.training) {
    emit("training", header.training);
  }
  ask();
}

function split(bytes) {
  const planes = 2 * page.lesson.sides.output ** 2;
  return { output: bytes.subarray(0, planes), units: bytes.subarray(planes) };
}
