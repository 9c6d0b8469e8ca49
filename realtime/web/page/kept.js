// What the browser keeps for this page. It may deny that, as to a frame of another site: then nothing is kept.

function storage(kind) {
  try {
    return window[kind];
  } catch {
    return null;
  }
}

/** Over visits: ofVisitor. While this tab is open, over reloads: ofTab. */
export const [ofVisitor, ofTab] = ["localStorage", "sessionStorage"].map(storage);
