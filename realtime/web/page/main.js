// The page: which part hears of what the others do, and where files go that are dropped. Everything else has its module.

import { Adding } from "./adding.js";
import { askJson } from "./api.js";
import { Choices, speaks } from "./choices.js";
import { fillDevices } from "./devices.js";
import { Gallery } from "./gallery.js";
import { Live } from "./live.js";
import { fullScreen, onlyPicture } from "./only_picture.js";
import "./phone.js";
import { complain } from "./problem.js";
import "./shortcuts.js";
import { page } from "./state.js";
import { tab, tabs } from "./tabs.js";

const PICTURES = ["jpeg", "png", "webp", "heic", "heif", "avif", "tiff", "gif", "bmp"].map((kind) => `image/${kind}`).join();
const $ = (id) => document.getElementById(id);

/** How one looks was chosen: live, or in the photo or video that is shown. */
const onLook = (command) => (live.say(command), editor(tab()).then((one) => one?.refresh()));
const choices = new Choices({ onLook, onDevice });
const wear = (name) => (live.say(choices.choose("face", name)), editor(tab()).then((one) => one?.choose(name)));
const gallery = new Gallery({ onWear: wear, onMore: (name) => adding.more(name), onProblem: complain });
const adding = new Adding(gallery, { onWear: wear, onProblem: complain });
const chosen = {
  chosen: () => choices.face(page.info.faces),
  look: () => choices.look,
  onProblem: complain,
};
const EDITORS = {
  photo: async () => new (await import("./photo.js")).Photo(chosen),
  video: async () => new (await import("./video.js")).Video(chosen),
};
const opened = {};
/** What a tab's photo or video is changed with, loaded when the tab is first shown; nothing for the live one. */
const editor = async (name) => await (opened[name] ??= EDITORS[name]?.());
const live = new Live(choices, gallery);

$("language").addEventListener("change", () => onLook(speaks()));
$("pause").onclick = () => live.say("pause");
$("only").onclick = () => onlyPicture();
$("full").onclick = () => fullScreen().catch(complain);

/** The camera, the connection or the quality is to be another one: by its element's id. */
function onDevice(id) {
  if (id === "quality") live.quality.chosen();
  if (id === "size") live.quality.sized();
  if (["quality", "size"].includes(id)) for (const one of ["quality", "size"]) choices.choose(one, $(one).value);
  return live.restart();
}

for (const input of document.querySelectorAll("[data-takes=pictures]")) input.accept = PICTURES;
for (const [id, name] of [["open", "photo"], ["open-video", "video"]]) $(id).onchange = ({ target }) => openIn(name, target);

/** The file that was chosen for a tab, which may still be loading. */
async function openIn(name, input) {
  const [file] = input.files;
  input.value = "";
  await (await editor(name)).open(file);
}

/** Files that were dropped or pasted: a photo or video to be changed, or faces to wear. */
async function take(files) {
  if (!files.length) return;
  const here = await editor(tab());
  if (here) here.open(files[0]);
  else adding.add(files);
}
const { classList } = document.body;
addEventListener("dragover", (event) => (event.preventDefault(), classList.add("dragging")));
addEventListener("dragleave", () => classList.remove("dragging"));
addEventListener("drop", (event) => {
  event.preventDefault();
  classList.remove("dragging");
  take([...event.dataTransfer.files]);
});
addEventListener("paste", (event) => take([...event.clipboardData.files]));
tabs((name) => {
  if (name !== "live" && page.running) void live.stop();
  void enter(name).catch(complain);
});

/** A tab is shown. Before the faces are here, its editor has nothing to ask for. */
async function enter(name) {
  const here = await editor(name);
  if (page.info.faces.length) await here?.enter?.();
}

try {
  await editor(tab());
  page.info = await askJson("/info");
  choices.offer(page.info);
  await gallery.show(page.info, choices.face(page.info.faces));
  await fillDevices();
  choices.restore();
  live.quality.sized();
  await enter(tab());
} catch (error) {
  complain(error);
}
