// The video tab: a video is sent, a part of it chosen, any frame looked at before and after, and made in the queue.
// Knows the tab's elements; uploads, times, people and jobs have modules of their own.

import { ask, askJson, sendJson } from "./api.js";
import { Jobs } from "./jobs.js";
import { Newest } from "./newest.js";
import { People } from "./people.js";
import { showPicture } from "./picture.js";
import { Trim } from "./trim.js";
import { VideoUpload } from "./video_upload.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const LOOK_MS = 1500, LEAST_MS = 250; // between two questions for people, and two previews: the server limits the pace
const CHOICES = ["video-faces", "video-others", "video-format"];

export class Video {
  #server = { videos: [], limits: {}, can_recognise: false };
  #video = null; // the one that is shown
  #newest = new Newest(() => this.#show(), LEAST_MS);
  #frame = ""; // of which video, and when, the frame beside is
  #hasChosenFrame = false;

  /** chosen() is the name of the face that is put on, look() how, see Choices.look. onProblem(error or null). */
  constructor({ chosen, look, onProblem }) {
    [this.look, this.onProblem] = [look, onProblem];
    this.jobs = new Jobs({ onProblem });
    this.trim = new Trim({ onAt: () => ((this.#hasChosenFrame = true), this.refresh()) });
    this.people = new People({ chosen, onClick: (seconds) => this.#showAt(seconds) });
    $("compare-video").oninput = ({ target }) => $("video-frame").style.setProperty("--split", `${target.value}%`);
    $("videos").onchange = ({ target }) => this.#choose(this.#server.videos.find(({ id }) => id === target.value));
    $("remove-video").onclick = () => this.#remove();
    $("stop-upload").onclick = () => this.#stopUpload();
    $("make").onclick = () => this.#make();
    $("copy").onclick = () => this.#copy();
    for (const id of CHOICES) $(id).onchange = () => (this.people.draw(), this.refresh());
  }

  /** The tab is shown: what is on the server? */
  async enter() {
    try {
      await this.#list();
      void this.jobs.look();
      if (!this.#video) await this.#chooseAny();
    } catch (error) {
      this.onProblem(error);
    }
  }

  /** Take a video file. */
  async open(file) {
    if (!file) return;
    this.onProblem(null);
    try {
      await this.#list();
      const { most_bytes: most, left_bytes: left } = this.#server.limits, free = Math.min(most, left);
      if (file.size > free) throw new Error(t("videoTooLarge", { size: amount(file.size), most: amount(free) }));
      this.upload = new VideoUpload(file, this.#server.limits, (share, isWaiting) => this.#progress(file.name, share, isWaiting));
      const video = await this.upload.send(this.#server.videos);
      if (!video) return;
      if (video.error) throw Object.assign(new Error(video.error), { hint: video.hint });
      this.#endUpload();
      await this.#list();
      await this.#choose(video);
    } catch (error) {
      this.onProblem(error);
    } finally {
      this.#endUpload();
    }
  }

  /** Another face was chosen beside. */
  async choose(name) {
    this.people.choose(name);
    await this.refresh();
  }

  /** Show the frame before and after. */
  async refresh() {
    if (!this.#video) return;
    await this.#newest.ask();
  }

  async #show() {
    this.#busy(t("swapping"));
    try {
      await this.#preview(this.#video);
      this.onProblem(null);
    } catch (error) {
      this.onProblem(error);
    } finally {
      this.#busy("");
    }
  }

  async #preview(video) {
    const { at } = this.trim, order = this.#order();
    if (this.#frame !== `${video.id} ${at}`) await showPicture($("video-before"), await (await ask(`/videos/${video.id}/frame?at=${at}&width=1280`)).blob());
    this.#frame = `${video.id} ${at}`;
    $("make").disabled = !order.wear;
    $("video-after").hidden = $("no-face").hidden = $("command-box").hidden = true;
    if (!order.wear) return;
    const answer = await sendJson(`/videos/${video.id}/preview`, { at, ...order });
    await showPicture($("video-after"), await answer.blob());
    $("no-face").hidden = answer.headers.get("Liveswap-Outcome") === "swapped";
    $("command").textContent = decodeURIComponent(answer.headers.get("Liveswap-Command") ?? "");
    $("command-box").hidden = false;
  }

  /** What is wanted, as the server takes it. */
  #order() {
    const faces = this.people.isEach ? "all" : $("video-faces").value, part = this.trim.part;
    const how = { faces, strangers: $("video-others").value, format: $("video-format").value };
    return { ...this.look(), ...how, trim: part, wear: this.people.wear };
  }

  async #showAt(seconds) {
    this.trim.at = seconds;
    this.#hasChosenFrame = true;
    await this.refresh();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText($("command").textContent);
      $("copy").textContent = t("copied");
    } catch {
      getSelection().selectAllChildren($("command")); // without https there is no clipboard: Ctrl-C does it
    }
  }

  async #make() {
    $("make").disabled = true;
    try {
      await this.jobs.add({ video: this.#video.id, ...this.#order() });
      this.onProblem(null);
    } catch (error) {
      this.onProblem(error);
    } finally {
      $("make").disabled = false;
    }
  }

  async #list() {
    this.#server = await askJson("/videos");
    const { videos, limits, can_recognise: can } = this.#server;
    const ready = videos.filter(({ state }) => state === "ready"), begun = this.upload ? [] : videos.filter(({ state }) => state === "arriving");
    $("videos").replaceChildren(...ready.map(({ id, name }) => new Option(name, id)));
    $("videos").value = this.#video?.id ?? "";
    $("my-videos").hidden = !ready.length;
    $("limits").textContent = t("videoLimits", { most: amount(Math.min(limits.most_bytes, limits.left_bytes)), hours: Math.round(limits.kept_s / 3600) });
    $("unfinished").textContent = begun.map(({ name, uploaded, bytes }) => t("unfinished", { name, share: Math.floor((100 * uploaded) / bytes) })).join(" ");
    $("unfinished").hidden = !begun.length;
    $("each").hidden = $("each").disabled = !can;
    $("no-recogniser").hidden = can;
  }

  /** The newest one, if there is any. */
  #chooseAny() {
    return this.#choose(this.#server.videos.filter(({ state }) => state === "ready").at(-1) ?? null);
  }

  /** Show a video, or that there is none. */
  async #choose(video) {
    this.#video = video;
    this.#hasChosenFrame = false;
    for (const id of ["trim", "video-choices"]) $(id).hidden = !video;
    for (const id of ["video-before", "video-after", "no-face", "command-box"]) $(id).hidden = true;
    $("video-hint").hidden = Boolean(video);
    $("make").disabled = true;
    this.people.show(video);
    if (!video) return;
    $("videos").value = video.id;
    $("video-frame").style.aspectRatio = `${video.width} / ${video.height}`;
    this.trim.open(video);
    await this.refresh();
    await Promise.all([this.trim.fill((at) => this.#thumbnail(video.id, at)), this.#awaitPeople(video)]);
  }

  async #thumbnail(id, at) {
    const answer = await ask(`/videos/${id}/frame?at=${at.toFixed(3)}&width=160`);
    return URL.createObjectURL(await answer.blob());
  }

  /** The server looks for people beside; then the frame that shows one best is more to look at than the first. */
  async #awaitPeople(video) {
    while (this.#video?.id === video.id && video.people === null) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      video = await askJson(`/videos/${video.id}`);
    }
    if (this.#video?.id !== video.id) return;
    this.#video = video;
    this.people.show(video);
    if (!this.#hasChosenFrame && video.people.length) await this.#showAt(video.people[0].at_s);
  }

  async #remove() {
    try {
      await ask(`/videos/${this.#video.id}`, { method: "DELETE" });
      this.onProblem(null);
      this.#video = null;
      await this.#list();
      await this.#chooseAny();
    } catch (error) {
      this.onProblem(error);
    }
  }

  async #stopUpload() {
    const { video } = this.upload ?? {};
    this.upload?.stop();
    if (video) await ask(`/videos/${video.id}`, { method: "DELETE" }).catch(this.onProblem);
  }

  #endUpload() {
    this.upload = null;
    $("uploading").hidden = true;
  }

  #progress(name, share, isWaiting) {
    const percent = Math.floor(100 * share);
    $("uploading").hidden = false;
    $("upload-progress").value = share;
    $("upload-words").textContent = isWaiting ? t("uploadWaits", { name, percent }) : t("uploads", { name, percent });
  }

  #busy(words) {
    $("video-working").textContent = words;
    $("video-working").hidden = !words;
  }
}

/** 1.5e9 -> "1.5 GB" */
const amount = (bytes) => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
