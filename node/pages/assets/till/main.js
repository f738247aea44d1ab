// @ts-check
// The till: puts the parts together.

import { Amount } from "./amount.js";
import { keep, kept } from "./keep.js";
import { pause, Refused, watchLine } from "./node.js";
import * as operations from "./operation.js";
import * as recent from "./recent.js";
import * as sound from "./sound.js";
import { number, points, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */

/** Seconds between two looks at what was put aside. */
const LOOK_AGAIN = 30;
/** More than this is a slip of the finger. */
const MOST_POINTS = 999_999_999;

const get = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (document.getElementById(id));
const amount = new Amount(input("amount"));

/** @type {string | null} */
let token = null;
/** @type {{take: boolean, give: boolean}} */
let rights = { take: false, give: false };
/** @type {Operation | null} */
let inHand = null;
let stop = new AbortController();

/** Says something to whoever listens instead of looking. @param {string} text */
function aloud(text) {
  get("live").textContent = text;
}

/** @param {string | null} text */
function problem(text) {
  const field = get("problem");
  field.hidden = text === null;
  field.textContent = text ?? "";
}

/** @param {unknown} error */
function failed(error) {
  if (!(error instanceof Refused)) {
    if (!stop.signal.aborted) problem(say("js-failed", { what: String(error) }));
    return;
  }
  if (error.status === 401) {
    signOut();
    problem(say("js-token-refused"));
  } else if (error.status === 403) {
    problem(say("js-token-lacks", { what: error.problem.scope ?? error.message }));
  } else {
    problem(say("js-failed", { what: `${error.message}.` }));
  }
}

// ---- signing in and out ----

async function start() {
  const given = location.hash.slice(1);
  if (/^[A-Za-z0-9_-]{43}$/.test(given)) {
    // Out of the address, so that nobody reads it there and no history keeps it.
    history.replaceState(null, "", location.pathname + location.search);
    // A link that is worth nothing does not close a till that is open.
    if (await open(given)) return;
  }
  const last = kept("token");
  if (last === null) askForToken();
  else await open(last);
}

function askForToken() {
  get("counter").hidden = true;
  get("sign-out").hidden = true;
  get("sign-in").hidden = false;
  input("token").focus();
}

/** @param {string} given Whether it is a till's token. */
async function open(given) {
  get("sign-in").hidden = true;
  const has = await operations.rights(given);
  if (has === null) {
    if (kept("token") === given) keep("token", null);
    token = null;
    askForToken();
    problem(say("js-token-refused"));
    return false;
  }
  token = given;
  rights = has;
  keep("token", given);
  get("counter").hidden = false;
  get("sign-out").hidden = false;
  input("what-give").disabled = !has.give;
  input("what-take").disabled = !has.take;
  const last = kept("entry") ?? {};
  input("what-take").checked = has.take && (last.takes || !has.give);
  input("what-give").checked = !input("what-take").checked;
  input("unit-euros").checked = last.inEuros === true;
  input("unit-points").checked = !input("unit-euros").checked;
  chosen();
  recent.show(askRefund, rights.take);
  const kept_ = /** @type {Operation | null} */ (kept("open"));
  if (kept_) run(kept_);
  else input("amount").focus();
  void lookAgain();
  return true;
}

function signOut() {
  stop.abort();
  stop = new AbortController();
  token = null;
  keep("token", null);
  // What is not decided waits for whoever opens the till next.
  if (inHand !== null && !operations.isOpen(inHand)) keep("open", null);
  inHand = null;
  show();
  askForToken();
}

// ---- the amount ----

const takes = () => input("what-take").checked;
const inEuros = () => !takes() && input("unit-euros").checked;

function chosen() {
  get("units").hidden = takes();
  get("steps").hidden = !takes();
  const [label, go] = [get("amount-label"), get("go")];
  label.textContent = (takes() ? label.dataset.take : inEuros() ? label.dataset.euros : label.dataset.points) ?? "";
  go.textContent = (takes() ? go.dataset.take : go.dataset.give) ?? "";
  amount.counts(inEuros());
}

/** What is asked of the node, or what is wrong with it. @returns {[("give" | "take"), any] | string} */
function entered() {
  const value = amount.value;
  if (value === 0) return say("js-amount-missing");
  if (value > MOST_POINTS) return say("js-too-many");
  if (!takes()) return ["give", inEuros() ? { eligible_cents: value } : { points: value }];
  const step = Number(input("step").value);
  if (!Number.isInteger(step) || step < 1) return say("js-step-missing");
  if (step > value) return say("js-step-over");
  return ["take", { max_points: value, step }];
}

// ---- the operation in hand ----

/** @param {Operation} operation */
function run(operation) {
  problem(null);
  inHand = operation;
  keep("open", operation);
  show();
  get("operation-heading").focus();
  stop = new AbortController();
  const { signal } = stop;
  const changed = () => {
    if (inHand === operation) keep("open", operation);
    recent.put(operation);
    recent.show(askRefund, rights.take);
    if (inHand === operation) show();
    if (!operations.isOpen(operation)) decided(operation);
  };
  operations.follow(operation, token ?? "", signal, changed).catch((error) => {
    if (signal.aborted) return;
    // Refused when it was sent, or gone: there is nothing to wait for.
    if (operation.id === undefined || (error instanceof Refused && error.status === 404)) dismiss();
    failed(error);
  });
}

/** @param {Operation} operation */
function decided(operation) {
  sound.play(operations.tone(operation) === "good" ? "good" : "bad");
  if (inHand === operation) get("next").focus();
}

function show() {
  const operation = inHand;
  get("operation").hidden = operation === null;
  // One thing after the other.
  get("entry").inert = operation !== null;
  if (operation === null) return;
  const tone = operations.tone(operation);
  const section = get("operation");
  section.dataset.state = operation.state ?? "sending";
  section.dataset.tone = tone;
  get("operation-heading").textContent = operations.what(operation);
  get("state-sign").textContent = operations.sign(operation);
  get("state-text").textContent = operations.state(operation);
  aloud(operations.state(operation));
  const isOpen = operations.isOpen(operation);
  // What was never shown can be dropped: nobody has its link. Points back are counted by the node as soon as it hears.
  const canDrop = operation.id !== undefined || operation.kind !== "refund";
  const canCancel = isOpen && operation.state !== "pending" && canDrop;
  get("cancel").hidden = !canCancel;
  // A checkout that nobody has taken yet is ended, not left behind.
  get("next").hidden = operations.isCheckout(operation) ? canCancel : operation.id === undefined;
  // While it is decided nobody else can use the code.
  get("shown").hidden = operation.link === undefined || operation.state === "pending";
  input("link").value = operation.link ?? "";
  const image = /** @type {HTMLImageElement} */ (get("qr"));
  image.hidden = operation.qr === undefined;
  if (operation.qr === undefined) image.removeAttribute("src");
  else image.src = `data:image/svg+xml,${encodeURIComponent(operation.qr)}`;
  image.alt = say("js-qr", { what: operations.what(operation) });
  left();
}

function left() {
  const expires = inHand?.expires;
  const field = get("left");
  if (!inHand || !expires || !operations.isOpen(inHand)) {
    field.textContent = "";
    return;
  }
  const seconds = Math.max(0, Math.round((Date.parse(expires) - Date.now()) / 1000));
  if (seconds < 120) field.textContent = say("js-seconds-left", { left: seconds });
  else if (seconds < 7200) field.textContent = say("js-minutes-left", { left: Math.round(seconds / 60) });
  else field.textContent = say("js-days-left", { left: number(Math.max(1, Math.round(seconds / 86_400))) });
}

/** Ready for the next customer. What is not decided is looked at again from the list. */
function dismiss() {
  stop.abort();
  get("offline").hidden = true;
  inHand = null;
  keep("open", null);
  amount.clear();
  show();
  recent.show(askRefund, rights.take);
  input("amount").focus();
}

async function lookAgain() {
  const mine = token;
  const signal = new AbortController().signal;
  while (token === mine && mine !== null) {
    await pause(LOOK_AGAIN, signal);
    if (token !== mine) return;
    try {
      const before = JSON.stringify(recent.all());
      await recent.lookAgain(mine, signal);
      if (JSON.stringify(recent.all()) !== before) recent.show(askRefund, rights.take);
    } catch {
      // Gone from the node, or the token is: whoever does something next is told.
    }
  }
}

// ---- points back ----

/** @type {Operation | null} */
let refunded = null;
const dialog = /** @type {HTMLDialogElement} */ (get("refund-dialog"));

/** @param {Operation} operation */
function askRefund(operation) {
  if (inHand !== null) return problem(say("js-busy"));
  refunded = operation;
  get("refund-what").textContent = say("js-refund-most", { points: points(operation.points ?? 0) });
  input("refund-points").value = String(operation.points ?? 0);
  input("refund-points").setCustomValidity("");
  dialog.showModal();
  input("refund-points").select();
}

/** @param {Event} event */
function sendRefund(event) {
  event.preventDefault();
  const most = refunded?.points ?? 0;
  const wanted = Number(input("refund-points").value);
  if (refunded === null || !Number.isInteger(wanted) || wanted < 1 || wanted > most) {
    const field = input("refund-points");
    field.setCustomValidity(say("js-refund-missing", { most: number(most) }));
    field.reportValidity();
    return;
  }
  dialog.close();
  run(operations.begin("refund", { checkout: refunded.id, points: wanted }));
}

// ---- what is pressed ----

function listen() {
  get("sign-in-form").addEventListener("submit", (event) => {
    event.preventDefault();
    problem(null);
    const given = input("token").value.trim();
    input("token").value = "";
    // The whole link of the manager may be pasted as well.
    open(given.slice(given.lastIndexOf("#") + 1)).catch(failed);
  });
  get("sign-out").addEventListener("click", () => {
    signOut();
    problem(null);
    aloud(say("js-signed-out"));
  });
  get("entry").addEventListener("change", () => {
    keep("entry", { takes: takes(), inEuros: input("unit-euros").checked });
    chosen();
  });
  get("entry").addEventListener("submit", (event) => {
    event.preventDefault();
    const asked = inHand === null ? entered() : say("js-busy");
    if (typeof asked === "string") return problem(asked);
    run(operations.begin(...asked));
  });
  for (const key of document.querySelectorAll(".pad button")) {
    key.addEventListener("click", () => {
      amount.press(/** @type {HTMLElement} */ (key).dataset.key ?? "");
      aloud(input("amount").value);
    });
  }
  get("cancel").addEventListener("click", () => {
    if (inHand === null || token === null) return;
    const operation = inHand;
    if (operation.id === undefined) return dismiss();
    operations
      .cancel(operation, token)
      // A grant is looked at now and then only; a checkout answers by itself.
      .then(() => operations.look(operation, token ?? "", stop.signal))
      .then(() => {
        stop.abort();
        run(operation);
        decidedByHand(operation);
      })
      .catch(failed);
  });
  get("next").addEventListener("click", dismiss);
  get("copy").addEventListener("click", copy);
  get("refund-close").addEventListener("click", () => dialog.close());
  get("refund-form").addEventListener("submit", sendRefund);
  input("refund-points").addEventListener("input", () => input("refund-points").setCustomValidity(""));
  document.addEventListener("keydown", typed);
  listenToSound();
}

/** @param {Operation} operation */
function decidedByHand(operation) {
  recent.put(operation);
  recent.show(askRefund, rights.take);
  if (!operations.isOpen(operation)) get("next").focus();
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

/** Digits go to the amount wherever the focus is, unless another field has it. @param {KeyboardEvent} event */
function typed(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const free = inHand === null && token !== null && !dialog.open;
  if (!free || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    amount.clear();
    problem(null);
    return;
  }
  const elsewhere = target instanceof HTMLInputElement && target.type !== "radio";
  if (!elsewhere && /^[0-9]$/.test(event.key)) {
    event.preventDefault();
    input("amount").focus();
    amount.press(event.key);
  }
}

function listenToSound() {
  const button = get("sound");
  const set = () => button.setAttribute("aria-pressed", String(sound.isOn()));
  button.hidden = false;
  set();
  button.addEventListener("click", () => {
    sound.turn(!sound.isOn());
    set();
    aloud(say(sound.isOn() ? "js-sound-on" : "js-sound-off"));
  });
}

watchLine((seconds) => {
  const banner = get("offline");
  banner.hidden = seconds === null;
  banner.textContent = seconds === null ? "" : say("js-unreachable", { seconds });
  if (seconds === null) aloud(say("js-back"));
});

listen();
setInterval(left, 1000);

// Two windows of one browser would each go on with what the other has in hand: the second waits for the first to close.
async function alone() {
  if (!navigator.locks) return start();
  const name = `ronde.till:${location.pathname}`;
  const held = await navigator.locks.query();
  if (held.held?.some((lock) => lock.name === name)) problem(say("js-other-window"));
  void navigator.locks.request(name, async () => {
    problem(null);
    await start().catch(failed);
    await new Promise(() => {});
  });
}

void alone();
