// @ts-check
// One thing that the till does: it is kept before it is sent, sent until the node has it, and watched until it is decided.
// After a reload it goes on from what was kept.

import * as goods from "./goods.js";
import { call, pause, WAIT } from "./node.js";
import * as sale from "./sale.js";
import { random, session } from "./session.js";
import { euros, points, say } from "./texts.js";

/**
 * @typedef {"sale" | "give" | "take" | "refund" | "return"} Kind
 * @typedef {{
 *   kind: Kind, path: string, body: any, key: string, at: number, by: string, id?: string, code?: string, link?: string,
 *   qr?: string, state?: string, points?: number, expires?: string, sale?: sale.Sale, goods?: goods.Goods,
 * }} Operation
 */

/** Seconds between two looks at a grant: while the customer stands there, and later. */
const LOOK = 0.4;
const LOOK_LATER = 3;
/** Milliseconds for which a customer stands there. */
const STANDS = 90_000;
const OPEN = new Set(["open", "presented", "pending", "unpaid", "settled"]);
const PATHS = { sale: "v1/baskets", give: "v1/grants", take: "v1/checkouts", refund: "v1/refunds", return: "v1/returns" };

/** @type {Record<string, "calm" | "good" | "fair" | "bad">} */
const TONES = {
  open: "calm",
  presented: "calm",
  pending: "fair",
  unpaid: "fair",
  settled: "fair",
  complete: "good",
  claimed: "good",
  done: "good",
  accepted: "good",
  cancelled: "fair",
  expired: "fair",
  late: "fair",
  refused: "bad",
  accepted_late: "bad",
};
const SIGNS = { calm: "◷", good: "✓", fair: "!", bad: "✕" };

/** @param {Kind} kind @param {any} body @returns {Operation} */
export function begin(kind, body) {
  const key = random();
  const at = Date.now();
  // The node keeps it as a hash; it finds the operation again in the till's own records.
  const reference = `page ${new Date(at).toISOString()} ${key.slice(0, 8)}`;
  return { kind, path: PATHS[kind], body: { ...body, reference }, key, at, by: session.mark };
}

/** The node has not answered yet. @param {Operation} operation */
export const isUnsent = (operation) => operation.state === undefined;
/** @param {Operation} operation */
export const isOpen = (operation) => isUnsent(operation) || OPEN.has(operation.state ?? "");

/** Something may still change by itself. @param {Operation} operation */
export const isWatched = (operation) => (operation.kind === "sale" ? sale.isWatched(operation) : isOpen(operation));

/** @param {Operation} operation */
export function canCancel(operation) {
  if (sale.isTold(operation)) return false;
  // What was never shown can be dropped: nobody has its link. What goes back is counted by the node as soon as it hears.
  if (isUnsent(operation)) return operation.kind !== "refund" && operation.kind !== "return";
  return isOpen(operation) && operation.kind !== "return" && !["pending", "settled"].includes(operation.state ?? "");
}

/** What nobody has taken yet is ended, not left behind; points can be claimed later too. @param {Operation} operation */
export function canLeave(operation) {
  if (sale.isTold(operation)) return false;
  if (operation.kind === "take" || operation.kind === "sale") return !canCancel(operation);
  return !isUnsent(operation);
}

/** @param {Operation} operation */
export function tone(operation) {
  return TONES[operation.state ?? ""] ?? "calm";
}

/** @param {Operation} operation */
export const sign = (operation) => SIGNS[tone(operation)];

/** @param {Operation} operation */
export function what(operation) {
  const { kind, body } = operation;
  if (kind === "sale") return say("js-op-sale", { amount: euros(body.total_cents) });
  if (kind === "return") return say("js-op-return", { amount: euros(body.total_cents) });
  if (kind === "take") return say("js-op-take", { points: points(body.max_points) });
  if (kind === "refund") return say("js-op-refund", { points: points(body.points) });
  if (body.eligible_cents === undefined) return say("js-op-give", { points: points(body.points) });
  return say("js-op-give-euros", { amount: euros(body.eligible_cents) });
}

/** @param {Operation} operation */
export function state(operation) {
  if (isUnsent(operation)) return say("js-sending");
  if (operation.kind === "sale") return sale.state(operation);
  if (operation.kind === "return") return goods.state(operation);
  const side = operation.kind === "take" ? "take" : "give";
  return say(`state-${side}-${operation.state}`, { points: points(operation.points ?? 0) });
}

/** @param {Operation} operation @param {any} answer */
export function take(operation, answer) {
  if (operation.kind === "return") return goods.take(operation, answer);
  operation.id ??= answer.id;
  operation.code = answer.code ?? operation.code;
  operation.expires = answer.expires_at ?? operation.expires;
  operation.link = answer.claim_url ?? answer.url ?? operation.link;
  operation.qr = answer.qr_svg ?? operation.qr;
  operation.points = answer.points;
  operation.state = answer.state;
  if (operation.kind === "sale") sale.take(operation, answer);
  if (isWatched(operation)) return;
  // A link that leads nowhere any more, and perhaps a secret.
  delete operation.link;
  delete operation.qr;
}

/** As the list keeps it: without what opens something. @param {Operation} operation @returns {Operation} */
export function plain(operation) {
  const { link, qr, ...rest } = operation;
  return rest.goods === undefined ? rest : { ...rest, goods: goods.plain(rest.goods) };
}

/** @param {Operation} operation @param {string} token @param {AbortSignal} signal */
async function send(operation, token, signal) {
  const { path, body, key } = operation;
  take(operation, await call("POST", path, { token, body, key, signal }));
}

/** @param {Operation} operation */
function place(operation) {
  const kind = operation.kind === "sale" || operation.kind === "take" ? operation.kind : "give";
  return `${PATHS[kind]}/${operation.id}`;
}

/** @param {Operation} operation @param {string} token @param {AbortSignal} signal */
export async function look(operation, token, signal) {
  const answer = await call("GET", place(operation), { token, signal });
  if (operation.kind === "return") goods.claimed(operation, answer);
  else take(operation, answer);
}

/** One step further. @param {Operation} operation @param {string} token @param {AbortSignal} signal @param {number} begun */
async function step(operation, token, signal, begun) {
  if (operation.kind === "sale" && !sale.isComplete(operation)) {
    return take(operation, await sale.next(operation, place(operation), token, signal));
  }
  if (operation.kind === "take") {
    const path = `${place(operation)}?wait=${WAIT}&state=${operation.state}`;
    return take(operation, await call("GET", path, { token, signal, wait: WAIT }));
  }
  await pause(Date.now() - begun < STANDS ? LOOK : LOOK_LATER, signal);
  await look(operation, token, signal);
}

/**
 * @param {Operation} operation @param {string} token @param {AbortSignal} signal
 * @param {() => void} changed Called after each change, before anything else is asked.
 */
export async function follow(operation, token, signal, changed) {
  if (isUnsent(operation)) {
    await send(operation, token, signal);
    changed();
  }
  const begun = Date.now();
  while (isWatched(operation)) {
    const before = JSON.stringify(operation);
    await step(operation, token, signal, begun);
    if (JSON.stringify(operation) !== before) changed();
  }
}

/** @param {Operation} operation @param {string} token @param {AbortSignal} signal */
export async function cancel(operation, token, signal) {
  await call("DELETE", place(operation), { token, signal });
}
