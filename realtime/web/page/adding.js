// Faces come: from files that are chosen, dropped or pasted. Of a photo that shows several, or one that is weak, the visitor
// is shown what was found, and says what is worn. Knows files and questions; knows no camera and no connection.

import { sendFile } from "./api.js";
import { answer } from "./dialogs.js";
import { remember } from "./given.js";
import { t } from "./words.js";

const $ = (id) => document.getElementById(id);
const percent = (part) => Math.round(100 * part);

/** In words, what makes a face look worse than it need, by the server's name of it. */
const DOUBTS = {
  small: (px) => t("faceSmall", { px: Math.round(px) }),
  turned: (degrees) => t("faceTurned", { degrees: Math.round(degrees) }),
  dark: () => t("faceDark"),
  open: () => t("faceOpen"),
  cut: (part) => t("faceCut", { percent: percent(part) }),
};

export class Adding {
  #person = null; // whom the next photos show

  /** gallery: shows what came. onWear(name) when a face has come, onProblem(error) when one has not. */
  constructor(gallery, { onWear, onProblem }) {
    [this.gallery, this.onWear, this.onProblem] = [gallery, onWear, onProblem];
    $("upload").onchange = ({ target }) => this.add([...target.files]).finally(() => (target.value = ""));
    $("more-photos").onchange = ({ target }) => this.#add([...target.files], this.#person, true).finally(() => (target.value = ""));
  }

  /** Ask for more photos of the person behind a face. */
  more(name) {
    this.#person = name;
    $("more-photos").click();
  }

  /** Photos of faces to wear. */
  async add(files) {
    if (files.length < 2) return await this.#add(files, null, false);
    $("several-title").textContent = t("severalPhotos", { count: files.length });
    const whose = await answer($("several"));
    if (whose) await this.#add(files, null, whose === "one");
  }

  /** person: the face that the photos are added to; else each is a face of its own, or all are one. */
  async #add(files, person, areOne) {
    const consent = $("consent").checked ? "yes" : "no";
    for (const file of files) {
      $("reading").textContent = t("reading", { name: file.name });
      $("reading").hidden = false;
      try {
        const name = await this.#send(file, person, consent);
        if (areOne) person ??= name;
      } catch (error) {
        this.onProblem(error);
      }
    }
    $("reading").hidden = true;
    $("consent").checked = false; // it was for these
  }

  /** The name of the face that came; null when the visitor did not want it. */
  async #send(file, person, consent) {
    const send = (face) => sendFile(`/faces${person ? `/${encodeURIComponent(person)}` : ""}?${new URLSearchParams({ name: file.name, consent, face })}`, file);
    let { name, faces } = await send("ask"), number = "0";
    if (!name) {
      number = await choose(faces, file.name);
      if (!number) return null;
      ({ name } = await send(number));
    }
    remember(name, file, number);
    await this.gallery.refresh(name);
    this.onWear(name);
    return name;
  }
}

/** Which of the faces the server found: its number, or "" for none. */
async function choose(faces, name) {
  $("found-title").textContent = faces.length > 1 ? t("whichFace", { name }) : t("useThisFace", { name });
  $("found-faces").replaceChildren(...faces.map(offered));
  return await answer($("found"));
}

function offered({ picture, doubts, problem }, number) {
  const row = document.createElement("li"), take = document.createElement("button"), words = document.createElement("span");
  const said = doubts.map(({ kind, value }) => DOUBTS[kind](value));
  words.textContent = [...said, ...(problem ? [t("faceUnfit")] : [])].join(" ") || t("faceGood");
  Object.assign(take, { value: String(number), disabled: Boolean(problem) });
  take.append(Object.assign(new Image(), { src: picture, alt: "" }), t("takeFace", { number: number + 1 }));
  row.append(take, words);
  return row;
}
