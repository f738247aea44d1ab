// @ts-check
// The till: puts the parts together.

import * as door from "./door.js";
import * as entry from "./entry.js";
import * as hand from "./hand.js";
import { pause, Refused, watchLine } from "./node.js";
import * as operations from "./operation.js";
import * as recent from "./recent.js";
import * as refund from "./refund.js";
import * as returns from "./returns.js";
import * as sale from "./sale.js";
import { aloud, get, problem } from "./screen.js";
import { holder, session } from "./session.js";
import * as sold from "./sold.js";
import * as sound from "./sound.js";
import { say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */

/** Seconds between two looks at the token, and at what was put aside. */
const LOOK_AGAIN = 30;

// Before anything is waited for: the address is not to hold it.
const given = door.fromAddress();

/** @param {unknown} error @param {Operation} [operation] What was refused. */
function failed(error, operation) {
  if (!(error instanceof Refused)) return problem(say("js-failed", { what: String(error) }));
  if (error.status === 401) return door.refused();
  if (error.status === 403) return problem(say("js-token-lacks", { what: error.problem.scope ?? error.message }));
  if (operation?.kind === "sale" && isWithoutRules(error, operation)) {
    // A shop whose baskets earn nothing by themselves can still be paid with points.
    return hand.run(operations.begin("sale", sale.asked(operation.body.total_cents, 0)));
  }
  const why = operation?.kind === "return" ? returned(error) : null;
  problem(why ?? say("js-failed", { what: `${error.message}.` }));
}

/** @param {Refused} error @param {Operation} operation */
function isWithoutRules(error, { body }) {
  return error.problem.field === "eligible_cents" && body.eligible_cents > 0 && body.eligible_cents === body.total_cents;
}

/** Why goods are not taken back. @param {Refused} error */
function returned(error) {
  if (error.code === "not-found") return say("js-code-unknown");
  const { field } = error.problem;
  if (field === "eligible_cents" || field === "total_cents") return say("js-return-more");
  if (field === "sold_cents") return say("js-return-whole");
  return field === "grant" || field === "checkout" ? say("js-return-not") : null;
}

/** A token that was taken away is noticed, and what was put aside is looked at, as long as the till is open. */
async function watch() {
  const { token, over } = session;
  while (token !== null && !over.signal.aborted) {
    try {
      await pause(LOOK_AGAIN, over.signal);
      if ((await holder(token, over.signal)) === null) return door.refused();
      const before = JSON.stringify(recent.all());
      await recent.lookAgain(token, over.signal);
      if (!over.signal.aborted && JSON.stringify(recent.all()) !== before) recent.show();
    } catch {
      // Closed meanwhile, or looked at once more later: whoever does something next is told.
    }
  }
}

function free() {
  entry.clear();
  entry.focus();
  door.free();
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

recent.offer([
  {
    say: "js-resume",
    of: "js-resume-of",
    allowed: (one) => (sale.isPayable(one) || sale.isPending(one)) && one.key !== hand.held()?.key,
    press: (one) => (hand.isFree() ? hand.run(one) : problem(say("js-busy"))),
  },
  {
    say: "js-return",
    of: "js-return-of",
    allowed: (one) => session.rights.refund && sold.isSold(one),
    press: returns.ask,
  },
  {
    say: "js-refund",
    of: "js-refund-of",
    allowed: (one) => session.rights.refund && one.kind === "take" && one.state === "accepted" && (one.points ?? 0) > 0,
    press: refund.ask,
  },
]);
hand.listen({ failed, free });
entry.listen();
refund.listen();
returns.listen(failed);
door.listen({ failed, opened: () => void watch() });
listenToSound();

// Two windows of one browser would each go on with what the other has in hand: the second waits for the first to close.
async function alone() {
  if (!navigator.locks) return door.start(given).catch(failed);
  const name = `ronde.till:${location.pathname}`;
  const held = await navigator.locks.query();
  if (held.held?.some((lock) => lock.name === name)) problem(say("js-other-window"));
  void navigator.locks.request(name, async () => {
    problem(null);
    await door.start(given).catch(failed);
    await new Promise(() => {});
  });
}

void alone();
