// How pictures travel: WebRTC, or a WebSocket where only HTTP gets through. Both: send a canvas, show what comes back.

import { ask, token, visitor } from "./api.js";
import { bestCoder } from "./coders.js";
import { FlowControl } from "./flow_control.js";
import { t } from "./words.js";

const CONNECT_MS = 8000;

/** WebRTC. Resolves once pictures can flow; later on.gone() says that the connection is lost, on.hangs() that it might be. */
export class Rtc {
  name = "WebRTC";

  async start(copy, sound, video, ice, on) {
    const peer = (this.peer = new RTCPeerConnection({ iceServers: ice }));
    const stream = copy.canvas.captureStream(0);
    const [track] = stream.getVideoTracks();
    track.contentHint = copy.hint;
    const drawn = track.requestFrame ? track : stream; // in Firefox the stream is told
    copy.onPicture = () => drawn.requestFrame();
    preferH264(peer.addTransceiver(track, { streams: [stream] }));
    for (const heard of sound) peer.addTrack(heard, stream);
    const arrived = new MediaStream();
    peer.ontrack = ({ track: came, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      came.onmute = on.hangs;
      came.onended = on.gone;
      arrived.addTrack(came);
    };
    video.srcObject = arrived;
    await peer.setLocalDescription(await peer.createOffer());
    await gathered(peer);
    const response = await ask("/session", { method: "POST", headers: { "Content-Type": "application/sdp" }, body: peer.localDescription.sdp });
    this.id = response.headers.get("Location").split("/").pop();
    await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
    await connected(peer);
    await video.play();
    peer.onconnectionstatechange = () => {
      if (peer.connectionState === "disconnected") on.hangs();
      if (["failed", "closed"].includes(peer.connectionState)) on.gone();
    };
  }

  /** Round trip, ms, and what is received, kbit/s. */
  async network() {
    let rtt = null, bytes = 0, at = 0;
    for (const report of (await this.peer.getStats()).values()) {
      if (report.type === "candidate-pair" && report.nominated) rtt = (report.currentRoundTripTime ?? 0) * 1000;
      if (report.type === "inbound-rtp" && report.kind === "video") [bytes, at] = [report.bytesReceived, report.timestamp];
    }
    const before = this.last ?? { bytes, at };
    this.last = { bytes, at };
    return { rtt, kbps: at > before.at ? ((bytes - before.bytes) * 8) / (at - before.at) : null };
  }

  async stop() {
    this.peer.onconnectionstatechange = this.peer.ontrack = null;
    for (const { track } of this.peer.getReceivers()) track.onmute = track.onended = null;
    this.peer.close();
    await this.leave();
  }

  /** Tell the server; also while the page is being closed. */
  async leave() {
    if (this.id) await ask(`/session/${this.id}`, { method: "DELETE", keepalive: true }).catch(() => {});
    this.id = null;
  }
}

/** A WebSocket. A picture is left out while too many are under way, or the one before is still being encoded. */
export class Socket {
  name = "WebSocket";

  async start(copy, _sound, painted, _ice, on) {
    const pictures = {
      coded: (picture, taken) => this.#send(picture, taken),
      shown: (picture, width, height) => this.#show(painted, picture, width, height),
      lost: (count) => (this.#tell("shown", count), this.#tell("key")),
    };
    this.coder = await bestCoder(copy.canvas.width, copy.canvas.height, pictures);
    this.name = `WebSocket, ${this.coder.name}`;
    this.flow = new FlowControl();
    const address = new URL("socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("codec", this.coder.name);
    if (token) address.searchParams.set("token", token);
    if (visitor()) address.searchParams.set("visitor", visitor());
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    this.received = 0;
    this.id = await new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(JSON.parse(data).session);
      socket.onclose = () => reject(new Error(t("serverFull")));
      setTimeout(() => reject(new Error(t("noSocket"))), CONNECT_MS);
    });
    socket.onclose = on.gone;
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#hear(JSON.parse(data)) : this.#take(data));
    copy.onPicture = () => this.#offer(copy.canvas);
  }

  async network() {
    const bytes = this.received, at = performance.now(), before = this.last ?? { bytes, at };
    this.last = { bytes, at };
    return { rtt: null, kbps: at > before.at ? ((bytes - before.bytes) * 8) / (at - before.at) : null };
  }

  async stop() {
    this.leave();
  }

  leave() {
    this.socket.onclose = null;
    this.socket.close();
    this.coder.close();
  }

  #hear({ got, key }) {
    if (got !== undefined) this.flow.arrived();
    if (key) this.coder.beginAnew();
  }

  #offer(canvas) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.flow.offered();
    this.coder.slowDown(this.flow.share);
    if (this.flow.isOpen && !this.coder.isBusy) this.coder.encode(canvas);
  }

  #send(picture, taken) {
    const message = new Uint8Array(4 + picture.length);
    new DataView(message.buffer).setUint32(0, taken);
    message.set(picture, 4);
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(message);
    this.flow.sent();
  }

  #take(data) {
    this.received += data.byteLength;
    this.coder.decode(data.slice(1), new Uint8Array(data, 0, 1)[0] === 1);
  }

  #show(painted, picture, width, height) {
    this.#tell("shown");
    if (painted.width !== width || painted.height !== height) [painted.width, painted.height] = [width, height];
    painted.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    this.onShown?.();
  }

  #tell(word, times = 1) {
    for (let i = 0; i < times && this.socket.readyState === WebSocket.OPEN; i++) this.socket.send(word);
  }
}

/** H.264 first, where the browser has it: half the work of VP8, on both sides. */
function preferH264(transceiver) {
  const codecs = RTCRtpReceiver.getCapabilities?.("video")?.codecs ?? [];
  const [first, others] = [codecs.filter((c) => c.mimeType === "video/H264"), codecs.filter((c) => c.mimeType !== "video/H264")];
  if (first.length) transceiver.setCodecPreferences?.([...first, ...others]);
}

const gathered = (peer) =>
  new Promise((done) => {
    if (peer.iceGatheringState === "complete") done();
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
    setTimeout(done, 2000);
  });

const connected = (peer) =>
  new Promise((done, fail) => {
    const look = () => {
      if (peer.connectionState === "connected") done();
      if (peer.connectionState === "failed") fail(new Error(t("noRtc")));
    };
    peer.onconnectionstatechange = look;
    setTimeout(() => fail(new Error(t("noRtc"))), CONNECT_MS);
    look();
  });
