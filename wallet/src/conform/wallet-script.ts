import { fromHex as hex, toHex } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import {
  chooseAmong,
  columnsNow,
  emptyState,
  judgeProbe,
  keysetOf,
  laterKeysets,
  openOrder,
  progressOf,
  recover,
  startClaim,
  startMove,
  takeAnswer,
  takeConflict,
  takeShown,
} from '../machine/wallet/index.js';
import type { Coin, Finding, GrantTerms, OpenOrder, WalletContext, WalletState } from '../machine/wallet/index.js';
import { decode } from '../message/codec.js';
import { decodeMessage, kind, MAX_MESSAGE_BYTES, MESSAGES, orderDigest, probe, probeAnswer } from '../message/index.js';
import { charterOf, errorOf, type Input, type Output } from './answer.js';
import { toJson } from './json.js';
import { contextOf, evidenceNames } from './wallet.js';

/** The wallet that a script is about, and which order is the last claim. */
interface Script {
  readonly context: WalletContext;
  state: WalletState;
  claimed?: string;
}

/** What a step gives; an error changes nothing. */
type Step = (script: Script, step: Input) => Output;

const orderOf = (text: string) => decodeMessage(MESSAGES.Order, hex(text));
const certificateOf = (text: string) => decodeMessage(MESSAGES.Certificate, hex(text));
const evaluationsOf = (texts: readonly string[]) => texts.map((text) => decodeMessage(MESSAGES.Evaluation, hex(text)));

/** Sixteen bytes by which a wallet draws the keyset `wanted` among `from`. */
function drawOf(from: readonly { readonly id: number }[], wanted: number): Uint8Array {
  const random = new Uint8Array(16);
  random[15] = Math.max(0, from.findIndex(({ id }) => id === wanted));
  if (from.length > 0 && chooseAmong(from, random)?.id !== wanted) throw new Error(`no wallet draws keyset ${wanted}`);
  return random;
}

function openOf({ state }: Script, digest: string): OpenOrder {
  const open = openOrder(state, digest);
  if (open === undefined) throw new Error(`no order ${digest} is open`);
  return open;
}

/** Takes what a step made of an order. */
function settle(script: Script, digest: string, made: { readonly state: WalletState; readonly findings: readonly Finding[] }): Output {
  const held = new Set(script.state.evidence);
  script.state = made.state;
  const progress = progressOf(script.context, made.state, digest);
  return {
    digest,
    usable: progress !== 'certified',
    complete: progress === 'done',
    spoiled: made.findings.filter(({ error }) => error !== 'bad-proof').length,
    evidence: evidenceNames(made.state.evidence.filter((each) => !held.has(each))),
  };
}

function claim(script: Script, { terms, keyset, now }: Input): Output {
  const { context, state } = script;
  const { store, points, ballot, vouchers } = terms;
  const asked: GrantTerms = { points: BigInt(points), vouchers, ...(ballot === null ? {} : { ballot }) };
  const open = context.charter.keysets.filter(({ entry }) => BigInt(now) < entry.issueUntil).sort((a, b) => a.id - b.id);
  // Each claim of a script is of a grant of its own.
  const link = { store, base: '', id: String(state.orders.length + state.history.length), secret: '' };
  const opened = startClaim(context, state, link, asked, BigInt(now), drawOf(open, keyset));
  script.state = opened.state;
  script.claimed = opened.order.id;
  return {};
}

function claimed(script: Script, step: Input): Output {
  const { context, state } = script;
  const order = orderOf(step.order);
  const open = state.orders.find(({ id }) => id === script.claimed);
  if (open === undefined) throw new Error('no claim is open');
  const shown = takeShown(context.charter, state, open, order);
  const taken = takeAnswer(context, shown.state, shown.order, certificateOf(step.certificate), evaluationsOf(step.evaluations));
  return settle(script, toHex(orderDigest(order)), taken);
}

function move(script: Script, { keyset, denomination, into, now }: Input): Output {
  const { context, state } = script;
  const [points, at] = [BigInt(denomination), BigInt(now)];
  const later = laterKeysets(context.charter, keysetOf(context, keyset), points, at);
  const entropy = new Uint8Array(32).fill(7);
  const moved = startMove(context, state, { keyset, denomination: points }, at, drawOf(later, into), entropy);
  script.state = moved.state;
  const columns = columnsNow(moved.state, moved.order);
  return {
    order: toHex(moved.order.order as Uint8Array),
    columns: columns.map(({ index, components }) => ({ index, components: components.map(toHex) })),
  };
}

/** An answer for an open order; without a certificate, evaluations alone. */
function answer(script: Script, { digest, certificate, evaluations }: Input): Output {
  const shown = certificate === undefined ? undefined : certificateOf(certificate);
  const open = openOf(script, digest);
  return settle(script, digest, takeAnswer(script.context, script.state, open, shown, evaluationsOf(evaluations)));
}

function conflict(script: Script, { digest, order, certificate }: Input): Output {
  const other = { type: 'certified' as const, value: orderOf(order) };
  const shown = { other, certificate: certificateOf(certificate) };
  script.state = takeConflict(script.context, script.state, openOf(script, digest), shown);
  return {};
}

function recovered(script: Script, step: Input): Output {
  const order = orderOf(step.order);
  const [certificate, evaluations] = [certificateOf(step.certificate), evaluationsOf(step.evaluations)];
  const made = recover(script.context, script.state, order, certificate, evaluations, BigInt(step.now));
  return { ...settle(script, toHex(orderDigest(order)), made), behind: made.behind };
}

function probed(script: Script, step: Input): Output {
  const asked = decode(probe, hex(step.probe), MAX_MESSAGE_BYTES);
  const answers = step.answers.map((text: string) => decode(probeAnswer, hex(text), MAX_MESSAGE_BYTES));
  const { state, verdict } = judgeProbe(script.context, script.state, asked, answers, BigInt(step.now));
  script.state = state;
  const order = 'digest' in verdict ? toHex(verdict.digest) : null;
  return { state: verdict.type, order, adopted: order !== null && openOrder(state, order) !== undefined };
}

const STEPS: Readonly<Record<string, Step>> = {
  claim,
  claimed,
  move,
  answer,
  evaluations: answer,
  conflict,
  recover: recovered,
  probed,
};

function shownCoin(coin: Coin): Output {
  const { keyset, device, order, slot } = coin.place;
  return {
    keyset,
    device,
    number: Number(order),
    slot,
    kind: toJson(kind, coin.kind),
    point: coin.point,
    components: [...coin.components.keys()].sort((a, b) => a - b),
    unproven: coin.unproven === true,
    bound_by: coin.spentBy ?? null,
  };
}

/** The state of an open order as chapter 13 names it. */
function stateOf({ context, state }: Script, open: OpenOrder): string {
  if (open.certificate !== undefined) return progressOf(context, state, open.digest as string);
  return open.signed === undefined ? 'ordered' : 'signed';
}

/** A wallet with an empty book, and what happens to it. */
export function walletScript(input: Input): Output {
  const context = contextOf(charterOf(input.charters), input.seed);
  const script: Script = { context, state: emptyState(input.device) };
  const steps = input.steps.map((step: Input) => {
    const play = STEPS[step.step];
    if (play === undefined) throw new Error(`no such step: ${step.step}`);
    try {
      return play(script, step);
    } catch (error) {
      if (error instanceof RondeError) return errorOf(error);
      throw error;
    }
  });
  const { coins, orders, numbers } = script.state;
  const isLess = (a: Coin, b: Coin): number =>
    a.place.keyset - b.place.keyset ||
    a.place.device - b.place.device ||
    Number(a.place.order - b.place.order) ||
    a.place.slot - b.place.slot;
  return {
    steps,
    coins: [...coins].sort(isLess).map(shownCoin),
    open: orders
      .filter(({ digest }) => digest !== undefined)
      .sort((a, b) => ((a.digest as string) < (b.digest as string) ? -1 : 1))
      .map((open) => {
        const state = stateOf(script, open);
        const columns = state === 'signed' ? columnsNow(script.state, open).map(({ index }) => index) : [];
        return { digest: open.digest, state, columns };
      }),
    numbers: [...numbers].sort(([a], [b]) => a - b).map(([keyset, next]) => ({ keyset, next: Number(next) })),
  };
}
