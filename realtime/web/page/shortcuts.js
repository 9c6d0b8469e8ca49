// Keys that do what buttons do, and the list of them (?). They can be switched off, for those who speak to their computer.
// Knows keys and elements; what a button does is its own business.

import { answer } from "./dialogs.js";
import { ofVisitor } from "./kept.js";
import { isOnlyPicture, onlyPicture } from "./only_picture.js";
import { tab } from "./tabs.js";

const $ = (id) => document.getElementById(id);
const KEPT = "shortcuts";
const PRESSES = { s: "start", p: "pause", r: "record", i: "small-window", o: "only", f: "full", m: "mirror", l: "lock" }; // in the live tab

$("use-keys").checked = ofVisitor?.getItem(KEPT) !== "off";
$("use-keys").onchange = ({ target }) => ofVisitor?.setItem(KEPT, ["off", "on"][Number(target.checked)]);
$("keys-help").onclick = () => answer($("keys"));

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOnlyPicture()) return onlyPicture(false);
  if (!$("use-keys").checked || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  if (event.key === "?") void answer($("keys"));
  else if (/^[1-9]$/.test(event.key)) document.querySelectorAll("#faces .wear")[event.key - 1]?.click();
  else if (tab() === "live") $(PRESSES[event.key])?.click();
});

/** Whether keys mean something else where they are pressed, as in a list of choices or a question. */
const isTyping = (where) => where.closest("select, textarea, dialog[open], input:not([type=checkbox], [type=range])") !== null;
