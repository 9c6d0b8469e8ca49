// The badge is left out only for a reason, which is asked for. Knows that question, not what becomes of the answer.

import { answer } from "./dialogs.js";

const $ = (id) => document.getElementById(id);

$("reason").oninput = ({ target }) => void ($("leave-out").disabled = !target.value.trim());
$("reason").onkeydown = ({ key }) => void (key === "Enter" && $("leave-out").click()); // false would keep Escape from closing

/** Why there is to be no badge; "" for Cancel. */
export async function whyNoBadge() {
  $("reason").value = "";
  $("leave-out").disabled = true;
  return (await answer($("no-badge"))) ? $("reason").value.trim() : "";
}
