// Questions over the page. Knows dialogs and their buttons; knows nothing of what is asked.

/** Ask: the value of the button that was pressed, "" for Cancel and Escape. A button without a value is none's answer. */
export function answer(dialog) {
  dialog.onclick = ({ target }) => {
    const button = target.closest("button");
    if (button?.value || button?.dataset.close !== undefined) dialog.close(button.value);
  };
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue), { once: true }));
}
