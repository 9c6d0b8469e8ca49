// Live, who is to be swapped is chosen by a click on them: everybody in view has a mark over the picture, which follows
// them while a choice is wanted. Knows marks and the numbers that the server gives people; sees no picture.

import { askJson } from "./api.js";
import { page } from "./state.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const FOLLOWS_MS = 250;
const percent = (share) => `${100 * share}%`;

export class Choosing {
  #chosen = new Set();
  #isAsking = false;

  /** say(command) tells the session. */
  constructor(say) {
    this.say = say;
    setInterval(() => this.#follow(), FOLLOWS_MS);
  }

  /** The command that begins it: whoever is swapped now is chosen. */
  begin() {
    this.#chosen = new Set((page.state?.people ?? []).filter(({ swapped }) => swapped).map(({ number }) => number));
    return this.#command();
  }

  /** A session begins, in which numbers are other people's. */
  forget() {
    this.#chosen.clear();
  }

  /** people: who is in view, as the server says; nobody where none is to be chosen. */
  show(people) {
    const marks = new Map([...$("people-marks").children].map((mark) => [Number(mark.dataset.number), mark]));
    for (const { number, box } of people) {
      const mark = marks.get(number) ?? this.#mark(number), [left, top, right, bottom] = box, isChosen = this.#chosen.has(number);
      marks.delete(number);
      Object.assign(mark.style, { left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top) });
      mark.setAttribute("aria-pressed", isChosen);
      mark.setAttribute("aria-label", isChosen ? t("personIsSwapped", { number }) : t("personIsNot", { number }));
    }
    for (const gone of marks.values()) gone.remove();
  }

  #mark(number) {
    const mark = document.createElement("button");
    mark.dataset.number = number;
    mark.onclick = () => this.#toggle(number);
    $("people-marks").append(mark);
    return mark;
  }

  #toggle(number) {
    if (!this.#chosen.delete(number)) this.#chosen.add(number);
    this.show(page.state?.people ?? []);
    this.say(this.#command());
  }

  #command() {
    return ["faces choose", ...this.#chosen].join(" ");
  }

  async #follow() {
    const id = page.transport?.id, isWanted = id && page.state?.faces === "choose" && !page.retrying;
    $("choose-hint").hidden = !isWanted;
    if (!isWanted) return this.show([]);
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const { people, faces } = await askJson(`/session/${id}`);
      if (page.transport?.id === id) this.show(faces === "choose" ? people : []);
    } catch {
      this.show([]); // live.js asks too, and says what is wrong
    } finally {
      this.#isAsking = false;
    }
  }
}
