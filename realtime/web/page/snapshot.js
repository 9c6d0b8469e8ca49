// A picture from the camera: it starts when the visitor asks for it, and stops with the picture or without one.
// Knows the camera and one dialog; knows nothing of what the picture is for.

import { openCamera } from "./camera.js";
import { answer } from "./dialogs.js";

const $ = (id) => document.getElementById(id);
const QUALITY = 0.95;

/** A picture file, or null when the visitor wants none. name: what it is called. Throws an Error in words. */
export async function snapshot(name) {
  const camera = await openCamera({ camera: $("camera").value, size: $("size").value, microphone: "none" });
  const view = $("viewfinder");
  try {
    view.srcObject = camera;
    await view.play();
    if ((await answer($("snapshot"))) !== "take") return null;
    const canvas = Object.assign(document.createElement("canvas"), { width: view.videoWidth, height: view.videoHeight });
    canvas.getContext("2d").drawImage(view, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return new File([blob], `${name}.jpg`, { type: blob.type });
  } finally {
    for (const track of camera.getTracks()) track.stop();
    view.srcObject = null;
  }
}
