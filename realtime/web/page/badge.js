// The badge is left out only for a reason, which is asked for. Knows that question; what becomes of the answer is not its business.

import { answer } from "./dialogs.js";

const $ = (id) => document.getElementById(id);

$("reason").oninput = ({ target }) => ($("leave-out").disabled = !target.value.trim());
$("reason").onkeydown = ({ key }) => key === "Enter" && $("leave-out").click();

/** Why there is to be no badge; "" for Cancel. */
export async function whyNoBadge() {
  $("reason").value = "";
  $("leave-out").disabled = true;
  return (await answer($("no-badge"))) ? $("reason").value.trim() : "";
}
