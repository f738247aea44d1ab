import { equalBytes, toHex, unblind } from '../../crypto/index.js';
import { verifyCertificate } from '../../message/certificate.js';
import { decode, encode } from '../../message/codec.js';
import { EvaluationError, VerifiedEvaluation } from '../../message/evaluation.js';
import type { EvaluationCode } from '../../message/evaluation.js';
import type { Keyset } from '../../message/keyset.js';
import { MAX_MESSAGE_BYTES } from '../../message/limits.js';
import { order as orderCodec } from '../../message/order.js';
import type { Order } from '../../message/order.js';
import { orderDigest } from '../../message/order-digest.js';
import { certificate as certificateCodec, evaluation as evaluationCodec } from '../../message/vote.js';
import type { Certificate, Evaluation } from '../../message/vote.js';
import { WalletError } from './error.js';
import type { WalletContext } from './spend.js';
import { forgetOrder, recordOf, replaceOrder } from './state.js';
import type { Coin, HeldEvidence, Hex, OpenOrder, WalletState } from './state.js';

/** An evaluation that was left out, and why. */
export interface Finding {
  readonly error: EvaluationCode;
  readonly index: number;
}

/** What an answer made of an order. */
export interface Answered {
  readonly state: WalletState;
  /** How far the order is now. */
  readonly progress: Progress;
  readonly findings: readonly Finding[];
}

/** *certified*: some coin has fewer than q components; *completing*: some coin lacks one; *done*: none does. */
export type Progress = 'certified' | 'completing' | 'done';

/** The keyset of an order, from the charter. */
export function keysetOf({ charter }: WalletContext, id: number): Keyset {
  const keyset = charter.keyset(id);
  if (keyset === undefined) throw new WalletError('no-such-keyset', `the charter has no keyset ${id}`);
  return keyset;
}

/** The order of an open order; `no-such-order` if the store has not shown it yet. */
export function bodyOf(open: OpenOrder): Order {
  if (open.order === undefined) throw new WalletError('no-such-order', 'the store has not shown the order yet');
  return decode(orderCodec, open.order, MAX_MESSAGE_BYTES);
}

/**
 * TakeAnswer: a certificate, and evaluations of which some may be missing or worthless. Nothing changes if the
 * certificate is not good (WALLET-27).
 *
 * @throws the certificate's error, or `not-certified` if evaluations come alone too early
 */
export function takeAnswer(
  context: WalletContext,
  state: WalletState,
  open: OpenOrder,
  certificate: Certificate | undefined,
  evaluations: readonly Evaluation[],
): Answered {
  const order = bodyOf(open);
  const digest = orderDigest(order);
  const keyset = keysetOf(context, order.keyset);
  if (certificate !== undefined) verifyCertificate(certificate, keyset, digest);
  else if (open.certificate === undefined) {
    throw new WalletError('not-certified', 'evaluations count only after the certificate');
  }
  const certified =
    certificate === undefined || open.certificate !== undefined ? state : certify(state, open, order, certificate);
  return takeEvaluations(context, certified, open, evaluations);
}

/** The coins that the order spends are gone, and those that it makes exist, with no component yet. */
function certify(state: WalletState, open: OpenOrder, order: Order, certificate: Certificate): WalletState {
  const madeBy = open.digest as Hex;
  const spent = new Set(order.inputs.map(({ point }) => toHex(point)));
  const known = spend(state, order);
  const made = open.outputs
    .filter(({ point }) => !known.spent.has(point))
    .map(({ kind, place, point }): Coin => {
      const coin: Coin = { place, kind, point, components: new Map(), madeBy };
      // A wallet that searches, or took another device by it, does not know what the one before did with its coins.
      return state.searching || place.device !== state.device ? { ...coin, unproven: true } : coin;
    });
  const changed: OpenOrder = { ...open, certificate: encode(certificateCodec, certificate) };
  const kept = known.coins.filter((coin) => !(spent.has(coin.point) && coin.spentBy === madeBy));
  const next = replaceOrder({ ...known, coins: [...kept, ...made] }, changed);
  const ended = { ...next, history: [...next.history, recordOf(changed, 'certified')] };
  if (open.about.type !== 'pay') return ended;
  const places = order.inputs.flatMap((input) => state.coins.find(({ point }) => point === toHex(input.point))?.place ?? []);
  return { ...ended, payments: [...(state.payments ?? []), { digest: madeBy, order: encode(orderCodec, order), places }] };
}

/** The keys that a certified order spends are spent; coins of them are gone, but for bound ones (RESTORE-8). */
export function spend(state: WalletState, order: Order): WalletState {
  const spent = new Map(state.spent);
  for (const { point } of order.inputs) spent.set(toHex(point), order.keyset);
  const coins = state.coins.filter(({ point, spentBy }) => spentBy !== undefined || !spent.has(point));
  return { ...state, spent, coins };
}

/**
 * Takes evaluations of an open order that is certified: of each witness the first that it signed, and none whose
 * components are there.
 */
export function takeEvaluations(
  context: WalletContext,
  state: WalletState,
  open: OpenOrder,
  evaluations: readonly Evaluation[],
): Answered {
  const order = bodyOf(open);
  const digest = orderDigest(order);
  const blindedOf = new Map(open.outputs.map(({ point, blinded }) => [point, toHex(blinded)]));
  const findings: Finding[] = [];
  let next = state;
  const seen = new Set<string>();
  for (const evaluation of evaluations) {
    // An evaluation of a keyset of which the order has no output is skipped, and blames nobody.
    if (!order.outputs.some(({ class: c }) => c.keyset === evaluation.keyset)) continue;
    const name = `${evaluation.keyset}/${evaluation.index}`;
    if (seen.has(name) || hasComponents(next, toHex(digest), evaluation)) continue;
    const judged = judge(context, order, digest, evaluation);
    // What the witness did not sign does not stand in the way of what it did.
    if (typeof judged !== 'string' || judged === 'bad-proof') seen.add(name);
    if (typeof judged !== 'string') {
      next = addComponents(context, next, order, blindedOf, judged);
      continue;
    }
    findings.push({ error: judged, index: evaluation.index });
    if (judged === 'bad-proof') next = keepEvidence(next, order, evaluation);
  }
  const pruned = forgetComplete(context, next);
  return { state: pruned, progress: progressOf(context, pruned, toHex(digest)), findings };
}

/** Whether each coin of an order that is still there has its component of this witness. */
function hasComponents({ coins }: WalletState, madeBy: Hex, { keyset, index }: Evaluation): boolean {
  return coins.every(
    (coin) => coin.madeBy !== madeBy || coin.place.keyset !== keyset || coin.components.has(index),
  );
}

/** Verifies an evaluation; gives why it is left out, if it is. */
function judge(context: WalletContext, order: Order, digest: Uint8Array, evaluation: Evaluation) {
  const keyset = context.charter.keyset(evaluation.keyset);
  if (keyset === undefined) return 'no-such-witness';
  try {
    return VerifiedEvaluation.verify(keyset, order, digest, evaluation);
  } catch (error) {
    if (error instanceof EvaluationError) return error.code;
    throw error;
  }
}

/** N = r^-1·Z for each coin of the order that has no component of this witness yet: TakeAnswer, step 3 (WALLET-28). */
function addComponents(
  context: WalletContext,
  state: WalletState,
  order: Order,
  blindedOf: ReadonlyMap<Hex, Hex>,
  verified: VerifiedEvaluation,
): WalletState {
  const { index, evaluation } = verified;
  const outputs = order.outputs.filter(({ class: c }) => c.keyset === evaluation.keyset);
  const places = new Map(outputs.map(({ blinded }, i) => [toHex(blinded), i]));
  const madeBy = toHex(evaluation.digest);
  const coins = state.coins.map((coin): Coin => {
    if (coin.madeBy !== madeBy || coin.place.keyset !== evaluation.keyset || coin.components.has(index)) return coin;
    const evaluated = verified.evaluated[places.get(blindedOf.get(coin.point) ?? '') ?? -1];
    if (evaluated === undefined) return coin;
    const blind = context.secrets.blindAt(coin.place);
    const component = unblind(evaluated, blind).toBytes();
    blind.wipe();
    return { ...coin, components: new Map(coin.components).set(index, component) };
  });
  return { ...state, coins };
}

/** Keeps what convicts a witness, once for each order (WALLET-29). */
function keepEvidence(state: WalletState, order: Order, evaluation: Evaluation): WalletState {
  const held: HeldEvidence = {
    keyset: evaluation.keyset,
    index: evaluation.index,
    order: encode(orderCodec, order),
    evaluation: encode(evaluationCodec, evaluation),
  };
  const known = state.evidence.some(
    (other) => other.keyset === held.keyset && other.index === held.index && equalBytes(other.order, held.order),
  );
  return known ? state : { ...state, evidence: [...state.evidence, held] };
}

/** How far the coins of a certified order are. Coins that are gone count as complete. */
export function progressOf(context: WalletContext, state: WalletState, digest: Hex): Progress {
  const coins = state.coins
    .filter(({ madeBy }) => madeBy === digest)
    .map(({ place, components }) => ({ count: components.size, keyset: keysetOf(context, place.keyset) }));
  if (coins.every(({ count, keyset }) => count >= keyset.witnesses.length)) return 'done';
  return coins.every(({ count, keyset }) => count >= keyset.quorum) ? 'completing' : 'certified';
}

/** Forgets each certified order of which nothing is missing: its coins are complete, or spent. */
export function forgetComplete(context: WalletContext, state: WalletState): WalletState {
  let next = state;
  for (const open of state.orders) {
    if (open.certificate === undefined || open.digest === undefined) continue;
    if (progressOf(context, next, open.digest) === 'done') next = forgetOrder(next, open);
  }
  return next;
}

/** Forgets which keys were spent in keysets in which nobody evaluates any more. */
export function forgetClosed(context: WalletContext, state: WalletState, now: bigint): WalletState {
  const open = (id: number): boolean => now <= (context.charter.keyset(id)?.evaluateUntil ?? 0n);
  const spent = new Map([...state.spent].filter(([, keyset]) => open(keyset)));
  return spent.size === state.spent.size ? state : forgetComplete(context, { ...state, spent });
}
