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
  | 'non-canonical'
  | 'identity'
  | 'non-canonical-scalar'
  | 'zero-scalar'
  | 'inverse'
  | 'input-too-long'
  | 'key-derivation'
  | 'wrong'
  | 'empty'
  | 'degenerate'
  | 'not-evaluated'
  | 'no-keys'
  | 'commitment'
  | 'response'
  | 'non-canonical-key'
  | 'identity-key'
  | 'torsion-key'
  | 'bad-word-count'
  | 'unknown-word'
  | 'invalid-checksum'
  | 'too-many-coins';

const MEANING: Readonly<Record<CryptoCode, string>> = {
  'non-canonical': 'not the canonical encoding of a ristretto255 element',
  identity: 'the identity element, which no message may carry',
  'non-canonical-scalar': "a scalar not below the group's order",
  'zero-scalar': 'zero, where a secret or a blind is expected',
  inverse: "key and class don't go together: k + m = 0",
  'input-too-long': 'an input or info of more than 65,535 bytes',
  'key-derivation': 'no key from this seed',
  wrong: 'it does not verify',
  empty: 'there are no outputs to prove anything about',
  degenerate: 'a composite is the identity',
  'not-evaluated': 'the elements were not evaluated with this key',
  'no-keys': 'there are no coin keys',
  commitment: 'R is not canonical, or the identity',
  response: "s is not below the group's order",
  'non-canonical-key': 'not the canonical encoding of a point of the curve',
  'identity-key': 'the key is the identity',
  'torsion-key': 'the key is not in the group of prime order',
  'bad-word-count': 'not 24 words',
  'unknown-word': 'a word that the list does not have',
  'invalid-checksum': 'the checksum of the words is wrong: is one mistyped?',
  'too-many-coins': 'the sum does not fit into 256 coins',
};

/** An error of the cryptography. */
export class CryptoError extends RondeError<CryptoCode> {
  constructor(code: CryptoCode, fault: Fault = 'author') {
    super(code, MEANING[code], { fault });
  }
}
