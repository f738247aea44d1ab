import { equalBytes } from '../../crypto/bytes.js';
import {
  checkRules,
  RefusedError,
  type CertifiedOrder,
  type Keyset,
  type ReplyV1,
} from '../../message/index.js';
import { certifiedReply } from './certify.js';
import { pointsInto, type EarlierKeyset } from './earlier.js';
import { isFrozen, type Moment } from './place.js';
import { verifyAndEvaluate, type PreparedCertificate } from './prepare.js';

/** An order of an earlier keyset that is certified, and evaluated here. */
export interface PreparedMove extends PreparedCertificate {
  /** The keyset that points leave. */
  readonly from: Keyset;
}

/** Move, steps 2 to 5: what does not depend on the state (ROLLOVER-2, ROLLOVER-3). `entropy` is used up. */
export function prepareMove(certified: CertifiedOrder, moment: Moment, entropy: Uint8Array): PreparedMove {
  const { keyset } = moment;
  const { order } = certified;
  const comesHere = order.outputs.some(({ class: made }) => made.keyset === keyset.id);
  if (order.keyset === keyset.id || !equalBytes(order.federation, keyset.federation) || !comesHere) {
    throw RefusedError.plain('unknown');
  }
  const from = rulesKept(order, moment);
  return { ...verifyAndEvaluate(certified, from, moment, entropy), from };
}

/** Whoever certified what breaks a rule cheated. */
function rulesKept(order: CertifiedOrder['order'], { charter }: Moment): Keyset {
  try {
    return checkRules(order, charter);
  } catch (error) {
    if (error instanceof RefusedError && error.code !== 'charter-behind') throw RefusedError.plain('bad-certificate');
    throw error;
  }
}

/** Move, step 6: writes it down, unless more would come than is outstanding (ROLLOVER-4, ROLLOVER-15). */
export function move(prepared: PreparedMove, earlier: EarlierKeyset, moment: Moment): ReplyV1 {
  const { state, keyset, now } = moment;
  const { order, digest, certificate, evaluation, from } = prepared;
  if (isFrozen(moment)) throw RefusedError.plain('closed');
  const record = state.order(digest);
  if (record?.type === 'certified') return certifiedReply(record, moment);
  const moved = `moved ${from.id}`;
  const points = pointsInto(order, keyset.id);
  if (now > from.evaluateUntil && earlier.closedLogsWith(digest) < from.quorum) {
    throw RefusedError.plain('rollover-behind');
  }
  if (earlier.read < from.enough || state.counter(moved) + points > earlier.outstanding(keyset.id)) {
    throw RefusedError.plain('rollover-behind');
  }
  state.count(moved, points);
  state.log.append({ type: 'certified', value: { order, certificate } });
  const certified = { type: 'certified' as const, order, certificate, evaluation };
  state.setOrder(digest, certified);
  return certifiedReply(certified, moment);
}
