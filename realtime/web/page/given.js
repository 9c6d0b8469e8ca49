// Photos that this tab has sent and that are worn, to be sent again when the server that had them was started anew, or
// another one has taken its place. Knows files and names; shows nothing.

import { sendFile } from "./api.js";

const given = new Map();

/** A photo was sent for a face. number: of the face in it. */
export function remember(name, file, number) {
  given.set(name, [...(given.get(name) ?? []), { file, number }]);
}

/** The visitor wants this face no more. */
export const forget = (name) => given.delete(name);

/** Send again what is not there. own: the names that the server has of this visitor. Returns whether anything was sent. */
export async function giveAgain(own) {
  const missing = [...given].filter(([name]) => !own.includes(name));
  for (const [name, photos] of missing) {
    try {
      for (const [count, { file, number }] of photos.entries()) {
        const to = count ? `/faces/${encodeURIComponent(name)}` : "/faces";
        await sendFile(`${to}?${new URLSearchParams({ name, consent: "yes", face: number })}`, file); // it was asked for when it came
      }
    } catch (error) {
      if (error.status === 0) throw error;
      forget(name); // it may not be worn any more
    }
  }
  return missing.length > 0;
}
