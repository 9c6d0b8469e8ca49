// The page: what the buttons do, and what is said. Everything else has its own module.

import { askJson, control } from "./api.js";
import { StampedCopy, listDevices, openCamera } from "./camera.js";
import { Chart } from "./chart.js";
import { Choices } from "./choices.js";
import { Gallery } from "./gallery.js";
import { Photo } from "./photo.js";
import { Recorder } from "./recorder.js";
import { Stage } from "./stage.js";
import { tab, tabs } from "./tabs.js";
import { readAge, stripShare } from "./timecode.js";
import { Rtc, Socket } from "./transport.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const RETRY_MS = 2000;
const HANGS_AFTER_S = 2;
const charts = Object.fromEntries([...document.querySelectorAll("[data-chart]")].map((c) => [c.dataset.chart, new Chart(c)]));
const page = { running: false, ages: [], shown: 0, unique: 0, lastTaken: -1e9, info: { faces: [], own: [], swappers: [], ice: [] } };
window.liveswap = page; // for tests and the curious

const stage = new Stage();
const choices = new Choices({ onLook: (command) => (say(command), tab() === "photo" && photo.refresh()), onDevice: restart });
const gallery = new Gallery({ onWear: (name) => (say(choices.choose("face", name)), tab() === "photo" && photo.choose(name)), onProblem: complain });
const photo = new Photo({
  chosen: () => choices.face(page.info.faces),
  look: () => ({ strength: Number($("strength").value), swapper: $("swapper").value, badge: $("badge").checked }),
  onProblem: complain,
});

function complain(error) {
  for (const place of document.querySelectorAll(".problem")) {
    place.textContent = error ? [error.message, error.hint].filter(Boolean).join(" — ") : "";
    place.hidden = !error;
  }
}

/** Tell the session something, and show what holds then; before Start it is told with all else that was chosen. */
async function say(command) {
  complain(null);
  gallery.mark(choices.face(page.info.faces));
  if (!page.transport?.id) return;
  await tell(page.transport, [command]);
  await update();
}

async function tell(transport, commands) {
  for (const command of commands) await control(transport.id, command).catch(complain);
}

/** In words, what holds on the server; a notice of its own is English. */
function holding({ face, notice, paused, mirror, badge }) {
  const words = [face && t("wears", { face }), notice, paused && t("paused"), mirror && t("mirrored"), !badge && t("noBadge")];
  return words.filter(Boolean).join(" · ") || t("running");
}

async function start() {
  complain(null);
  page.running = true;
  $("start").textContent = t("stop");
  $("state").textContent = t("asking");
  try {
    stage.clear(t("waitsForFirst"));
    page.size = $("size").value;
    page.camera = await openCamera({ camera: $("camera").value, size: page.size, microphone: $("microphone").value });
    if (!page.running) return await stop(); // pressed while the browser asked
    for (const track of page.camera.getVideoTracks()) track.onended = cameraLost;
    page.feed = await playing(page.camera);
    await fillDevices();
    await connect();
  } catch (error) {
    await stop();
    complain(error);
  }
}

/** A video element that plays a stream and is no part of the page, so that nobody sees it. */
async function playing(stream) {
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: stream });
  await video.play();
  return video;
}

async function cameraLost() {
  if (!page.running) return;
  await stop();
  complain(new Error(t("cameraGone")));
}

/** Connect, by WebRTC first; where that does not get through, by WebSocket. */
async function connect() {
  const wanted = $("transport").value;
  const ways = { rtc: [Rtc], socket: [Socket], auto: window.RTCPeerConnection ? [Rtc, Socket] : [Socket] }[wanted];
  page.info = await askJson("/info"); // a server that was started anew, or forgot this visitor, has other faces
  await gallery.show(page.info, choices.face(page.info.faces));
  const sound = page.camera.getAudioTracks();
  page.copy?.stop();
  page.copy = new StampedCopy(page.feed, page.size);
  page.strip = stripShare(page.copy.width, page.copy.height);
  $("after").style.setProperty("--tall", `${100 / (1 - page.strip)}%`);
  $("frame").style.aspectRatio = `${page.copy.width} / ${page.copy.height}`;
  for (const way of ways) {
    $("state").textContent = t("connecting", { name: way.name });
    const transport = (page.transport = new way());
    const shown = way === Socket ? $("painted") : $("swapped");
    try {
      await transport.start(page.copy, sound, shown, page.info.ice, { gone: lost, hangs });
      await tell(transport, choices.commands(page.info.faces)); // before anything is shown
      if (page.transport !== transport) return await transport.stop(); // Stop was pressed
      return begin(shown);
    } catch (error) {
      await transport.stop().catch(() => {});
      if (page.transport !== transport) return;
      if (way === ways.at(-1) || error.status) throw error;
    }
  }
}

function begin(shown) {
  for (const one of [$("painted"), $("swapped")]) one.hidden = one !== shown;
  for (const id of ["pause", "record", "full"]) $(id).disabled = false;
  page.showing = shown;
  page.ages = [];
  page.state = null; // the server counts anew
  const transport = page.transport;
  if (shown === $("painted")) transport.onShown = () => page.transport === transport && note(shown, shown.width, shown.height);
  else follow(shown, transport);
  return update();
}

function follow(video, transport) {
  video.requestVideoFrameCallback(() => {
    if (page.transport !== transport) return;
    note(video, video.videoWidth, video.videoHeight);
    follow(video, transport);
  });
}

/** A picture is shown: how old is it? */
function note(shown, wide, high) {
  stage.reveal(page.camera);
  page.shown++;
  page.recorder?.add(shown, wide, high);
  const age = readAge(shown, wide, high, page.strip, performance.now());
  if (age === null) return;
  page.ages.push(age);
  const taken = Math.floor(performance.now()) - age;
  if (Math.abs(taken - page.lastTaken) > 2) page.unique++;
  page.lastTaken = taken;
}

/** No pictures come for now; the next one is shown. */
function hangs() {
  stage.conceal(t("noPictures"));
}

/** The connection is gone, perhaps because the server was started anew: try again until Stop is pressed. */
async function lost() {
  if (!page.running || page.retrying) return;
  page.retrying = true;
  const transport = page.transport;
  page.transport = null; // what still comes from it is not shown
  forgetNumbers();
  stage.clear(t("connectionLost"));
  await transport?.stop().catch(() => {});
  while (page.running) {
    $("state").textContent = t("tryingAgain");
    try {
      await connect();
      complain(null);
      break;
    } catch (error) {
      if (error.status === 401) await stop(); // each try would count as a guess
      complain(error);
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
  page.retrying = false;
}

async function stop() {
  page.running = false;
  const transport = page.transport;
  page.transport = null;
  stage.clear();
  forgetNumbers();
  page.copy?.stop();
  for (const track of page.camera?.getTracks() ?? []) track.stop();
  if (page.feed) page.feed.srcObject = page.feed = null;
  if (page.recorder) await record();
  await transport?.stop().catch(() => {});
  $("start").textContent = t("start");
  $("state").textContent = t("stopped");
  for (const id of ["pause", "record", "full"]) $(id).disabled = true;
}

async function record() {
  const done = page.recorder;
  page.recorder = done ? null : new Recorder(page.size, page.camera.getAudioTracks());
  $("record").setAttribute("aria-pressed", !done);
  $("record").textContent = t(done ? "record" : "stopRecording");
  await done?.save();
}

/** The parts of a frame's way that the server times. */
const STAGES = {
  wait: () => t("stageWait"),
  track: () => t("stageTrack"),
  swap: () => t("stageSwap"),
  show: () => t("stageShow"),
  send: () => t("stageSend"),
};
const middle = (values) => (values.length ? [...values].sort((a, b) => a - b)[values.length >> 1] : null);
const ms = (value) => (value === null || value === undefined ? "–" : `${Math.round(value)} ms`);

/** Once a second: numbers and charts, and what holds on the server. */
async function update() {
  const id = page.transport?.id;
  if (!id || page.retrying) return;
  let state;
  try {
    state = await askJson(`/session/${id}`);
  } catch (error) {
    if (page.transport?.id === id) void lost();
    return;
  }
  $("state").textContent = `${page.transport.name}: ${holding(state)}`;
  gallery.mark(state.face);
  for (const one of ["mirror", "badge"]) $(one).checked = state[one];
  $("when-lost").value = state.when_lost ?? "default";
  $("before").style.transform = state.mirror ? "scaleX(-1)" : "";
  $("strangers").value = state.strangers;
  $("swapper").value = state.swapper;
  $("pause").setAttribute("aria-pressed", state.paused);
  const failed = state.outcomes.failed - (page.state?.outcomes.failed ?? 0);
  if (failed > 0) complain(new Error(t("engineFailed", { failed })));
  page.state = state;
}

async function tick() {
  const now = performance.now(), seconds = (now - (page.ticked ?? now - 1000)) / 1000;
  const { ages, shown, unique } = page;
  page.empty = shown ? 0 : (page.empty ?? 0) + 1;
  Object.assign(page, { ages: [], shown: 0, unique: 0, ticked: now });
  if (!page.transport?.id) return;
  if (page.empty === HANGS_AFTER_S) hangs();
  await update();
  const network = await page.transport?.network().catch(() => null);
  const glass = middle(ages), fps = shown / seconds, server = page.state?.latency_p50_ms ?? null;
  page.numbers = { glass, fps, server, network };
  page.history = [...(page.history ?? []).slice(-600), { ages, fps, unique: unique / seconds }];
  $("latency").textContent = glass === null ? "–" : Math.round(glass);
  $("n-glass").textContent = ms(glass);
  $("n-fps").textContent = `${fps.toFixed(1)} fps`;
  $("n-server").textContent = ms(server);
  $("n-net").textContent = [network?.rtt == null ? null : `${network.rtt.toFixed(1)} ms`, network?.kbps == null ? null : `${(network.kbps / 1000).toFixed(1)} Mbit/s`].filter(Boolean).join(", ") || "–";
  $("stages").textContent = Object.entries(page.state?.stages_ms ?? {}).map(([stage, took]) => `${STAGES[stage]?.() ?? stage} ${took.p50?.toFixed(1)} ms`).join(" · ");
  for (const [name, value] of Object.entries({ glass, fps, server, net: network?.rtt ?? network?.kbps ?? null })) charts[name].add(value);
}

/** What was measured is old as soon as there is no connection. */
function forgetNumbers() {
  for (const id of ["latency", "n-glass", "n-fps", "n-server", "n-net"]) $(id).textContent = "–";
  $("stages").textContent = "";
}

async function fillDevices() {
  const { cameras, microphones } = await listDevices();
  fill($("camera"), [["", t("standard")], ...cameras]);
  fill($("microphone"), [["none", t("none")], ["", t("standard")], ...microphones]);
}

function fill(select, pairs) {
  const chosen = select.value;
  select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
}

async function restart() {
  if (!page.running) return;
  await stop();
  await start();
}

$("start").onclick = () => (page.running ? stop() : start());
$("pause").onclick = () => say("pause");
$("record").onclick = () => record().catch(complain);
$("full").onclick = () => (document.fullscreenElement ? document.exitFullscreen() : $("frame").requestFullscreen());

addEventListener("pagehide", () => (stage.clear(), page.transport?.leave()));

/** Files that were dropped or pasted: a photo to be changed, or faces to wear. */
function take(files) {
  if (!files.length) return;
  if (tab() === "photo") photo.open(files[0]);
  else gallery.add([...files]);
}
const { classList } = document.body;
addEventListener("dragover", (event) => (event.preventDefault(), classList.add("dragging")));
addEventListener("dragleave", () => classList.remove("dragging"));
addEventListener("drop", (event) => {
  event.preventDefault();
  classList.remove("dragging");
  take(event.dataTransfer.files);
});
addEventListener("paste", (event) => take(event.clipboardData.files));
tabs((name) => name !== "live" && page.running && stop());

setInterval(tick, 1000);
try {
  page.info = await askJson("/info");
  fill($("swapper"), page.info.swappers.map((name) => [name, name]));
  await gallery.show(page.info, choices.face(page.info.faces));
  await fillDevices();
  choices.restore();
} catch (error) {
  complain(error);
}
