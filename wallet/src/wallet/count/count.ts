import { equalBytes, fromHex } from '../../crypto/index.js';
import { leafHash, MerkleTree } from '../../crypto/merkle.js';
import { decode } from '../../message/codec.js';
import { HeadError, verifyHead } from '../../message/head.js';
import type { Keyset } from '../../message/keyset.js';
import { MAX_MESSAGE_BYTES } from '../../message/limits.js';
import { head as headCodec, logEntry } from '../../message/vote.js';
import type { Head, LogEntry } from '../../message/vote.js';
import { withoutSlashes } from '../../machine/wallet/link.js';
import { Tally } from '../../machine/count/tally.js';
import type { Gifts } from '../../machine/count/tally.js';
import { RondeError } from '../../crypto/error.js';
import { fromBase64 } from '../base64.js';
import { fetchChain } from '../charters.js';
import { TransportError } from '../http-error.js';
import { HttpClient } from '../http.js';
import type { Fetch } from '../http.js';
import { Members } from '../json.js';
import { StoreClient } from '../store-client.js';

/** How far a count is. */
export interface CountProgress {
  readonly read: number;
  readonly size: number;
}

export interface CountOptions {
  /** The node whose logs are read. */
  readonly node: string;
  /** The federation's id in hexadecimal, if it is known: another's charter is refused. */
  readonly federation?: string;
  readonly fetch?: Fetch;
  readonly onProgress?: (progress: CountProgress) => void;
}

/** Votes and gifts as somebody counted them who believes nobody. */
export interface Count {
  readonly campaigns: readonly CountedCampaign[];
  readonly associations: readonly CountedAssociation[];
  /** Certificates of votes and gifts in the logs, and how many of them are right; the others were not counted. */
  readonly certificates: number;
  readonly right: number;
  /** Entries that were read. */
  readonly entries: number;
  /** How many logs the node keeps as a witness. */
  readonly logs: number;
  /** Whether each log is, entry for entry, the one whose head the witness signed: it is the same for every reader. */
  readonly whole: boolean;
}

export interface CountedCampaign {
  readonly id: number;
  readonly name: string;
  readonly choices: readonly { readonly name: string; readonly votes: number }[];
}

export interface CountedAssociation extends Gifts {
  readonly id: number;
  readonly name: string;
}

/**
 * Counts votes and gifts from the logs of a node, verifying the charter, the certificate of each, and that the logs are whole.
 *
 * @throws WalletError `other-federation`; CharterError; TransportError; ProblemError
 */
export async function countGiven({ node, federation, fetch, onProgress }: CountOptions): Promise<Count> {
  const base = withoutSlashes(node);
  const http = new HttpClient(fetch);
  const wanted = federation === undefined ? undefined : fromHex(federation);
  const { charter } = await fetchChain(new StoreClient(fetch), base, wanted);
  const logs = await logsOf(http, base);
  const tally = new Tally(charter);
  const size = logs.reduce((sum, log) => sum + log.size, 0);
  let [read, whole] = [0, true];
  for (const { id } of logs) {
    const log = new LogReader(http, base, id);
    for await (const entries of log.pages()) {
      for (const entry of entries) if (entry.type === 'certified') tally.take(entry.value);
      read += entries.length;
      onProgress?.({ read, size: Math.max(size, read) });
    }
    whole &&= log.isWhole(charter.keyset(id));
  }
  const { campaigns, associations } = charter.body;
  return {
    campaigns: campaigns.map(({ id, name, choices }) => ({
      id,
      name,
      choices: choices.map((choice, i) => ({ name: choice, votes: tally.votes(id, i) })),
    })),
    associations: associations.map(({ id, name }) => ({ id, name, ...tally.gifts(id) })),
    certificates: tally.certificates,
    right: tally.right,
    entries: read,
    logs: logs.length,
    whole,
  };
}

/** The keysets in which a node keeps a log, and how long they are by its own word. */
async function logsOf(http: HttpClient, base: string): Promise<{ readonly id: number; readonly size: number }[]> {
  const { json } = await http.call({ method: 'GET', base, path: '/v1/status' });
  return new Members(json).list('log').map((item) => {
    const log = new Members(item);
    return { id: log.integer('keyset', 2 ** 32 - 1), size: log.integer('size') };
  });
}

/** Reads a log from its beginning to the end of a head. */
class LogReader {
  readonly #leaves = new MerkleTree();
  #head: Head | undefined;

  constructor(
    readonly http: HttpClient,
    readonly base: string,
    readonly keyset: number,
  ) {}

  async *pages(): AsyncGenerator<LogEntry[]> {
    for (;;) {
      const path = `/v1/log/${this.keyset}?from=${this.#leaves.size}`;
      const page = new Members((await this.http.call({ method: 'GET', base: this.base, path })).json);
      this.#head = page.message('head', headCodec, MAX_MESSAGE_BYTES);
      const entries = page.list('entries').map((item) => this.#entry(item));
      yield entries;
      if (entries.length === 0 || this.#leaves.size >= this.#head.size) return;
    }
  }

  /** Whether what was read is what a witness of the keyset has signed. */
  isWhole(keyset: Keyset | undefined): boolean {
    const head = this.#head;
    if (keyset === undefined || head === undefined || head.size !== this.#leaves.size) return false;
    try {
      verifyHead(head, keyset);
    } catch (error) {
      if (!(error instanceof HeadError)) throw error;
      return false;
    }
    return equalBytes(head.root, this.#leaves.root());
  }

  #entry(item: unknown): LogEntry {
    try {
      if (typeof item !== 'string') throw new RondeError('bad-base64', 'an entry is text');
      const bytes = fromBase64(item);
      const entry = decode(logEntry, bytes, MAX_MESSAGE_BYTES);
      this.#leaves.append(leafHash(bytes));
      return entry;
    } catch (cause) {
      if (!(cause instanceof RondeError)) throw cause;
      throw new TransportError('bad-answer', 'an entry of the log that is none', { cause });
    }
  }
}
