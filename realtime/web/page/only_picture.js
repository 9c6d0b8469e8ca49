// Nothing but the swapped picture: in this window, as OBS captures it, or over the whole screen. Knows elements.

const { classList } = document.body;
const split = document.getElementById("split");

export const isOnlyPicture = () => classList.contains("only-picture");

/** Show nothing but the picture, or everything again. */
export function onlyPicture(isWanted = !isOnlyPicture()) {
  split.value = 0; // nobody sees where the slider is
  split.dispatchEvent(new Event("input"));
  classList.toggle("only-picture", isWanted);
}

/** The same over the whole screen, which the browser leaves by Escape. */
export async function fullScreen() {
  if (document.fullscreenElement) return await document.exitFullscreen();
  await document.documentElement.requestFullscreen();
  onlyPicture(true);
}

addEventListener("fullscreenchange", () => document.fullscreenElement || onlyPicture(false));
document.getElementById("frame").ondblclick = () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (isOnlyPicture()) onlyPicture(false);
};
