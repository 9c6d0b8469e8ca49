// How to open this page on a phone: its address as a QR code, or why there is none that a phone could open.
// Knows addresses; what a QR code is, uqr knows, which is loaded when the first one is shown.

import { token } from "./api.js";
import { answer } from "./dialogs.js";
import { page } from "./state.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const QUIET = 2, MODULE_PX = 6;
const LOCAL = ["localhost", "127.0.0.1", "[::1]"];

/** Where a phone finds this server; null when it listens to this machine only. */
function address() {
  const here = LOCAL.includes(location.hostname) ? page.info.addresses?.[0] : location.origin + location.pathname;
  return here ? here + (token ? `#token=${token}` : "") : null;
}

async function show() {
  const found = address();
  $("qr").hidden = $("phone-address").hidden = found === null;
  $("phone-how").textContent = found === null ? t("phoneNeedsHost") : found.startsWith("https:") ? t("phoneHttps") : t("phoneNeedsHttps");
  if (found !== null) {
    const { encode } = await import("./vendor/uqr.js");
    draw(encode(found, { border: QUIET }));
    $("phone-address").textContent = found;
  }
  await answer($("phone"));
}

function draw({ size, data }) {
  const canvas = $("qr"), context = canvas.getContext("2d");
  canvas.width = canvas.height = size * MODULE_PX;
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  data.forEach((row, y) => row.forEach((isDark, x) => isDark && context.fillRect(x * MODULE_PX, y * MODULE_PX, MODULE_PX, MODULE_PX)));
}

$("on-a-phone").onclick = show;
