import { blake3 } from '@noble/hashes/blake3.js';
import { u64, utf8, wipe } from './bytes.js';
import type { Label } from './labels.js';

/** An endless string of bytes that is read piece by piece. */
export interface Stream {
  /** The next `length` bytes. */
  read(length: number): Uint8Array;
}

/** xof(label; parts): BLAKE3 in derive_key mode over the parts, each with its length before it (HASH-2). */
export function xof(label: Label, ...parts: readonly Uint8Array[]): Stream {
  const hasher = blake3.create({ context: utf8(label) });
  for (const part of parts) hasher.update(u64(part.length)).update(part);
  return { read: (length) => hasher.xof(length) };
}

/** derive(label; parts): 32 bytes. */
export function derive(label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
  return xof(label, ...parts).read(32);
}

/** derive_wide(label; parts): 64 bytes. */
export function deriveWide(label: Label, ...parts: readonly Uint8Array[]): Uint8Array {
  return xof(label, ...parts).read(64);
}

/** SplitEntropy: `count` independent pieces of one fresh randomness, which is used up: it is overwritten (HASH-4). */
export function splitEntropy(entropy: Uint8Array, count: number): Uint8Array[] {
  const pieces = Array.from({ length: count }, (_, i) => derive('ronde/1 entropy split', entropy, u64(i)));
  wipe(entropy);
  return pieces;
}
