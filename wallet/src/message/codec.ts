import { RondeError } from '../crypto/error.js';

/** What a decoder expected where it stopped (`ExpectedCode` of chapter 22). */
export type Expected =
  | 'more-bytes'
  | 'end'
  | 'shorter'
  | 'variant'
  | 'flag'
  | 'text'
  | 'canonical'
  | 'element'
  | 'sorted';

/** Bytes that are no message: where the item begins that could not be read, and what was expected there. */
export class EncodingError extends RondeError<'bad-encoding'> {
  readonly offset: number;
  readonly expected: Expected;

  constructor(offset: number, expected: Expected) {
    super('bad-encoding', `at ${offset} there should have been: ${expected}`, { detail: { offset, expected } });
    this.offset = offset;
    this.expected = expected;
  }
}

/** A value that can't be written: a list above its bound, or a text that is too long or has control characters. */
export class UnencodableError extends RondeError<'too-long' | 'bad-text' | 'out-of-range'> {
  constructor(code: 'too-long' | 'bad-text' | 'out-of-range', message: string) {
    super(code, message, { fault: 'caller' });
  }
}

/** Reads the items of a message in order. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // Not the caller's object: the slices of Node's Buffer are views, and copies are wanted.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were read: the offset of the next item. */
  get at(): number {
    return this.#at;
  }

  /** Ends the reading: what stands at `at` is not what was `expected`. */
  refuse(expected: Expected, at: number): never {
    throw new EncodingError(at, expected);
  }

  /** Steps over an item of `size` bytes (ENC-5), and gives its offset. */
  #step(size: number): number {
    const at = this.#at;
    if (this.#bytes.length - at < size) this.refuse('more-bytes', at);
    this.#at += size;
    return at;
  }

  /** A run of bytes, copied. */
  bytes(size: number): Uint8Array {
    const at = this.#step(size);
    return this.#bytes.slice(at, at + size);
  }

  /** So many items of one byte each: a missing one is blamed, not their beginning. */
  items(count: number): Uint8Array {
    if (this.#bytes.length - this.#at < count) this.refuse('more-bytes', this.#bytes.length);
    return this.bytes(count);
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#step(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#step(8), true);
  }

  /** The count of a list or text of at most `most` (ENC-3, ENC-8). */
  count(most: number): number {
    const at = this.#at;
    const count = this.u64();
    if (count > BigInt(most)) this.refuse('shorter', at);
    return Number(count);
  }

  /** Ends the message (ENC-10). */
  end(): void {
    if (this.#at !== this.#bytes.length) this.refuse('end', this.#at);
  }
}

/** Writes the items of a message in order. */
export class Writer {
  #buffer = new Uint8Array(256);
  #length = 0;

  /** Makes room for an item, and gives its place. */
  #room(size: number): number {
    const at = this.#length;
    if (at + size > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.#buffer.length, at + size));
      larger.set(this.#buffer);
      // A seed may be in it.
      this.#buffer.fill(0);
      this.#buffer = larger;
    }
    this.#length += size;
    return at;
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#buffer.set(bytes, at);
  }

  u8(x: number): void {
    if (!Number.isInteger(x) || x < 0 || x > 0xff) throw new UnencodableError('out-of-range', 'no u8');
    const at = this.#room(1);
    this.#buffer[at] = x;
  }

  u32(x: number): void {
    if (!Number.isInteger(x) || x < 0 || x > 0xffffffff) throw new UnencodableError('out-of-range', 'no u32');
    const at = this.#room(4);
    new DataView(this.#buffer.buffer).setUint32(at, x, true);
  }

  u64(x: bigint): void {
    if (x < 0n || x >= 1n << 64n) throw new UnencodableError('out-of-range', 'no u64');
    const at = this.#room(8);
    new DataView(this.#buffer.buffer).setBigUint64(at, x, true);
  }

  /** What was written, once: nothing of it stays behind. */
  finish(): Uint8Array {
    const written = this.#buffer.slice(0, this.#length);
    this.#buffer.fill(0);
    return written;
  }
}

/** What a codec reads and writes, for whoever wants to show its values in another form. */
export type Shape =
  | { readonly of: 'number' | 'big' | 'flag' | 'bytes' | 'text' }
  | { readonly of: 'list' | 'option'; readonly item: Codec<any> }
  | { readonly of: 'struct'; readonly fields: { readonly [name: string]: Codec<any> } }
  | { readonly of: 'choice'; readonly variants: { readonly [name: string]: Variant } };

/** One table of the specification: how its values are read and written. */
export interface Codec<T> {
  read(reader: Reader): T;
  write(writer: Writer, value: T): void;
  readonly shape?: Shape;
}

/** The type of a codec's values. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

const NUMBER: Shape = { of: 'number' };
const BYTES: Shape = { of: 'bytes' };

/** `u8`, as a number. */
export const u8: Codec<number> = {
  read: (reader) => reader.u8(),
  write: (writer, value) => writer.u8(value),
  shape: NUMBER,
};

/** `u32`, as a number. */
export const u32: Codec<number> = {
  read: (reader) => reader.u32(),
  write: (writer, value) => writer.u32(value),
  shape: NUMBER,
};

/** `u64`, as a big integer. */
export const u64: Codec<bigint> = {
  read: (reader) => reader.u64(),
  write: (writer, value) => writer.u64(value),
  shape: { of: 'big' },
};

/** A flag, 0 or 1 (ENC-7). */
export const flag: Codec<boolean> = {
  read: (reader) => {
    const at = reader.at;
    const byte = reader.u8();
    return byte > 1 ? reader.refuse('flag', at) : byte === 1;
  },
  write: (writer, value) => writer.u8(value ? 1 : 0),
  shape: { of: 'flag' },
};

/** `bytes n`, and everything else of a fixed size: nothing is asked of the bytes here (ENC-11). */
export function bytes(size: number): Codec<Uint8Array> {
  return {
    read: (reader) => reader.bytes(size),
    write: (writer, value) => {
      if (value.length !== size) throw new UnencodableError('out-of-range', `not ${size} bytes`);
      writer.bytes(value);
    },
    shape: BYTES,
  };
}

/** `hash`, `key`, `element`, `scalar`: 32 bytes as they are. */
export const bytes32 = /* @__PURE__ */ bytes(32);
/** `signature`: 64 bytes as they are. */
export const bytes64 = /* @__PURE__ */ bytes(64);

/** `list of u8`, at most so many. */
export function byteString(most: number): Codec<Uint8Array> {
  return {
    read: (reader) => reader.items(reader.count(most)),
    write: (writer, value) => {
      if (value.length > most) throw new UnencodableError('too-long', `more than ${most} bytes`);
      writer.u64(BigInt(value.length));
      writer.bytes(value);
    },
    shape: BYTES,
  };
}

/** Longest text, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 200;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** `text` (ENC-8, ENC-9). */
export const text: Codec<string> = {
  read: (reader) => {
    const size = reader.count(MAX_TEXT_BYTES);
    const at = reader.at;
    const utf8 = reader.bytes(size);
    let value: string;
    try {
      value = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(utf8);
    } catch {
      return reader.refuse('text', at);
    }
    return CONTROL.test(value) ? reader.refuse('text', at) : value;
  },
  write: (writer, value) => {
    const utf8 = new TextEncoder().encode(value);
    const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value);
    if (utf8.length > MAX_TEXT_BYTES || CONTROL.test(value) || lone) {
      throw new UnencodableError('bad-text', 'more than 200 bytes, or characters that are not to be shown');
    }
    writer.u64(BigInt(utf8.length));
    writer.bytes(utf8);
  },
  shape: { of: 'text' },
};

/** `list of T`, at most so many. A count sets no memory aside (ENC-4). */
export function list<T>(item: Codec<T>, most: number): Codec<readonly T[]> {
  return {
    read: (reader) => {
      const count = reader.count(most);
      const items: T[] = [];
      for (let i = 0; i < count; i++) items.push(item.read(reader));
      return items;
    },
    write: (writer, items) => {
      if (items.length > most) throw new UnencodableError('too-long', `a list of more than ${most}`);
      writer.u64(BigInt(items.length));
      for (const value of items) item.write(writer, value);
    },
    shape: { of: 'list', item },
  };
}

/** `option of T`: null is none. */
export function option<T>(item: Codec<T>): Codec<T | null> {
  return {
    read: (reader) => (flag.read(reader) ? item.read(reader) : null),
    write: (writer, value) => {
      flag.write(writer, value !== null);
      if (value !== null) item.write(writer, value);
    },
    shape: { of: 'option', item },
  };
}

/** The values of a structure. */
export type StructOf<F> = { readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : never };

/** A structure: its fields in the order of the table. */
export function struct<F extends { readonly [name: string]: Codec<any> }>(fields: F): Codec<StructOf<F>> {
  const rows = Object.entries(fields) as [string, Codec<unknown>][];
  return {
    read: (reader) => Object.fromEntries(rows.map(([name, codec]) => [name, codec.read(reader)])) as StructOf<F>,
    write: (writer, value) => {
      for (const [name, codec] of rows) codec.write(writer, value[name as keyof F]);
    },
    shape: { of: 'struct', fields },
  };
}

/** A variant without fields, with named fields, or with one value. */
export type Variant = null | { readonly [name: string]: Codec<any> };
type VariantOf<V> = V extends null
  ? unknown
  : V extends { readonly one: Codec<infer T> }
    ? { readonly value: T }
    : StructOf<V>;
/** The values of a choice: `type` is the variant's name, in kebab-case. */
export type ChoiceOf<V> = { readonly [K in keyof V]: { readonly type: K } & VariantOf<V[K]> }[keyof V];

/** A choice: its variants in the order of their numbers, from 0 (ENC-6). A field `one` alone is the variant's `value`. */
export function choice<const V extends { readonly [name: string]: Variant }>(variants: V): Codec<ChoiceOf<V>> {
  const rows = Object.entries(variants as { [name: string]: Variant }).map(([type, variant]) => {
    const one = variant?.['one'];
    return { type, one: one !== undefined, body: one ?? struct(variant ?? {}) };
  });
  return {
    read: (reader) => {
      const at = reader.at;
      const row = rows[reader.u32()];
      if (row === undefined) return reader.refuse('variant', at);
      const content = row.body.read(reader) as object;
      return { type: row.type, ...(row.one ? { value: content } : content) } as ChoiceOf<V>;
    },
    write: (writer, choice) => {
      const number = rows.findIndex(({ type }) => type === choice.type);
      const row = rows[number];
      if (row === undefined) throw new UnencodableError('out-of-range', 'no such variant');
      writer.u32(number);
      row.body.write(writer, row.one ? (choice as { value?: unknown }).value : choice);
    },
    shape: { of: 'choice', variants },
  };
}

/** Decode: a whole message of at most `bound` bytes (ENC-2); refuses with `EncodingError`. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, bound: number): T {
  if (bytes.length > bound) throw new EncodingError(bound, 'shorter');
  const reader = new Reader(bytes);
  const value = codec.read(reader);
  reader.end();
  return value;
}

/** The one encoding of a value (ENC-1). */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.finish();
}
