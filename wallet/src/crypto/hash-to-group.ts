import { sha512 } from '@noble/hashes/sha2.js';
import { concat, expectLength, i2osp2, u8, utf8 } from './bytes.js';
import { CryptoError } from './error.js';
import { GroupElement } from './group.js';
import { reducePublic, SecretScalar } from './scalar.js';

/** A mode of RFC 9497: OPRF, VOPRF or POPRF. Ronde uses 2 alone (HASH-1); the others serve the published vectors. */
export type Mode = 0 | 1 | 2;

/** The tag of one function of the ciphersuite: its name, then the context string of the mode. */
function tag(name: string, mode: Mode): Uint8Array {
  return concat(utf8(`${name}OPRFV1-`), u8(mode), utf8('-ristretto255-SHA512'));
}

/** expand_message_xmd of RFC 9380 with SHA-512 and 64 bytes. */
function expandMessage(message: Uint8Array, dst: Uint8Array): Uint8Array {
  const suffix = concat(dst, u8(dst.length));
  const first = sha512(concat(new Uint8Array(128), message, Uint8Array.of(0, 64, 0), suffix));
  return sha512(concat(first, Uint8Array.of(1), suffix));
}

/** HashToGroup: never the identity. */
export function hashToGroup(input: Uint8Array, mode: Mode = 2): GroupElement {
  return GroupElement.fromUniform(expandMessage(input, tag('HashToGroup-', mode)));
}

/** HashToScalar: a public scalar. */
export function hashToScalar(input: Uint8Array, mode: Mode = 2): bigint {
  return reducePublic(expandMessage(input, tag('HashToScalar-', mode)));
}

/** DeriveKey: a secret key from a seed of 32 bytes; `input-too-long` for an info of more than 65,535. */
export function deriveKey(seed: Uint8Array, info: Uint8Array, mode: Mode = 2): SecretScalar {
  expectLength(seed, 32, 'a seed');
  if (info.length > 0xffff) throw new CryptoError('input-too-long');
  const head = concat(seed, i2osp2(info.length), info);
  for (let counter = 0; counter < 256; counter++) {
    const wide = expandMessage(concat(head, u8(counter)), tag('DeriveKeyPair', mode));
    if (reducePublic(wide) !== 0n) return SecretScalar.reduce(wide);
  }
  throw new CryptoError('key-derivation', 'nobody');
}
