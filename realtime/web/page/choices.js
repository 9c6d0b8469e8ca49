// What the visitor chose, at any time: told to every session before its first picture is shown, and kept over reloads.
// But nothing is kept that shows somebody as they are: whoever comes back does not expect it. Knows elements and the
// words of `liveswap ctl`; knows no connection.

import { whyNoBadge } from "./badge.js";
import { ofVisitor } from "./kept.js";

const $ = (id) => document.getElementById(id);
const LOOK = ["swapper", "strength", "iris", "mouth", "enhancer", "enhancer_blend", "live-faces", "when-lost", "strangers", "hands", "mirror", "badge", "caption"];
const WORDS = { "live-faces": "faces", enhancer_blend: "enhancer-blend" }; // of `liveswap ctl`, where they are not the element's id
const DEVICES = ["camera", "quality", "size", "microphone", "transport"];
const LINKED = ["face", "swapper", "strength", "iris", "mouth", "enhancer", "enhancer_blend", "live-faces", "mirror", "quality"]; // neither words, nor marks, nor who is bare
const KEPT = "choices", FOR_THIS_VISIT = { "when-lost": "pass", strangers: "leave", badge: "off" }; // or what begins so

const said = (id, value) => `${WORDS[id] ?? id} ${value}`;
const read = (element) => (element.type === "checkbox" ? ["off", "on"][Number(element.checked)] : element.value);

/** The command that has the badge speak the page's language. */
export const speaks = () => `badge-language ${document.documentElement.lang}`;

function offers({ options, type, min, max }, value) {
  if (options) return [...options].some((one) => one.value === value);
  if (type === "checkbox") return /^(on|off)\b/.test(value);
  return type !== "range" || (value !== "" && Number(value) >= Number(min) && Number(value) <= Number(max));
}

/** Have an element show a choice, if it offers that. */
function write(element, value) {
  if (element.type === "checkbox") element.checked = value === "on";
  else if (offers(element, value)) element.value = value;
}

/** What a link asks for (#live?faces=all&strength=0.7), which is then taken out of the address: a reload keeps what was chosen since. */
function* linked() {
  const [tab, asked] = location.hash.split("?");
  if (!asked) return;
  const said = new URLSearchParams(asked);
  for (const id of LINKED) if (said.has(WORDS[id] ?? id)) yield [id, said.get(WORDS[id] ?? id)];
  history.replaceState(null, "", tab);
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
    for (const [id, value] of linked()) this.choose(id, value);
  }

  /** Remember it. what: an element's id, or "face". Returns the command that says so. */
  choose(what, value) {
    this.#made[what] = value;
    this.#fit();
    const kept = Object.entries(this.#made).filter(([id, chosen]) => !(id in FOR_THIS_VISIT && chosen.startsWith(FOR_THIS_VISIT[id])));
    ofVisitor?.setItem(KEPT, JSON.stringify(Object.fromEntries(kept)));
    return said(what, value);
  }

  /** Which of these faces to wear; the first unless another one was chosen. */
  face(names) {
    return names.includes(this.#made.face) ? this.#made.face : names[0];
  }

  /** What the server offers, and how faces are put on unless the visitor says otherwise: see GET /info. */
  offer({ swappers, enhancers, look, who, hands }) {
    $("swapper").replaceChildren(...swappers.map((name) => new Option(name, name)));
    $("enhancer").append(...enhancers.map((name) => new Option(name, name)));
    $("enhancers").hidden = $("blends").hidden = !enhancers.length;
    $("hands").parentElement.hidden = !hands;
    if (!offers($("live-faces"), who)) $("live-faces").append(new Option(who, who)); // a number of faces
    for (const [id, value] of Object.entries({ ...look, "live-faces": who })) write($(id), String(value ?? "none"));
    this.#fit();
  }

  /** Networks paint their own eyes; without an enhancer there is nothing to blend. */
  #fit() {
    $("iris").disabled = $("swapper").value !== "mesh";
    $("enhancer_blend").disabled = $("enhancer").value === "none";
  }

  /** How faces are put on in photos and videos, and what these say of themselves; the badge speaks the page's language. */
  get look() {
    const [swapper, iris, mouth, enhancer] = ["swapper", "iris", "mouth", "enhancer"].map((id) => $(id).value);
    const no_badge = this.#made.badge?.startsWith("off ") ? this.#made.badge.slice(4) : undefined;
    const says = { badge_language: document.documentElement.lang, caption: this.#made.caption ?? "", no_badge };
    return { swapper, iris, mouth, enhancer: enhancer === "none" ? null : enhancer, enhancer_blend: Number($("enhancer_blend").value), strength: Number($("strength").value), ...says };
  }

  /** Show in the page's elements what was chosen, now that they have their options. */
  restore() {
    for (const id of [...LOOK, ...DEVICES]) if (id in this.#made) write($(id), this.#made[id]);
    this.#fit();
  }

  /** What a new session is to be told. names: of the faces that it has. */
  commands(names) {
    const look = LOOK.filter((id) => id in this.#made && !$(id).parentElement.hidden && offers($(id), this.#made[id])).map((id) => said(id, this.#made[id]));
    look.unshift(speaks());
    return names.includes(this.#made.face) ? [...look, `face ${this.#made.face}`] : look;
  }
}
