// The faces that can be worn: shown, chosen and removed. How they come is adding.js's business.

import { ask, askJson } from "./api.js";
import { forget } from "./given.js";
import { page } from "./state.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

/** onWear(name) is called when a face is chosen, onMore(name) for more photos of one, onProblem(error) when there is one. */
export class Gallery {
  #pictures = new Map();

  constructor({ onWear, onMore, onProblem }) {
    [this.onWear, this.onMore, this.onProblem] = [onWear, onMore, onProblem];
  }

  /** Draw the faces anew. info: what the server has for this visitor. worn: the name of the one that is worn. */
  async show({ faces, own, photos }, worn) {
    const rows = await Promise.all(faces.map((name) => this.#row(name, { isWorn: name === worn, isOwn: own.includes(name), count: photos[name] })));
    $("faces").replaceChildren(...rows);
  }

  mark(worn) {
    for (const button of document.querySelectorAll("#faces .wear")) button.setAttribute("aria-pressed", button.title === worn);
  }

  async #row(name, { isWorn, isOwn, count }) {
    const row = document.createElement("li"), wear = document.createElement("button"), picture = new Image();
    picture.src = await this.#picture(name);
    picture.alt = "";
    wear.className = "wear";
    wear.title = name;
    wear.append(picture, count > 1 ? t("photosOf", { name, count }) : name);
    wear.setAttribute("aria-pressed", isWorn);
    wear.onclick = () => this.onWear(name);
    row.append(wear);
    if (isOwn) row.append(small("more", "+", t("addToFace", { name }), () => this.onMore(name)), small("remove", "×", t("removeFace", { name }), () => this.#remove(name)));
    return row;
  }

  /** Through fetch, since an <img> cannot send the token. */
  async #picture(name) {
    if (!this.#pictures.has(name)) {
      const response = await ask(`/faces/${encodeURIComponent(name)}`);
      this.#pictures.set(name, URL.createObjectURL(await response.blob()));
    }
    return this.#pictures.get(name);
  }

  async #remove(name) {
    try {
      await ask(`/faces/${encodeURIComponent(name)}`, { method: "DELETE" });
      forget(name);
      await this.refresh(name);
    } catch (error) {
      this.onProblem(error);
    }
  }

  /** The server has others now. changed: a face whose picture may be another one. */
  async refresh(changed) {
    this.#forget(changed);
    page.info = await askJson("/info");
    await this.show(page.info, document.querySelector("#faces [aria-pressed=true]")?.title);
  }

  #forget(name) {
    URL.revokeObjectURL(this.#pictures.get(name));
    this.#pictures.delete(name);
  }
}

/** A small round button in the corner of a face. */
function small(className, sign, words, onclick) {
  const button = Object.assign(document.createElement("button"), { className, textContent: sign, onclick });
  button.setAttribute("aria-label", words);
  return button;
}
