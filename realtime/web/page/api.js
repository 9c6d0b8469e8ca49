// Requests to the server, with the token of the address, and its refusals as errors in words.

import { ofTab } from "./kept.js";
import { t } from "./words.js";

const fromAddress = new URLSearchParams(location.hash.slice(1)).get("token");
if (fromAddress && ofTab) {
  ofTab.setItem("token", fromAddress);
  history.replaceState(null, "", location.pathname);
}
export const token = fromAddress ?? ofTab?.getItem("token");

/** What the server said no to; `hint` says what to do. */
export class Refusal extends Error {
  constructor(status, problem, hint) {
    super(problem);
    this.status = status;
    this.hint = hint;
  }
}

// Whose uploads are whose, the server knows by a cookie. A frame of another site has none, and sends a header instead.
const isFramed = window.top !== window;
let key = ofTab?.getItem("visitor");
export const visitor = () => key;

async function introduce() {
  key = null;
  key = (await (await send("/visitor", { method: "POST" })).json()).visitor;
  ofTab?.setItem("visitor", key);
}

/** A request of this visitor, see `send`. */
export async function ask(path, options = {}) {
  if (isFramed && !visitor()) await introduce();
  try {
    return await send(path, options);
  } catch (error) {
    if (error.status !== 410) throw error; // else: forgotten, or the server was started anew
    await introduce();
    return await send(path, options);
  }
}

/** fetch, with the token; path: as the server calls it, which a proxy may have put below another one. Throws Refusal. */
async function send(path, options = {}) {
  const whose = { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(visitor() ? { "Liveswap-Visitor": visitor() } : {}) };
  const headers = { ...(options.headers ?? {}), ...whose };
  let response;
  try {
    response = await fetch(path.slice(1), { ...options, headers });
  } catch {
    throw new Refusal(0, t("noAnswer"), t("seeWhether"));
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Refusal(response.status, said.error ?? response.statusText, said.hint ?? "");
}

export const askJson = async (path, options) => (await ask(path, options)).json();

const posted = (type, body) => ({ method: "POST", headers: { "Content-Type": type }, body });

/** Send a file; what the server says of it. */
export const sendFile = (path, file) => askJson(path, posted("application/octet-stream", file));

/** Send an object as JSON; the response. */
export const sendJson = (path, message) => ask(path, posted("application/json", JSON.stringify(message)));

/** One command for a session, in the words of `liveswap ctl`. */
export const control = (id, command) => sendJson(`/session/${id}/control`, { command });
