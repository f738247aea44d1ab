import { RondeError, toHex } from '../crypto/index.js';
import { encode } from '../message/codec.js';
import { certificate as certificateCodec } from '../message/vote.js';
import { bodyOf, takeAnswer } from '../machine/wallet/answer.js';
import type { Finding } from '../machine/wallet/answer.js';
import { orderDigest } from '../message/order-digest.js';
import { takeShown, withdrawClaim } from '../machine/wallet/claim.js';
import { WalletError } from '../machine/wallet/error.js';
import { drawAsking, isAhead, isSpendable, mayAsk } from '../machine/wallet/missing.js';
import { columnsNow } from '../machine/wallet/spend.js';
import { isClaim, noteTold } from '../machine/wallet/state.js';
import type { OpenOrder } from '../machine/wallet/state.js';
import { shuffled, storeAddresses } from './charters.js';
import { saying } from './core.js';
import type { Core } from './core.js';
import { ProblemError, TransportError } from './http-error.js';
import { StorageError } from './storage.js';
import type { OrderAnswer } from './store-client.js';

/** How far an order came: *done*: complete; *arriving*: certified, something is missing; *pending*: not decided. */
export type OrderProgress = 'done' | 'arriving' | 'pending';

/** Most requests about one order in one go, and most answers *pending* after which no more is asked. */
const ATTEMPTS = 5;
const PENDINGS = 3;

/** Whether a refusal means, for a claim that has no order yet, that the store gives nothing for it. */
const isGone = (type: 'claim' | 'refund', code: string): boolean =>
  /^grant-(claimed|expired)$/.test(code) || (type === 'claim' && /^(not-found|keyset-closed)$/.test(code));
/** After these a payment is not carried elsewhere before its owner was told (WALLET-25). */
export const TELL_FIRST = ['checkout-taken', 'checkout-expired', 'checkout-cancelled'];

/** How far an order came, and whether any store answered. */
export interface Driven {
  readonly progress: OrderProgress;
  readonly answered: boolean;
}

/**
 * How an order is driven: for the *first* time; *again*: one that is signed was sent before; *at-once*: what is missing of it is
 * asked for now, whatever its time (WALLET-42).
 */
export type Driving = 'first' | 'again' | 'at-once';

/** What the tries so far came to. */
interface Tries {
  answers: number;
  /** Answers that were taken. */
  taken: number;
  pendings: number;
  problem: RondeError | undefined;
  silence: RondeError | undefined;
}

/**
 * Sends an open order, or asks for it, until it is decided and its coins can be spent, or for now nothing more is to be
 * had. Once the owner was told that the store paid does not wait any more, others are asked (WALLET-25).
 *
 * @throws ProblemError if the order is dead, or if every store that answered refused; the order may still be open then
 */
export async function drive(core: Core, id: string, how?: Driving): Promise<OrderProgress> {
  return (await driven(core, id, how)).progress;
}

/** As {@link drive}, and whether any store answered. */
export async function driven(core: Core, id: string, how: Driving = 'first'): Promise<Driven> {
  const start = find(core, id);
  const isComplete = start !== undefined && isSpendable(core.context, core.state, start);
  const isEarly = isComplete && how !== 'at-once' && (core.isToPay || !mayAsk(start, core.now()));
  if (isEarly) {
    const random = core.random(16);
    if (isAhead(start, core.now())) await core.step((state) => ({ state: drawAsking(state, id, core.now(), random) }));
    return { progress: 'arriving', answered: true };
  }
  let tries = await tryStores(core, id, isComplete);
  if (how === 'again' && tries.answers > 0 && isUndecided(core, id)) {
    const { completeInputs } = await import('./on-demand.js');
    if (await completeInputs(core, id)) tries = await tryStores(core, id, false);
  }
  return { progress: conclude(core, id, tries), answered: start === undefined || tries.answers > 0 };
}

/** Whether an order that is signed, and is still sent, has no certificate. */
function isUndecided(core: Core, id: string): boolean {
  const open = find(core, id);
  return open?.signed !== undefined && open.certificate === undefined && askedKeyset(core, open) === open.keyset;
}

/** Asks one store after the other, as far as it is worth it. */
async function tryStores(core: Core, id: string, isComplete: boolean): Promise<Tries> {
  const tries: Tries = { answers: 0, taken: 0, pendings: 0, problem: undefined, silence: undefined };
  const start = find(core, id);
  const route = start === undefined ? [] : routeOf(core, start);
  for (let attempt = 0; attempt < ATTEMPTS && route.length > 0 && tries.pendings < PENDINGS; attempt += 1) {
    const open = find(core, id);
    if (open === undefined) break;
    // What is missing of spendable coins is asked of one store, and again another time (WALLET-31, WALLET-32).
    if (isSpendable(core.context, core.state, open) && (!isComplete || tries.taken > 0)) break;
    const base = nextBase(core, route, open);
    if (base === undefined) break;
    const silent = await once(core, open, base, tries);
    if (silent) route.splice(route.indexOf(base), 1);
    else route.push(...route.splice(route.indexOf(base), 1));
  }
  return tries;
}

/** One request, and what follows of the answer. Gives whether the store was silent. */
async function once(core: Core, open: OpenOrder, base: string, tries: Tries): Promise<boolean> {
  core.alive();
  try {
    const claimed = isClaiming(core, open, base);
    const answer = claimed ? await core.client.claim(base, open) : await ask(core, open, base);
    tries.answers += 1;
    // The receipt first: once the order is certified, nobody asks for it again.
    const { receipt } = answer;
    if (receipt !== undefined) {
      await import('./counter.js').then(({ takeClaimed }) => takeClaimed(core, open, receipt), () => undefined);
    }
    if (answer.certificate === undefined) tries.pendings += 1;
    await take(core, open, answer, claimed);
    tries.taken += 1;
    await handIn(core, open, base, answer);
    return false;
  } catch (error) {
    if (isFatal(error)) throw saying(error, 'the order was sent, and is open');
    if (error instanceof TransportError) {
      tries.silence = error;
      return error.code === 'unreachable' || error.code === 'timeout';
    }
    if (error instanceof ProblemError) {
      tries.answers += 1;
      tries.problem = error;
      await refused(core, open, error);
      return false;
    }
    // What was shown proves nothing: the next store is asked.
    tries.silence = error as RondeError;
    return false;
  }
}

/** Whether nothing goes on after this: the storage failed, the wallet was closed, or it is a mistake of the library. */
export function isFatal(error: unknown): boolean {
  if (!(error instanceof RondeError) || error instanceof StorageError) return true;
  return error instanceof WalletError && error.code === 'closed';
}

/** Whether this request is a claim: to its own store, and to nobody else (WALLET-21). */
function isClaiming(core: Core, { about, certificate }: OpenOrder, base: string): boolean {
  return isClaim(about) && certificate === undefined && isOwnAddress(core, about.store, base);
}

function ask(core: Core, open: OpenOrder, base: string): Promise<OrderAnswer> {
  const { digest, certificate, signed } = open;
  const keyset = askedKeyset(core, open);
  if (certificate === undefined && signed !== undefined && keyset === open.keyset) {
    return core.client.submit(base, open, columnsNow(core.state, open));
  }
  return core.client.order(base, digest as string, keyset);
}

/**
 * An order is asked for in its own keyset. One that moves points, once that has closed, in the later one, and it is not
 * sent any more (WALLET-41): also one that another wallet of this seed has made.
 */
function askedKeyset(core: Core, open: OpenOrder): number {
  const { keyset } = open;
  if (core.now() <= (core.charter.keyset(keyset)?.evaluateUntil ?? 0n)) return keyset;
  const moved = open.order && bodyOf(open).outputs.find((output) => output.class.keyset !== keyset);
  return moved?.class.keyset ?? keyset;
}

/**
 * Takes what a store says of an order: shown, certificate, evaluations; in one step. Only the store that is claimed from
 * may show another order than the one that was asked for.
 */
async function take(core: Core, asked: OpenOrder, answer: OrderAnswer, claimed: boolean): Promise<void> {
  const random = core.random(16);
  const { findings } = await core.step((state) => {
    const open = state.orders.find(({ id }) => id === asked.id);
    if (open === undefined) return { state, findings: [] };
    const undecided = isClaim(open.about) && open.certificate === undefined;
    const shown = undecided && (claimed || isAsked(open, answer)) ? answer.order : undefined;
    const known = shown === undefined ? { state, order: open } : takeShown(core.charter, state, open, shown);
    const { certificate, evaluations } = answer;
    const taken =
      certificate === undefined
        ? { state: known.state, findings: [] }
        : takeAnswer(core.context, known.state, known.order, certificate, evaluations);
    return { ...taken, state: drawAsking(taken.state, asked.id, core.now(), random) };
  });
  warnOf(core, findings);
}

/** Says which witnesses have signed what they can't stand by. */
export function warnOf(core: Core, findings: readonly Finding[]): void {
  for (const { error, index } of findings) {
    if (error === 'bad-proof') core.warn({ code: 'bad-proof', what: `witness ${index} signed a wrong evaluation` });
  }
}

function isAsked({ digest }: OpenOrder, { order }: OrderAnswer): boolean {
  return order !== undefined && toHex(orderDigest(order)) === digest;
}

/** What follows of a refusal. Throws it on if it ends the order or the owner must be told first. */
async function refused(core: Core, open: OpenOrder, problem: ProblemError): Promise<void> {
  if (isClaim(open.about) && open.order === undefined && isGone(open.about.type, problem.code)) {
    if (await isWithdrawn(core, open.id)) throw problem;
  }
  if (problem.conflict !== undefined && open.order !== undefined && (await isProvenDead(core, open, problem.conflict))) {
    throw problem;
  }
  if (open.about.type === 'pay' && TELL_FIRST.includes(problem.code) && open.told === undefined) {
    const { news } = await core.step((state) => noteTold(state, open.id));
    if (news) throw problem;
  }
  if (problem.code === 'charter-behind') await core.refreshCharter(true);
}

/** Withdraws a claim, unless its order was shown meanwhile or it came to its end. */
async function isWithdrawn(core: Core, id: string): Promise<boolean> {
  const { withdrawn } = await core.step((state) => {
    const open = state.orders.find((order) => order.id === id);
    if (open === undefined || open.order !== undefined) return { state, withdrawn: false };
    return { state: withdrawClaim(state, open), withdrawn: true };
  });
  return withdrawn;
}

/** Whether a conflict proves that the order is dead; what can't be loaded now proves nothing yet, and is shown again. */
async function isProvenDead(core: Core, asked: OpenOrder, conflict: Uint8Array): Promise<boolean> {
  const loaded = await import('./on-demand.js').catch(() => undefined);
  return loaded?.provenDead(core, asked, conflict) ?? false;
}

/** Gives the certificate of a payment to the store that is paid, if another made it (WALLET-26). */
async function handIn(core: Core, asked: OpenOrder, base: string, answer: OrderAnswer): Promise<void> {
  const { about, order } = asked;
  if (about.type !== 'pay' || asked.certificate !== undefined || order === undefined) return;
  if (answer.certificate === undefined || isOwnAddress(core, about.store, base)) return;
  const certificate = encode(certificateCodec, answer.certificate);
  const at = ownBases(core, about)[0];
  if (at === undefined) return;
  await core.client.handIn(at, about.checkout, order, certificate).catch((error: unknown) => {
    // The store learns it from the witnesses as well.
    if (!(error instanceof RondeError)) throw error;
  });
}

/** The stores to go through: the one concerned first, the others at random (WALLET-33). */
function routeOf(core: Core, open: OpenOrder): string[] {
  const others = shuffled(storeAddresses(core.charter), core.random);
  const { about } = open;
  const concerned = 'store' in about ? about.store : undefined;
  const first = open.certificate === undefined ? ownBases(core, about) : [];
  const rest = others.filter(({ store }) => open.certificate !== undefined || store !== concerned);
  const { via } = core.surroundings;
  const all = [...(via === undefined ? [] : [via]), ...first, ...rest.map(({ bases }) => bases[0] as string)];
  return [...new Set(all)];
}

/** Addresses of the store concerned: that of the link first, while the charter lists it. */
function ownBases(core: Core, about: OpenOrder['about']): string[] {
  if (!('store' in about)) return [];
  const listed = storeAddresses(core.charter).find(({ store }) => store === about.store)?.bases ?? [];
  const linked = 'base' in about ? about.base : '';
  return [...listed].sort((a, b) => Number(b === linked) - Number(a === linked));
}

/** The next address on the route; for a claim without an order only one of its own store (WALLET-21). */
function nextBase(core: Core, route: readonly string[], { about, order }: OpenOrder): string | undefined {
  if (!isClaim(about) || order !== undefined) return route[0];
  return route.find((base) => isOwnAddress(core, about.store, base));
}

function isOwnAddress(core: Core, store: number, base: string): boolean {
  return storeAddresses(core.charter).some((entry) => entry.store === store && entry.bases.includes(base));
}

function find(core: Core, id: string): OpenOrder | undefined {
  return core.state.orders.find((open) => open.id === id);
}

function conclude(core: Core, id: string, { pendings, problem, silence }: Tries): OrderProgress {
  const open = find(core, id);
  if (open === undefined) {
    const outcome = core.state.history.filter((record) => record.id === id).at(-1)?.outcome;
    if (outcome !== 'dead' && outcome !== 'withdrawn') return 'done';
    throw problem ?? new WalletError('given-up', 'the order was given up meanwhile');
  }
  if (open.certificate !== undefined) return 'arriving';
  if (pendings === 0 && problem !== undefined) throw problem;
  if (pendings === 0 && silence !== undefined && !(silence instanceof TransportError)) throw silence;
  return 'pending';
}
