// What holds on the server, shown in the live tab's elements. Knows words and elements; asks nobody.

import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

/** state: of GET /session/{id}. way: the name of the connection. */
export function showState(state, way) {
  $("state").textContent = `${way}: ${holding(state)}`;
  for (const one of ["mirror", "hands", "badge"]) $(one).checked = state[one];
  if (document.activeElement !== $("caption")) $("caption").value = state.caption;
  $("when-lost").value = state.when_lost ?? "default";
  $("before").style.transform = state.mirror ? "scaleX(-1)" : "";
  $("strangers").value = state.strangers;
  if (document.activeElement !== $("live-faces")) $("live-faces").value = state.faces;
  for (const [id, value] of Object.entries(state.wanted)) if ($(id) !== document.activeElement) $(id).value = value ?? "none"; // a slider may be in a hand
  $("pause").setAttribute("aria-pressed", state.paused);
}

/** In words; a notice of the server's own is English. */
function holding({ face, notice, paused, mirror, badge }) {
  const words = [face && t("wears", { face }), notice, paused && t("paused"), mirror && t("mirrored"), !badge && t("noBadge")];
  return words.filter(Boolean).join(" · ") || t("running");
}
