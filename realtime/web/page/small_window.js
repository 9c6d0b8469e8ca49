// The swapped picture in a small window above all others (picture in picture). Like the frame it never shows the camera,
// and nothing while there is no swapped picture. Knows pictures; knows no connection.

import { drawBelowStrip } from "./timecode.js";

const RATE = 30;
const button = document.getElementById("small-window");

export class SmallWindow {
  #canvas = document.createElement("canvas");
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });

  constructor() {
    button.hidden = !document.pictureInPictureEnabled;
    this.#video.onleavepictureinpicture = () => button.setAttribute("aria-pressed", false);
  }

  /** Open it, or close it. Throws what the browser says against it. */
  async toggle() {
    if (document.pictureInPictureElement) return await document.exitPictureInPicture();
    [this.#canvas.width, this.#canvas.height] = document.getElementById("size").value.split("x").map(Number);
    this.clear();
    this.#video.srcObject = this.#canvas.captureStream(RATE);
    await this.#video.play();
    await this.#video.requestPictureInPicture();
    button.setAttribute("aria-pressed", true);
  }

  /** One picture is shown. */
  add(shown, wide, high) {
    if (document.pictureInPictureElement) drawBelowStrip(this.#canvas, shown, wide, high);
  }

  /** There is none to show. */
  clear() {
    this.#canvas.getContext("2d", { alpha: false }).fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }
}
