// A clock in the pixels: a strip of black and white cells above the picture says when it was taken.
// Layout, from the left: white, black, 24 bits of milliseconds (lowest first), 8 check bits, black.
// Knows pixels and time; knows nothing of connections.

const BITS = 24, CHECK = 8, CELLS = 2 + BITS + CHECK + 1;
const WRAP = 1 << BITS;

/** Height of the strip over a picture of this width, in px: one macroblock at least, cells about as high as wide. */
export const stripHeight = (width) => Math.max(16, Math.round(width / CELLS / 2) * 2);

/** The strip's part of the height of a picture of this size with its strip above. */
export const stripShare = (width, height) => stripHeight(width) / (height + stripHeight(width));

const SMEARED = 0.006; // of the height: what video codecs smear of the strip into the picture below

/** The part of the height of such a picture that nobody wants to see. */
export const hiddenShare = (width, height) => stripShare(width, height) + SMEARED;

/** Fill a canvas with a picture (width x height px, with its strip above) without the strip. */
export function drawBelowStrip(canvas, picture, width, height) {
  const strip = height * hiddenShare(canvas.width, canvas.height);
  canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, strip, width, height - strip, 0, 0, canvas.width, canvas.height);
}

const check = (ms) => ((ms ^ (ms >> 8) ^ (ms >> 16) ^ 0xa5) * 7) & 0xff;

/** Draw the strip for a moment (ms) on the top of a canvas. */
export function drawTime(context, width, ms) {
  const high = stripHeight(width), wide = width / CELLS, time = Math.floor(ms) % WRAP;
  context.fillStyle = "#000";
  context.fillRect(0, 0, width, high);
  context.fillStyle = "#fff";
  const bits = [1, 0];
  for (let i = 0; i < BITS; i++) bits.push((time >> i) & 1);
  for (let i = 0; i < CHECK; i++) bits.push((check(time) >> i) & 1);
  bits.forEach((bit, i) => bit && context.fillRect(Math.round(i * wide), 0, Math.ceil(wide), high));
}

const small = document.createElement("canvas");
small.width = CELLS * 4;
small.height = 4;
const pixels = small.getContext("2d", { willReadFrequently: true });

/** Milliseconds since the moment in the strip of `image` (width x height px), by `now`; null when it cannot be read. */
export function readAge(image, width, height, share, now) {
  const high = height * share;
  pixels.drawImage(image, 0, high * 0.25, width, high * 0.5, 0, 0, small.width, 4);
  const data = pixels.getImageData(0, 0, small.width, 4).data;
  const levels = Array.from({ length: CELLS }, (_, i) => data[(small.width + i * 4 + 2) * 4 + 1]);
  const time = decode(levels) ?? decode(levels.reverse());
  if (time === null) return null;
  const age = (((Math.floor(now) - time) % WRAP) + WRAP) % WRAP;
  return age < 60_000 ? age : null;
}

function decode(levels) {
  const white = levels[0], black = levels[1];
  if (white - black < 60) return null;
  const bit = (i) => (levels[2 + i] > (white + black) / 2 ? 1 : 0);
  let time = 0, sum = 0;
  for (let i = 0; i < BITS; i++) time |= bit(i) << i;
  for (let i = 0; i < CHECK; i++) sum |= bit(BITS + i) << i;
  return sum === check(time) ? time : null;
}
