// Where the time goes on the way from the camera to the screen, as one bar of parts. What cannot be measured here is said
// to be unknown, and is no part of the bar. Knows times and elements; who measures them is live.js's business.

import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const LONGEST_MS = 2000; // more than that is a browser's mistake
const rows = Object.fromEntries([...document.querySelectorAll("#parts [data-part]")].map((row) => [row.dataset.part, row]));

/** Keep what a browser tells of one picture, ms, unless it tells nothing, or nonsense. */
export function note(times, ms) {
  if (Number.isFinite(ms) && ms < LONGEST_MS) times.push(Math.max(0, ms));
}

/**
 * The parts, ms, null where unknown. camera: until the page has the picture. glass: from then until it is shown, of which
 * server is spent there, and rtt on the line; the rest is encoding, decoding and waiting. display: after that.
 */
export function partsOf({ camera, glass, server, rtt, display }) {
  const within = (ms, most) => (ms === null ? null : Math.min(ms, most));
  if (glass === null || server === null) return { camera, network: null, server: null, coding: null, display };
  const there = within(server, glass), line = within(rtt, glass - there);
  return { camera, network: line, server: there, coding: glass - there - (line ?? 0), display };
}

/** parts: see partsOf. */
export function showParts(parts) {
  for (const [name, ms] of Object.entries(parts)) {
    $(`way-${name}`).style.flexGrow = ms ?? 0;
    rows[name].lastElementChild.textContent = ms === null ? t("unknown") : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  }
  rows.coding.querySelector("span").textContent = t(parts.network === null ? "partCodingAndNetwork" : "partCoding");
  $("way").hidden = parts.server === null;
}

/** There is no connection. */
export function forgetParts() {
  $("way").hidden = true;
  for (const row of Object.values(rows)) row.lastElementChild.textContent = "–";
}
