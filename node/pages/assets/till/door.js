// @ts-check
// Who opens the till, and how it is closed. A token in the address replaces none that is there without being asked for, and
// what was done with one token is gone before another counts.

import * as entry from "./entry.js";
import * as hand from "./hand.js";
import { kept, prefix } from "./keep.js";
import * as operations from "./operation.js";
import * as recent from "./recent.js";
import * as refund from "./refund.js";
import * as returns from "./returns.js";
import { aloud, dialog, get, input, problem, put } from "./screen.js";
import { begin, end, holder, session } from "./session.js";
import { say } from "./texts.js";

/** @type {{token: string, of: import("./session.js").Holder} | null} Another till's token, until somebody says what to do. */
let offered = null;
/** @type {() => void} */
let opened = () => {};

/** What the address carries besides the page, out of it at once: nobody reads it there, and no history keeps it. */
export function fromAddress() {
  const given = location.hash.slice(1);
  if (given === "" || document.getElementById(given) !== null) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return given;
}

/** @param {string | null} given The token of the address. */
export async function start(given) {
  const last = kept("token");
  if (last !== null) await open(last);
  else if (given === null) askForToken();
  if (given !== null) await offer(given);
}

/** @param {string} given */
async function offer(given) {
  if (session.token === null) return void (await open(given));
  if (given === session.token) return;
  const of = await holder(given);
  if (of === null) return problem(say("js-link-refused", { name: session.name }));
  offered = { token: given, of };
  askToSwap();
}

function askToSwap() {
  const isBusy = offered !== null && hand.isUnderWay();
  // What is under way is ended with the token with which it was begun.
  get("key-waits").hidden = !isBusy;
  if (offered === null || session.token === null) return;
  const names = { name: session.name, other: offered.of.name };
  get("key-waits-text").textContent = isBusy ? say("js-key-waits", names) : "";
  if (isBusy) return;
  for (const open of document.querySelectorAll("dialog[open]")) /** @type {HTMLDialogElement} */ (open).close();
  get("key-what").textContent = say("js-key-what", names);
  get("key-stay").textContent = say("js-key-stay", names);
  get("key-take").textContent = say("js-key-take", names);
  dialog("key-dialog").showModal();
  get("key-stay").focus();
}

function stay() {
  offered = null;
  get("key-waits").hidden = true;
  dialog("key-dialog").close();
}

function swap() {
  const next = offered;
  stay();
  if (next === null) return;
  close();
  begin(next.token, next.of);
  show();
}

function askForToken() {
  get("counter").hidden = true;
  get("sign-out").hidden = true;
  get("sign-in").hidden = false;
  get("who").hidden = true;
  input("token").focus();
}

/** @param {string} given Whether it is a till's token. */
async function open(given) {
  get("sign-in").hidden = true;
  const of = await holder(given);
  if (of === null) {
    // It was good here before: what was under way with it is named before it is forgotten.
    const wasGood = kept("token") === given;
    const lost = wasGood ? underWay() : "";
    if (wasGood) end();
    askForToken();
    problem([say(wasGood ? "js-token-gone" : "js-token-refused"), lost].filter(Boolean).join(" "));
    return false;
  }
  problem(null);
  begin(given, of);
  show();
  return true;
}

function show() {
  get("sign-in").hidden = true;
  get("counter").hidden = false;
  get("sign-out").hidden = false;
  put("who", say("js-who", { name: session.name }));
  get("goods-open").hidden = !session.rights.refund;
  entry.open();
  recent.show();
  if (!hand.resume()) entry.focus();
  opened();
}

/** Closes the till: nothing of the token stays in the page or the browser. */
function close() {
  end();
  hand.drop();
  entry.clear();
  refund.close();
  returns.close();
  stay();
  dialog("leave-dialog").close();
  input("token").value = "";
  put("who", null);
  askForToken();
}

/** The node does not know the token any more. */
export function refused() {
  const lost = hand.isUnderWay() ? underWay() : "";
  close();
  problem([say("js-token-gone"), lost].filter(Boolean).join(" "));
}

/** What the manager is to look for. */
function underWay() {
  const open = hand.held() ?? kept("open") ?? (kept("recent") ?? []).find(operations.isOpen);
  if (open?.code === undefined) return "";
  return say("js-token-gone-with", { what: operations.what(open), code: open.code });
}

function leave() {
  if (!hand.isUnderWay()) return left();
  dialog("leave-dialog").showModal();
  get("leave-back").focus();
}

function left() {
  close();
  problem(null);
  aloud(say("js-signed-out"));
}

/** @param {{failed: (error: unknown) => void, opened: () => void}} tell */
export function listen(tell) {
  opened = tell.opened;
  get("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    problem(null);
    const given = input("token").value.trim();
    input("token").value = "";
    // The whole link of the manager may be pasted as well.
    open(given.slice(given.lastIndexOf("#") + 1)).catch(tell.failed);
  });
  get("sign-out").addEventListener("click", leave);
  get("leave-back").addEventListener("click", () => dialog("leave-dialog").close());
  get("leave-go").addEventListener("click", left);
  get("key-stay").addEventListener("click", stay);
  get("key-take").addEventListener("click", swap);
  get("key-drop").addEventListener("click", stay);
  dialog("key-dialog").addEventListener("cancel", stay);
  // A link that is opened where the till is open already changes the address alone.
  addEventListener("hashchange", () => {
    const given = fromAddress();
    if (given !== null) offer(given).catch(tell.failed);
  });
  // Closed in another window, or opened with another token.
  addEventListener("storage", ({ key }) => {
    const isMine = key === null || key === `${prefix}token`;
    if (isMine && session.token !== null && kept("token") !== session.token) location.reload();
  });
}

/** Another customer: what had to wait is asked for. */
export function free() {
  if (offered !== null) askToSwap();
}
