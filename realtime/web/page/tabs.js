// Which of the page's tabs is shown: the address says it (#photo), so that it can be linked and kept.

/** The one that is shown. */
export const tab = () => document.body.dataset.tab;

/** Have the buttons and the address choose; the first unless they do. onShow(name) is told which is shown now. */
export function tabs(onShow) {
  const buttons = [...document.querySelectorAll("[role=tab]")], names = buttons.map((button) => button.dataset.tab);
  const show = (name) => {
    document.body.dataset.tab = name;
    for (const button of buttons) {
      const isShown = button.dataset.tab === name;
      button.setAttribute("aria-selected", isShown);
      button.tabIndex = isShown ? 0 : -1;
    }
    onShow(name);
  };
  const asked = () => names.find((name) => name === location.hash.slice(1)) ?? names[0];
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
