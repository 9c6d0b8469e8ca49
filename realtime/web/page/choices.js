// What the visitor chose, at any time: told to every session before its first picture is shown, and kept over reloads.
// But nothing is kept that shows somebody as they are: whoever comes back does not expect it. Knows elements and the
// words of `liveswap ctl`; knows no connection.

import { whyNoBadge } from "./badge.js";
import { ofVisitor } from "./kept.js";

const $ = (id) => document.getElementById(id);
const LOOK = ["swapper", "strength", "when-lost", "strangers", "mirror", "badge", "caption"], DEVICES = ["camera", "quality", "size", "microphone", "transport"];
const KEPT = "choices", FOR_THIS_VISIT = { "when-lost": "pass", strangers: "leave", badge: "off" }; // or what begins so

const read = (element) => (element.type === "checkbox" ? ["off", "on"][Number(element.checked)] : element.value);

/** The command that has the badge speak the page's language. */
export const speaks = () => `badge-language ${document.documentElement.lang}`;

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
    $("badge").onchange = async ({ target }) => {
      const reason = target.checked ? "" : await whyNoBadge();
      target.checked = !reason;
      onLook(this.choose("badge", reason ? `off ${reason}` : "on"));
    };
    for (const id of DEVICES) $(id).onchange = () => (this.choose(id, read($(id))), onDevice(id));
  }

  /** Remember it. what: an element's id, or "face". Returns the command that says so. */
  choose(what, value) {
    this.#made[what] = value;
    const kept = Object.entries(this.#made).filter(([id, chosen]) => !(id in FOR_THIS_VISIT && chosen.startsWith(FOR_THIS_VISIT[id])));
    ofVisitor?.setItem(KEPT, JSON.stringify(Object.fromEntries(kept)));
    return `${what} ${value}`;
  }

  /** Which of these faces to wear; the first unless another one was chosen. */
  face(names) {
    return names.includes(this.#made.face) ? this.#made.face : names[0];
  }

  /** What a picture is to say of itself, as orders have it; the badge speaks the page's language. */
  get disclosure() {
    const no_badge = this.#made.badge?.startsWith("off ") ? this.#made.badge.slice(4) : undefined;
    return { badge_language: document.documentElement.lang, caption: this.#made.caption ?? "", no_badge };
  }

  /** Show in the page's elements what was chosen, now that they have their options. */
  restore() {
    for (const id of [...LOOK, ...DEVICES]) if (id in this.#made) write($(id), this.#made[id]);
  }

  /** What a new session is to be told. names: of the faces that it has. */
  commands(names) {
    const look = [speaks(), ...LOOK.filter((id) => id in this.#made).map((id) => `${id} ${this.#made[id]}`)];
    return names.includes(this.#made.face) ? [...look, `face ${this.#made.face}`] : look;
  }
}
