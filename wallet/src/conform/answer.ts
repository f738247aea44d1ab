import { fromHex, toHex } from '../crypto/bytes.js';
import { RondeError } from '../crypto/error.js';
import { Charter, decodeMessage, EncodingError, MESSAGES, RefusedError, type Keyset } from '../message/index.js';

/** A JSON value of a question, of which the handler knows the shape. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Input = any;
/** What a handler gives: the members of the output. */
export type Output = Record<string, unknown>;
/** Answers the questions of one type. */
export type Handler = (input: Input) => Output;

/** An answer as it is written. */
export type Answer =
  | { readonly result: 'valid'; readonly output: Output }
  | { readonly result: 'invalid'; readonly error: Record<string, unknown> }
  | { readonly result: 'unsupported' };

/** An error of a question that the library has no class for. */
export class Invalid extends Error {
  constructor(readonly error: Record<string, unknown>) {
    super(String(error['error']));
  }
}

/** A question about something that this library does not know. */
export class Unsupported extends Error {}

/** Runs a handler, and turns what it throws into the error of the answer. */
export function answer(handler: Handler, input: Input): Answer {
  try {
    return { result: 'valid', output: handler(input) };
  } catch (error) {
    if (error instanceof Unsupported) return { result: 'unsupported' };
    if (error instanceof Invalid) return { result: 'invalid', error: error.error };
    if (error instanceof RondeError) return { result: 'invalid', error: errorOf(error) };
    throw error;
  }
}

/** The error's name, and what stands beside it. */
export function errorOf(error: RondeError): Record<string, unknown> {
  return { error: error.code, ...error.detail };
}

/** Runs `check` with further members beside its error. */
export function beside<T>(members: Record<string, unknown>, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof RondeError) throw new Invalid({ ...members, ...errorOf(error) });
    throw error;
  }
}

export { EncodingError, fromHex, RefusedError, toHex };

/** The charter at the end of a chain of signed charters in hexadecimal. */
export function charterOf(chain: readonly string[]): Charter {
  const versions = chain.map((hex) => decodeMessage(MESSAGES.SignedCharter, fromHex(hex)));
  const first = versions[0];
  if (first === undefined) throw new Error('a question without a charter');
  return Charter.walk(first.body.federation, versions);
}

/** A keyset of a question's charter; refuses with `unknown-keyset`. */
export function keysetOf(charter: Charter, id: number): Keyset {
  const keyset = charter.keyset(id);
  if (keyset === undefined) throw new Invalid({ error: 'unknown-keyset' });
  return keyset;
}
