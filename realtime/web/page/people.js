// The people of a video as pictures to click: a click puts the chosen face on, where they can be told apart, or shows
// where they are seen. Knows people and who wears what; knows no requests but those for their pictures.

import { ask } from "./api.js";
import { clock } from "./trim.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

export class People {
  #wear = new Map(); // by the number of a person, the name of the face they wear
  #pictures = new Map();
  #video = null;

  /** chosen() is the name of the face that is put on. onClick(seconds) is told when somebody who was clicked is seen. */
  constructor({ chosen, onClick }) {
    [this.chosen, this.onClick] = [chosen, onClick];
  }

  /** Whether each wears a face of their own. */
  get isEach() {
    return $("video-faces").value === "each";
  }

  /** Who wears what, as the server takes it; null where nobody does. */
  get wear() {
    if (!this.isEach) return [this.chosen()];
    return this.#wear.size ? Object.fromEntries(this.#wear) : null;
  }

  /** The people of a video, or of none; nobody of another video wears anything. */
  show(video) {
    if (video?.id !== this.#video?.id) this.#wear.clear();
    this.#video = video;
    this.draw();
  }

  /** Another face was chosen: whoever is the only person wears that now; of several the next click decides. */
  choose(name) {
    if (this.#video?.people?.length === 1 && this.#wear.size) this.#wear.set(0, name);
    this.draw();
  }

  draw() {
    const people = this.#video?.people ?? null;
    $("looking").hidden = !this.#video || people !== null;
    $("nobody").hidden = !people || people.length > 0;
    $("click-people").hidden = !this.isEach || !people?.length;
    $("people").replaceChildren(...(people ?? []).map((person, number) => this.#row(person, number)));
  }

  #row(person, number) {
    const button = document.createElement("button"), picture = Object.assign(new Image(), { alt: "" }), row = document.createElement("li");
    const worn = this.isEach ? this.#wear.get(number) : undefined, at = clock(person.at_s);
    this.#picture(number).then((address) => (picture.src = address), () => {});
    button.append(picture, worn ?? at);
    button.disabled = this.isEach && !person.can_be_mapped;
    button.title = button.disabled ? t("personUnknowable", { number: number + 1 }) : "";
    button.setAttribute("aria-label", button.title || (worn ? t("personWears", { number: number + 1, name: worn }) : t("personIsSeen", { number: number + 1, at })));
    if (this.isEach) button.setAttribute("aria-pressed", worn !== undefined);
    button.onclick = () => this.#click(number);
    row.append(button);
    return row;
  }

  #click(number) {
    if (this.isEach && this.#wear.get(number) === this.chosen()) this.#wear.delete(number);
    else if (this.isEach) this.#wear.set(number, this.chosen());
    this.draw();
    $("people").children[number].firstChild.focus();
    this.onClick(this.#video.people[number].at_s);
  }

  /** Through fetch, since an <img> cannot send the token. */
  async #picture(number) {
    const path = `/videos/${this.#video.id}/people/${number}`;
    if (!this.#pictures.has(path)) this.#pictures.set(path, URL.createObjectURL(await (await ask(path)).blob()));
    return this.#pictures.get(path);
  }
}
