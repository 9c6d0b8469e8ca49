// Which of the page's tabs is shown: the address says it (#photo), so that it can be linked and kept.

const NAMES = ["live", "photo"];

/** The one that is shown. */
export const tab = () => document.body.dataset.tab;

/** Have the buttons and the address choose. onShow(name) is called for each that is left or entered. */
export function tabs(onShow) {
  const buttons = [...document.querySelectorAll("[role=tab]")];
  const show = (name) => {
    document.body.dataset.tab = name;
    for (const button of buttons) {
      const isShown = button.dataset.tab === name;
      button.setAttribute("aria-selected", isShown);
      button.tabIndex = isShown ? 0 : -1;
    }
    onShow(name);
  };
  const asked = () => (NAMES.includes(location.hash.slice(1)) ? location.hash.slice(1) : NAMES[0]);
  for (const button of buttons) {
    button.onclick = () => (location.hash = button.dataset.tab);
    button.onkeydown = ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!by) return;
      const next = buttons.at((buttons.indexOf(button) + by) % buttons.length);
      next.focus();
      next.click();
    };
  }
  addEventListener("hashchange", () => show(asked()));
  show(asked());
}
