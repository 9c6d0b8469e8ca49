// A video on its way to the server, in pieces: after a lost connection it goes on by itself, after a reload once the same
// file is opened again. Knows files and bytes; knows nothing of what is in them.

import { askJson, sendJson } from "./api.js";

const FIRST = 512 * 1024, QUICK_MS = 1500, SLOW_MS = 8000, RETRY_MS = 2000;

/** What is on its way. onProgress(share 0..1, isWaiting) is told how far it is. */
export class VideoUpload {
  #isOver = false;

  /** file: a File. limits: of the server, see GET /videos. */
  constructor(file, limits, onProgress) {
    [this.file, this.most, this.onProgress] = [file, limits.piece_bytes, onProgress];
  }

  /** Go on with one of these videos if it is this file, else begin. Returns what the server knows of it; null once stopped. */
  async send(videos) {
    const { name, size } = this.file;
    const begun = videos.find((one) => one.state === "arriving" && one.name === name && one.bytes === size);
    this.video = begun ?? (await (await sendJson("/videos", { name, bytes: size })).json());
    let length = Math.min(FIRST, this.most);
    while (!this.#isOver && this.video.state === "arriving") {
      this.onProgress(this.video.uploaded / size, false);
      const began = performance.now();
      if (!(await this.#piece(length))) continue;
      const took = performance.now() - began;
      if (took < QUICK_MS) length = Math.min(2 * length, this.most);
      if (took > SLOW_MS) length = Math.max(length / 2, FIRST / 8);
    }
    return this.#isOver ? null : this.video;
  }

  /** Send no more. */
  stop() {
    this.#isOver = true;
  }

  /** Returns whether it came; if not, where to go on is known again. */
  async #piece(length) {
    const from = this.video.uploaded, path = `/videos/${this.video.id}`;
    const options = { method: "PATCH", headers: { "Upload-Offset": String(from) }, body: this.file.slice(from, from + length) };
    try {
      this.video = await askJson(path, options);
      return true;
    } catch (error) {
      if (![0, 408, 409, 502, 503, 504].includes(error.status)) throw error;
      await this.#whereWeAre(path, error.status !== 409);
      return false;
    }
  }

  /** Ask until the server is there again. */
  async #whereWeAre(path, isAway) {
    while (!this.#isOver) {
      if (isAway) {
        this.onProgress(this.video.uploaded / this.file.size, true);
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
      try {
        this.video = await askJson(path);
        return;
      } catch (error) {
        if (error.status) throw error;
        isAway = true;
      }
    }
  }
}
