// The photo tab: a photo comes, its faces are marked, and a click has one of them wear the face that is chosen beside it.
// The server keeps the photo until the next one. Knows pictures and clicks; knows no camera and no connection.

import { sendFile, sendJson } from "./api.js";
import { Newest } from "./newest.js";
import { showPicture } from "./picture.js";
import { saveAs } from "./save_as.js";
import { snapshot } from "./snapshot.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

export class Photo {
  #faces = [];
  #wear = new Map(); // by the number of a face in the photo, the name of the face it wears
  #isClicked = false; // whether the visitor said who wears what
  #newest = new Newest(() => this.#showWorn());

  /** chosen() is the name of the face that is put on, look() how, see Choices.look. onProblem(error or null). */
  constructor({ chosen, look, onProblem }) {
    [this.chosen, this.look, this.onProblem] = [chosen, look, onProblem];
    $("take").onclick = () => this.#take().catch(onProblem);
    $("compare-photo").oninput = ({ target }) => $("photo").style.setProperty("--split", `${target.value}%`);
    $("photo-others").onchange = () => this.refresh();
    $("download").onclick = () => this.#download();
  }

  /** Take a picture file: whoever is largest in it wears the chosen face at once. */
  async open(file) {
    if (!file) return;
    this.#busy(t("reading", { name: file.name }));
    $("download").disabled = true;
    try {
      const facts = await sendFile("/photo", file);
      [this.#faces, this.name] = [facts.faces, file.name.replace(/\.[^.]*$/, "")];
      this.#wear = new Map(facts.faces.length ? [[0, this.chosen()]] : []);
      this.#isClicked = false;
      $("photo").style.aspectRatio = `${facts.width} / ${facts.height}`;
      $("photo-hint").hidden = true;
      await showPicture($("target"), await this.#made({}, "jpeg", "leave"));
      this.#mark(facts);
      if (!facts.faces.length) throw new Error(t("nobodyInPhoto"));
      await this.refresh();
    } catch (error) {
      this.onProblem(error);
    } finally {
      this.#busy("");
    }
  }

  /** Take a picture with the camera, and open it. */
  async #take() {
    this.onProblem(null);
    await this.open(await snapshot(t("photo")));
  }

  /** Another face was chosen: whoever wears one unasked, or is the only one, wears that now; else the next click decides. */
  async choose(name) {
    if (this.#wear.size === 1 && (!this.#isClicked || this.#faces.length === 1)) this.#wear.set([...this.#wear.keys()][0], name);
    await this.refresh();
  }

  /** Show what is worn now. */
  async refresh() {
    if (!this.#faces.length) return;
    this.#name();
    await this.#newest.ask();
  }

  async #showWorn() {
    this.#busy(t("swapping"));
    try {
      this.onProblem(null);
      await showPicture($("result"), await this.#made(Object.fromEntries(this.#wear), "jpeg"));
      $("download").disabled = false;
    } catch (error) {
      this.onProblem(error);
    } finally {
      this.#busy("");
    }
  }

  async #made(wear, format, strangers = $("photo-others").value) {
    return (await sendJson("/photo/swapped", { wear, format, strangers, ...this.look() })).blob();
  }

  #mark({ width, height, faces }) {
    const marks = faces.map(([left, top, right, bottom], number) => {
      const mark = document.createElement("button");
      Object.assign(mark.style, { left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`, width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%` });
      mark.onclick = () => this.#toggle(number);
      return mark;
    });
    $("marks").replaceChildren(...marks);
    $("result").hidden = true;
    this.#name();
  }

  #name() {
    for (const [number, mark] of [...$("marks").children].entries()) {
      const worn = this.#wear.get(number);
      mark.setAttribute("aria-pressed", worn !== undefined);
      mark.setAttribute("aria-label", worn ? t("faceWears", { number: number + 1, name: worn }) : t("faceIsOwn", { number: number + 1 }));
      mark.textContent = worn ?? "";
    }
  }

  async #toggle(number) {
    this.#isClicked = true;
    if (this.#wear.get(number) === this.chosen()) this.#wear.delete(number);
    else this.#wear.set(number, this.chosen());
    await this.refresh();
  }

  async #download() {
    const format = $("format").value;
    try {
      saveAs(await this.#made(Object.fromEntries(this.#wear), format), `${this.name}-liveswap.${format}`);
    } catch (error) {
      this.onProblem(error);
    }
  }

  #busy(words) {
    $("working").textContent = words;
    $("working").hidden = !words;
  }
}
