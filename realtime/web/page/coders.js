// Pictures to bytes and back: a video codec where the browser has WebCodecs, JPEG elsewhere.
// Knows pictures; knows nothing of connections.

const CODECS = { h264: "avc1.42002a", vp8: "vp8" }; // Baseline at level 4.2: 1920x1134 at 30 fps
const BITS_AT_720P = 2_800_000;
const JPEG_QUALITY = 0.8;
const REAL_CHANGE = 0.2;
const TRIED = 4, TRIAL_MS = 1000;

/**
 * What this browser does best for canvases of this size, by the names that the server knows.
 * on: { coded(bytes, ms) when a canvas is encoded, shown(picture, width, height), lost(count) of what cannot be shown }
 */
export async function bestCoder(width, height, on) {
  for (const [name, codec] of Object.entries(CODECS)) {
    const config = { codec, width, height, framerate: 30, bitrate: bits(width, height), latencyMode: "realtime" };
    if (name === "h264") config.avc = { format: "annexb" };
    if ((await isAble(config)) && (await isPrompt(config))) return new VideoCoder(name, config, on);
  }
  return new JpegCoder(on);
}

const bits = (width, height) => Math.round(BITS_AT_720P * ((width * height) / (1280 * 720)) ** 0.75);

async function isAble(config) {
  if (!window.VideoEncoder || !window.VideoDecoder) return false;
  try {
    const [out, back] = await Promise.all([VideoEncoder.isConfigSupported(config), VideoDecoder.isConfigSupported({ codec: config.codec })]);
    return out.supported && back.supported;
  } catch {
    return false;
  }
}

/** Whether pictures come out as they go in. Firefox's H.264 keeps some forty of them, which are two seconds. */
async function isPrompt(config) {
  const canvas = new OffscreenCanvas(config.width, config.height);
  canvas.getContext("2d"); // or there is no picture in it
  return await new Promise((done) => {
    const encoder = new VideoEncoder({ output: () => done(true), error: () => done(false) });
    encoder.configure(config);
    for (let n = 0; n < TRIED; n++) {
      const frame = new VideoFrame(canvas, { timestamp: n * 33_333 });
      encoder.encode(frame, { keyFrame: n === 0 });
      frame.close();
    }
    setTimeout(() => (encoder.state !== "closed" && encoder.close(), done(false)), TRIAL_MS);
  });
}

class VideoCoder {
  #needsBeginning = true;
  #inDecoder = 0;

  constructor(name, config, on) {
    Object.assign(this, { name, config, on, most: config.bitrate });
  }

  get isBusy() {
    return this.encoder?.encodeQueueSize > 0;
  }

  /** Make this share of the bits that help. */
  slowDown(share) {
    const wanted = Math.round(this.most * share);
    const now = this.config.bitrate, isBackAtMost = wanted === this.most && now < this.most;
    if (!isBackAtMost && Math.abs(wanted - now) < REAL_CHANGE * now) return;
    this.config.bitrate = wanted;
    if (this.encoder?.state === "configured") this.encoder.configure(this.config);
  }

  encode(canvas) {
    if (this.encoder?.state !== "configured") {
      this.encoder = new VideoEncoder({ output: (chunk) => this.on.coded(this.#bytesOf(chunk), Math.floor(chunk.timestamp / 1000)), error: () => this.beginAnew() });
      this.encoder.configure(this.config);
    }
    const frame = new VideoFrame(canvas, { timestamp: Math.round(performance.now() * 1000) });
    this.encoder.encode(frame, { keyFrame: this.#needsBeginning });
    this.#needsBeginning = false;
    frame.close();
  }

  /** The other side could not read on. */
  beginAnew() {
    this.#needsBeginning = true;
  }

  decode(data, canBegin) {
    if (this.decoder?.state !== "configured") {
      if (!canBegin) return this.on.lost(1);
      this.decoder = new VideoDecoder({ output: (frame) => this.#show(frame), error: () => this.#giveUp() });
      this.decoder.configure({ codec: this.config.codec, optimizeForLatency: true });
    }
    this.#inDecoder++;
    this.decoder.decode(new EncodedVideoChunk({ type: canBegin ? "key" : "delta", timestamp: performance.now() * 1000, data }));
  }

  #show(frame) {
    this.#inDecoder--;
    this.on.shown(frame, frame.displayWidth, frame.displayHeight);
  }

  #giveUp() {
    this.on.lost(this.#inDecoder);
    this.#inDecoder = 0;
  }

  #bytesOf(chunk) {
    const bytes = bytesOf(chunk);
    return this.name === "h264" ? withStartCodes(bytes) : bytes;
  }

  close() {
    for (const one of [this.encoder, this.decoder]) if (one && one.state !== "closed") one.close();
  }
}

class JpegCoder {
  name = "jpeg";
  isBusy = false;
  quality = JPEG_QUALITY;

  constructor(on) {
    this.on = on;
  }

  slowDown(share) {
    this.quality = Math.max(0.3, JPEG_QUALITY * share);
  }

  encode(canvas) {
    this.isBusy = true;
    const taken = Math.floor(performance.now());
    const encoded = async (blob) => {
      const bytes = new Uint8Array(await blob.arrayBuffer());
      this.isBusy = false;
      this.on.coded(bytes, taken);
    };
    canvas.toBlob(encoded, "image/jpeg", this.quality);
  }

  beginAnew() {}

  async decode(data) {
    try {
      const picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
      this.on.shown(picture, picture.width, picture.height);
    } catch {
      this.on.lost(1);
    }
  }

  close() {}
}

function bytesOf(chunk) {
  const bytes = new Uint8Array(chunk.byteLength);
  chunk.copyTo(bytes);
  return bytes;
}

/** Of H.264; WebKitGTK puts lengths in front of its parts though start codes were asked for. Changes the bytes. */
function withStartCodes(bytes) {
  const view = new DataView(bytes.buffer), begins = view.getUint32(0);
  if (begins === 1 || begins >>> 8 === 1) return bytes;
  for (let at = 0, length; at + 4 < bytes.length; at += 4 + length) {
    length = view.getUint32(at);
    view.setUint32(at, 1);
  }
  return bytes;
}
