// Small charts of the last minute.

const KEPT = 120;

/** A line on a canvas; `add` takes a number, or null for a gap. */
export class Chart {
  #values = [];

  constructor(canvas) {
    this.canvas = canvas;
  }

  add(value) {
    this.#values.push(value);
    if (this.#values.length > KEPT) this.#values.shift();
    this.#draw();
  }

  #draw() {
    const { canvas } = this, scale = devicePixelRatio, wide = canvas.clientWidth, high = canvas.clientHeight;
    canvas.width = wide * scale;
    canvas.height = high * scale;
    const context = canvas.getContext("2d"), most = Math.max(1, ...this.#values.filter((v) => v !== null)) * 1.15;
    context.scale(scale, scale);
    context.strokeStyle = getComputedStyle(canvas).getPropertyValue("--accent");
    context.lineWidth = 1.5;
    context.beginPath();
    let down = false;
    this.#values.forEach((value, i) => {
      if (value === null) return void (down = false);
      const x = ((i + KEPT - this.#values.length) / (KEPT - 1)) * wide, y = high - (value / most) * (high - 2) - 1;
      down ? context.lineTo(x, y) : context.moveTo(x, y);
      down = true;
    });
    context.stroke();
  }
}
