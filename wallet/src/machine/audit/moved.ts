import type { Charter, Keyset, Order } from '../../message/index.js';
import { movedTooMuch, type MovedBreach } from './claims.js';
import { judgeEntries, readLog, type HandedLog } from './logs.js';

/** A keyset, and logs of its witnesses. */
export interface LoggedKeyset {
  readonly keyset: Keyset;
  readonly logs: readonly HandedLog[];
}

/**
 * Audits what moved out of an earlier keyset, by its own logs and those of the later one, which were read before them: nothing
 * can be said with fewer than n - f of the earlier (BOOKS-24).
 */
export function auditMoved(earlier: LoggedKeyset, later: LoggedKeyset, charter: Charter): MovedBreach | undefined {
  const from = countedIn(earlier, charter);
  if (from.witnesses < earlier.keyset.enough || earlier.keyset.id === later.keyset.id) return undefined;
  return movedTooMuch(from, countedIn(later, charter));
}

/** The certified orders of the logs that count, and of how many witnesses those are. */
function countedIn({ keyset, logs }: LoggedKeyset, charter: Charter) {
  const read = logs.flatMap((log) => readLog(log, keyset) ?? []);
  const orders: Order[] = [...judgeEntries(read, keyset, charter).orders.values()].map(({ order }) => order);
  return { keyset: keyset.id, orders, witnesses: new Set(read.map(({ index }) => index)).size };
}
