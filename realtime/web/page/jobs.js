// What is being made of videos, and what was made: the queue with its progress, and results to play, save and delete.
// Everything is asked of the server anew, so a reload changes nothing. Knows jobs; knows nothing of how they are ordered.

import { ask, askJson, sendJson } from "./api.js";
import { clock } from "./trim.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const LOOK_MS = 1000;
const WORDS = {
  waiting: ({ ahead }) => (ahead ? t("jobWaitsBehind", { ahead }) : t("jobWaits")),
  running: ({ frames }) => (frames ? "" : t("jobBegins")),
  done: ({ outcomes }) => t("jobDone", { swapped: outcomes.swapped }),
  failed: () => t("jobFailed"),
  cancelled: () => t("jobCancelled"),
};

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Jobs {
  #rows = new Map(); // by id: the row, and what it shows
  #playing = new Set();
  #looking = null;

  /** onProblem(error) is told what the server refuses. */
  constructor({ onProblem }) {
    this.onProblem = onProblem;
  }

  /** Ask for something to be made. wished: as POST /jobs takes it. */
  async add(wished) {
    await sendJson("/jobs", wished);
    await this.look();
  }

  /** Show what the server has, and go on looking while something is being made. */
  async look() {
    clearTimeout(this.#looking);
    let jobs;
    try {
      ({ jobs } = await askJson("/jobs"));
    } catch (error) {
      this.onProblem(error);
      this.#looking = setTimeout(() => this.look(), 3 * LOOK_MS);
      return;
    }
    this.#show(jobs.reverse());
    if (jobs.some(({ state }) => state === "waiting" || state === "running")) this.#looking = setTimeout(() => this.look(), LOOK_MS);
  }

  #show(jobs) {
    $("no-jobs").hidden = jobs.length > 0;
    for (const [id, { row }] of this.#rows) {
      if (jobs.some((job) => job.id === id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    for (const [place, job] of jobs.entries()) {
      const seen = JSON.stringify({ ...job, expires_s: null }); // playing it moves that, and a row drawn anew stops it
      const known = this.#rows.get(job.id);
      if (known?.seen !== seen) {
        const row = this.#row(job, known);
        if (known) known.row.replaceWith(row);
        this.#rows.set(job.id, { row, seen, state: job.state });
      }
      const { row } = this.#rows.get(job.id);
      if ($("jobs").children[place] !== row) $("jobs").insertBefore(row, $("jobs").children[place] ?? null);
    }
  }

  /** One job. known: how it was shown before; what has the focus keeps it. */
  #row(job, known) {
    const row = element("li", {}, element("strong", { textContent: job.name }), " ", element("span", { className: "small", textContent: WORDS[job.state](job) }));
    row.dataset.state = job.state;
    if (job.state === "running") row.append(...this.#progress(job));
    for (const { error, hint } of [...(job.notes ?? []), ...(job.error ? [job] : [])]) row.append(element("p", { className: "warning", textContent: `${error} — ${hint}` }));
    row.append(this.#buttons(job));
    if (job.expires_s) row.append(element("p", { className: "small", textContent: t("keptUntil", { when: new Date(1000 * job.expires_s).toLocaleString() }) }));
    if (this.#playing.has(job.id)) row.append(known?.row.querySelector("video") ?? this.#player(job));
    const focused = known?.row.contains(document.activeElement) && document.activeElement.dataset.does;
    if (focused) queueMicrotask(() => row.querySelector(`[data-does=${focused}]`)?.focus());
    return row;
  }

  #progress({ frames, total, fps, eta_s: left }) {
    const bar = element("progress", { max: total ?? 1 });
    if (total) bar.value = Math.min(frames, total);
    bar.setAttribute("aria-label", t("progress"));
    if (!frames) return [bar];
    const words = [total ? t("framesOf", { frames, total }) : t("frames", { frames }), fps && `${fps.toFixed(1)} fps`, left !== null && t("left", { time: clock(left) })];
    return [bar, element("span", { className: "small", textContent: words.filter(Boolean).join(" · ") })];
  }

  #buttons(job) {
    const box = element("div", { className: "buttons" });
    const button = (does, words, work) => {
      const made = element("button", { textContent: words, onclick: () => work().catch(this.onProblem) });
      made.dataset.does = does;
      box.append(made);
    };
    if (job.result) {
      button("play", this.#playing.has(job.id) ? t("close") : t("play"), () => this.#play(job));
      box.append(element("a", { className: "file", href: job.result, download: job.name, textContent: t("download") }));
    }
    if (job.state === "waiting" || job.state === "running") button("cancel", t("cancel"), () => this.#ask(`/jobs/${job.id}/cancel`, "POST"));
    else {
      if (job.state !== "done") button("again", t("again"), () => this.#again(job));
      button("delete", t("delete"), () => this.#ask(`/jobs/${job.id}`, "DELETE"));
    }
    return box;
  }

  /** In place of one that came to nothing. */
  async #again({ id, wished }) {
    await sendJson("/jobs", wished);
    await this.#ask(`/jobs/${id}`, "DELETE");
  }

  async #ask(path, method) {
    await ask(path, { method });
    await this.look();
  }

  async #play(job) {
    if (this.#playing.has(job.id)) this.#playing.delete(job.id);
    else this.#playing.add(job.id);
    this.#rows.get(job.id).seen = "";
    await this.look();
  }

  #player({ result, name }) {
    const video = element("video", { src: result, controls: true, playsInline: true, autoplay: true });
    video.setAttribute("aria-label", name);
    return video;
  }
}
