// How pictures travel: WebRTC, or a WebSocket where only HTTP gets through. Both: send a canvas, show what comes back.

import { ask, token } from "./api.js";

const CONNECT_MS = 8000;
const JPEG_QUALITY = 0.8;

/** WebRTC. Resolves once pictures can flow; onGone is called when the connection is lost later. */
export class Rtc {
  name = "WebRTC";

  async start(copy, sound, video, ice, onGone) {
    const peer = (this.peer = new RTCPeerConnection({ iceServers: ice }));
    const stream = copy.canvas.captureStream(0);
    const [track] = stream.getVideoTracks();
    copy.onPicture = () => track.requestFrame();
    preferH264(peer.addTransceiver(track, { streams: [stream] }));
    for (const heard of sound) peer.addTrack(heard, stream);
    const arrived = new MediaStream();
    peer.ontrack = ({ track: came, receiver }) => {
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
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
    peer.onconnectionstatechange = () => ["failed", "closed"].includes(peer.connectionState) && onGone();
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
    this.peer.onconnectionstatechange = null;
    this.peer.close();
    await this.leave();
  }

  /** Tell the server; also while the page is being closed. */
  async leave() {
    if (this.id) await ask(`/session/${this.id}`, { method: "DELETE", keepalive: true }).catch(() => {});
    this.id = null;
  }
}

/** JPEG over a WebSocket. A picture is left out while another one still waits to be sent. */
export class Socket {
  name = "WebSocket";

  async start(copy, _sound, painted, _ice, onGone) {
    const address = new URL("socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (token) address.searchParams.set("token", token);
    const socket = (this.socket = new WebSocket(address));
    socket.binaryType = "arraybuffer";
    this.received = 0;
    this.id = await new Promise((resolve, reject) => {
      socket.onmessage = ({ data }) => resolve(JSON.parse(data).session);
      socket.onclose = () => reject(new Error("the server does not take another session now"));
      setTimeout(() => reject(new Error("no WebSocket gets through either")), CONNECT_MS);
    });
    socket.onclose = onGone;
    socket.onmessage = ({ data }) => this.#show(painted, data);
    copy.onPicture = () => this.#send(copy.canvas);
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
  }

  #send(canvas) {
    if (this.encoding || this.socket.bufferedAmount > 0 || this.socket.readyState !== WebSocket.OPEN) return;
    this.encoding = true;
    canvas.toBlob(async (blob) => {
      const message = new Uint8Array(4 + blob.size);
      new DataView(message.buffer).setUint32(0, Math.floor(performance.now()));
      message.set(new Uint8Array(await blob.arrayBuffer()), 4);
      this.encoding = false;
      if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message);
    }, "image/jpeg", JPEG_QUALITY);
  }

  async #show(painted, data) {
    this.received += data.byteLength;
    const picture = await createImageBitmap(new Blob([data], { type: "image/jpeg" }));
    painted.width = picture.width;
    painted.height = picture.height;
    painted.getContext("2d").drawImage(picture, 0, 0);
    picture.close();
    this.onShown?.();
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
      if (peer.connectionState === "failed") fail(new Error("WebRTC does not get through"));
    };
    peer.onconnectionstatechange = look;
    setTimeout(() => fail(new Error("WebRTC does not get through")), CONNECT_MS);
    look();
  });
