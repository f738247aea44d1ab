import { RondeError, type Fault } from '../crypto/error.js';
import type { Expected } from './codec.js';
import type { Refusal, RuleName } from './refusal.js';

/** The name of a refusal, kebab-case. */
export type RefusalCode = Refusal['type'];

const FAULT: Readonly<Record<RefusalCode, readonly [Fault, boolean, string]>> = {
  'bad-encoding': ['author', false, 'no message'],
  'other-federation': ['author', false, 'of another federation'],
  'charter-behind': ['nobody', true, 'it names what this charter does not list; a newer one may'],
  'charter-expired': ['nobody', true, 'nothing is issued until there is a new charter'],
  closed: ['author', false, 'past issue-until, redeem-until or the end of a campaign'],
  invalid: ['author', false, 'it breaks a rule'],
  'bad-signature': ['author', false, 'its spend or store signature does not verify'],
  'coin-unknown': ['author', false, 'a component is wrong'],
  'no-column': ['nobody', true, 'there is no column for this witness'],
  'clock-skew': ['nobody', true, "its time is ahead of the witness's clock"],
  'limit-exceeded': ['nobody', true, 'a limit of this day is used up'],
  conflict: ['author', false, 'another order is in the way'],
  'not-voting': ['witness', true, 'the witness does not vote now'],
  'bad-certificate': ['author', false, 'its certificate does not verify'],
  unknown: ['nobody', true, 'no such order or position'],
  forbidden: ['author', false, 'only a store of the charter may ask this'],
  busy: ['nobody', true, 'too much at once'],
  'storage-failed': ['witness', true, 'nothing was done'],
  'rollover-behind': ['nobody', true, 'the logs of the keyset that points leave do not show so many yet'],
};

/** Whether the same order, sent again in the same bytes, may be served later (ERROR-1). */
export function retryable(refusal: Refusal): boolean {
  if (refusal.type === 'conflict') return refusal.value.certificate === null;
  return FAULT[refusal.type][1];
}

/** A refusal as it is thrown inside; `refusal` is what travels. */
export class RefusedError extends RondeError<RefusalCode> {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    const [fault, , meaning] = FAULT[refusal.type];
    super(refusal.type, meaning, { fault, retryable: retryable(refusal), detail: detailOf(refusal) });
    this.refusal = refusal;
  }

  /** `invalid`, with the rule that is broken. */
  static invalid(rule: RuleName): RefusedError {
    return new RefusedError({ type: 'invalid', value: { type: rule } as never });
  }

  /** `bad-encoding`, of an element of an order. */
  static encoding(offset: number, expected: Expected): RefusedError {
    return new RefusedError({ type: 'bad-encoding', offset: BigInt(offset), expected: { type: expected } as never });
  }

  /** A refusal that says nothing else. */
  static plain(code: Extract<Refusal, { readonly type: PlainCode }>['type']): RefusedError {
    return new RefusedError({ type: code } as Refusal);
  }
}

type PlainCode = Exclude<
  RefusalCode,
  'bad-encoding' | 'invalid' | 'clock-skew' | 'limit-exceeded' | 'conflict' | 'not-voting'
>;

function detailOf(refusal: Refusal): Record<string, string | number> {
  switch (refusal.type) {
    case 'bad-encoding':
      return { offset: Number(refusal.offset), expected: refusal.expected.type };
    case 'invalid':
      return { rule: refusal.value.type };
    case 'clock-skew':
      return { ahead: Number(refusal.ahead) };
    case 'limit-exceeded':
      return { left: Number(refusal.left) };
    case 'not-voting':
      return { state: refusal.value.type };
    default:
      return {};
  }
}
