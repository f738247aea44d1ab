// @ts-check
// The till's words, which the node wrote into the page in its language.

/** @type {Record<string, string | {one: string, other: string}>} */
const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

export const language = document.documentElement.lang;
const numbers = new Intl.NumberFormat(language);
const money = new Intl.NumberFormat(language, { minimumFractionDigits: 2 });
const plural = new Intl.PluralRules(language);

/** @param {string} id @param {Record<string, string | number>} [holes] */
export function say(id, holes = {}) {
  const text = texts[id];
  return typeof text === "string" ? filled(text, holes) : id;
}

/** @param {string} text @param {Record<string, string | number>} holes */
function filled(text, holes) {
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in holes ? String(holes[name]) : all));
}

/** @param {number} count */
export function points(count) {
  const text = texts["js-points"];
  if (typeof text !== "object") return String(count);
  return filled(plural.select(count) === "one" ? text.one : text.other, { points: numbers.format(count) });
}

/** @param {number} cents */
export function euros(cents) {
  return say("js-euros", { amount: money.format(cents / 100) });
}

/** @param {number} count */
export const number = (count) => numbers.format(count);
/** @param {number} amount */
export const decimal = (amount) => money.format(amount);
/** @param {number} time */
export const clock = (time) => new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(time);
