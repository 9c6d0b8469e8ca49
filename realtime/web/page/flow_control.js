// How much may be under way to the server at once: as realtime/web/flow_control.py, which says why.

const PATIENCE_MS = 100, UNTIL_KNOWN = 3, SLOWER = 0.8, FASTER = 1.01, LEAST = 0.05, REST_MS = 500;

export class FlowControl {
  share = 1; // of the bits that help, as the way seems to bear
  #sent = [];
  #quickest = null;
  #slowed = -Infinity;

  /** Whether one more may be sent now. */
  get isOpen() {
    if (this.#quickest === null) return this.#sent.length < UNTIL_KNOWN;
    return !this.#sent.length || performance.now() - this.#sent[0] < this.#quickest + PATIENCE_MS;
  }

  /** A picture is there; `isOpen` says whether it goes or is left out. */
  offered() {
    if (this.isOpen) this.share = Math.min(1, this.share * FASTER);
    else if (performance.now() - this.#slowed > REST_MS) [this.share, this.#slowed] = [Math.max(LEAST, this.share * SLOWER), performance.now()];
  }

  sent() {
    this.#sent.push(performance.now());
  }

  arrived() {
    if (!this.#sent.length) return;
    const took = performance.now() - this.#sent.shift();
    this.#quickest = Math.min(this.#quickest ?? took, took);
  }
}
