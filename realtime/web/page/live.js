// The live tab: the camera goes out, the swapped picture comes back, and what is lost is tried again.
// Knows when what begins and ends; how pictures travel is transport.js's business, what the frame shows stage.js's.

import { askJson, control } from "./api.js";
import { StampedCopy, openCamera } from "./camera.js";
import { Choosing } from "./choosing.js";
import { fillDevices } from "./devices.js";
import { giveAgain } from "./given.js";
import { note, partsOf, showParts } from "./latency_parts.js";
import { forgetNumbers, middle, showNumbers } from "./measured.js";
import { complain } from "./problem.js";
import { Quality } from "./quality.js";
import { Recording } from "./recording.js";
import { showState } from "./session_state.js";
import { SmallWindow } from "./small_window.js";
import { Stage } from "./stage.js";
import { page } from "./state.js";
import { hiddenShare, readAge, stripShare } from "./timecode.js";
import { Rtc, Socket } from "./transport.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const RETRY_MS = 2000;
const HANGS_AFTER_S = 2;
const WHILE_RUNNING = ["pause", "record", "small-window", "lock"];

export class Live {
  #stage = new Stage();
  #recording = new Recording();
  #small = new SmallWindow();
  #choosing = new Choosing((command) => this.#say(command));
  quality = (page.quality = new Quality());

  /** choices: what a session is told. gallery: shown anew at every connection. */
  constructor(choices, gallery) {
    [this.choices, this.gallery] = [choices, gallery];
    $("start").onclick = () => (page.running ? this.stop() : this.start());
    $("record").onclick = () => this.#record().catch(complain);
    $("small-window").onclick = () => this.#small.toggle().catch(complain);
    addEventListener("pagehide", () => (this.#clear(), page.transport?.leave()));
    $("lock").onclick = () => this.say("lock");
    setInterval(() => this.#tick(), 1000);
  }

  async start() {
    complain(null);
    page.running = true;
    $("start").textContent = t("stop");
    $("state").textContent = t("asking");
    try {
      this.#clear(t("waitsForFirst"));
      page.size = $("size").value;
      page.camera = await openCamera({ camera: $("camera").value, size: page.size, microphone: $("microphone").value });
      if (!page.running) return await this.stop(); // pressed while the browser asked
      for (const track of page.camera.getVideoTracks()) track.onended = () => this.#cameraLost();
      page.feed = await playing(page.camera);
      await fillDevices();
      await this.#connect();
    } catch (error) {
      await this.stop();
      complain(error);
    }
  }

  async stop() {
    page.running = false;
    const transport = page.transport;
    page.transport = null;
    this.#clear();
    forgetNumbers();
    page.copy?.stop();
    for (const track of page.camera?.getTracks() ?? []) track.stop();
    if (page.feed) page.feed.srcObject = page.feed = null;
    await this.#recording.end().catch(complain);
    await transport?.stop().catch(() => {});
    $("start").textContent = t("start");
    $("state").textContent = t("stopped");
    for (const id of WHILE_RUNNING) $(id).disabled = true;
  }

  async restart() {
    if (!page.running) return;
    await this.stop();
    await this.start();
  }

  /** Tell the session something, and show what holds then; before Start it is told with all else that was chosen. */
  async say(command) {
    this.gallery.mark(this.choices.face(page.info.faces));
    await this.#say(command === "faces choose" ? this.#choosing.begin() : command);
  }

  async #say(command) {
    complain(null);
    if (!page.transport?.id) return;
    await tell(page.transport, [command]);
    await this.#update();
  }

  async #cameraLost() {
    if (!page.running) return;
    await this.stop();
    complain(new Error(t("cameraGone")));
  }

  async #record() {
    await this.#recording.toggle(page.size, page.camera.getAudioTracks(), () => page.running);
  }

  /** Connect, by WebRTC first; where that does not get through, by WebSocket. */
  async #connect() {
    const wanted = $("transport").value;
    const ways = { rtc: [Rtc], socket: [Socket], auto: window.RTCPeerConnection ? [Rtc, Socket] : [Socket] }[wanted];
    page.info = await askJson("/info"); // a server that was started anew, or forgot this visitor, has other faces
    if (await giveAgain(page.info.own)) page.info = await askJson("/info");
    await this.gallery.show(page.info, this.choices.face(page.info.faces));
    const sound = page.camera.getAudioTracks();
    page.copy?.stop();
    page.copy = new StampedCopy(page.feed, page.size);
    page.copy.hint = this.quality.hint;
    page.strip = stripShare(page.copy.width, page.copy.height);
    $("frame").style.setProperty("--tall", `${100 / (1 - hiddenShare(page.copy.width, page.copy.height))}%`);
    $("frame").style.setProperty("--ratio", page.copy.width / page.copy.height);
    for (const way of ways) {
      $("state").textContent = t("connecting", { name: way.name });
      const transport = (page.transport = new way());
      const shown = way === Socket ? $("painted") : $("swapped");
      try {
        await transport.start(page.copy, sound, shown, page.info.ice, { gone: () => this.#lost(), hangs: () => this.#hangs() });
        await tell(transport, this.choices.commands(page.info.faces)); // before anything is shown
        if (page.transport !== transport) return await transport.stop(); // Stop was pressed
        return this.#begin(shown);
      } catch (error) {
        await transport.stop().catch(() => {});
        if (page.transport !== transport) return;
        if (way === ways.at(-1) || error.status) throw error;
      }
    }
  }

  #begin(shown) {
    for (const one of [$("painted"), $("swapped")]) one.hidden = one !== shown;
    for (const id of WHILE_RUNNING) $(id).disabled = false;
    page.showing = shown;
    [page.ages, page.waits] = [[], []];
    page.state = null; // the server counts anew
    this.#choosing.forget();
    const transport = page.transport;
    if (shown === $("painted")) transport.onShown = () => page.transport === transport && this.#note(shown, shown.width, shown.height);
    else this.#follow(shown, transport);
    return this.#update();
  }

  #follow(video, transport) {
    video.requestVideoFrameCallback((_, { expectedDisplayTime }) => {
      if (page.transport !== transport) return;
      note(page.waits, expectedDisplayTime - performance.now());
      this.#note(video, video.videoWidth, video.videoHeight);
      this.#follow(video, transport);
    });
  }

  /** A picture is shown: how old is it? */
  #note(shown, wide, high) {
    this.#stage.reveal(page.camera);
    page.shown++;
    const age = readAge(shown, wide, high, page.strip, performance.now());
    page.age = age ?? page.age ?? 0;
    this.#small.add(shown, wide, high);
    this.#recording.add(shown, wide, high, performance.now() - page.age);
    if (age === null) return;
    page.ages.push(age);
    const taken = Math.floor(performance.now()) - age;
    if (Math.abs(taken - page.lastTaken) > 2) page.unique++;
    page.lastTaken = taken;
  }

  /** No pictures come for now; the next one is shown. */
  #hangs() {
    this.#stage.conceal(t("noPictures"));
    this.#small.clear();
  }

  /** Show nothing but words. */
  #clear(why) {
    this.#stage.clear(why);
    this.#small.clear();
  }

  /** The connection is gone, perhaps because the server was started anew: try again until Stop is pressed. */
  async #lost() {
    if (!page.running || page.retrying) return;
    page.retrying = true;
    const transport = page.transport;
    page.transport = null; // what still comes from it is not shown
    forgetNumbers();
    this.#clear(t("connectionLost"));
    await transport?.stop().catch(() => {});
    while (page.running) {
      $("state").textContent = t("tryingAgain");
      try {
        await this.#connect();
        complain(null);
        break;
      } catch (error) {
        if (error.status === 401) await this.stop(); // each try would count as a guess
        complain(error);
        await new Promise((done) => setTimeout(done, RETRY_MS));
      }
    }
    page.retrying = false;
  }

  /** What holds on the server, shown. */
  async #update() {
    const id = page.transport?.id;
    if (!id || page.retrying) return;
    let state;
    try {
      state = await askJson(`/session/${id}`);
    } catch (error) {
      const stillShows = error.status === 0 && !page.empty; // media goes its own way, past a front that is started anew
      if (page.transport?.id === id && !stillShows) void this.#lost();
      return;
    }
    if (page.transport?.id !== id) return; // Stop was pressed
    showState(state, page.transport.name);
    this.gallery.mark(state.face);
    const failed = state.outcomes.failed - (page.state?.outcomes.failed ?? 0);
    if (failed > 0) complain(new Error(t("engineFailed", { failed })));
    page.state = state;
  }

  /** Once a second: numbers and charts, and what holds on the server. */
  async #tick() {
    const now = performance.now(), seconds = (now - (page.ticked ?? now - 1000)) / 1000;
    const { ages, waits, shown, unique } = page;
    page.empty = shown ? 0 : (page.empty ?? 0) + 1;
    Object.assign(page, { ages: [], waits: [], shown: 0, unique: 0, ticked: now });
    const { transport } = page;
    if (!transport?.id) return;
    if (page.empty === HANGS_AFTER_S) this.#hangs();
    await this.#update();
    const network = await transport.network().catch(() => null);
    if (page.transport !== transport || page.retrying) return; // Stop was pressed, or it is gone: what was measured is old
    page.numbers = { glass: middle(ages), fps: shown / seconds, server: page.state?.latency_p50_ms ?? null, network };
    page.history = [...(page.history ?? []).slice(-600), { ages, fps: page.numbers.fps, unique: unique / seconds }];
    showNumbers(page.numbers, page.state?.stages_ms ?? {});
    const [camera, display] = [middle(page.copy?.delays.splice(0) ?? []), middle(waits)];
    showParts((page.parts = partsOf({ ...page.numbers, camera, rtt: network?.rtt ?? null, display })));
    if (this.quality.stepsDown(page.numbers)) await this.restart();
  }
}

async function tell(transport, commands) {
  for (const command of commands) await control(transport.id, command).catch(complain);
}

/** A video element that plays a stream and is no part of the page, so that nobody sees it. */
async function playing(stream) {
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, srcObject: stream });
  await video.play();
  return video;
}
