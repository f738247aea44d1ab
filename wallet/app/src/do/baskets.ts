import type { Wallet } from '../../../src/index.js';
import { viewBaskets, viewUnsettled } from '../../../src/wallet/view/index.js';
import type { BasketProgress, BasketView } from '../../../src/wallet/basket/index.js';
import { mostPoints } from '../decide/amount.js';
import { canPay, stageOf } from '../decide/basket.js';
import { patienceOf } from '../decide/expiry.js';
import { lateOf, lateScreen } from '../decide/late.js';
import { codeOf, mayStillPay, troubleOf } from '../decide/trouble.js';
import { isBrought, isForNobody, isSilence, waitingOf, withLink, withoutLink } from '../decide/waiting.js';
import type { BasketScreen } from '../model.js';
import type { App } from './app.js';
import { needsBackupNow, press } from './links.js';

/** What the library does with baskets; it is loaded with the first of them. */
const load = () => import('../../../src/wallet/basket/index.js');

/** How long a shop may wait with its answer until something changes, in seconds. */
const PATIENCE = 20;

/** Codes of a payment that was not sent because the basket takes none any more: how it stands is shown. */
const OVER = ['nothing', 'offer-expired', 'checkout-expired', 'checkout-cancelled', 'checkout-taken', 'already-paid'];

/** What the owner does at a basket. */
export function basketers(app: App) {
  const payBasket = (): Promise<void> =>
    app.work('busy.pay', async () => {
      const { screen } = app.state;
      if (screen.name !== 'basket' || screen.stage !== 'choose') return;
      await press(app, screen.link);
      await pay(app, screen);
    });

  /** Pays nothing with points: the basket only earns. */
  const declineBasket = (): Promise<void> =>
    app.work('busy.basket', async () => {
      const { screen } = app.state;
      if (screen.name !== 'basket' || screen.stage !== 'choose') return;
      await press(app, screen.link);
      await decline(app, screen.link);
    });

  return { payBasket, declineBasket };
}

/** Asks the shop about a basket, and shows it, or goes on with it where there is nothing to choose. */
export async function showBasket(app: App, link: string): Promise<void> {
  const { viewBasket } = await load();
  const basket = await viewBasket(app.open, link);
  const { paying, offer, isPaid } = basket;
  if (paying !== undefined && !isPaid) return pay(app, screenOf(link, basket, 'choose', paying));
  if (isBrought(app.state.kept.waiting, link) && !isPaid && !isWritten(app.open, link)) {
    return ask(app, link, basket);
  }
  if (offer === undefined) return watch(app, link, basket);
  const { wallet } = app.state;
  const most = mostPoints(offer, wallet?.most ?? 0n, 0n);
  // Whoever has nothing to pay with only earns: nobody is asked.
  if (wallet === undefined || !canPay(most, offer.max, wallet.vouchers, wallet.charter.offers)) return decline(app, link);
  return choose(app, link, basket, most);
}

/** A basket that an address has brought: its owner says whether it is theirs, also where there is nothing to pay with. */
async function ask(app: App, link: string, basket: BasketView): Promise<void> {
  const none = { points: 0n, vouchers: [] };
  if (basket.state === 'cancelled') {
    await app.keepWaiting((waiting) => withoutLink(waiting, link));
    return app.show(screenOf(link, basket, 'cancelled', none));
  }
  return choose(app, link, basket, basket.offer === undefined ? 0n : mostPoints(basket.offer, app.state.wallet?.most ?? 0n, 0n));
}

/** Its owner says how much is paid in points. Until then the link is kept: nobody else has the secret, and the wallet not yet. */
async function choose(app: App, link: string, basket: BasketView, points: bigint): Promise<void> {
  if (!isWritten(app.open, link) && !app.state.kept.waiting.some((each) => each.link === link)) {
    await app.keepWaiting((waiting) => withLink(waiting, waitingOf(link, 'basket', 'offline', app.env.now())));
  }
  const shown = screenOf(link, basket, 'choose', { points, vouchers: [] });
  const { offer } = basket;
  if (offer === undefined) return app.show(shown);
  const patience = patienceOf(offer, app.env.now());
  app.show({ ...shown, max: offer.max, step: offer.step, ...patience });
  app.lookAgain(patience);
}

async function decline(app: App, link: string): Promise<void> {
  const { declineBasket, viewBasket } = await load();
  const basket = await declineBasket(app.open, link).catch((error: unknown) => {
    // Too late to choose: how it stands is shown all the same.
    if (!mayStillPay(codeOf(error))) throw error;
    return viewBasket(app.open, link);
  });
  await watch(app, link, basket);
}

/** Pays, or completes what was sent; and then waits for the till. */
async function pay(app: App, screen: BasketScreen): Promise<void> {
  const { link, points, vouchers, basket } = screen;
  const { payBasket } = await load();
  const name = app.nameOf(basket.store);
  await app.note(basket.checkout, { store: name, ...(vouchers.length === 0 ? {} : { vouchers }) });
  try {
    const { late, order, balance } = await payBasket(app.open, link, points, vouchers);
    if (late !== undefined) {
      await app.keepWaiting((waiting) => withoutLink(waiting, link));
      const shown = lateScreen(late, name, balance);
      return app.show(late.state === 'pending' ? { ...shown, waitsFor: basket.checkout } : shown);
    }
    const isSure = order === undefined || !viewUnsettled(app.open).includes(order);
    await watch(app, link, { ...basket, isPaid: isSure }, screen);
  } catch (error) {
    const wallet = app.wallet;
    const isSent = wallet?.history().some(({ checkout, outcome }) => checkout === basket.checkout && outcome === 'open');
    const isOver = OVER.includes(codeOf(error));
    if (wallet === undefined || (isSent !== true && !isOver)) throw error;
    app.set({ notice: { tone: 'wait', words: isSent === true ? troubleOf(error) : { key: 'pay.over' } } });
    await watch(app, link, basket, isSent === true ? screen : undefined);
  }
}

/** Shows how a basket stands, and goes on with it as long as its screen is there; the wallet does later what is left. */
async function watch(app: App, link: string, basket: BasketView, chosen?: BasketScreen): Promise<void> {
  app.show(screenOf(link, basket, 'wait', chosen ?? paidBefore(app, basket)));
  // Once the library has it, or its end was said, it does not wait as a link any more.
  if (await step(app, link, undefined)) await app.keepWaiting((waiting) => withoutLink(waiting, link));
  void (async () => {
    while (isShown(app, link) && isGoingOn(app)) {
      const { screen } = app.state;
      const known = screen.name === 'basket' ? screen.basket.state : 'open';
      const before = app.env.now();
      await step(app, link, { state: known, seconds: PATIENCE });
      // A shop that does not wait with its answer is not asked without end.
      if (app.env.now() - before < 2n && isGoingOn(app)) await app.env.pause();
    }
  })();
}

/** What this wallet has paid before, by its own history: what came too late has paid nothing. */
function paidBefore(app: App, { checkout, paying }: BasketView): Pick<BasketScreen, 'points' | 'vouchers'> {
  if (paying !== undefined) return paying;
  const { wallet, kept } = app.state;
  const record = wallet?.history.find((each) => each.checkout === checkout && each.outcome === 'certified');
  const late = record && wallet && lateOf(record, wallet);
  if (record === undefined || (late !== undefined && late !== 'unsure')) return { points: 0n, vouchers: [] };
  return { points: record.points, vouchers: kept.notes[checkout]?.vouchers ?? [] };
}

function screenOf(
  link: string,
  basket: BasketView | BasketProgress,
  stage: BasketScreen['stage'],
  { points, vouchers }: Pick<BasketScreen, 'points' | 'vouchers'>,
): BasketScreen {
  return { name: 'basket', link, basket, stage, max: 0n, step: 1n, expiry: 0n, behind: 0n, points, vouchers };
}

/** Whether the wallet itself has written a basket down, so that its link need not be kept. */
const isWritten = (wallet: Wallet, link: string): boolean => viewBaskets(wallet).some((each) => each.link === link);

const isShown = ({ state: { screen }, wallet }: App, link: string): boolean =>
  wallet !== undefined && screen.name === 'basket' && screen.link === link;

const isGoingOn = ({ state: { screen } }: App): boolean =>
  screen.name === 'basket' && (screen.stage === 'wait' || screen.stage === 'coming');

/**
 * One question to the shop, and what follows. A shop that is silent is asked again; the screen stays. Gives whether the wallet
 * has written the basket down, or nothing comes of it.
 */
async function step(app: App, link: string, known: { state: BasketView['state']; seconds: number } | undefined): Promise<boolean> {
  const wallet = app.wallet;
  if (wallet === undefined) return false;
  try {
    const { followBasket } = await load();
    const basket = await followBasket(wallet, link, known);
    if (app.wallet !== wallet) return false;
    await noteOf(app, basket);
    app.refresh();
    const { screen } = app.state;
    if (screen.name !== 'basket' || screen.link !== link) return true;
    app.show({ ...screen, basket, stage: stageOf(basket, needsBackupNow(app, basket.grant?.terms.points ?? 0n)) });
    return true;
  } catch (error) {
    if (app.wallet !== wallet) return false;
    const isEnd = !isSilence(codeOf(error));
    if (isEnd && isShown(app, link)) app.fail(error);
    return isForNobody(codeOf(error)) || isWritten(wallet, link);
  }
}

/** What the app notes of what a basket earned. */
async function noteOf(app: App, { store, grantName, grant, claim }: BasketProgress): Promise<void> {
  if (grant === undefined || claim === undefined || grantName === undefined) return;
  const { vouchers, ballot } = grant.terms;
  await app.note(grantName, {
    store: app.nameOf(store),
    ...(vouchers.length === 0 ? {} : { vouchers }),
    ...(ballot === undefined ? {} : { ballot }),
  });
}
