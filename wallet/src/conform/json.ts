import { fromHex, toHex } from '../crypto/bytes.js';
import type { Codec } from '../message/index.js';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };
type Members = { readonly [member: string]: Json };

/** A name in JSON: snake_case. */
const snake = (name: string): string =>
  name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A message's value as the files of test vectors show it. */
export function toJson<T>(codec: Codec<T>, value: T): Json {
  const { shape } = codec;
  const any = value as any;
  switch (shape?.of) {
    case 'number':
    case 'flag':
    case 'text':
      return any;
    case 'big':
      if (any > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('beyond what JSON carries');
      return Number(any);
    case 'bytes':
      return toHex(any);
    case 'list':
      return any.map((item: unknown) => toJson(shape.item, item));
    case 'option':
      return any === null ? null : toJson(shape.item, any);
    case 'struct':
      return fieldsToJson(shape.fields, any);
    case 'choice': {
      const variant = shape.variants[any.type];
      if (variant === null || variant === undefined) return snake(any.type);
      const { one } = variant;
      const content = one === undefined ? fieldsToJson(variant, any) : toJson(one, any.value);
      return { [snake(any.type)]: content };
    }
    default:
      throw new Error('a codec without a shape');
  }
}

function fieldsToJson(fields: { readonly [name: string]: Codec<any> }, value: any): Json {
  return Object.fromEntries(Object.entries(fields).map(([name, codec]) => [snake(name), toJson(codec, value[name])]));
}

/** The value that such JSON shows. */
export function fromJson<T>(codec: Codec<T>, json: Json): T {
  return read(codec, json) as T;
}

function read(codec: Codec<unknown>, json: Json): unknown {
  const { shape } = codec;
  switch (shape?.of) {
    case 'number':
    case 'flag':
    case 'text':
      return json;
    case 'big':
      return BigInt(json as number);
    case 'bytes':
      return fromHex(json as string);
    case 'list':
      return (json as readonly Json[]).map((item) => read(shape.item, item));
    case 'option':
      return json === null ? null : read(shape.item, json);
    case 'struct':
      return readFields(shape.fields, json as Members);
    case 'choice': {
      const name = typeof json === 'string' ? json : (Object.keys(json as Members)[0] ?? '');
      const type = Object.keys(shape.variants).find((each) => snake(each) === name);
      const variant = type === undefined ? undefined : shape.variants[type];
      if (variant === undefined) throw new Error(`no such variant: ${name}`);
      if (variant === null) return { type };
      const content = (json as Members)[name] as Json;
      return variant['one'] === undefined
        ? { type, ...readFields(variant, content as Members) }
        : { type, value: read(variant['one'], content) };
    }
    default:
      throw new Error('a codec without a shape');
  }
}

function readFields(fields: { readonly [name: string]: Codec<any> }, json: Members): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, codec]) => [name, read(codec, json[snake(name)] as Json)]),
  );
}
