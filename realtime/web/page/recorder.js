// Records what is shown, without the time code, into an MP4 file for download, marked as made: in the visitor's browser,
// so that the server neither stores it nor works for it, and so that there is sound on every connection.
// Knows pictures, sound and time; what an MP4 is, mediabunny knows, which is loaded with the first recording.

import { saveAs } from "./save_as.js";
import { drawBelowStrip } from "./timecode.js";
import { t } from "./words.js";

// As realtime/outputs/provenance.py, which says why: a test compares them.
const MARK = "Made with liveswap: faces in this picture were replaced. http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
const VIDEO_CODECS = ["avc", "vp9", "av1"], SOUND_CODECS = ["aac", "opus"]; // what plays in most places first
const BITS_AT_720P = 6_000_000, SOUND_BITS = 128_000;
const KEY_FRAME_S = 2;

export class Recorder {
  #zero = null; // performance.now() when all was ready: what the camera saw before is not recorded
  #last = -1;
  #isBusy = false;

  /** Ready to record. size: of the picture, "WxH". sound: the tracks to record beside it. Throws an Error in words. */
  static async begin(size, sound) {
    if (!window.VideoEncoder) throw new Error(t("noRecorder"));
    const recorder = new Recorder(size);
    await recorder.#open(await import("./vendor/mediabunny.js"), sound[0]);
    recorder.#zero = performance.now();
    return recorder;
  }

  constructor(size) {
    [this.width, this.height] = size.split("x").map(Number);
    this.canvas = document.createElement("canvas");
    [this.canvas.width, this.canvas.height] = [this.width, this.height];
    this.file = new GrowingFile();
  }

  async #open(media, track) {
    const { width, height } = this, bitrate = Math.round(BITS_AT_720P * ((width * height) / (1280 * 720)) ** 0.75);
    const codec = await media.getFirstEncodableVideoCodec(VIDEO_CODECS, { width, height, bitrate });
    if (!codec) throw new Error(t("noRecorder"));
    this.output = new media.Output({ format: new media.Mp4OutputFormat({ fastStart: false }), target: new media.StreamTarget(this.file.writable) });
    this.output.setMetadataTags({ comment: MARK });
    this.pictures = new media.CanvasSource(this.canvas, { codec, bitrate, keyFrameInterval: KEY_FRAME_S, latencyMode: "realtime" });
    this.output.addVideoTrack(this.pictures);
    const heard = track && (await media.getFirstEncodableAudioCodec(SOUND_CODECS, { bitrate: SOUND_BITS }));
    if (heard) this.output.addAudioTrack(this.#soundOf(media, track, heard));
    await this.output.start();
  }

  #soundOf(media, track, codec) {
    let shift = null;
    const inStep = (sample) => {
      if (this.#zero === null) return null;
      shift ??= (performance.now() - this.#zero) / 1000 - sample.duration - sample.timestamp;
      if (sample.timestamp + shift < 0) return null;
      sample.setTimestamp(sample.timestamp + shift);
      return sample;
    };
    const source = new media.MediaStreamAudioTrackSource(track, { codec, bitrate: SOUND_BITS, transform: { process: inStep } });
    source.errorPromise.catch((error) => (this.error = error));
    return source;
  }

  /** Take what is shown now. wide, high: of the picture with its strip. taken: when the camera saw it, performance.now(). */
  async add(shown, wide, high, taken) {
    let seconds = (taken - this.#zero) / 1000;
    if (this.#isBusy || seconds < 0 || seconds <= this.#last) return;
    if (this.#last < 0) seconds = 0; // the first one is seen from the beginning, as sound is heard, however late it comes
    [this.#isBusy, this.#last] = [true, seconds];
    drawBelowStrip(this.canvas, shown, wide, high);
    await this.#put(seconds);
    this.#isBusy = false;
  }

  /** The last picture is seen to the end, as sound is heard, though none came any more. seconds: when that is. */
  async #holdLast(seconds) {
    if (this.#last >= 0 && seconds > this.#last) await this.#put(seconds);
  }

  /** What the canvas shows, from then on. */
  async #put(seconds) {
    try {
      await this.pictures.add(seconds);
    } catch (error) {
      this.error = error;
    }
  }

  /** End, and offer the file. Throws what went wrong meanwhile, once what there is was offered. */
  async save() {
    await this.#holdLast((performance.now() - this.#zero) / 1000);
    await this.output.finalize();
    saveAs(this.file.blob(), `liveswap-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.mp4`);
    if (this.error) throw this.error;
  }
}

/** What an MP4 is written to: it grows at its end, and at last its beginning, which says how much there is, is corrected. */
class GrowingFile {
  #beginning = null;
  #rest = []; // blobs, which a browser keeps on its disk when they are many
  #length = 0;
  writable = new WritableStream({ write: (chunk) => this.#write(chunk) });

  blob() {
    return new Blob([this.#beginning, ...this.#rest], { type: "video/mp4" });
  }

  #write({ data, position }) {
    if (this.#beginning === null) this.#beginning = data.slice();
    else if (position === this.#length) this.#rest.push(new Blob([data]));
    else return this.#beginning.set(data, position);
    this.#length += data.length;
  }
}
