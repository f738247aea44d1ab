import { equalBytes } from '../../crypto/bytes.js';
import { leafHash } from '../../crypto/merkle.js';
import {
  encode,
  logEntry,
  MAX_UNCHECKED_HEADS,
  type Evidence,
  type Head,
  type Keyset,
  type LogEntry,
  type LogPage,
} from '../../message/index.js';
import { Inquiry } from './inquiry.js';
import { checkPageHead, checkPageLength, PageError, type PageRead } from './page.js';
import { ReadLeaves } from './read-leaves.js';

/** A head that the log was not yet found to extend. */
export interface UncheckedHead {
  readonly head: Head;
  /** 64 bits that were drawn for it by chance, and that nobody else knows (LOG-23). */
  readonly chance: bigint;
  /** Whether the entries that were read lead through it. They are signed only once they lead to a head. */
  readonly met: boolean;
}

/** Where a follower stands. It is replaced, never changed, so that it can be gone back to. */
export interface Standing {
  readonly leaves: ReadLeaves;
  /** The highest head seen (LOG-16). */
  readonly highest: Head | undefined;
  /** The longest head to which the log was read. */
  readonly readTo: Head | undefined;
  /** Each head from when it was seen until the log was read through it (LOG-22). */
  readonly unchecked: readonly UncheckedHead[];
  /** The head through which the log that is read does not lead. */
  readonly parted: Head | undefined;
  /** How many entries the log had when it was last read again (LOG-25). */
  readonly readAgain: bigint;
}

/** What a page of an inquiry gave. */
export interface Inquired {
  /** What its head proves by itself (LOG-17). */
  readonly evidence: Evidence | undefined;
  /** The fork that the log proves, once it was read. */
  readonly proof: Evidence | undefined;
}

const sameSize = (a: Head, b: Head): boolean => a.size === b.size;
const same = (a: Head, b: Head): boolean => sameSize(a, b) && equalBytes(a.root, b.root);

/**
 * What is remembered of a peer's log while it is read, and of each head that it signed. Whoever makes it durable writes the
 * heads when they change (LOG-19, LOG-24).
 */
export class Follower {
  #at: Standing = {
    leaves: new ReadLeaves(),
    highest: undefined,
    readTo: undefined,
    unchecked: [],
    parted: undefined,
    readAgain: 0n,
  };
  #inquiry: Inquiry | undefined;

  constructor(readonly peer: number) {}

  /** How many entries were read. */
  get position(): number {
    return Number(this.#at.leaves.size);
  }

  get highest(): Head | undefined {
    return this.#at.highest;
  }

  get parted(): Head | undefined {
    return this.#at.parted;
  }

  get unchecked(): readonly UncheckedHead[] {
    return this.#at.unchecked;
  }

  get standing(): Standing {
    return this.#at;
  }

  /**
   * NoteHead: keeps a verified head of the peer until its log was read through it; gives evidence if it contradicts one that
   * is kept (LOG-17, LOG-22).
   */
  note(head: Head, keyset: Keyset, chance: bigint): Evidence | undefined {
    const { highest } = this.#at;
    const kept = this.#heads();
    const seen = highest === undefined ? kept : [highest, ...kept];
    if (highest === undefined || head.size > highest.size) this.#at = { ...this.#at, highest: head };
    const other = seen.some((each) => same(each, head)) ? undefined : seen.find((each) => sameSize(each, head));
    if (other !== undefined) return { type: 'fork', keyset: keyset.id, shorter: other, longer: head, subtrees: [] };
    if (!kept.some((each) => same(each, head))) this.#compare(head, chance);
    return undefined;
  }

  /** The heads that are kept beside the highest: the read, the parted and the unchecked, in this order. */
  #heads(): readonly Head[] {
    const { readTo, parted, unchecked } = this.#at;
    return [readTo, parted, ...unchecked.map(({ head }) => head)].filter((head) => head !== undefined);
  }

  /** Compares a head with what was read, if that is still known. */
  #compare(head: Head, chance: bigint): void {
    const { leaves, readTo, parted } = this.#at;
    const known = leaves.rootAt(head.size);
    const met = known !== undefined && equalBytes(known, head.root);
    if (known !== undefined && !met) this.#at = { ...this.#at, parted: parted ?? head };
    // The head to which the log was read stands for all that it extends.
    const isRead = readTo?.size === leaves.size && equalBytes(readTo.root, leaves.root());
    if (!met || !isRead) this.#keep({ head, chance, met });
  }

  /** Keeps an unchecked head, and drops one by chance if there are too many (LOG-23). */
  #keep(one: UncheckedHead): void {
    const unchecked = [...this.#at.unchecked, one];
    if (unchecked.length > MAX_UNCHECKED_HEADS) {
      const last = unchecked.reduce((a, b) => (b.chance > a.chance ? b : a));
      unchecked.splice(unchecked.indexOf(last), 1);
    }
    this.#at = { ...this.#at, unchecked };
  }

  /**
   * Meet: of the heads that have as many entries as were read. The log parts from the read head whatever it had parted from
   * before, as nothing else may be left of what was read to it; else from the first that has another root.
   */
  #meet(): void {
    const { leaves, highest, readTo, unchecked, parted } = this.#at;
    const isHere = (head: Head | undefined): head is Head => head?.size === leaves.size;
    const others = [highest, ...unchecked.map(({ head }) => head)].filter(isHere);
    if (others.length === 0 && !isHere(readTo)) return;
    const root = leaves.root();
    const leads = (head: Head): boolean => equalBytes(head.root, root);
    this.#at = {
      ...this.#at,
      unchecked: unchecked.map((one) => (!one.met && isHere(one.head) && leads(one.head) ? { ...one, met: true } : one)),
      parted: isHere(readTo) && !leads(readTo) ? readTo : (parted ?? others.find((head) => !leads(head))),
    };
  }

  /** Begins again: the log is read from position 0. */
  #beginAgain(): void {
    const unchecked = this.#at.unchecked.map((one) => ({ ...one, met: false }));
    this.#at = { ...this.#at, leaves: new ReadLeaves(), unchecked };
    this.#meet();
  }

  /**
   * ReadPage (LOG-13): all of the page, or nothing of it. The head of one that is refused for its entries is signed all the
   * same: it is kept, and what it proves stands in the place of the error (LOG-17).
   */
  read(page: LogPage, keyset: Keyset, chance: bigint): PageRead {
    checkPageHead(page, this.peer, keyset);
    const evidence = this.note(page.head, keyset, chance);
    try {
      return { ...this.#take(page), evidence };
    } catch (error) {
      if (evidence === undefined || !(error instanceof PageError)) throw error;
      return { ...brought([]), more: false, ended: false, evidence };
    }
  }

  #take(page: LogPage): Omit<PageRead, 'evidence'> {
    const { head, entries } = page;
    const noted = this.#at;
    checkPageLength(page, noted.leaves.size);
    this.#at = { ...noted, leaves: noted.leaves.copy() };
    for (const entry of entries) {
      this.#at.leaves.append(leafHash(encode(logEntry, entry)));
      this.#meet();
    }
    const { leaves } = this.#at;
    if (leaves.size < head.size) return { ...brought(entries), more: true, ended: false };
    if (!equalBytes(leaves.root(), head.root)) {
      this.#at = noted;
      this.#beginAgain();
      throw new PageError('root');
    }
    this.#end(head);
    const again = this.#isToReadAgain();
    if (again) {
      this.#at = { ...this.#at, readAgain: leaves.size };
      this.#beginAgain();
    }
    return { ...brought(entries), more: again, ended: true };
  }

  /** The log was read to a head: that is signed, and stands for those that the entries led through. */
  #end(head: Head): void {
    this.#meet();
    const { readTo, unchecked } = this.#at;
    if (readTo !== undefined && readTo.size > head.size) return;
    this.#at = { ...this.#at, readTo: head, unchecked: unchecked.filter(({ met }) => !met) };
  }

  /** Whether a head came too late to be compared, and the log has grown to twice the entries of the last time (LOG-25). */
  #isToReadAgain(): boolean {
    const { leaves, unchecked, parted, readAgain } = this.#at;
    const late = unchecked.some(({ head, met }) => !met && head.size <= leaves.size);
    return parted === undefined && late && leaves.size >= 2n * readAgain;
  }

  /** From where to read on in an inquiry, if the log has parted from a head. */
  get inquiryPosition(): number | undefined {
    return this.parted && Number(this.#inquiry?.position ?? 0n);
  }

  /**
   * Reads the whole log once more, page by page, after it has parted from a head, and beside the ordinary reading (LOG-18).
   * The heads of the pages are noted like any other. Nothing is parted any more once that is settled.
   *
   * @throws PageError if the page is refused, and its head proves nothing either; another inquiry begins then
   */
  inquire(page: LogPage, keyset: Keyset, chance: bigint): Inquired {
    const { parted } = this;
    if (parted === undefined) return { evidence: undefined, proof: undefined };
    const inquiry = this.#inquiry ?? this.#beginInquiry(parted);
    this.#inquiry = undefined;
    checkPageHead(page, this.peer, keyset);
    const evidence = this.note(page.head, keyset, chance);
    try {
      const finding = inquiry.take(page, keyset);
      if (finding === undefined) this.#inquiry = inquiry;
      else this.#settle(parted, finding.proof, chance);
      return { evidence, proof: finding?.proof };
    } catch (error) {
      if (evidence === undefined || !(error instanceof PageError)) throw error;
      return { evidence, proof: undefined };
    }
  }

  /** Compares the log with every head that is kept now, as it may be another that it shows to whoever begins at position 0. */
  #beginInquiry(parted: Head): Inquiry {
    const { highest, readTo } = this.#at;
    const heads = this.#heads();
    const enough = readTo === undefined || readTo.size < parted.size ? parted.size : readTo.size;
    return new Inquiry(this.peer, highest === undefined ? heads : [highest, ...heads], enough);
  }

  /** The peer is convicted, and its heads are no matter any more; or nothing is proven, and that head is unchecked again. */
  #settle(head: Head, proof: Evidence | undefined, chance: bigint): void {
    this.#at = { ...this.#at, parted: undefined, unchecked: proof === undefined ? this.#at.unchecked : [] };
    const { unchecked } = this.#at;
    // Also if it is the read head: that goes when the log is read to a longer one, and would be forgotten (LOG-22).
    if (proof === undefined && !unchecked.some((one) => same(one.head, head))) this.#keep({ head, chance, met: false });
  }

  /**
   * Whether a statement of this size and root ends what was read: no head of more entries was seen. Nothing does while the
   * log is read again.
   */
  isEndedBy({ size, root }: Pick<Head, 'size' | 'root'>): boolean {
    const { leaves, highest } = this.#at;
    if (size !== leaves.size || size < (highest?.size ?? 0n)) return false;
    return equalBytes(leaves.root(), root);
  }

  /** Goes back to before a page that could not be taken over for now, but for its head; it is read again later (LOG-15). */
  goBack(standing: Standing, head: Head, keyset: Keyset, chance: bigint): void {
    this.#at = standing;
    this.note(head, keyset, chance);
  }
}

/** What a page brought. */
function brought(entries: readonly LogEntry[]): Pick<PageRead, 'entries' | 'certified'> {
  return { entries, certified: entries.flatMap((entry) => (entry.type === 'certified' ? [entry.value] : [])) };
}
