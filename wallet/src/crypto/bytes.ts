import { bytesToNumberBE } from '@noble/curves/utils.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { RondeError } from './error.js';

/** Concatenates strings of bytes. */
export const concat = concatBytes;

/** Lower-case hexadecimal of some bytes. */
export const toHex = bytesToHex;

/** Bytes from hexadecimal; throws `bad-hex`. */
export function fromHex(hex: string): Uint8Array {
  try {
    return hexToBytes(hex);
  } catch {
    throw new RondeError('bad-hex', 'not an even number of hexadecimal digits', { fault: 'caller' });
  }
}

/** The bytes of a text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** x in `size` bytes, little endian. */
export function littleEndian(x: bigint | number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt(x);
  if (rest < 0n) throw new RangeError('negative number');
  for (let i = 0; i < size; i++) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new RangeError(`a number of more than ${size} bytes`);
  return bytes;
}

/** x as an unsigned integer of one byte. */
export const u8 = (x: number): Uint8Array => littleEndian(x, 1);
/** x as an unsigned integer of 2 bytes, little endian. */
export const u16 = (x: number): Uint8Array => littleEndian(x, 2);
/** x as an unsigned integer of 4 bytes, little endian. */
export const u32 = (x: number): Uint8Array => littleEndian(x, 4);
/** x as an unsigned integer of 8 bytes, little endian. */
export const u64 = (x: bigint | number): Uint8Array => littleEndian(x, 8);

const LARGEST = 2n ** 64n - 1n;

/** x, at most the largest number of 8 bytes. */
export function capped(x: bigint): bigint {
  return x > LARGEST ? LARGEST : x;
}

/** x as two bytes, big endian: inside the constructions of RFC 9380 and RFC 9497 only. */
export const i2osp2 = (x: number): Uint8Array => Uint8Array.of((x >> 8) & 0xff, x & 0xff);

/** The number of some bytes, little endian. */
export function toNumberLE(bytes: Uint8Array): bigint {
  let hex = '';
  for (let i = bytes.length - 1; i >= 0; i--) hex += (bytes[i] as number).toString(16).padStart(2, '0');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

/** The number of some bytes, big endian. */
export const toNumberBE = bytesToNumberBE;

/** Compares byte by byte as unsigned numbers; of two of which one begins the other, the shorter is the lesser. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether two public strings of bytes are equal. Not for secrets: it stops at the first difference. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return compareBytes(a, b) === 0;
}

/** Whether all bytes are zero. */
export function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Overwrites secrets with zeros, where there is something to overwrite. */
export function wipe(...secrets: Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}

/** Refuses bytes of another length: a mistake of the caller's. */
export function expectLength(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes.length !== length) {
    throw new RondeError('bad-length', `${what} must have ${length} bytes`, { fault: 'caller' });
  }
  return bytes;
}
