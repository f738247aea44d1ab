// @ts-check
// Points that go back to whoever paid them, without goods.

import * as hand from "./hand.js";
import * as operations from "./operation.js";
import { dialog, get, input, problem } from "./screen.js";
import { number, points, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */

/** @type {Operation | null} */
let refunded = null;

/** @param {Operation} operation */
export function ask(operation) {
  if (!hand.isFree()) return problem(say("js-busy"));
  refunded = operation;
  get("refund-what").textContent = say("js-refund-most", { points: points(operation.points ?? 0) });
  input("refund-points").value = String(operation.points ?? 0);
  input("refund-points").setCustomValidity("");
  dialog("refund-dialog").showModal();
  input("refund-points").select();
}

/** @param {Event} event */
function send(event) {
  event.preventDefault();
  const most = refunded?.points ?? 0;
  const wanted = Number(input("refund-points").value);
  if (refunded === null || !Number.isInteger(wanted) || wanted < 1 || wanted > most) {
    const field = input("refund-points");
    field.setCustomValidity(say("js-refund-missing", { most: number(most) }));
    field.reportValidity();
    return;
  }
  dialog("refund-dialog").close();
  hand.run(operations.begin("refund", { checkout: refunded.id, points: wanted }));
}

/** Nothing of it stays in the page. */
export function close() {
  refunded = null;
  dialog("refund-dialog").close();
  get("refund-what").textContent = "";
  input("refund-points").value = "";
}

export function listen() {
  get("refund-close").addEventListener("click", close);
  get("refund-form").addEventListener("submit", send);
  input("refund-points").addEventListener("input", () => input("refund-points").setCustomValidity(""));
}
