// Records what is shown, without the time code, into a WebM file for download.

import { saveAs } from "./save_as.js";
import { stripShare } from "./timecode.js";

export class Recorder {
  #parts = [];

  /** size: of the picture, "WxH". sound: tracks to record beside it. */
  constructor(size, sound) {
    [this.width, this.height] = size.split("x").map(Number);
    this.canvas = document.createElement("canvas");
    [this.canvas.width, this.canvas.height] = [this.width, this.height];
    this.context = this.canvas.getContext("2d", { alpha: false });
    const stream = new MediaStream([...this.canvas.captureStream(30).getVideoTracks(), ...sound]);
    this.recorder = new MediaRecorder(stream);
    this.recorder.ondataavailable = ({ data }) => this.#parts.push(data);
    this.recorder.start(1000);
  }

  /** Take what is shown now. wide, high: of the picture with its strip. */
  add(shown, wide, high) {
    const strip = high * stripShare(this.width, this.height);
    this.context.drawImage(shown, 0, strip, wide, high - strip, 0, 0, this.width, this.height);
  }

  /** End, and offer the file. */
  async save() {
    const ended = new Promise((done) => (this.recorder.onstop = done));
    this.recorder.stop();
    await ended;
    saveAs(new Blob(this.#parts, { type: "video/webm" }), `liveswap-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.webm`);
  }
}
