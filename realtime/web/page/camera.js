// The camera, copied to a canvas with the time code above it, which is what is sent.

import { note } from "./latency_parts.js";
import { drawTime, stripHeight } from "./timecode.js";
import { t } from "./words.js";

/** Ask for a camera and maybe a microphone. Throws an Error in words. */
export async function openCamera({ camera, size, microphone }) {
  if (!navigator.mediaDevices) throw new Error(t("cameraNeedsHttps"));
  const [width, height] = size.split("x").map(Number);
  const video = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 }, ...(camera ? { deviceId: { exact: camera } } : {}) };
  const audio = microphone === "none" ? false : { ...(microphone ? { deviceId: { exact: microphone } } : {}) };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio });
  } catch (error) {
    const said = new Error(SAID.includes(error.name) ? t(error.name) : t("cameraFails", { problem: error.message }));
    throw error.name === "NotAllowedError" ? Object.assign(said, howToAllow()) : said;
  }
}

/** In words and a picture, where this browser keeps what it was told. */
function howToAllow() {
  const { userAgent } = navigator;
  if (userAgent.includes("Firefox/")) return { hint: t("allowInFirefox"), picture: "page/allow/firefox.svg" };
  if (/Chrom(e|ium)\//.test(userAgent)) return { hint: t("allowInChrome"), picture: "page/allow/chrome.svg" };
  if (/iPhone|iPad/.test(userAgent)) return { hint: t("allowOnIphone"), picture: "page/allow/iphone.svg" };
  return { hint: t("allowInSafari"), picture: "page/allow/safari.svg" };
}

const SAID = ["NotAllowedError", "NotFoundError", "NotReadableError", "OverconstrainedError"];

/** Cameras and microphones by kind; names come once the visitor has allowed one. */
export async function listDevices() {
  const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const of = (kind) => found.filter((d) => d.kind === kind && d.deviceId).map((d, i) => [d.deviceId, d.label || `${kind} ${i + 1}`]);
  return { cameras: of("videoinput"), microphones: of("audioinput") };
}

/** Copies each picture of a video element, with its time, to a canvas. `onPicture` is called after each. */
export class StampedCopy {
  constructor(video, size) {
    [this.width, this.height] = size.split("x").map(Number);
    this.video = video;
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.width;
    this.canvas.height = this.height + stripHeight(this.width);
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.onPicture = () => {};
    this.delays = []; // ms, of each picture, from when the camera took it until it came here, where the browser tells
    this.stopped = false;
    this.#next();
  }

  stop() {
    this.stopped = true;
  }

  #next() {
    this.video.requestVideoFrameCallback((_, { captureTime }) => {
      if (this.stopped) return;
      note(this.delays, performance.now() - captureTime);
      drawTime(this.context, this.width, performance.now());
      this.#fit();
      this.onPicture();
      this.#next();
    });
  }

  /** The picture fills the space below the strip; what stands over at the sides is cut off. */
  #fit() {
    const { videoWidth: w, videoHeight: h } = this.video, top = this.canvas.height - this.height;
    const scale = Math.max(this.width / w, this.height / h), sw = this.width / scale, sh = this.height / scale;
    this.context.drawImage(this.video, (w - sw) / 2, (h - sh) / 2, sw, sh, 0, top, this.width, this.height);
  }
}
