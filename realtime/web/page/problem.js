// What went wrong, said where the visitor looks: once in each tab. Knows errors and their hints; knows no cause.

/** error: an Error, a Refusal with its hint, perhaps a picture that shows what to do; or null when all is well again. */
export function complain(error) {
  for (const place of document.querySelectorAll(".problem")) {
    place.textContent = error ? [error.message, error.hint].filter(Boolean).join(" — ") : "";
    if (error?.picture) place.append(Object.assign(new Image(), { src: error.picture, alt: "" })); // the hint says it in words
    place.hidden = !error;
  }
}
