import { RondeError } from '../../crypto/error.js';
import { verifyHead, type Evidence, type Keyset, type CertifiedOrder, type LogEntry, type LogPage } from '../../message/index.js';

/** A page of a log that is not taken over; the fault is of the witness that was asked. */
export class PageError extends RondeError<'head' | 'length' | 'root'> {
  constructor(code: 'head' | 'length' | 'root') {
    const meaning = {
      head: 'the head is not signed by the witness that sent it',
      length: 'more entries than the head has, or none though it has more, or a head of fewer than were read before',
      root: 'the entries do not hash to the signed head',
    }[code];
    super(code, meaning, { fault: 'witness', retryable: true });
  }
}

/** What a page gave. */
export interface PageRead {
  /** All entries of it that count, and those of them that are certified orders. */
  readonly entries: readonly LogEntry[];
  readonly certified: readonly CertifiedOrder[];
  /** Whether to read on. */
  readonly more: boolean;
  /** Whether the log was read to the end of the page's head. One that is refused, but for what it proves, is not. */
  readonly ended: boolean;
  readonly evidence: Evidence | undefined;
}

/** Refuses a page whose head is not the peer's, or not signed. */
export function checkPageHead({ head }: LogPage, peer: number, keyset: Keyset): void {
  if (head.index !== peer) throw new PageError('head');
  try {
    verifyHead(head, keyset);
  } catch {
    throw new PageError('head');
  }
}

/** Refuses a page that has more entries than its head says, or none although there are more, after so many that were read. */
export function checkPageLength({ head, entries }: LogPage, read: bigint): void {
  const count = read + BigInt(entries.length);
  if (count > head.size || (entries.length === 0 && count < head.size)) throw new PageError('length');
}
