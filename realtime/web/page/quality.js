// How sharp and how quick: each preset is a size and a latency that it may take at most, judged by what is measured on
// this connection. Knows sizes and times; knows no camera and no connection.

import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const SIZES = ["1920x1080", "1280x720", "640x360"];

/**
 * Camera to screen, ms, and what the browser is to save first where bits are scarce. 150 ms one way goes unnoticed in a
 * talk, and 400 is the most that is acceptable (ITU-T G.114); 100 ms is about where lips and voice still seem as one.
 */
const PRESETS = {
  smooth: { size: "640x360", budget: 100, hint: "motion" },
  balanced: { size: "1280x720", budget: 150, hint: "" },
  sharp: { size: "1920x1080", budget: 400, hint: "detail" },
};
const LEAST_FPS = 12, PATIENCE_S = 5;

export class Quality {
  #over = 0; // seconds in which the budget was not kept
  budgets = Object.fromEntries(Object.entries(PRESETS).map(([name, { budget }]) => [name, budget]));

  get hint() {
    return PRESETS[$("quality").value]?.hint ?? "";
  }

  /** A preset was chosen: its size is. */
  chosen() {
    $("size").value = PRESETS[$("quality").value]?.size ?? $("size").value;
    this.began();
  }

  /** Another size than the preset's was chosen, now or at an earlier visit. */
  sized() {
    if (PRESETS[$("quality").value]?.size !== $("size").value) $("quality").value = "own";
    this.began();
  }

  /** Pictures come anew. */
  began() {
    this.#over = 0;
    $("advice").hidden = true;
  }

  /** Once a second, with what was measured: go on with a smaller size? Says so to the visitor. */
  stepsDown({ glass, fps }) {
    const budget = this.budgets[$("quality").value], size = $("size").value, smaller = SIZES[SIZES.indexOf(size) + 1];
    if (budget === undefined || glass === null) return false;
    this.#over = glass > budget || fps < LEAST_FPS ? this.#over + 1 : 0;
    if (this.#over < PATIENCE_S) return false;
    const took = { glass: Math.round(glass), fps: Math.round(fps), budget, size, smaller };
    this.began();
    if (smaller) $("size").value = smaller;
    $("advice").textContent = smaller ? t("sizeReduced", took) : t("budgetMissed", took);
    $("advice").hidden = false;
    return Boolean(smaller);
  }
}
