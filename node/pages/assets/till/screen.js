// @ts-check
// The page's elements, and the two ways of saying something: to all, and to whoever listens instead of looking.

export const get = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
export const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
export const dialog = (/** @type {string} */ id) => /** @type {HTMLDialogElement} */ (document.getElementById(id));

/** @param {string} text */
export function aloud(text) {
  get("live").textContent = text;
}

/** @param {string | null} text */
export function problem(text) {
  const field = get("problem");
  field.hidden = text === null;
  field.textContent = text ?? "";
}

/** Puts a text into an element, which is not there without one. @param {string} id @param {string | null} text */
export function put(id, text) {
  const element = get(id);
  element.hidden = text === null;
  element.textContent = text ?? "";
}
