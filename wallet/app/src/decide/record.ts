import type { RecordedCoin, RecordedOrder } from '../../../src/wallet/view/index.js';
import type { Snapshot, Words } from '../model.js';

/** Coins of one kind, as they stand in a record. */
export interface CoinLine {
  readonly words: Words;
  /** The first digits of what is shown of each. */
  readonly shown: readonly string[];
}

/** What a record says, as sentences. */
export interface RecordView {
  readonly what: Words;
  readonly when: Words;
  readonly spent: readonly CoinLine[];
  readonly made: readonly CoinLine[];
  readonly signedBy: readonly string[];
  /** The store that was asked now. */
  readonly askedAt?: string;
}

const DIGITS = 8;

/** Puts a record into words. */
export function readRecord(record: RecordedOrder, { charter }: Snapshot): RecordView {
  const nameOf = (id: number): string => charter.stores.find((store) => store.id === id)?.name ?? String(id);
  const asked = record.askedStore === undefined ? {} : { askedAt: nameOf(record.askedStore) };
  return {
    what: whatOf(record, charter, nameOf),
    when: {
      key: record.spent.length > 0 && record.store === 0 ? 'record.when.hour' : 'record.when',
      with: { at: { time: record.time } },
    },
    spent: coinLines(record.spent, charter),
    made: coinLines(record.made, charter),
    signedBy: record.signedBy.map(nameOf),
    ...asked,
  };
}

function sumOf(coins: readonly RecordedCoin[]): bigint {
  return coins.reduce((sum, { kind }) => (kind.type === 'points' ? sum + kind.denomination : sum), 0n);
}

function whatOf(record: RecordedOrder, charter: Snapshot['charter'], nameOf: (id: number) => string): Words {
  const [spent, made] = [sumOf(record.spent), sumOf(record.made)];
  const { purpose } = record;
  if (purpose.type === 'earn')
    return { key: 'record.earn', with: { name: nameOf(record.store), points: { points: made } } };
  if (purpose.type === 'redeem') {
    return { key: 'record.redeem', with: { name: nameOf(record.store), points: { points: spent - made } } };
  }
  if (purpose.type === 'donate') {
    const name = charter.associations.find(({ id }) => id === purpose.association)?.name ?? String(purpose.association);
    return { key: 'record.donate', with: { name, points: { points: spent - made } } };
  }
  if (purpose.type === 'vote') {
    const campaign = charter.campaigns.find(({ id }) => id === purpose.campaign);
    const choice = campaign?.choices[purpose.choice] ?? String(purpose.choice);
    return { key: 'record.vote', with: { name: campaign?.name ?? String(purpose.campaign), choice } };
  }
  return { key: 'record.swap', with: { points: { points: spent } } };
}

/** Coins by kind, the largest first. */
function coinLines(coins: readonly RecordedCoin[], charter: Snapshot['charter']): CoinLine[] {
  const lines = new Map<string, { words: (n: number) => Words; worth: bigint; shown: string[] }>();
  for (const { kind, shown } of coins) {
    const id =
      kind.type === 'points'
        ? `p${kind.denomination}`
        : kind.type === 'ballot'
          ? `b${kind.campaign}`
          : `v${kind.offer}`;
    const line = lines.get(id) ?? {
      words: wordsOf(kind, charter),
      worth: kind.type === 'points' ? kind.denomination : -1n,
      shown: [],
    };
    line.shown.push(shown.slice(0, DIGITS));
    lines.set(id, line);
  }
  return [...lines.values()]
    .sort((a, b) => (a.worth < b.worth ? 1 : -1))
    .map(({ words, shown }) => ({ words: words(shown.length), shown }));
}

function wordsOf(kind: RecordedCoin['kind'], charter: Snapshot['charter']): (n: number) => Words {
  if (kind.type === 'points')
    return (n) => ({ key: 'record.coins', with: { n, points: { points: kind.denomination } } });
  if (kind.type === 'ballot') {
    const name = charter.campaigns.find(({ id }) => id === kind.campaign)?.name ?? String(kind.campaign);
    return (n) => ({ key: 'record.ballots', with: { n, name } });
  }
  const name = charter.offers.find(({ id }) => id === kind.offer)?.name ?? String(kind.offer);
  return (n) => ({ key: 'record.vouchers', with: { n, name } });
}
