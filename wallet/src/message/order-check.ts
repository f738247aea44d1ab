import { GroupElement } from '../crypto/group.js';
import * as LABELS from '../crypto/labels.js';
import { verifySpend } from '../crypto/spend.js';
import type { Charter } from './charter-chain.js';
import type { Keyset } from './keyset.js';
import type { Order, SignedOrder, Submission } from './order.js';
import { orderDigest } from './order-digest.js';
import { checkRules, elementOffset } from './order-rules.js';
import { RefusedError } from './refused.js';

/** An order that keeps all rules and whose elements are decoded. Nobody need stand behind it yet: see `authorize`. */
export class CheckedOrder {
  /** Only checks make one. */
  declare private readonly checked: never;

  private constructor(
    readonly signed: SignedOrder,
    readonly digest: Uint8Array,
    readonly keyset: Keyset,
    /** P of all inputs, in their order. */
    readonly points: readonly GroupElement[],
    /** B of all outputs, in their order. */
    readonly blinded: readonly GroupElement[],
  ) {}

  get order(): Order {
    return this.signed.order;
  }

  /** Check (ORDER-24, ORDER-25). */
  static check(signed: SignedOrder, charter: Charter): CheckedOrder {
    const { order, authorization } = signed;
    const keyset = checkRules(order, charter);
    const debits = order.purpose.type === 'earn' || order.purpose.type === 'pledge';
    if ((authorization.type === 'store') !== debits) throw RefusedError.invalid('authorization');
    const points = order.inputs.map(({ point }, i) => decodeElement(order, 'inputs', i, point));
    const blinded = order.outputs.map(({ blinded }, i) => decodeElement(order, 'outputs', i, blinded));
    return new CheckedOrder(signed, orderDigest(order), keyset, points, blinded);
  }
}

function decodeElement(order: Order, list: 'inputs' | 'outputs', place: number, bytes: Uint8Array): GroupElement {
  try {
    return GroupElement.decode(bytes);
  } catch {
    throw RefusedError.encoding(elementOffset(order, list, place), 'element');
  }
}

/** Authorize: refuses with `bad-signature` unless who has to stand behind the order does (ORDER-2, ORDER-27). */
export function authorize(checked: CheckedOrder, charter: Charter): void {
  const { authorization } = checked.signed;
  if (authorization.type === 'spend') {
    try {
      verifySpend('order', checked.points, checked.digest, authorization.value);
    } catch {
      throw RefusedError.plain('bad-signature');
    }
    return;
  }
  const key = charter.nodeKey(checked.order.store);
  const parts = [charter.federation, checked.digest];
  if (!(key?.accepts(authorization.value, LABELS.STORE_ORDER_SIGNATURE, ...parts) ?? false)) {
    throw RefusedError.plain('bad-signature');
  }
}

/** CheckSubmission: as Check and Authorize, with the columns in between (ORDER-29). */
export function checkSubmission({ signed, columns }: Submission, charter: Charter): CheckedOrder {
  const keyset = checkRules(signed.order, charter);
  const inputs = signed.order.inputs.length;
  const good = columns.every(({ index, components }, i) => {
    const before = columns[i - 1]?.index ?? -1;
    return index > before && components.length === inputs && index < keyset.witnesses.length && inputs > 0;
  });
  if (!good) throw RefusedError.invalid('columns');
  const checked = CheckedOrder.check(signed, charter);
  authorize(checked, charter);
  return checked;
}
