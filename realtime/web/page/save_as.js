// A file for the visitor to keep. Knows links; knows nothing of what is in it.

const KEPT_MS = 60_000; // browsers may read it later than they are told to

/** Offer a blob for download under a name. */
export function saveAs(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
