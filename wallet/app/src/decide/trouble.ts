import { RondeError } from '../../../src/index.js';
import { en } from '../text/en.js';
import type { Key } from '../text/en.js';
import type { Words } from '../model.js';

/** The name of what went wrong; `unexpected` for a fault of the app. */
export function codeOf(error: unknown): string {
  return error instanceof RondeError ? error.code : 'unexpected';
}

/** What went wrong and what to do, in the words of the catalogue. */
export function troubleOf(error: unknown): Words {
  const code = codeOf(error);
  const key = `trouble.${code}`;
  if (Object.hasOwn(en, key)) return { key: key as Key };
  return { key: 'trouble.other', with: { code } };
}

/** Whether a payment was signed before this came, so that it may still be completed. */
export function mayStillPay(code: string): boolean {
  return ['checkout-taken', 'checkout-expired', 'checkout-cancelled'].includes(code);
}
