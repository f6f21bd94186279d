// Canvases that are sharp on every screen, and small pictures that become large ones.

export function fit(canvas, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  const width = canvas.clientWidth;
  const tall = height ?? canvas.clientHeight;
  if (height) canvas.style.height = `${height}px`;
  const size = [Math.round(width * ratio), Math.round(tall * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height: tall };
}

export class Picture {
  constructor(width, height) {
    this.canvas = document.createElement("canvas");
    this.resize(width, height);
  }

  resize(width, height) {
    if (this.width === width && this.height === height) return;
    [this.width, this.height] = [width, height];
    [this.canvas.width, this.canvas.height] = [width, height];
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  shade(bytes, shades) {
    const { pixels } = this;
    for (let place = 0; place < bytes.length; place += 1) pixels[place] = shades[bytes[place]];
    this.context.putImageData(this.image, 0, 0);
  }

  // The most probable class and its probability, plane after plane.
  classes(bytes, tables) {
    const half = bytes.length / 2;
    const floor = 255 / tables.length;
    for (let place = 0; place < half; place += 1) {
      const sure = Math.max(0, (bytes[half + place] - floor) / (255 - floor));
      this.pixels[place] = tables[bytes[place]][Math.round(255 * sure)];
    }
    this.context.putImageData(this.image, 0, 0);
  }
}
