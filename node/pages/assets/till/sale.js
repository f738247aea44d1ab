// @ts-check
// A basket: one link with which the customer pays with points and earns. The till takes the rest in money and says so.

import { call, Refused, WAIT } from "./node.js";
import { points, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */
/**
 * @typedef {{state: string, payment: string, pay: number, earns: number, scanned: boolean, received?: boolean}} Sale
 * `pay`: cents to be paid in money. `received`: whoever stands at the till said that the money is there.
 */

/** Most points that are asked for: the node makes of it what the basket comes to. */
const MOST_POINTS = 999_999_999;
const PAYABLE = new Set(["open", "presented", "unpaid", "settled", "expired", "late"]);
const OTHERWISE = new Set(["checkout-taken", "checkout-cancelled"]);
const TOGETHER = ["open", "presented", "pending", "unpaid"];

/** What is sent. @param {number} total @param {number} eligible In cents. */
export function asked(total, eligible) {
  return { total_cents: total, eligible_cents: eligible, max_points: MOST_POINTS, step: 1 };
}

/** How far it is, in one word. @param {any} answer */
function phase({ state, payment, grant }) {
  if (state === "open") {
    if (payment?.state === "accepted") return "pending";
    return TOGETHER.includes(payment?.state) ? payment.state : "unpaid";
  }
  if (state === "expired" && payment?.state === "accepted_late") return "late";
  if (state !== "complete") return state;
  if (grant?.state === "claimed") return "claimed";
  return grant?.state === "open" || grant?.state === "pending" ? "complete" : "done";
}

/** @param {Operation} operation @param {any} answer */
export function take(operation, answer) {
  const [now, before] = [phase(answer), operation.sale];
  // Whoever has seen it has the link, and takes what is earned without the code.
  const seen = ["presented", "pending"].includes(now) || (now === "settled" && answer.payment !== undefined);
  operation.state = now;
  operation.points = answer.points ?? 0;
  operation.expires = answer.grant?.expires_at ?? answer.expires_at;
  operation.sale = {
    state: answer.state,
    payment: answer.payment?.state ?? "",
    pay: answer.pay_cents,
    earns: answer.earns.points,
    scanned: before?.scanned === true || seen,
    received: answer.state === "complete" ? undefined : before?.received,
  };
}

/** @param {Operation} operation */
export const isComplete = (operation) => operation.sale?.state === "complete";
/** Whether the till can say that it has the money. @param {Operation} operation */
export const isPayable = (operation) => operation.kind === "sale" && PAYABLE.has(operation.state ?? "");
/** @param {Operation} operation */
export const isPending = ({ kind, state }) => kind === "sale" && state === "pending";
/** What is paid with points is known, and what is left to pay. @param {Operation} operation */
export const isDue = (operation) => isPayable(operation) && !["open", "presented"].includes(operation.state ?? "");
/** The code is for somebody. @param {Operation} operation */
export function isScannable({ state, sale }) {
  return state === "complete" ? !sale?.scanned : ["open", "presented", "unpaid"].includes(state ?? "");
}

/** @param {Operation} operation */
export function isWatched(operation) {
  const { state, sale } = operation;
  if (state === undefined || TOGETHER.includes(state) || state === "complete") return true;
  return isPayable(operation) && sale !== undefined && (sale.received === true || isFree(operation));
}

/** All is paid with points: there is nothing to wait for. @param {Operation} operation */
const isFree = ({ state, sale }) => state === "settled" && sale?.pay === 0;

/** The node is told that the money is there, and has not answered yet. @param {Operation} operation */
export const isTold = ({ sale }) => sale?.received === true;

/** @param {Operation} operation */
export function receive(operation) {
  if (operation.sale) operation.sale.received = true;
}

/**
 * What the node says next of a basket that is not complete.
 * @param {Operation} operation @param {string} place @param {string} token @param {AbortSignal} signal
 */
export async function next(operation, place, token, signal) {
  const { sale } = operation;
  if (sale?.received || isFree(operation)) {
    try {
      return await call("POST", `${place}/complete`, { token, body: {}, signal });
    } catch (error) {
      if (sale && error instanceof Refused) delete sale.received;
      // The customer was faster, or another window: how it stands now is shown.
      if (!(error instanceof Refused && OTHERWISE.has(error.code))) throw error;
      return call("GET", place, { token, signal });
    }
  }
  const known = sale?.payment ? `&payment=${sale.payment}` : "";
  return call("GET", `${place}?wait=${WAIT}&state=${sale?.state}${known}`, { token, signal, wait: WAIT });
}

/** @param {Operation} operation */
export function state({ state, points: paid = 0, sale }) {
  if (sale?.received) return say("js-sending");
  const of = state === "settled" && paid === 0 ? "unpaid" : state === "complete" && sale?.scanned ? "taking" : state;
  return say(`state-sale-${of}`, { points: points(of === "settled" ? paid : (sale?.earns ?? 0)) });
}
