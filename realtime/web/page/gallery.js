// The faces that can be worn: shown, chosen, added and removed.

import { ask, askJson, sendFile } from "./api.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

/** onWear(name) is called when a face is chosen, onProblem(error) when the server says no. */
export class Gallery {
  #pictures = new Map();

  constructor({ onWear, onProblem }) {
    this.onWear = onWear;
    this.onProblem = onProblem;
    $("upload").onchange = ({ target }) => this.add([...target.files]).finally(() => (target.value = ""));
  }

  /** Draw the faces anew. info: what the server has for this visitor. worn: the name of the one that is worn. */
  async show({ faces, own }, worn) {
    const rows = await Promise.all(faces.map((name) => this.#row(name, name === worn, own.includes(name))));
    $("faces").replaceChildren(...rows);
  }

  mark(worn) {
    for (const button of document.querySelectorAll("#faces .wear")) button.setAttribute("aria-pressed", button.title === worn);
  }

  async #row(name, isWorn, isOwn) {
    const row = document.createElement("li"), wear = document.createElement("button"), remove = document.createElement("button");
    const picture = new Image();
    picture.src = await this.#picture(name);
    picture.alt = "";
    wear.className = "wear";
    wear.title = name;
    wear.append(picture, name);
    wear.setAttribute("aria-pressed", isWorn);
    wear.onclick = () => this.onWear(name);
    remove.className = "remove";
    remove.textContent = "×";
    remove.setAttribute("aria-label", t("removeFace", { name }));
    remove.onclick = () => this.#remove(name);
    row.append(wear, ...(isOwn ? [remove] : []));
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

  /** Photos of faces to wear. */
  async add(files) {
    for (const file of files) {
      $("reading").textContent = t("reading", { name: file.name });
      $("reading").hidden = false;
      const query = new URLSearchParams({ name: file.name, consent: $("consent").checked ? "yes" : "no" });
      try {
        const { name } = await sendFile(`/faces?${query}`, file);
        this.#pictures.delete(name);
        await this.#refresh();
        this.onWear(name);
      } catch (error) {
        this.onProblem(error);
      }
    }
    $("reading").hidden = true;
    $("consent").checked = false; // it was for these
  }

  async #remove(name) {
    try {
      await ask(`/faces/${encodeURIComponent(name)}`, { method: "DELETE" });
      URL.revokeObjectURL(this.#pictures.get(name));
      this.#pictures.delete(name);
      await this.#refresh();
    } catch (error) {
      this.onProblem(error);
    }
  }

  async #refresh() {
    await this.show(await askJson("/info"), document.querySelector("#faces [aria-pressed=true]")?.title);
  }
}
