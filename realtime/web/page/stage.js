// What the frame shows: a placeholder, or the swapped picture. The camera itself is shown only beside a swapped picture,
// and only as far as the visitor has moved the slider since that came. Knows elements; knows nothing of connections.

const $ = (id) => document.getElementById(id);

export class Stage {
  #camera = null;
  #isShown = false;
  #welcome = [...$("placeholder").childNodes];

  constructor() {
    $("split").oninput = () => this.#divide();
    this.clear();
  }

  /** A swapped picture is there: show it. camera: the stream that the slider may uncover. */
  reveal(camera) {
    if (this.#isShown) return;
    [this.#isShown, this.#camera] = [true, camera];
    $("frame").classList.add("live");
    $("placeholder").hidden = true;
    $("split").value = 0; // it may have been moved, or restored by the browser, while there was nothing to uncover
  }

  /** Nothing but words, until the next swapped picture. why: in words; nothing before the first start. */
  conceal(why) {
    this.#isShown = false;
    $("frame").classList.remove("live");
    $("placeholder").replaceChildren(...(why ? [why] : this.#welcome));
    $("placeholder").hidden = false;
    $("split").value = 0;
    this.#divide();
  }

  /** As conceal, and forget the last picture. */
  clear(why) {
    this.conceal(why);
    $("swapped").srcObject = null;
    $("painted").width = $("painted").height = 0;
  }

  #divide() {
    const share = this.#isShown ? Number($("split").value) : 0, before = $("before");
    $("after").style.setProperty("--split", `${share}%`);
    before.hidden = share === 0;
    if (before.hidden) before.srcObject = null;
    else if (before.srcObject !== this.#camera) {
      before.srcObject = this.#camera;
      before.play().catch(() => {}); // it was hidden again before it began
    }
  }
}
