import { concat, equalBytes, isZeros, u32, u8 } from '../crypto/bytes.js';
import { classTweak } from '../crypto/class.js';
import type { SigningKey } from '../crypto/signing-key.js';
import { RondeError } from '../crypto/error.js';
import { proveEvaluation, verifyEvaluationProof, type ProofContext } from '../crypto/evaluation-proof.js';
import { GroupElement } from '../crypto/group.js';
import * as LABELS from '../crypto/labels.js';
import { evaluateBatch } from '../crypto/poprf.js';
import type { SecretScalar } from '../crypto/scalar.js';
import type { Keyset } from './keyset.js';
import type { Order } from './order.js';
import type { Evaluation } from './vote.js';

/** The codes of chapter 22, "Evaluations". */
export type EvaluationCode =
  /** Of another order or keyset. */
  | 'misplaced'
  /** The keyset has no witness of this index. */
  | 'no-such-witness'
  /** The witness never signed this. */
  | 'bad-signature'
  /** The witness signed it, and it does not verify: it is evidence. */
  | 'bad-proof';

/** An evaluation that is not taken. Only `bad-proof` is the witness's fault (EVAL-4, EVAL-5, EVAL-7). */
export class EvaluationError extends RondeError<EvaluationCode> {
  constructor(code: EvaluationCode, index?: number) {
    const fault = code === 'bad-proof' ? 'witness' : 'relay';
    super(code, fault === 'witness' ? 'the witness signed what is wrong' : 'ask again, or another store', { fault, detail: index === undefined ? {} : { index } });
  }
}

/** One output of a keyset, ready to be evaluated or checked. */
export interface BlindedOutput {
  readonly tweak: bigint;
  readonly blinded: GroupElement;
}

/** The outputs of an order that are of one keyset, in their order; throws what B refuses. */
export function outputsOf(order: Order, keyset: Keyset): BlindedOutput[] {
  return order.outputs
    .filter((output) => output.class.keyset === keyset.id)
    .map((output) => ({
      tweak: classTweak(keyset.federation, output.class),
      blinded: GroupElement.decode(output.blinded),
    }));
}

/** What an evaluation's signature covers (EVAL-2). */
function signedParts(keyset: Keyset, evaluation: Omit<Evaluation, 'signature'>): Uint8Array[] {
  const { index, digest, evaluated, proof } = evaluation;
  const fifth = concat(...evaluated, proof.challenge, proof.response);
  return [keyset.federation, u32(keyset.id), u8(index), digest, fifth];
}

/** A verified evaluation: the only one that may be unblinded (POPRF-4). */
export class VerifiedEvaluation {
  /** Only checks make one. */
  declare private readonly checked: never;

  private constructor(
    readonly evaluation: Evaluation,
    /** Z of each of the order's outputs of the keyset, in their order. */
    readonly evaluated: readonly GroupElement[],
  ) {}

  get index(): number {
    return this.evaluation.index;
  }

  /** VerifyEvaluation (EVAL-1 to EVAL-7). A B that is no element is `bad-proof` too: no honest witness signs that. */
  static verify(keyset: Keyset, order: Order, digest: Uint8Array, evaluation: Evaluation): VerifiedEvaluation {
    const { index, evaluated, proof } = evaluation;
    if (evaluation.keyset !== keyset.id || !equalBytes(evaluation.digest, digest)) {
      throw new EvaluationError('misplaced');
    }
    const witness = keyset.witnesses[index];
    if (witness === undefined) throw new EvaluationError('no-such-witness', index);
    const parts = signedParts(keyset, evaluation);
    if (!witness.voteKey.accepts(evaluation.signature, LABELS.EVALUATION_SIGNATURE, ...parts)) {
      throw new EvaluationError('bad-signature', index);
    }
    const count = order.outputs.filter((output) => output.class.keyset === keyset.id).length;
    if (count !== evaluated.length) throw new EvaluationError('bad-proof', index);
    if (count === 0) {
      if (!isZeros(proof.challenge) || !isZeros(proof.response)) throw new EvaluationError('bad-proof', index);
      return new VerifiedEvaluation(evaluation, []);
    }
    try {
      const elements = evaluated.map((bytes) => GroupElement.decode(bytes));
      const context: ProofContext = { federation: keyset.federation, keyset: keyset.id, index, digest };
      const items = outputsOf(order, keyset).map((output, i) => ({
        ...output,
        evaluated: elements[i] as GroupElement,
      }));
      verifyEvaluationProof(witness.poprfKey, context, items, proof);
      return new VerifiedEvaluation(evaluation, elements);
    } catch {
      throw new EvaluationError('bad-proof', index);
    }
  }
}

/** MakeEvaluation: what a witness hands out for a certified order. `entropy` is 32 fresh secret bytes. */
export function makeEvaluation(
  keys: { readonly poprf: SecretScalar; readonly vote: SigningKey },
  keyset: Keyset,
  index: number,
  digest: Uint8Array,
  outputs: readonly BlindedOutput[],
  entropy: Uint8Array,
): Evaluation {
  const elements = evaluateBatch(keys.poprf, outputs);
  const context: ProofContext = { federation: keyset.federation, keyset: keyset.id, index, digest };
  const items = outputs.map((output, i) => ({ ...output, evaluated: elements[i] as GroupElement }));
  const proof =
    items.length > 0
      ? proveEvaluation(keys.poprf, context, items, entropy)
      : { challenge: new Uint8Array(32), response: new Uint8Array(32) };
  const evaluated = elements.map((element) => element.toBytes());
  const unsigned = { keyset: keyset.id, index, digest, evaluated, proof };
  return { ...unsigned, signature: keys.vote.sign(LABELS.EVALUATION_SIGNATURE, ...signedParts(keyset, unsigned)) };
}
