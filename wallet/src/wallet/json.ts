import { RondeError } from '../crypto/index.js';
import { decode } from '../message/codec.js';
import type { Codec } from '../message/codec.js';
import { fromBase64 } from './base64.js';
import { TransportError } from './http-error.js';

/** A JSON object of a store's answer, whose members are read with care. Unknown ones are ignored. */
export class Members {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(json: unknown) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw bad('an object');
    this.#members = json as Record<string, unknown>;
  }

  /** Whether there is a member of this name. */
  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  /** An object in this one. */
  inner(name: string): Members {
    return new Members(this.#members[name]);
  }

  text(name: string): string {
    const value = this.#members[name];
    if (typeof value !== 'string') throw bad(`${name} as text`);
    return value;
  }

  /** A whole number that JSON carries exactly, and of at most `most`. */
  integer(name: string, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) throw bad(`${name} as an integer`);
    return value;
  }

  /** A list of at most `most` items. */
  list(name: string, most = Infinity): readonly unknown[] {
    const value = this.#members[name];
    if (!Array.isArray(value) || value.length > most) throw bad(`${name} as a list`);
    return value;
  }

  /** base64 of the canonical bytes of a message. */
  message<T>(name: string, codec: Codec<T>, bound: number): T {
    return readMessage(this.#members[name], codec, bound);
  }
}

/** base64 of the canonical bytes of a message. */
export function readMessage<T>(value: unknown, codec: Codec<T>, bound: number): T {
  if (typeof value !== 'string') throw bad('base64');
  try {
    return decode(codec, fromBase64(value), bound);
  } catch (cause) {
    if (cause instanceof RondeError) throw new TransportError('bad-answer', 'a message that is none', { cause });
    throw cause;
  }
}

/** Those items that are messages: what one witness said does not depend on what others did. */
export function readable<T>(items: readonly unknown[], codec: Codec<T>, bound: number): T[] {
  return items.flatMap((item) => {
    try {
      return [readMessage(item, codec, bound)];
    } catch (error) {
      if (error instanceof TransportError) return [];
      throw error;
    }
  });
}

function bad(what: string): TransportError {
  return new TransportError('bad-answer', `the answer should have had ${what}`);
}
