// What is measured, in numbers and small charts. Knows the elements that show it; what is measured, live.js gathers.

import { Chart } from "./chart.js";
import { forgetParts } from "./latency_parts.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const charts = Object.fromEntries([...document.querySelectorAll("[data-chart]")].map((c) => [c.dataset.chart, new Chart(c)]));

/** The parts of a frame's way that the server times. */
const STAGES = {
  wait: () => t("stageWait"),
  track: () => t("stageTrack"),
  swap: () => t("stageSwap"),
  show: () => t("stageShow"),
  send: () => t("stageSend"),
};

export const middle = (values) => (values.length ? [...values].sort((a, b) => a - b)[values.length >> 1] : null);
const ms = (value) => (value === null || value === undefined ? "–" : `${Math.round(value)} ms`);

/** numbers: {glass, fps, server} and network: {rtt, kbps}, null where unknown. stages: the server's, by name. */
export function showNumbers({ glass, fps, server, network }, stages) {
  $("latency").textContent = glass === null ? "–" : Math.round(glass);
  $("n-glass").textContent = ms(glass);
  $("n-fps").textContent = `${fps.toFixed(1)} fps`;
  $("n-server").textContent = ms(server);
  $("n-net").textContent = [network?.rtt == null ? null : `${network.rtt.toFixed(1)} ms`, network?.kbps == null ? null : `${(network.kbps / 1000).toFixed(1)} Mbit/s`].filter(Boolean).join(", ") || "–";
  $("stages").textContent = Object.entries(stages).map(([stage, took]) => `${STAGES[stage]?.() ?? stage} ${took.p50?.toFixed(1)} ms`).join(" · ");
  for (const [name, value] of Object.entries({ glass, fps, server, net: network?.rtt ?? network?.kbps ?? null })) charts[name].add(value);
}

/** What was measured is old as soon as there is no connection. */
export function forgetNumbers() {
  for (const id of ["latency", "n-glass", "n-fps", "n-server", "n-net"]) $(id).textContent = "–";
  $("stages").textContent = "";
  forgetParts();
}
