import { equalBytes } from '../../crypto/bytes.js';
import { classTweak } from '../../crypto/class.js';
import { GroupElement } from '../../crypto/group.js';
import { splitEntropy } from '../../crypto/hash.js';
import { checkMacs } from '../../crypto/poprf.js';
import {
  authorize,
  CheckedOrder,
  checkRules,
  goodVotes,
  makeEvaluation,
  orderDigest,
  outputsOf,
  RefusedError,
  verifyCertificate,
  type BlindedOutput,
  type Certificate,
  type CertifiedOrder,
  type Evaluation,
  type Keyset,
  type Order,
  type Vote,
  type VoteRequest,
} from '../../message/index.js';
import type { Moment } from './place.js';

/** What PrepareVote gives: everything that does not depend on the state. */
export interface PreparedVote {
  readonly checked: CheckedOrder;
  readonly votes: readonly Vote[];
  readonly evaluation: Evaluation | undefined;
}

/** What PrepareCertificate gives. */
export interface PreparedCertificate {
  readonly order: Order;
  readonly digest: Uint8Array;
  readonly certificate: Certificate;
  readonly evaluation: Evaluation;
}

/** PrepareVote (WITNESS-6, WITNESS-7, WITNESS-8, WITNESS-18). `entropy` is used up. */
export function prepareVote(request: VoteRequest, moment: Moment, entropy: Uint8Array): PreparedVote {
  const { signed, column } = request;
  const { charter, keyset } = moment;
  if (signed.order.keyset !== keyset.id) throw RefusedError.plain('unknown');
  if (column === null && signed.order.inputs.length > 0) {
    checkRules(signed.order, charter);
    throw RefusedError.plain('no-column');
  }
  const checked = CheckedOrder.check(signed, charter);
  authorize(checked, charter);
  const [forMacs, forProof] = splitEntropy(entropy, 2) as [Uint8Array, Uint8Array];
  if (column !== null) checkColumn(checked, column, moment, forMacs);
  const votes = goodVotes(request.votes, keyset, checked.digest);
  const evaluation =
    votes.length >= keyset.quorum - 1
      ? evaluateOutputs(outputsOf(signed.order, keyset), checked.digest, moment, forProof)
      : undefined;
  return { checked, votes, evaluation };
}

/** WITNESS-8: one right component for each input. */
function checkColumn(
  checked: CheckedOrder,
  column: readonly Uint8Array[],
  { keyset, place }: Moment,
  entropy: Uint8Array,
): void {
  const { inputs } = checked.order;
  try {
    if (column.length !== inputs.length) throw RefusedError.plain('coin-unknown');
    const items = inputs.map(({ kind, point }, i) => ({
      tweak: classTweak(keyset.federation, { keyset: keyset.id, kind }),
      point,
      component: GroupElement.decode(column[i] as Uint8Array),
    }));
    checkMacs(place.keys.poprf, items, entropy);
  } catch {
    throw RefusedError.plain('coin-unknown');
  }
}

/** Evaluate: the outputs of this keyset; what fails here is broken memory. */
function evaluateOutputs(
  outputs: readonly BlindedOutput[],
  digest: Uint8Array,
  { place, keyset }: Moment,
  entropy: Uint8Array,
): Evaluation {
  try {
    return makeEvaluation(place.keys, keyset, place.index, digest, outputs, entropy);
  } catch {
    throw RefusedError.plain('storage-failed');
  }
}

/** PrepareCertificate (WITNESS-27). */
export function prepareCertificate(certified: CertifiedOrder, moment: Moment, entropy: Uint8Array): PreparedCertificate {
  const { keyset } = moment;
  const { order } = certified;
  if (order.keyset !== keyset.id || !equalBytes(order.federation, keyset.federation)) {
    throw RefusedError.plain('unknown');
  }
  return verifyAndEvaluate(certified, keyset, moment, entropy);
}

/** Verifies a certificate of the order's own keyset, and evaluates its outputs of the witness's. */
export function verifyAndEvaluate(
  { order, certificate }: CertifiedOrder,
  from: Keyset,
  moment: Moment,
  entropy: Uint8Array,
): PreparedCertificate {
  const digest = orderDigest(order);
  let outputs: BlindedOutput[];
  try {
    verifyCertificate(certificate, from, digest);
    outputs = outputsOf(order, moment.keyset);
  } catch {
    throw RefusedError.plain('bad-certificate');
  }
  return { order, digest, certificate, evaluation: evaluateOutputs(outputs, digest, moment, entropy) };
}
