import { RondeError } from '../crypto/index.js';
import { forgetPayment, noteByHand, openRefund, paidBy } from '../machine/wallet/refund.js';
import { paymentBody, refundRecord, startRefund } from '../machine/wallet/refund.js';
import type { CertifiedPayment, OpenOrder } from '../machine/wallet/state.js';
import { storeAddresses } from './charters.js';
import type { Core } from './core.js';
import { driven, isFatal } from './drive.js';
import { TransportError } from './http-error.js';
import { HttpClient } from './http.js';
import { Members } from './json.js';
import type { LatePayment } from './report.js';

/** What became of payments that had come too late, and the claims that were sent for them. */
export interface Refunds {
  readonly late: readonly LatePayment[];
  readonly claims: readonly Claim[];
}

/** A claim that was sent: its name in this wallet, and why it is not done, if it is known. */
interface Claim {
  readonly id: string;
  readonly error?: RondeError;
}

/** What a store says became of a payment. */
interface Said {
  readonly state: string;
  readonly points: bigint;
}

/**
 * Asks what became of payments that are certified (WALLET-43), or of `only` one, and claims what is owed. A payment whose
 * claim is open is not asked about: the claim is sent again with what else is open. What fails stands in the way of no other.
 */
export async function askRefunds(core: Core, only?: string): Promise<Refunds> {
  const refunds = { late: [] as LatePayment[], claims: [] as Claim[] };
  const http = new HttpClient(core.surroundings.fetch);
  for (const payment of core.state.payments ?? []) {
    if (core.state.searching || (only !== undefined && payment.digest !== only)) continue;
    try {
      const late = await becameOf(core, http, payment, refunds.claims);
      if (late !== undefined) refunds.late.push(late);
    } catch (error) {
      if (isFatal(error)) throw error;
    }
  }
  return refunds;
}

/** What became of one payment; a claim that was sent for it is put among the `claims`. */
async function becameOf(
  core: Core,
  http: HttpClient,
  payment: CertifiedPayment,
  claims: Claim[],
): Promise<LatePayment | undefined> {
  const came = await cameBack(core, payment);
  if (came !== undefined || openRefund(core.state, payment.digest) !== undefined) return came;
  const said = await ask(core, http, payment);
  if (said?.state !== 'owed') return said && (await take(core, payment, said));
  const claim = await claimBack(core, http, payment, said.points);
  if (claim === undefined) return undefined;
  claims.push(claim);
  const became = (await cameBack(core, payment)) ?? (await refused(core, http, payment));
  return became ?? lateOf(payment, 'pending', said.points);
}

const lateOf = ({ digest }: CertifiedPayment, state: LatePayment['state'], points: bigint): LatePayment => ({
  payment: digest,
  state,
  points,
});

/** Forgets a payment whose claim is certified. */
async function cameBack(core: Core, payment: CertifiedPayment): Promise<LatePayment | undefined> {
  const claimed = refundRecord(core.state, payment.digest);
  if (claimed?.outcome !== 'certified') return undefined;
  await core.step((state) => ({ state: forgetPayment(state, payment.digest) }));
  return lateOf(payment, 'back', claimed.points);
}

/** Why a claim was refused for good the store says, if it is asked. */
async function refused(core: Core, http: HttpClient, payment: CertifiedPayment): Promise<LatePayment | undefined> {
  if (refundRecord(core.state, payment.digest) === undefined) return undefined;
  const said = await ask(core, http, payment);
  return said && (await take(core, payment, said));
}

/** Addresses of the store that was paid: no other is asked about a payment (WALLET-44). */
function basesOf(core: Core, payment: CertifiedPayment): readonly string[] {
  const { store } = paymentBody(payment);
  return storeAddresses(core.charter).find((listed) => listed.store === store)?.bases ?? [];
}

/** Asks the store that was paid, at the first of its addresses that answers. */
async function ask(core: Core, http: HttpClient, payment: CertifiedPayment): Promise<Said | undefined> {
  for (const base of basesOf(core, payment)) {
    core.alive();
    try {
      return await askAt(http, payment, base);
    } catch (error) {
      if (isFatal(error)) throw error;
      // A refusal is asked again another time: the store has not heard of the certificate yet.
      if (!(error instanceof TransportError)) return undefined;
    }
  }
  return undefined;
}

/** What a store says became of a payment: whatever a clock shows, by this alone is it forgotten (WALLET-45). */
async function askAt(http: HttpClient, { digest }: CertifiedPayment, base: string): Promise<Said> {
  const { json } = await http.call({ method: 'GET', base, path: `/v1/refunds/${digest}` });
  const said = new Members(json);
  return { state: said.text('state'), points: BigInt(said.integer('points')) };
}

/** Takes what a store says of a payment for which nothing is to be claimed. */
async function take(core: Core, payment: CertifiedPayment, { state: said, points }: Said): Promise<LatePayment | undefined> {
  const { digest } = payment;
  if (said === 'pending') return lateOf(payment, 'pending', points);
  if (said === 'paid' || said === 'claimed') {
    await core.step((state) => ({ state: forgetPayment(state, digest) }));
    return said === 'paid' ? undefined : lateOf(payment, 'elsewhere', points);
  }
  if (said !== 'withdrawn') return undefined;
  const body = paymentBody(payment);
  const paid = paidBy(core.context, body);
  await core.step((state) => ({ state: noteByHand(state, digest, body.keyset, paid, core.now()) }));
  core.warn({ code: 'refund-by-hand', what: `the store owes payment ${digest}, and pays it by hand` });
  return lateOf(payment, 'by-hand', paid);
}

/** What a store's clock shows, in seconds since 1970. */
async function storeClock(http: HttpClient, base: string): Promise<bigint> {
  const { json } = await http.call({ method: 'GET', base, path: '/v1/status' });
  return BigInt(new Members(json).integer('now_ms')) / 1000n;
}

/**
 * Whether the device's clock and the store's find the same keysets open; undefined if the store does not tell. There is one
 * claim of a refund (WALLET-46): one that a wrong clock had put into a keyset that has ended no store would take.
 */
async function isClockRight(core: Core, http: HttpClient, payment: CertifiedPayment): Promise<boolean | undefined> {
  for (const base of basesOf(core, payment)) {
    core.alive();
    try {
      const [here, there] = [core.now(), await storeClock(http, base)];
      return core.charter.body.keysets.every(({ issueUntil }) => here < issueUntil === there < issueUntil);
    } catch (error) {
      if (isFatal(error)) throw error;
    }
  }
  return undefined;
}

/** ClaimBack. What can't be claimed now is asked about again another time; nothing of it is lost. */
async function claimBack(
  core: Core,
  http: HttpClient,
  payment: CertifiedPayment,
  owed: bigint,
): Promise<Claim | undefined> {
  const paid = paidBy(core.context, paymentBody(payment));
  if (paid !== owed) {
    const what = `the store owes ${owed} points for payment ${payment.digest}, which paid ${paid}`;
    core.warn({ code: 'other-refund', what });
    return undefined;
  }
  const isRight = await isClockRight(core, http, payment);
  if (isRight !== true) {
    // A store that does not tell the time is asked again; nobody is told to set a clock that may be right.
    if (isRight === false) core.warn({ code: 'wrong-clock', what: `payment ${payment.digest} is owed, and claimed once this clock and the store's agree` });
    return undefined;
  }
  const [random, entropy] = [core.random(16), core.random(32)];
  let open: OpenOrder | undefined;
  try {
    open = await core.open((state) => startRefund(core.context, state, payment.digest, core.now(), random, entropy));
    await driven(core, open.id);
    return { id: open.id };
  } catch (error) {
    if (!(error instanceof RondeError) || isFatal(error)) throw error;
    return open && { id: open.id, error };
  } finally {
    entropy.fill(0);
  }
}
