import { splitEntropy } from '../../crypto/hash.js';
import {
  Charter,
  decodeMessage,
  encode,
  EncodingError,
  MESSAGES,
  orderDigest,
  RefusedError,
  reply as replyCodec,
  signHeadAnswer,
  signStatement,
  verifyHead,
  type CertifiedOrder,
  type ClosingStatement,
  type Head,
  type HeadAnswer,
  type Keyset,
  type LogPage,
  type ReplyV1,
  type RequestV1,
  type SignedCharter,
  type VoteRequest,
} from '../../message/index.js';
import { charterReply, feedReply, logReply, orderReply } from './answers.js';
import { certifiedReply, certify } from './certify.js';
import { decideVote } from './decide.js';
import { EarlierKeyset } from './earlier.js';
import { Follower } from './follower.js';
import { Start } from './gate.js';
import { move, prepareMove } from './move.js';
import { isFrozen, type Moment, type WitnessPlace } from './place.js';
import { prepareCertificate, prepareVote } from './prepare.js';
import { bucketReply, lengthReply, probeReply } from './restore-answers.js';
import { WitnessState, type KeptEvidence } from './state.js';

/** What a request comes with: who asks, the clock, and 32 fresh secret bytes, which are used up. */
export interface Circumstances {
  /** The store whose node key dialled. */
  readonly from: number;
  readonly now: bigint;
  readonly entropy: Uint8Array;
}

/**
 * A witness of one keyset: from the same state, clock, randomness and requests it gives the same bytes as any other
 * implementation (chapter 11). It decides on one request after another (WITNESS-1) and keeps its state in memory.
 */
export class Witness {
  readonly state = new WitnessState();
  readonly #place: WitnessPlace;
  readonly #versions: SignedCharter[];
  readonly #followers = new Map<number, Follower>();
  readonly #earlier = new Map<number, EarlierKeyset>();
  #charter: Charter;
  #start: Start | undefined;

  constructor(place: WitnessPlace, chain: readonly SignedCharter[]) {
    const [first] = chain;
    if (first === undefined) throw new Error('a witness needs a charter');
    this.#place = place;
    this.#versions = [...chain];
    this.#charter = Charter.walk(first.body.federation, chain);
  }

  /** What convicts others, without repetition. */
  get evidence(): readonly KeptEvidence[] {
    return this.state.evidence;
  }

  /** Answers the bytes of a request with the bytes of a reply (TRANSPORT-11). */
  answer(bytes: Uint8Array, circumstances: Circumstances): Uint8Array {
    return encode(replyCodec, { type: 'v1', value: this.#answerBytes(bytes, circumstances) });
  }

  #answerBytes(bytes: Uint8Array, circumstances: Circumstances): ReplyV1 {
    return refusing(() => this.#serve(decodeMessage(MESSAGES.Request, bytes).value, circumstances));
  }

  #serve(request: RequestV1, circumstances: Circumstances): ReplyV1 {
    const { from, now, entropy } = circumstances;
    switch (request.type) {
      case 'vote':
        this.#own(request.value.signed.order.keyset);
        return this.#vote(request.value, now, entropy);
      case 'certify':
        this.#own(request.value.order.keyset);
        return this.#certify(request.value, now, entropy);
      case 'order':
        this.#own(request.value.keyset);
        return orderReply(request.value.digest, this.#moment(now));
      case 'feed':
        this.#own(request.value.keyset);
        if (this.#charter.store(from) === undefined) throw RefusedError.plain('forbidden');
        return feedReply(request.value.from, from, this.#moment(now));
      case 'log':
        this.#own(request.value.keyset);
        return logReply(request.value.from, this.#moment(now));
      case 'newest-head':
        this.#own(request.value.keyset);
        return this.#newestHead(request.value.asker, request.value.nonce);
      case 'charter':
        return charterReply(request.value.version, request.value.offset, this.#versions);
      case 'length':
        this.#own(request.value.keyset);
        return lengthReply(request.value, this.#moment(now));
      case 'bucket':
        this.#own(request.value.keyset);
        return bucketReply(request.value, this.#moment(now));
      case 'probe':
        this.#own(request.value.keyset);
        return probeReply(request.value, this.#moment(now));
      case 'move':
        this.#own(request.value.keyset);
        return this.#move(request.value.certified, now, entropy);
      case 'statement':
        this.#own(request.value.keyset);
        return this.#statement(now);
    }
  }

  get #keyset(): Keyset {
    const keyset = this.#charter.keyset(this.#place.keyset);
    if (keyset === undefined) throw new Error('the charter does not list the keyset of this witness');
    return keyset;
  }

  #moment(now: bigint): Moment {
    const starting = this.#start !== undefined;
    return { place: this.#place, state: this.state, charter: this.#charter, keyset: this.#keyset, now, starting };
  }

  /** Refuses what is about a keyset of which this is no witness. */
  #own(keyset: number): void {
    if (keyset === this.#place.keyset) return;
    throw RefusedError.plain(this.#charter.keyset(keyset) === undefined ? 'charter-behind' : 'unknown');
  }

  /** LookUp: an order that is certified is answered before anything else in the request is checked (WITNESS-31). */
  #lookUp(digest: Uint8Array, moment: Moment): ReplyV1 | undefined {
    if (isFrozen(moment)) throw RefusedError.plain('closed');
    const record = this.state.order(digest);
    return record?.type === 'certified' ? certifiedReply(record, moment) : undefined;
  }

  #vote(request: VoteRequest, now: bigint, entropy: Uint8Array): ReplyV1 {
    const moment = this.#moment(now);
    const known = this.#lookUp(orderDigest(request.signed.order), moment);
    return known ?? decideVote(prepareVote(request, moment, entropy), moment);
  }

  #certify(certified: CertifiedOrder, now: bigint, entropy: Uint8Array): ReplyV1 {
    const moment = this.#moment(now);
    const known = this.#lookUp(orderDigest(certified.order), moment);
    return known ?? certify(prepareCertificate(certified, moment, entropy), moment);
  }

  /** Move: an order of an earlier keyset, of which outputs are made here. */
  #move(certified: CertifiedOrder, now: bigint, entropy: Uint8Array): ReplyV1 {
    const moment = this.#moment(now);
    const known = this.#lookUp(orderDigest(certified.order), moment);
    if (known !== undefined) return known;
    const prepared = prepareMove(certified, moment, entropy);
    return move(prepared, this.#earlierKeyset(prepared.from.id), moment);
  }

  #earlierKeyset(id: number): EarlierKeyset {
    const earlier = this.#earlier.get(id) ?? new EarlierKeyset();
    this.#earlier.set(id, earlier);
    return earlier;
  }

  /** The one closing statement of its frozen log (ROLLOVER-8). */
  #statement(now: bigint): ReplyV1 {
    const moment = this.#moment(now);
    if (!isFrozen(moment)) throw RefusedError.plain('unknown');
    const { log, statement: kept } = this.state;
    const { keys, index } = this.#place;
    const statement = kept ?? signStatement(keys.vote, this.#keyset, index, BigInt(log.size), log.root());
    this.state.close(statement);
    return { type: 'statement', value: statement };
  }

  #newestHead(asker: number, nonce: Uint8Array): ReplyV1 {
    const newest = this.#followers.get(asker)?.highest ?? null;
    const { index, keys } = this.#place;
    return { type: 'newest-head', value: signHeadAnswer(keys.vote, this.#keyset, index, newest, asker, nonce) };
  }

  /** Takes the next version of the charter; throws `CharterError` if it is none. */
  takeCharter(signed: SignedCharter): void {
    this.#charter = this.#charter.succeed(signed);
    this.#versions.push(signed);
  }

  /** Takes a second charter of the version held: if it is a fork, nothing is issued any more (CHARTER-13). */
  takeTwin(twin: SignedCharter): void {
    if (this.#charter.isFork(twin)) this.#charter = this.#charter.forked();
  }

  /** Starts: it asks its peers with this nonce (ROLLBACK-1). */
  restart(nonce: Uint8Array): void {
    this.#start = new Start(nonce, this.#place.index);
    this.#conclude();
  }

  /** A peer's answer to a start. */
  takeHeadAnswer(answer: HeadAnswer): void {
    this.#start?.take(answer, this.#keyset);
    this.#conclude();
  }

  #conclude(): void {
    const outcome = this.#start?.outcome(this.#keyset, this.state.log) ?? 'starting';
    if (outcome === 'starting') return;
    if (outcome === 'rolled-back') this.state.retire('log-rolled-back');
    this.#start = undefined;
  }

  /** This copy comes from a backup: it never votes anew (ROLLBACK-11). */
  restored(): void {
    this.state.retire('restored-copy');
  }

  /** A head that was seen somewhere, with a number that was drawn for it by chance; one that does not verify counts for nothing. */
  seeHead(head: Head, chance: bigint): void {
    try {
      verifyHead(head, this.#keyset);
    } catch {
      return;
    }
    const evidence = this.#follower(head.index).note(head, this.#keyset, chance);
    if (evidence !== undefined) this.state.keepEvidence(evidence);
  }

  /** A page of a peer's log: its certificates are taken over, its votes are not (LOG-14). */
  takePage(peer: number, page: LogPage, now: bigint, entropy: Uint8Array, chance: bigint): void {
    const follower = this.#follower(peer);
    const { standing } = follower;
    const read = follower.read(page, this.#keyset, chance);
    if (read.evidence !== undefined) this.state.keepEvidence(read.evidence);
    const pieces = splitEntropy(entropy, read.certified.length);
    for (const [i, certified] of read.certified.entries()) {
      const piece = pieces[i] as Uint8Array;
      const own = certified.order.keyset === this.#place.keyset;
      const reply = refusing(() => (own ? this.#certify(certified, now, piece) : this.#move(certified, now, piece)));
      if (reply.type === 'refused' && AGAIN.includes(reply.value.type)) {
        follower.goBack(standing, page.head, this.#keyset, chance);
        return;
      }
    }
  }

  /** From where to read on in an inquiry about a peer, whose log has parted from a head; undefined if it has not (LOG-18). */
  inquiryPosition(peer: number): number | undefined {
    return this.#followers.get(peer)?.inquiryPosition;
  }

  /** The next page of an inquiry, which takes nothing over; what it proves is kept (LOG-18). */
  takeInquiryPage(peer: number, page: LogPage, chance: bigint): void {
    const { evidence, proof } = this.#follower(peer).inquire(page, this.#keyset, chance);
    for (const each of [evidence, proof]) if (each !== undefined) this.state.keepEvidence(each);
  }

  #follower(peer: number): Follower {
    const follower = this.#followers.get(peer) ?? new Follower(peer);
    this.#followers.set(peer, follower);
    return follower;
  }

  /** A page of the log of a witness of an earlier keyset: ReadEarlier. No inquiry is made there, whatever it parts from. */
  takeEarlierPage(id: number, peer: number, page: LogPage, chance: bigint): void {
    const keyset = this.#charter.keyset(id);
    if (keyset === undefined) return;
    const reading = { keyset, charter: this.#charter, versions: this.#versions };
    const { evidence } = this.#earlierKeyset(id).readPage(peer, page, reading, chance);
    if (evidence !== undefined) this.state.keepEvidence(evidence);
  }

  /** A closing statement that a witness of an earlier keyset has shown. */
  takeEarlierStatement(statement: ClosingStatement): void {
    const keyset = this.#charter.keyset(statement.keyset);
    if (keyset !== undefined) this.#earlierKeyset(keyset.id).takeStatement(statement, keyset);
  }
}

/** After these a page is read again later; whatever else is refused is passed over (LOG-14, ROLLOVER-14). */
const AGAIN: readonly string[] = ['charter-behind', 'storage-failed', 'busy'];

/** What `serve` gives; what it refuses, as a reply. */
function refusing(serve: () => ReplyV1): ReplyV1 {
  try {
    return serve();
  } catch (error) {
    if (error instanceof RefusedError) return { type: 'refused', value: error.refusal };
    if (error instanceof EncodingError) {
      return { type: 'refused', value: RefusedError.encoding(error.offset, error.expected).refusal };
    }
    throw error;
  }
}
