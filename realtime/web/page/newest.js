// Work that takes a while and is asked for again meanwhile: one at a time, and of what came meanwhile only the newest.
// So clicks and sliders never wait in a row, and the server gets no more than it allows. Knows time; knows no work.

export class Newest {
  #going = null;
  #isStale = false; // whether it was asked for since the last began

  /** work(): what is to be done, with what holds then. leastMs: from one beginning to the next. */
  constructor(work, leastMs = 0) {
    [this.work, this.leastMs] = [work, leastMs];
  }

  /** Have it done with what holds now. Ends when the newest is done. */
  ask() {
    this.#isStale = true;
    return (this.#going ??= this.#catchUp().finally(() => (this.#going = null)));
  }

  async #catchUp() {
    while (this.#isStale) {
      this.#isStale = false;
      const began = performance.now();
      await this.work();
      if (this.#isStale) await new Promise((done) => setTimeout(done, this.leastMs - (performance.now() - began)));
    }
  }
}
