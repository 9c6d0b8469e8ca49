// The button that records. Knows whether a recording is under way; what it is made of is recorder.js's business.

import { Recorder } from "./recorder.js";
import { t } from "./words.js";

const button = document.getElementById("record");

export class Recording {
  #recorder = null;

  /** One picture is shown, see Recorder.add. */
  add(shown, wide, high, taken) {
    this.#recorder?.add(shown, wide, high, taken);
  }

  /** Begin or end. size, sound: see Recorder.begin; isWanted() says whether there is still something to record. */
  async toggle(size, sound, isWanted) {
    if (this.#recorder) return await this.end();
    button.disabled = true; // until it is known what the next press means
    try {
      const recorder = await Recorder.begin(size, sound);
      if (isWanted()) this.#show(recorder);
    } finally {
      button.disabled = !isWanted();
    }
  }

  /** End what is under way, if anything is, and offer the file. */
  async end() {
    const done = this.#recorder;
    this.#show(null);
    await done?.save();
  }

  #show(recorder) {
    this.#recorder = recorder;
    button.setAttribute("aria-pressed", recorder !== null);
    button.textContent = t(recorder ? "stopRecording" : "record");
  }
}
