// @ts-check
// The operation in hand: one after the other.

import * as goods from "./goods.js";
import { keep, kept } from "./keep.js";
import { Refused } from "./node.js";
import * as operations from "./operation.js";
import * as recent from "./recent.js";
import * as sale from "./sale.js";
import { aloud, get, input, problem } from "./screen.js";
import { session } from "./session.js";
import * as sound from "./sound.js";
import { say } from "./texts.js";
import * as view from "./view.js";

/** @typedef {import("./operation.js").Operation} Operation */

/** @type {Operation | null} */
let inHand = null;
let stop = new AbortController();
/** @type {{failed: (error: unknown, operation?: Operation) => void, free: () => void}} */
let told = { failed: () => {}, free: () => {} };

export const isFree = () => inHand === null;
export const held = () => inHand;

/** Something that the customer may lose, or the shop, if nobody looks at it any more. */
export function isUnderWay() {
  if (inHand !== null && operations.isOpen(inHand)) return true;
  return recent.all().some((one) => ["take", "sale"].includes(one.kind) && operations.isOpen(one));
}

/** @param {Operation} operation */
export function run(operation) {
  problem(null);
  stop.abort();
  inHand = operation;
  keep("open", operation);
  view.show(operation);
  lead(operation);
  stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, session.over.signal]);
  const changed = () => {
    if (!signal.aborted) noted(operation);
  };
  operations.follow(operation, session.token ?? "", signal, changed).catch((error) => {
    if (signal.aborted) return;
    // Refused when it was sent, or gone: there is nothing to wait for.
    if (operations.isUnsent(operation) || (error instanceof Refused && error.status === 404)) drop();
    else noted(operation);
    told.failed(error, operation);
  });
}

/** @param {Operation} operation */
function noted(operation) {
  const isNews = get("operation").dataset.state !== (operation.state ?? "sending");
  keep("open", operation);
  recent.put(operation);
  recent.show();
  view.show(operation);
  if (!isNews) return;
  if (!operations.isOpen(operation)) sound.play(operations.tone(operation) === "good" ? "good" : "bad");
  if (operation.state === "settled") sound.play("good");
  if (!operations.isOpen(operation) || operation.state === "settled") lead(operation);
}

/** What there is to do next waits for Enter. @param {Operation} operation */
function lead(operation) {
  const waits = operations.isOpen(operation) && operation.state !== "settled";
  const next = ["received", "next"].map(get).find((button) => !button.hidden);
  (waits ? get("operation-heading") : (next ?? get("operation-heading"))).focus();
}

/** Goes on with what was in hand before the page was loaded again. */
export function resume() {
  const operation = /** @type {Operation | null} */ (kept("open"));
  if (operation?.by === session.mark) run(operation);
  else keep("open", null);
  return inHand !== null;
}

/** Nobody looks at it any more, and nothing of it stays in the page. */
export function drop() {
  stop.abort();
  get("offline").hidden = true;
  inHand = null;
  if (session.token !== null) keep("open", null);
  view.show(null);
  recent.show();
}

/** Ready for the next customer. What is not decided is looked at again from the list. */
export function dismiss() {
  drop();
  told.free();
}

function cancel() {
  const operation = inHand;
  if (operation === null || session.token === null) return;
  if (operations.isUnsent(operation)) return dismiss();
  const [token, signal] = [session.token, session.over.signal];
  operations
    .cancel(operation, token, signal)
    // A grant is looked at now and then only; a checkout answers by itself.
    .then(() => operations.look(operation, token, signal))
    .then(() => {
      if (signal.aborted || inHand !== operation) return;
      recent.put(operation);
      run(operation);
      get("operation").dataset.state = "sending";
      noted(operation);
    })
    .catch((error) => {
      if (!signal.aborted) told.failed(error);
    });
}

async function copy() {
  input("link").select();
  try {
    await navigator.clipboard.writeText(input("link").value);
    aloud(say("js-link-copied"));
  } catch {
    // Not allowed here: the text is selected.
  }
}

/** @param {{failed: (error: unknown, operation?: Operation) => void, free: () => void}} tell */
export function listen(tell) {
  told = tell;
  get("cancel").addEventListener("click", cancel);
  get("next").addEventListener("click", dismiss);
  get("copy").addEventListener("click", copy);
  get("received").addEventListener("click", () => {
    if (inHand === null) return;
    sale.receive(inHand);
    run(inHand);
  });
  get("further").addEventListener("click", () => {
    if (inHand === null) return;
    goods.further(inHand);
    recent.put(inHand);
    run(inHand);
  });
  setInterval(() => view.left(inHand), 1000);
}
