// What the visitor chose, at any time: told to every session before its first picture is shown, and kept over reloads.
// But nothing is kept that shows somebody as they are: whoever comes back does not expect it. Knows elements and the
// words of `liveswap ctl`; knows no connection.

import { ofVisitor } from "./kept.js";

const $ = (id) => document.getElementById(id);
const LOOK = ["swapper", "strength", "when-lost", "strangers", "mirror", "badge"], DEVICES = ["camera", "quality", "size", "microphone", "transport"];
const KEPT = "choices", FOR_THIS_VISIT = { "when-lost": "pass", strangers: "leave", badge: "off" };

const read = (element) => (element.type === "checkbox" ? ["off", "on"][Number(element.checked)] : element.value);

/** Have an element show a choice, if it offers that. */
function write(element, value) {
  if (element.type === "checkbox") element.checked = value === "on";
  else if (!element.options || [...element.options].some((one) => one.value === value)) element.value = value;
}

export class Choices {
  #made = JSON.parse(ofVisitor?.getItem(KEPT) ?? "{}");

  /** onLook(command) is called when how one looks was chosen, onDevice(id) when the camera or the connection was. */
  constructor({ onLook, onDevice }) {
    for (const id of LOOK) $(id).onchange = () => onLook(this.choose(id, read($(id))));
    for (const id of DEVICES) $(id).onchange = () => (this.choose(id, read($(id))), onDevice(id));
  }

  /** Remember it. what: an element's id, or "face". Returns the command that says so. */
  choose(what, value) {
    this.#made[what] = value;
    const kept = Object.entries(this.#made).filter(([id, chosen]) => FOR_THIS_VISIT[id] !== chosen);
    ofVisitor?.setItem(KEPT, JSON.stringify(Object.fromEntries(kept)));
    return `${what} ${value}`;
  }

  /** Which of these faces to wear; the first unless another one was chosen. */
  face(names) {
    return names.includes(this.#made.face) ? this.#made.face : names[0];
  }

  /** Show in the page's elements what was chosen, now that they have their options. */
  restore() {
    for (const id of [...LOOK, ...DEVICES]) if (id in this.#made) write($(id), this.#made[id]);
  }

  /** What a new session is to be told. names: of the faces that it has. */
  commands(names) {
    const look = LOOK.filter((id) => id in this.#made).map((id) => `${id} ${this.#made[id]}`);
    return names.includes(this.#made.face) ? [...look, `face ${this.#made.face}`] : look;
  }
}
