/** Whose fault an error is (chapter 22). */
export type Fault = 'author' | 'relay' | 'witness' | 'nobody' | 'caller';

/** What an error says beside its code: public values only, never a secret. */
export type ErrorDetail = Readonly<Record<string, string | number>>;

/**
 * Everything that this library throws on purpose: what was found (`code`, `message`), whose fault it is, and whether the
 * very same thing may be done later.
 */
export class RondeError<Code extends string = string> extends Error {
  /** The name of chapter 22, kebab-case. Programs decide by this. */
  readonly code: Code;
  /** Whose fault it is. */
  readonly fault: Fault;
  /** Whether the same may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What stands beside the code, such as an offset. */
  readonly detail: ErrorDetail;

  constructor(
    code: Code,
    message: string,
    options: { fault?: Fault; retryable?: boolean; detail?: ErrorDetail } = {},
  ) {
    super(`${code}: ${message}`);
    this.name = new.target.name;
    this.code = code;
    this.fault = options.fault ?? 'author';
    this.retryable = options.retryable ?? false;
    this.detail = options.detail ?? {};
  }
}

/** The codes of chapter 22, "Crypto". */
export type CryptoCode =
  /** Not the canonical encoding of a ristretto255 element. */
  | 'non-canonical'
  /** The identity element, which no message may carry. */
  | 'identity'
  /** A scalar not below the group's order. */
  | 'non-canonical-scalar'
  /** Zero, where a secret or a blind is expected. */
  | 'zero-scalar'
  /** Key and class don't go together: k + m = 0. */
  | 'inverse'
  /** An input or info of more than 65,535 bytes. */
  | 'input-too-long'
  /** No key from this seed. */
  | 'key-derivation'
  /** It does not verify. */
  | 'wrong'
  /** There are no outputs to prove anything about. */
  | 'empty'
  /** A composite is the identity. */
  | 'degenerate'
  /** The elements were not evaluated with this key. */
  | 'not-evaluated'
  /** There are no coin keys. */
  | 'no-keys'
  /** R is not canonical, or the identity. */
  | 'commitment'
  /** S is not below the group's order. */
  | 'response'
  /** Not the canonical encoding of a point of the curve. */
  | 'non-canonical-key'
  /** The key is the identity. */
  | 'identity-key'
  /** The key is not in the group of prime order. */
  | 'torsion-key'
  /** Not 24 words. */
  | 'bad-word-count'
  /** A word that the list does not have. */
  | 'unknown-word'
  /** The checksum of the words is wrong: is one mistyped?. */
  | 'invalid-checksum'
  /** The sum does not fit into 256 coins. */
  | 'too-many-coins';

/** What somebody who types can do something about. */
const ADVICE: { readonly [code in CryptoCode]?: string } = {
  'bad-word-count': 'there must be 24 words',
  'unknown-word': 'a word is not in the list: is it mistyped, or of another language?',
  'invalid-checksum': 'the words do not go together: is one mistyped or out of place?',
};

/** An error of the cryptography: the code says all; what it is about is never shown. */
export class CryptoError extends RondeError<CryptoCode> {
  constructor(code: CryptoCode, fault: Fault = 'author') {
    super(code, ADVICE[code] ?? 'refused by a check of the cryptography', { fault });
  }
}
