import { viewCheckout, viewGrant, viewOpenOrders, viewUnsettled } from '../../../src/wallet/view/index.js';
import type { GrantView, OpenOrderView } from '../../../src/wallet/view/index.js';
import { fitted, mostPoints, withVoucher, worthOf } from '../decide/amount.js';
import { atStake, needsBackup } from '../decide/backup.js';
import { receiptOf } from '../decide/basket.js';
import { isTimeUp, patienceOf } from '../decide/expiry.js';
import { lateScreen } from '../decide/late.js';
import { kindOf, shopOf } from '../decide/place.js';
import { unsureScreen } from '../decide/result.js';
import { codeOf, mayStillPay, troubleOf } from '../decide/trouble.js';
import { isBrought, isForNobody, isSilence, LONGEST, MOST_BROUGHT } from '../decide/waiting.js';
import { waitingOf, whyWaits, withBrought, withLink, withNews, withoutLink } from '../decide/waiting.js';
import type { LinkKind, Note, PayScreen, WaitingLink, Words } from '../model.js';
import type { App } from './app.js';
import { showBasket } from './baskets.js';

const asWords = (key: Words['key'], values?: NonNullable<Words['with']>): Words =>
  values ? { key, with: values } : { key };

/** What is done with a till's link. */
export function linkers(app: App) {
  /** Follows what was scanned, pasted or pressed. */
  const open = (text: string): Promise<void> => {
    const { screen } = app.state;
    const link = text.trim();
    if (kindOf(link) !== undefined) {
      return app.work('busy.look', async () => {
        await press(app, link);
        await follow(app, link);
      });
    }
    if (screen.name === 'scan') app.show({ ...screen, text, trouble: { key: 'scan.nolink' } });
    return Promise.resolve();
  };

  const typeLink = (text: string): void => {
    const { screen } = app.state;
    if (screen.name !== 'scan') return;
    const { trouble: _, ...rest } = screen;
    app.show({ ...rest, text });
  };

  /** Shows a link that an address has brought: nothing is done with it yet. */
  const look = (link: string): Promise<void> => app.work('busy.look', () => follow(app, link));

  /** Shows a link that an address brings while the app is open. */
  const bring = (link: string): Promise<void> => app.work('busy.look', () => brought(app, link));

  /** Takes a grant that waits. */
  const takeWaiting = (link: string): Promise<void> =>
    app.work('busy.take', async () => {
      await press(app, link);
      await follow(app, link);
      const { screen } = app.state;
      if (screen.name !== 'take' || screen.link !== link || mustWait(app, screen.grant)) return;
      if (!screen.grant.known && isOpen(screen.grant)) await claim(app, link, screen.grant);
    });

  /** Takes the grant that is shown. */
  const take = (): Promise<void> =>
    app.work('busy.take', async () => {
      const { screen } = app.state;
      if (screen.name !== 'take' || mustWait(app, screen.grant)) return;
      await claim(app, screen.link, screen.grant);
    });

  const setPoints = (points: bigint): void => {
    const { screen, wallet } = app.state;
    if ((screen.name !== 'pay' && screen.name !== 'basket') || wallet === undefined) return;
    const most = mostPoints(screen, wallet.most, worthOf(screen.vouchers, wallet.charter.offers));
    app.show({ ...screen, points: fitted(points, screen.step, most) });
  };

  const setVoucher = (offer: number, change: 1 | -1): void => {
    const { screen, wallet } = app.state;
    if ((screen.name !== 'pay' && screen.name !== 'basket') || wallet === undefined) return;
    const { charter, vouchers: held, most } = wallet;
    const vouchers = withVoucher(screen.vouchers, offer, change, held, screen.max, charter.offers);
    const left = mostPoints(screen, most, worthOf(vouchers, charter.offers));
    app.show({ ...screen, vouchers, points: fitted(screen.points, screen.step, left) });
  };

  const pay = (): Promise<void> =>
    app.work('busy.pay', async () => {
      const { screen } = app.state;
      if (screen.name !== 'pay' || isTimeUp(screen, app.env.now())) return;
      await press(app, screen.link);
      await payNow(app, screen);
    });

  /** Takes a link out of those that wait: its owner does not want it any more. */
  const putAway = async (link: string): Promise<void> => {
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    app.set({ notice: { tone: 'good', words: asWords('waiting.gone') } });
  };

  /** A link that an address has brought, and that is not meant for this wallet. */
  const notMine = async (link: string): Promise<void> => {
    await putAway(link);
    if (app.state.screen.name !== 'waiting') app.show({ name: 'home' });
  };

  return { open, look, bring, typeLink, take, takeWaiting, setPoints, setVoucher, pay, putAway, notMine };
}

/** The owner wants it. */
export async function press(app: App, link: string): Promise<void> {
  if (!isBrought(app.state.kept.waiting, link)) return;
  await app.keepWaiting((waiting) => withNews(waiting, link, { pressed: true }));
}

/**
 * A link that an address has brought. Anybody can make somebody open an address: it is written down and shown, and nothing is
 * taken or paid before its owner says so.
 */
export async function brought(app: App, text: string): Promise<void> {
  const dropped = await keepBrought(app, text);
  if (dropped === 'no link') return app.result('bad', { key: 'trouble.title' }, { key: 'trouble.bad-link' });
  await follow(app, text.trim());
  if (dropped === undefined) return;
  const said = { n: MOST_BROUGHT, name: shopOf(dropped.link, app.state.wallet?.charter.stores ?? []) };
  app.set({ notice: { tone: 'wait', words: asWords('waiting.dropped', { ...said, time: { time: dropped.since } }) } });
}

/** Writes down a link that an address has brought. Gives the one that had to give way. */
export async function keepBrought(app: App, text: string): Promise<WaitingLink | 'no link' | undefined> {
  const link = text.trim();
  const kind = link.length > LONGEST ? undefined : kindOf(link);
  if (kind === undefined) return 'no link';
  const { pressed: _, ...asks } = waitingOf(link, kind, 'offline', app.env.now());
  const { waiting, dropped } = withBrought(app.state.kept.waiting, asks);
  await app.keepWaiting(() => waiting);
  return dropped;
}

/** Asks the shop what a link is about, and shows it; one that nobody answers is kept. */
export async function follow(app: App, link: string): Promise<void> {
  const kind = kindOf(link);
  if (kind === undefined) return app.result('bad', { key: 'trouble.title' }, { key: 'trouble.bad-link' });
  const isAsked = isBrought(app.state.kept.waiting, link);
  app.show({ name: 'looking' });
  try {
    if (kind === 'grant') await showGrant(app, link);
    else if (kind === 'checkout') await showCheckout(app, link);
    else await showBasket(app, link);
  } catch (error) {
    const code = codeOf(error);
    const trouble = troubleOf(error);
    if (!isSilence(code)) {
      await app.keepWaiting((waiting) =>
        isAsked && isForNobody(code)
          ? withoutLink(waiting, link)
          : withNews(waiting, link, { why: whyWaits(code), trouble }),
      );
      return app.fail(error);
    }
    if (!isAsked) return keepFor(app, link, kind, trouble);
    await app.keepWaiting((waiting) => withNews(waiting, link, { trouble }));
    app.result('wait', asWords('waiting.kept'), asWords('waiting.kept.text'), asWords('waiting.asks'));
  }
}

/** What a link waits for that nobody answers for. */
const OFFLINE = {
  grant: 'waiting.offline',
  checkout: 'waiting.offline.pay',
  basket: 'waiting.offline.basket',
} as const;

/** Keeps a link that could not be followed, and says so. */
export async function keepFor(app: App, link: string, kind: LinkKind, trouble: Words): Promise<void> {
  await app.keepWaiting((waiting) => withLink(waiting, waitingOf(link, kind, 'offline', app.env.now(), trouble)));
  const more = asWords(OFFLINE[kind]);
  app.pending(link.split('#')[0] ?? link, asWords('waiting.kept'), asWords('waiting.kept.text'), more);
}

async function showGrant(app: App, link: string): Promise<void> {
  const grant = await viewGrant(app.open, link);
  const { terms, known } = grant;
  if (isBrought(app.state.kept.waiting, link)) {
    await app.keepWaiting((waiting) =>
      known || !isOpen(grant) ? withoutLink(waiting, link) : withNews(waiting, link, { points: terms.points }),
    );
  } else if (!known && grant.state === 'open' && mustWait(app, grant)) {
    await app.keepWaiting((waiting) => withLink(waiting, waitingOf(link, 'grant', 'backup', app.env.now())));
  }
  app.show({ name: 'take', link, grant });
}

async function showCheckout(app: App, link: string): Promise<void> {
  const { store, name, state, offer, paying } = await viewCheckout(app.open, link);
  if (state === 'paid') {
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    return app.result('good', asWords('pay.already'), asWords('pay.already.text'));
  }
  if (paying !== undefined) {
    const sent = { ...noScreen(link, store, name), points: paying.points, vouchers: paying.vouchers };
    return payNow(app, sent);
  }
  if (offer === undefined) return;
  const most = mostPoints(offer, app.state.wallet?.most ?? 0n, 0n);
  const { max, step } = offer;
  const patience = patienceOf(offer, app.env.now());
  app.show({ ...noScreen(link, store, name), max, step, ...patience, points: most });
  app.lookAgain(patience);
}

function noScreen(link: string, store: number, checkout: string): PayScreen {
  return { name: 'pay', link, store, checkout, max: 0n, step: 1n, expiry: 0n, behind: 0n, points: 0n, vouchers: [] };
}

/** Whether a grant still gives what it gives. */
const isOpen = ({ state }: GrantView): boolean => state === 'open' || state === 'pending';

/** Whether the words must be written down before these points come. */
function mustWait(app: App, { known, terms }: GrantView): boolean {
  return !known && needsBackupNow(app, terms.points);
}

/** Whether so many points may only come once the words are written down. */
export function needsBackupNow({ state: { kept, wallet } }: App, points: bigint): boolean {
  return wallet !== undefined && needsBackup(kept.confirmed, atStake(wallet), points);
}

/** What the app notes of a grant. */
function noteOfGrant(app: App, { store, reason, terms }: GrantView): Note {
  return {
    store: app.nameOf(store),
    ...(reason === undefined ? {} : { reason }),
    ...(terms.vouchers.length === 0 ? {} : { vouchers: terms.vouchers }),
    ...(terms.ballot === undefined ? {} : { ballot: terms.ballot }),
  };
}

/** The open order of a link, if it left. */
function sentFor(app: App, link: string): OpenOrderView | undefined {
  const id = link.split('#')[0]?.split('/').at(-1);
  return viewOpenOrders(app.open).find(({ grant, checkout }) => (grant ?? checkout)?.split('/').at(-1) === id);
}

/** Claims a grant. The link is kept until the wallet itself has it. */
async function claim(app: App, link: string, grant: GrantView): Promise<void> {
  const note = noteOfGrant(app, grant);
  await app.keepWaiting((waiting) => withLink(waiting, waitingOf(link, 'grant', 'offline', app.env.now())));
  const name = note.store ?? '';
  try {
    const { state, points } = await app.open.claim(link);
    await app.note(grant.name, note);
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    const { points: balance } = app.open.balance();
    const said = { points: { points }, name, balance: { points: balance } };
    if (state === 'pending') app.pending(grant.name, asWords('take.pending'), asWords('take.pending.text', said));
    else app.result('good', asWords('take.done'), asWords('take.done.text', said), ...receiptNote(app, grant));
  } catch (error) {
    await claimFailed(app, link, grant, note, error);
  }
}

/** Says where the receipt is that came along. */
function receiptNote({ state: { receipts } }: App, { name }: GrantView): Words[] {
  return receiptOf(name, receipts) === undefined ? [] : [asWords('take.receipt')];
}

async function claimFailed(app: App, link: string, grant: GrantView, note: Note, error: unknown): Promise<void> {
  const sent = app.wallet && sentFor(app, link);
  if (sent !== undefined) {
    await app.note(grant.name, note);
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    return app.pending(grant.name, asWords('take.pending'), troubleOf(error), asWords('waiting.text'));
  }
  const code = codeOf(error);
  if (whyWaits(code) === 'offline') return keepFor(app, link, 'grant', troubleOf(error));
  await app.keepWaiting((waiting) => withoutLink(waiting, link));
  // What waited may have been claimed in the background meanwhile.
  if (code === 'already-claimed') app.result('good', asWords('take.done'), troubleOf(error));
  else app.fail(error);
}

/** Claims a grant that waited. What is wrong is written beside it; nothing goes without a word. */
export async function claimWaiting(app: App, link: string): Promise<void> {
  const waitOn = (why: 'offline' | 'backup' | 'over', trouble?: Words) =>
    app.keepWaiting((waiting) => withLink(waiting, waitingOf(link, 'grant', why, app.env.now(), trouble)));
  try {
    const grant = await viewGrant(app.open, link);
    if (!grant.known) {
      if (!isOpen(grant)) return await waitOn('over', { key: 'take.gone' });
      if (mustWait(app, grant)) return await waitOn('backup');
      const { points, state } = await app.open.claim(link);
      const said = {
        points: { points },
        name: app.nameOf(grant.store),
        balance: { points: app.open.balance().points },
      };
      // One that is not decided is among the orders that wait.
      if (state !== 'pending') app.set({ notice: { tone: 'good', words: asWords('take.done.text', said) } });
    }
    await app.note(grant.name, noteOfGrant(app, grant));
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
  } catch (error) {
    if (app.wallet !== undefined && sentFor(app, link) !== undefined) {
      return await app.keepWaiting((waiting) => withoutLink(waiting, link));
    }
    await waitOn(whyWaits(codeOf(error)), troubleOf(error));
  } finally {
    app.refresh();
  }
}

/** Pays, or completes what was sent for this checkout. */
async function payNow(app: App, { link, store, checkout, points, vouchers }: PayScreen): Promise<void> {
  const name = app.nameOf(store);
  await app.note(checkout, { store: name, ...(vouchers.length === 0 ? {} : { vouchers }) });
  try {
    const { state, order, late, balance } = await app.open.pay(link, points, vouchers);
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    if (late !== undefined) {
      const shown = lateScreen(late, name, balance);
      return app.show(late.state === 'pending' ? { ...shown, waitsFor: checkout } : shown);
    }
    if (order !== undefined && viewUnsettled(app.open).includes(order)) return app.show(unsureScreen(checkout, name));
    const worth = points + worthOf(vouchers, app.state.wallet?.charter.offers ?? []);
    const said = { points: { points }, euros: { euros: worth }, name, balance: { points: app.open.balance().points } };
    if (state === 'pending') app.pending(checkout, asWords('pay.pending'), asWords('pay.pending.text'));
    else
      app.result(
        'good',
        asWords('pay.done'),
        asWords(vouchers.length > 0 ? 'pay.done.vouchers' : 'pay.done.text', said),
      );
  } catch (error) {
    if (app.wallet === undefined || sentFor(app, link) === undefined) throw error;
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    if (mayStillPay(codeOf(error))) app.pending(checkout, asWords('pay.late'), asWords('pay.late.text'));
    else app.pending(checkout, asWords('pay.pending'), troubleOf(error), asWords('pay.pending.text'));
  }
}
