// @ts-check
// Goods that come back: what the till hands out for them, and the codes of the points that go back.

import { euros, points, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */
/**
 * @typedef {{id: string, why: "back" | "instead", points: number, expires: string, link?: string, qr?: string}} Code
 * `instead`: what the rest of the sale earns, in the place of what nobody had claimed.
 * @typedef {{money: number, deduct: number, pay: number, owed: number, points: number, codes: Code[]}} Goods
 * `codes`: those that are still to be scanned; the first is shown.
 */

/** @param {Operation} operation @param {any} answer */
export function take(operation, answer) {
  const { back, instead } = answer;
  /** @type {["back" | "instead", any][]} */
  const made = [["back", back], ["instead", instead]];
  const codes = made.filter(([, of]) => of !== undefined).map(([why, of]) => code(why, of));
  const { money_cents: money, deduct_cents: deduct, pay_cents: pay, owed_cents: owed = 0, points_back } = answer;
  operation.goods = { money, deduct, pay, owed, points: points_back, codes };
  show(operation);
}

/** @param {"back" | "instead"} why @param {any} made @returns {Code} */
function code(why, { id, points, expires_at: expires, claim_url: link, qr_svg: qr }) {
  return { id, why, points, expires, link, qr };
}

/** Puts the first code where the page finds it. @param {Operation} operation */
function show(operation) {
  const first = operation.goods?.codes[0];
  operation.state = first === undefined ? "done" : "open";
  operation.id = first?.id;
  operation.link = first?.link;
  operation.qr = first?.qr;
  operation.expires = first?.expires;
}

/** @param {Operation} operation @param {any} answer What the node says of the code that is shown. */
export function claimed(operation, answer) {
  if (answer.state !== "open" && answer.state !== "pending") further(operation);
}

/** Goes on to the next code, if there is one. @param {Operation} operation */
export function further(operation) {
  operation.goods?.codes.shift();
  show(operation);
}

/** @param {Goods} goods @returns {Goods} */
export function plain(goods) {
  return { ...goods, codes: goods.codes.map(({ link, qr, ...rest }) => rest) };
}

/** @param {Operation} operation */
export function state({ state, goods }) {
  const first = goods?.codes[0];
  if (state === "done" || first === undefined) return say("state-return-done");
  return say(`state-return-${first.why}`, { points: points(first.points) });
}

/** How what is handed out comes about, in words; nothing if it is just the price. @param {Goods} goods */
export function told({ money, deduct, pay, owed }) {
  if (deduct === 0) return null;
  const lost = euros(deduct);
  if (pay > 0) return say("js-return-less", { amount: euros(money), less: lost });
  return say(owed > 0 ? "js-return-owed" : "js-return-nothing", { amount: euros(money), less: lost });
}
