import { compareBytes, equalBytes, toHex, u32, u8 } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import { GroupElement } from '../crypto/group.js';
import { derive } from '../crypto/hash.js';
import * as LABELS from '../crypto/labels.js';
import type { SecretScalar } from '../crypto/scalar.js';
import type { SigningKey } from '../crypto/signing-key.js';
import { signSpend, verifySpend } from '../crypto/spend.js';
import { verifyCertificate } from './certificate.js';
import { encode } from './codec.js';
import type { Keyset } from './keyset.js';
import type { Order, SignedOrder } from './order.js';
import { orderDigest } from './order-digest.js';
import { coinState } from './probe.js';
import type { CoinState, Probe, ProbeAnswer } from './probe.js';
import { RefusedError } from './refused.js';

/** The codes of chapter 22, "Probes". */
export type ProbeCode =
  /** No witness signed this as an answer to this probe. */
  | 'not-signed'
  /** What is shown does not bind or spend the coin. */
  | 'no-proof';

/** An answer to a probe that does not count. */
export class ProbeError extends RondeError<ProbeCode> {
  constructor(code: ProbeCode, index: number) {
    const relayed = code === 'not-signed';
    const what = relayed ? 'no witness signed this as an answer to this probe' : 'it does not bind or spend the coin';
    super(code, what, { fault: relayed ? 'relay' : 'witness', detail: { index } });
  }
}

/** What a probe signs. */
export function probeDigest(federation: Uint8Array, { keyset, point, nonce }: Omit<Probe, 'signature'>): Uint8Array {
  return derive(LABELS.PROBE_DIGEST, federation, u32(keyset), point, nonce);
}

/** Asks about the coin of this secret. `nonce` and `entropy` are 32 fresh bytes each. */
export function signProbe(
  federation: Uint8Array,
  keyset: number,
  secret: SecretScalar,
  nonce: Uint8Array,
  entropy: Uint8Array,
): Probe {
  const unsigned = { keyset, point: GroupElement.ofSecret(secret).toBytes(), nonce };
  return { ...unsigned, signature: signSpend('probe', [secret], probeDigest(federation, unsigned), entropy) };
}

/** Where P stands in a probe. */
const POINT_OFFSET = 4;

/** CheckProbe (RESTORE-31): refuses with `bad-encoding` or `bad-signature`. */
export function checkProbe(probe: Probe, federation: Uint8Array): void {
  let key: GroupElement;
  try {
    key = GroupElement.decode(probe.point);
  } catch {
    throw RefusedError.encoding(POINT_OFFSET, 'element');
  }
  try {
    verifySpend('probe', [key], probeDigest(federation, probe), probe.signature);
  } catch {
    throw RefusedError.plain('bad-signature');
  }
}

const answerParts = (keyset: Keyset, index: number, probe: Probe, state: CoinState): Uint8Array[] => [
  keyset.federation,
  u32(keyset.id),
  u8(index),
  probeDigest(keyset.federation, probe),
  encode(coinState, state),
];

/** A witness says what it knows of a coin. */
export function signProbeAnswer(
  key: SigningKey,
  keyset: Keyset,
  index: number,
  probe: Probe,
  state: CoinState,
): ProbeAnswer {
  const signature = key.sign(LABELS.PROBE_ANSWER_SIGNATURE, ...answerParts(keyset, index, probe, state));
  return { index, state, signature };
}

/** VerifyProbeAnswer (RESTORE-28): what the witness proves of the coin; refuses with `not-signed` or `no-proof`. */
export function verifyProbeAnswer({ index, state, signature }: ProbeAnswer, probe: Probe, keyset: Keyset): CoinState {
  const key = keyset.witnesses[index]?.voteKey;
  const parts = answerParts(keyset, index, probe, state);
  if (probe.keyset !== keyset.id || key?.accepts(signature, LABELS.PROBE_ANSWER_SIGNATURE, ...parts) !== true) {
    throw new ProbeError('not-signed', index);
  }
  if (state.type !== 'unbound' && !isProven(state, probe, keyset)) throw new ProbeError('no-proof', index);
  return state;
}

/** Whether what is shown binds or spends the coin. */
function isProven(state: Exclude<CoinState, { readonly type: 'unbound' }>, probe: Probe, keyset: Keyset): boolean {
  const { order } = state.value;
  if (order.keyset !== keyset.id || !equalBytes(order.federation, keyset.federation)) return false;
  if (!order.inputs.some(({ point }) => equalBytes(point, probe.point))) return false;
  try {
    if (state.type === 'spent') {
      verifyCertificate(state.value.certificate, keyset, orderDigest(order));
      return true;
    }
    const { authorization } = state.value;
    if (authorization.type !== 'spend') return false;
    const keys = order.inputs.map(({ point }) => GroupElement.decode(point));
    verifySpend('order', keys, orderDigest(order), authorization.value);
    return true;
  } catch {
    return false;
  }
}

/** What the answers to a probe say together. */
export type Verdict =
  | { readonly type: 'unbound' }
  | { readonly type: 'bound'; readonly signed: SignedOrder; readonly digest: Uint8Array }
  | { readonly type: 'spent'; readonly order: Order; readonly digest: Uint8Array }
  | { readonly type: 'unclear' };

/** Probe, steps 2 to 6: of each witness the first good answer counts (RESTORE-21, RESTORE-22, RESTORE-28). */
export function verdictOf(answers: readonly ProbeAnswer[], probe: Probe, keyset: Keyset): Verdict {
  const good = new Map<number, CoinState>();
  for (const answer of answers) {
    if (good.has(answer.index)) continue;
    try {
      good.set(answer.index, verifyProbeAnswer(answer, probe, keyset));
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
    }
  }
  const states = [...good.values()];
  for (const state of states) {
    if (state.type === 'spent') return { type: 'spent', order: state.value.order, digest: orderDigest(state.value.order) };
  }
  const bound = mostShown(states.flatMap((state) => (state.type === 'bound' ? [state.value] : [])));
  if (bound !== undefined) return { type: 'bound', ...bound };
  return { type: states.length >= keyset.enough ? 'unbound' : 'unclear' };
}

/** The order that most witnesses show; of several such, the one with the least digest (RESTORE-29). */
function mostShown(shown: readonly SignedOrder[]) {
  const orders = new Map<string, { readonly signed: SignedOrder; readonly digest: Uint8Array; count: number }>();
  for (const signed of shown) {
    const digest = orderDigest(signed.order);
    const known = orders.get(toHex(digest)) ?? { signed, digest, count: 0 };
    known.count += 1;
    orders.set(toHex(digest), known);
  }
  const [first] = [...orders.values()].sort((a, b) => b.count - a.count || compareBytes(a.digest, b.digest));
  return first && { signed: first.signed, digest: first.digest };
}
