import { u32, u64, u8 } from './bytes.js';
import { CryptoError } from './error.js';
import { GroupElement } from './group.js';
import { derive, deriveWide, xof } from './hash.js';
import { weights } from './poprf.js';
import { decodeScalar, encodeScalar, reduce, reducePublic, SecretScalar } from './scalar.js';

/** What a proof is about, beside its items. */
export interface ProofContext {
  readonly federation: Uint8Array;
  readonly keyset: number;
  readonly index: number;
  readonly digest: Uint8Array;
}

/** One output: the tweak of its class, what was asked for, what came of it. */
export interface ProofItem {
  readonly tweak: bigint;
  readonly blinded: GroupElement;
  readonly evaluated: GroupElement;
}

/** A proof as it travels: two scalars of 32 bytes, not yet decoded. */
export interface EvaluationProof {
  readonly challenge: Uint8Array;
  readonly response: Uint8Array;
}

interface Folded {
  readonly statement: Uint8Array;
  readonly m: GroupElement;
  readonly d: GroupElement;
}

/** Fold: all pairs into one, by weights that nobody chooses (PROOF-1, PROOF-2, PROOF-5, PROOF-6). */
function fold(key: GroupElement, context: ProofContext, items: readonly ProofItem[]): Folded {
  if (items.length === 0) throw new CryptoError('empty');
  const statement = derive(
    'ronde/1 evaluation proof: statement',
    context.federation,
    u32(context.keyset),
    u8(context.index),
    key.toBytes(),
    context.digest,
    u64(items.length),
    ...items.flatMap((item) => [encodeScalar(item.tweak), item.blinded.toBytes(), item.evaluated.toBytes()]),
  );
  const w = weights(xof('ronde/1 evaluation proof: weights', statement), items.length);
  const m = GroupElement.sum(items.map((item, i) => [w[i] as bigint, item.evaluated]));
  const d = GroupElement.sum([
    ...items.map((item, i) => [w[i] as bigint, item.blinded] as const),
    ...items.map((item, i) => [-(w[i] as bigint) * item.tweak, item.evaluated] as const),
  ]);
  if (m.isIdentity()) throw new CryptoError('degenerate', 'witness');
  return { statement, m, d };
}

/** Challenge: it absorbs statement, composites and commitments (PROOF-3). */
function challengeOf({ statement, m, d }: Folded, t1: GroupElement, t2: GroupElement): bigint {
  const parts = [m, d, t1, t2].map((element) => element.toBytes());
  return reducePublic(deriveWide('ronde/1 evaluation proof: challenge', statement, ...parts));
}

/** Prove: that all items were evaluated with the key (PROOF-7, PROOF-8). `entropy` is 32 fresh secret bytes. */
export function proveEvaluation(
  key: SecretScalar,
  context: ProofContext,
  items: readonly ProofItem[],
  entropy: Uint8Array,
): EvaluationProof {
  const folded = fold(GroupElement.ofSecret(key), context, items);
  if (!folded.m.times(key).equals(folded.d)) throw new CryptoError('not-evaluated', 'witness');
  const secret = key.toBytes();
  const wide = deriveWide('ronde/1 hedged nonce: evaluation proof', secret, folded.statement, entropy);
  const nonce = SecretScalar.reduce(wide);
  const c = challengeOf(folded, GroupElement.ofSecret(nonce), folded.m.times(nonce));
  const s = reduce(nonce.expose() - c * key.expose());
  secret.fill(0);
  wide.fill(0);
  nonce.wipe();
  return { challenge: encodeScalar(c), response: encodeScalar(s) };
}

/** VerifyProof: refuses with `non-canonical-scalar`, `empty`, `degenerate` or `wrong` (PROOF-4). */
export function verifyEvaluationProof(
  key: GroupElement,
  context: ProofContext,
  items: readonly ProofItem[],
  proof: EvaluationProof,
): void {
  const c = decodeScalar(proof.challenge);
  const s = decodeScalar(proof.response);
  const folded = fold(key, context, items);
  const t1 = GroupElement.sum([
    [s, GroupElement.generator],
    [c, key],
  ]);
  const t2 = GroupElement.sum([
    [s, folded.m],
    [c, folded.d],
  ]);
  if (challengeOf(folded, t1, t2) !== c) throw new CryptoError('wrong', 'witness');
}
