// Requests to the server, with the token of the address, and its refusals as errors in words.

const fromAddress = new URLSearchParams(location.hash.slice(1)).get("token");
if (fromAddress) {
  sessionStorage.setItem("token", fromAddress);
  history.replaceState(null, "", location.pathname);
}
export const token = sessionStorage.getItem("token");

/** What the server said no to; `hint` says what to do. */
export class Refusal extends Error {
  constructor(status, problem, hint) {
    super(problem);
    this.status = status;
    this.hint = hint;
  }
}

/** fetch, with the token; path: as the server calls it, which a proxy may have put below another one. Throws Refusal. */
export async function ask(path, options = {}) {
  const headers = { ...(options.headers ?? {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let response;
  try {
    response = await fetch(path.slice(1), { ...options, headers });
  } catch {
    throw new Refusal(0, "the server does not answer", "see whether liveswap serve still runs");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Refusal(response.status, said.error ?? response.statusText, said.hint ?? "");
}

export const askJson = async (path, options) => (await ask(path, options)).json();

/** One command for a session, in the words of `liveswap ctl`. */
export const control = (id, command) =>
  askJson(`/session/${id}/control`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ command }) });
