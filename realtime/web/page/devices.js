// The cameras and microphones that can be chosen. Knows lists of choices; opens nothing.

import { listDevices } from "./camera.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);

/** Show what there is; names come once the visitor has allowed one. */
export async function fillDevices() {
  const { cameras, microphones } = await listDevices();
  fill($("camera"), [["", t("standard")], ...cameras]);
  fill($("microphone"), [["none", t("none")], ["", t("standard")], ...microphones]);
}

/** Offer [value, text] pairs in a list; what was chosen stays so where it is still offered. */
function fill(select, pairs) {
  const chosen = select.value;
  select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}
