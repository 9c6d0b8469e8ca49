// Which part of a video is wanted, and which of its frames is looked at: a strip of thumbnails with two handles, and a
// slider below. Knows times; asks for thumbnails through the function that it is given.

import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const THUMBNAILS = 8, STEP_S = 0.05, LEAST_S = 0.1;

/** 75.25 -> "1:15.3" */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;

export class Trim {
  #length = 0;
  #strips = 0; // how many were begun

  /** onAt() is called when another frame is to be looked at: also that at which a handle was let go. */
  constructor({ onAt }) {
    for (const id of ["trim-from", "trim-to"]) $(id).oninput = () => (this.#keepApart(id), this.#show());
    for (const id of ["trim-from", "trim-to"]) $(id).onchange = () => ((this.at = Number($(id).value)), onAt());
    $("at").oninput = () => (this.#show(), onAt());
  }

  /** The frame that is looked at, s. */
  get at() {
    return Number($("at").value);
  }

  set at(seconds) {
    $("at").value = seconds;
    this.#show();
  }

  /** [START, END] s; null for the whole video. */
  get part() {
    const [from, to] = [Number($("trim-from").value), Number($("trim-to").value)];
    const isWhole = from < STEP_S && to > this.#length - STEP_S;
    return isWhole ? null : [from, Math.max(to, from + LEAST_S)];
  }

  /** Another video. */
  open({ duration_s: length }) {
    this.#length = length;
    for (const id of ["trim-from", "trim-to", "at"]) Object.assign($(id), { min: 0, max: length.toFixed(3), step: STEP_S });
    [$("trim-from").value, $("trim-to").value] = [0, length];
    this.at = 0;
    $("strip").replaceChildren();
  }

  /** Fill the strip. thumbnail(seconds) resolves to an address. */
  async fill(thumbnail) {
    const strip = (this.#strips += 1), length = this.#length;
    const images = Array.from({ length: THUMBNAILS }, () => Object.assign(new Image(), { alt: "" }));
    $("strip").replaceChildren(...images);
    for (const [number, image] of images.entries()) {
      const address = await thumbnail((length * (number + 0.5)) / THUMBNAILS).catch(() => "");
      if (strip !== this.#strips) return; // another video was opened meanwhile
      if (address) image.src = address;
    }
  }

  /** Neither handle passes the other one. */
  #keepApart(moved) {
    const [from, to] = [$("trim-from"), $("trim-to")];
    if (Number(from.value) <= Number(to.value) - LEAST_S) return;
    if (moved === "trim-from") from.value = Math.max(0, Number(to.value) - LEAST_S);
    else to.value = Math.min(this.#length, Number(from.value) + LEAST_S);
  }

  #show() {
    const [from, to] = [Number($("trim-from").value), Number($("trim-to").value)];
    $("trim").style.setProperty("--from", `${(100 * from) / this.#length}%`);
    $("trim").style.setProperty("--to", `${100 - (100 * to) / this.#length}%`);
    for (const id of ["trim-from", "trim-to", "at"]) $(id).setAttribute("aria-valuetext", clock(Number($(id).value)));
    $("trim-from").style.zIndex = from > this.#length / 2 ? 3 : 2; // or it could not be moved back from under the other
    $("at-time").textContent = clock(this.at);
    $("part").textContent = t("part", { from: clock(from), to: clock(to), length: clock(to - from) });
  }
}
