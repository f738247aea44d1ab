import type { HistoryRecord } from '../../../src/index.js';
import type { OpenOrderView } from '../../../src/wallet/view/index.js';
import { codeOfId } from './code.js';
import { lateOf } from './late.js';
import type { Key } from '../text/en.js';
import type { Kept, Note, Snapshot, Tone, Words } from '../model.js';

/** One thing that was done, as it is listed. */
export interface Line {
  readonly id: string;
  readonly digest?: string;
  /** By what the shop finds it, where the wallet knows the id of the grant, checkout or basket. */
  readonly code?: string;
  /** The digest of its order; of a refund, that of the payment. */
  readonly order?: string;
  readonly keyset: number;
  readonly title: Words;
  readonly points: bigint;
  /** Whether the points came or went, or neither. */
  readonly sign: '+' | '-' | '';
  readonly since: bigint;
  readonly tone: Tone;
  readonly state: Words;
  /** The store that gave or was paid, if it is known. */
  readonly store?: number;
  readonly note: Note;
}

/** All that was done and is open, the newest first. */
export function linesOf(wallet: Snapshot, kept: Kept): Line[] {
  const open = new Map(wallet.open.map((order) => [order.id, order]));
  const done = wallet.history.filter(({ id, outcome }) => outcome !== 'open' || !open.has(id));
  const certified = new Set(done.map(({ id }) => id));
  const others = wallet.open.filter(({ id }) => !certified.has(id));
  return [...done, ...others]
    .map((record) => lineOf(record, open.get(record.id), wallet, kept))
    .reverse()
    .sort((a, b) => (a.since < b.since ? 1 : a.since > b.since ? -1 : 0));
}

/** One record as it is listed. */
export function lineOf(record: HistoryRecord, open: OpenOrderView | undefined, wallet: Snapshot, kept: Kept): Line {
  const note = noteOf(record, kept);
  const store = open?.store ?? storeOf(record, wallet);
  const name = wallet.charter.stores.find(({ id }) => id === store)?.name ?? note.store;
  const { tone, state } = stateOf(record, open, wallet);
  const isRefund = record.purpose === 'refund';
  const order = isRefund ? record.grant : record.digest;
  const id = isRefund ? undefined : (record.grant ?? record.checkout)?.split('/').at(-1);
  const code = id === undefined ? undefined : codeOfId(id);
  return {
    id: record.id,
    ...(record.digest === undefined ? {} : { digest: record.digest }),
    ...(code === undefined ? {} : { code }),
    ...(order === undefined ? {} : { order }),
    keyset: record.keyset,
    title: titleOf(record, note, name),
    points: record.points,
    sign: signOf(record),
    since: record.since,
    tone,
    state,
    ...(store === undefined ? {} : { store }),
    note,
  };
}

/** What the app has noted about a record. */
export function noteOf({ grant, checkout, digest }: HistoryRecord, { notes }: Kept): Note {
  return (grant && notes[grant]) || (checkout && notes[checkout]) || (digest && notes[digest]) || {};
}

/** The store of a record: a grant's by its address, a payment's by its number, a refund's by its payment. */
function storeOf({ purpose, grant, checkout }: HistoryRecord, wallet: Snapshot): number | undefined {
  const { charter, history } = wallet;
  if (purpose === 'refund') {
    const paid = history.find(({ digest, checkout: name }) => digest === grant && name !== undefined);
    return paid && storeOf(paid, wallet);
  }
  if (checkout !== undefined) return Number(checkout.split('/')[0]);
  if (grant === undefined) return undefined;
  const base = grant.slice(0, grant.lastIndexOf('/g/'));
  return charter.stores.find(({ http }) => http.some((address) => address.replace(/\/+$/, '') === base))?.id;
}

function titleOf({ purpose }: HistoryRecord, note: Note, store: string | undefined): Words {
  const named = (known: Key, bare: Key, name: string | undefined): Words =>
    name === undefined ? { key: bare } : { key: known, with: { name } };
  if (purpose === 'claim') return named('line.claim', 'line.claim.bare', store);
  if (purpose === 'pay') return named('line.pay', 'line.pay.bare', store);
  if (purpose === 'refund') return named('line.refund', 'line.refund.bare', store);
  if (purpose === 'donate') return named('line.give', 'line.give.bare', note.association);
  if (purpose === 'vote') return named('line.vote', 'line.vote.bare', note.campaign);
  if (purpose === 'move') return { key: 'line.move' };
  return { key: purpose === 'swap' ? 'line.swap' : 'line.recover' };
}

function signOf({ purpose, outcome }: HistoryRecord): Line['sign'] {
  if (outcome === 'dead' || outcome === 'withdrawn') return '';
  if (purpose === 'claim' || purpose === 'recover' || purpose === 'refund') return '+';
  return purpose === 'pay' || purpose === 'donate' ? '-' : '';
}

/** How a record stands, in words and as a tone. */
export function stateOf(
  record: HistoryRecord,
  open: OpenOrderView | undefined,
  wallet: Snapshot,
): { tone: Tone; state: Words } {
  const isRefund = record.purpose === 'refund';
  const late = record.purpose === 'pay' && record.outcome === 'certified' ? lateOf(record, wallet) : undefined;
  if (late === 'unsure') return { tone: 'wait', state: { key: 'state.unsure' } };
  if (late !== undefined) return { tone: 'bad', state: { key: 'state.toolate' } };
  if (open?.stage === 'arriving') return { tone: 'wait', state: { key: 'state.arriving' } };
  if (open !== undefined && open.stage !== 'completing') {
    const waiting = isRefund ? 'state.refund' : open.late ? 'state.late' : 'state.waiting';
    return { tone: 'wait', state: { key: waiting } };
  }
  if (record.outcome === 'dead') return { tone: 'bad', state: { key: 'state.dead' } };
  if (record.outcome === 'withdrawn') {
    return { tone: 'bad', state: { key: record.id.startsWith('refund/') ? 'state.byhand' : 'state.withdrawn' } };
  }
  if (record.outcome === 'open') return { tone: 'wait', state: { key: 'state.waiting' } };
  const done = isRefund ? 'state.refunded' : record.outcome === 'recovered' ? 'state.recovered' : 'state.done';
  return { tone: 'good', state: { key: done } };
}
