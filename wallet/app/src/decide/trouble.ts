import { RondeError } from '../../../src/index.js';
import type { Key } from '../text/en.js';
import type { Words } from '../model.js';

/** The name of what went wrong; `unexpected` for a fault of the app. */
export function codeOf(error: unknown): string {
  return error instanceof RondeError ? error.code : 'unexpected';
}

/** What went wrong and what to do, in the words of the catalogue; a code that it does not have is named. */
export function troubleOf(error: unknown): Words {
  return { key: `trouble.${codeOf(error)}` as Key };
}

/** Whether a payment was signed before this came, so that it may still be completed. */
export function mayStillPay(code: string): boolean {
  return ['checkout-taken', 'checkout-expired', 'checkout-cancelled'].includes(code);
}
