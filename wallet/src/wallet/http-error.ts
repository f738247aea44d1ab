import { RondeError } from '../crypto/index.js';
import type { ErrorDetail } from '../crypto/index.js';

/** Why a store could not be asked, or its answer not be used. */
export type TransportCode = 'unreachable' | 'timeout' | 'answer-too-large' | 'bad-answer';

const FIXES: Record<TransportCode, string> = {
  unreachable: 'Check the network, or go through another store. An order that was sent is saved: resume it.',
  timeout: 'Try again later, or go through another store. An order that was sent is saved: resume it.',
  'answer-too-large': 'Go through another store, and tell the cooperative about this one.',
  'bad-answer': 'Go through another store, and tell the cooperative about this one.',
};

/** A store that is silent, or that says what nobody can read. It proves nothing about any order. */
export class TransportError extends RondeError<TransportCode> {
  readonly what: string;
  readonly fix: string;

  constructor(code: TransportCode, what: string, options: ErrorOptions = {}) {
    super(code, what, { fault: 'relay', retryable: true });
    this.what = what;
    this.fix = FIXES[code];
    if (options.cause !== undefined) this.cause = options.cause;
  }
}

/** The codes of chapter 15's table (HTTP-15). */
const REGISTRY = new Set(
  (
    'coin-spent coin-unknown order-conflict quorum-unreachable limit-exceeded grant-claimed grant-expired ' +
    'checkout-taken checkout-expired checkout-cancelled clock-skew charter-expired charter-behind rollover-behind ' +
    'keyset-closed token-scope token-missing idempotency-mismatch idempotency-in-flight rate-limited bad-encoding ' +
    'order-invalid bad-signature not-found storage-failed witness-not-voting request-invalid too-large ' +
    'method-not-allowed password-wrong session-missing form-refused basket-settled'
  ).split(' '),
);

/**
 * A problem document: how a store refuses (HTTP-14). `code` is one of chapter 15's table, or `unknown-refusal` for any
 * other (a store must not speak in the library's own codes); `detail.code` has what the store said then.
 */
export class ProblemError extends RondeError {
  readonly what: string;
  readonly fix: string;

  constructor(
    code: string,
    readonly status: number,
    title: string,
    retryable: boolean,
    detail: ErrorDetail,
    /** The bytes of the `Conflict`, where the refusal has one. Nothing is proven by it until it was verified. */
    readonly conflict: Uint8Array | undefined,
    fix = fixOf(code, retryable),
  ) {
    const known = REGISTRY.has(code);
    const said = known ? detail : { ...detail, code };
    super(known ? code : 'unknown-refusal', title, { fault: 'relay', retryable, detail: said });
    this.what = title;
    this.fix = fix;
  }

  /** The same refusal of a checkout for which nothing was signed. */
  unsigned(): ProblemError {
    const { code, status, what, retryable, detail, conflict } = this;
    return new ProblemError(code, status, what, retryable, detail, conflict, UNSIGNED_FIX);
  }
}

const UNSIGNED_FIX = 'Ask the till for a new checkout. Nothing was signed for this one.';

const PROBLEM_FIXES: Readonly<Record<string, string>> = {
  'coin-spent': 'Nothing: another wallet of this seed spent a coin. The others are free again; pay with them.',
  'coin-unknown': 'Go through another store; if all say so, restore the wallet from its words.',
  'order-conflict': 'Resume later: another order of this seed holds a coin and is not decided.',
  'grant-claimed': 'Nothing: somebody has claimed these points. Ask the store for a new grant.',
  'grant-expired': 'Ask the store for a new grant.',
  'checkout-taken': 'Tell the till. The order is signed and may still be certified; then the store owes a refund.',
  'checkout-expired': 'Ask for a new checkout. The order is signed; if it is certified the store owes a refund.',
  'checkout-cancelled': 'Ask the till. The order is signed; if it is certified the store owes a refund.',
  'keyset-closed': 'Nothing: these coins or ballots have ended.',
  'not-found': 'Check the link; ask the store.',
};

function fixOf(code: string, retryable: boolean): string {
  const fix = Object.hasOwn(PROBLEM_FIXES, code) ? PROBLEM_FIXES[code] : undefined;
  return fix ?? (retryable ? 'Resume later, in the same wallet.' : 'Ask the store.');
}
