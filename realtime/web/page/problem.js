// What went wrong, said where the visitor looks: once in each tab. Knows errors and their hints; knows no cause.

/** error: an Error, a Refusal with its hint, or null when all is well again. */
export function complain(error) {
  for (const place of document.querySelectorAll(".problem")) {
    place.textContent = error ? [error.message, error.hint].filter(Boolean).join(" — ") : "";
    place.hidden = !error;
  }
}
