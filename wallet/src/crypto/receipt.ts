import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat, utf8, wipe } from './bytes.js';
import { RondeError } from './error.js';
import { derive } from './hash.js';
import { RECEIPT_KEY } from './labels.js';

/** Longest text of a receipt, in bytes (chapter 21). */
export const MAX_RECEIPT_BYTES = 16_384;
/** The length of what is sealed is a multiple of this. */
const STEP = 256;
/** A key encrypts once: so the nonce can be fixed. */
const NONCE = /* @__PURE__ */ new Uint8Array(12);

/** The codes of chapter 31. */
export type ReceiptCode = 'empty' | 'too-long' | 'zero-byte' | 'sealed' | 'inside';

const MEANING: Readonly<Record<ReceiptCode, string>> = {
  empty: 'there is no text',
  'too-long': 'the text has more than 16,384 bytes',
  'zero-byte': 'a zero byte would end the text',
  sealed: 'it was not sealed with this secret, or was changed',
  inside: 'what was sealed is no receipt',
};

/** A receipt that can't be sealed, or opened. */
export class ReceiptError extends RondeError<ReceiptCode> {
  constructor(code: ReceiptCode) {
    super(code, MEANING[code]);
  }
}

/** Does something with the cipher of the grant whose link has this secret; the key is overwritten. */
function withCipher<T>(secret: Uint8Array, run: (cipher: ReturnType<typeof chacha20poly1305>) => T): T {
  const key = derive(RECEIPT_KEY, secret);
  try {
    return run(chacha20poly1305(key, NONCE));
  } finally {
    wipe(key);
  }
}

/** SealReceipt (RECEIPT-1): refuses with `empty`, `too-long` or `zero-byte`. */
export function sealReceipt(secret: Uint8Array, text: string): Uint8Array {
  const bytes = utf8(text);
  if (bytes.length === 0) throw new ReceiptError('empty');
  if (bytes.length > MAX_RECEIPT_BYTES) throw new ReceiptError('too-long');
  if (bytes.includes(0)) throw new ReceiptError('zero-byte');
  const padding = new Uint8Array(STEP - (bytes.length % STEP));
  return withCipher(secret, (cipher) => cipher.encrypt(concat(bytes, padding)));
}

/** OpenReceipt (RECEIPT-2): refuses with `sealed` or `inside`. */
export function openReceipt(secret: Uint8Array, sealed: Uint8Array): string {
  const plain = withCipher(secret, (cipher) => {
    try {
      return cipher.decrypt(sealed);
    } catch {
      throw new ReceiptError('sealed');
    }
  });
  const end = plain.indexOf(0);
  const padding = plain.length - end;
  const isPadded = end > 0 && plain.length % STEP === 0 && padding <= STEP && plain.subarray(end).every((byte) => byte === 0);
  if (!isPadded || end > MAX_RECEIPT_BYTES) throw new ReceiptError('inside');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain.subarray(0, end));
  } catch {
    throw new ReceiptError('inside');
  }
}
