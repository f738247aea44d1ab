import { viewOpenOrders, viewRecord, viewUnsettled } from '../../../src/wallet/view/index.js';
import { fitted } from '../decide/amount.js';
import { lateScreen } from '../decide/late.js';
import { lineOf } from '../decide/lines.js';
import { troubleOf } from '../decide/trouble.js';
import type { Note, Words } from '../model.js';
import type { App } from './app.js';

/** Gifts, votes, and what is on record. */
export function spenders(app: App) {
  const setGift = (change: { association?: number; points?: bigint }): void => {
    const { screen, wallet } = app.state;
    if (screen.name !== 'give' || wallet === undefined) return;
    const next = { ...screen, ...change };
    app.show({ ...next, points: fitted(next.points, 1n, wallet.most) });
  };

  const give = (): Promise<void> =>
    app.work('busy.give', async () => {
      const { screen, wallet } = app.state;
      if (screen.name !== 'give' || screen.association === undefined || screen.points === 0n) return;
      const { association, points } = screen;
      const name = wallet?.charter.associations.find(({ id }) => id === association)?.name ?? '';
      const before = openIds(app);
      try {
        const report = await app.open.give(association, points);
        await app.note(report.order, { association: name });
        const said = { points: { points }, name, balance: { points: report.balance } };
        if (report.state === 'pending') app.result('wait', { key: 'pay.pending' }, { key: 'give.pending.text' });
        else app.result('good', { key: 'give.done' }, { key: 'give.done.text', with: said });
      } catch (error) {
        await failed(app, before, error, { key: 'give.pending.text' }, { association: name });
      }
    });

  const choose = (choice: number): void => {
    const { screen } = app.state;
    if (screen.name === 'vote') app.show({ ...screen, choice });
  };

  const vote = (): Promise<void> =>
    app.work('busy.vote', async () => {
      const { screen, wallet } = app.state;
      if (screen.name !== 'vote' || screen.choice === undefined) return;
      const campaign = wallet?.charter.campaigns.find(({ id }) => id === screen.campaign);
      const [name, choice] = [campaign?.name ?? '', campaign?.choices[screen.choice] ?? ''];
      const before = openIds(app);
      try {
        const { state, order } = await app.open.vote(screen.campaign, screen.choice);
        await app.note(order, { campaign: name, choice });
        if (state === 'pending') app.result('wait', { key: 'pay.pending' }, { key: 'vote.pending.text' });
        else app.result('good', { key: 'vote.done' }, { key: 'vote.done.text', with: { name, choice } });
      } catch (error) {
        await failed(app, before, error, { key: 'vote.pending.text' }, { campaign: name, choice });
      }
    });

  /** Asks what stores and witnesses hold of an order. */
  const askRecord = (): Promise<void> =>
    app.work('busy.record', async () => {
      const { screen, wallet, kept } = app.state;
      if (screen.name !== 'entry' || wallet === undefined) return;
      const record = [...wallet.history, ...wallet.open].find(({ id }) => id === screen.id);
      if (record?.digest === undefined) return;
      const { store } = lineOf(record, undefined, wallet, kept);
      try {
        app.show({
          name: 'entry',
          id: screen.id,
          record: await viewRecord(app.open, record.digest, record.keyset, store),
        });
      } catch (error) {
        app.show({ name: 'entry', id: screen.id, trouble: troubleOf(error) });
      }
    });

  /** Asks what became of a payment of a lost wallet, which its owner has named by looking at it (WALLET-47). */
  const askRefund = (): Promise<void> =>
    app.work('busy.refund', async () => {
      const { screen } = app.state;
      if (screen.name !== 'entry' || screen.record === undefined) return;
      const { digest, keyset, store } = screen.record;
      const name = app.nameOf(store);
      const late = await app.open.refund(digest, keyset);
      if (late !== undefined) return app.show(lateScreen(late, name, app.open.balance().points));
      const isOpen = viewUnsettled(app.open).includes(digest);
      const said = { name };
      if (isOpen) app.result('wait', { key: 'refund.unsure' }, { key: 'refund.unsure.text', with: said });
      else app.result('good', { key: 'refund.none' }, { key: 'refund.none.text', with: said });
    });

  return { setGift, give, choose, vote, askRecord, askRefund };
}

function openIds(app: App): ReadonlySet<string> {
  return new Set(viewOpenOrders(app.open).map(({ id }) => id));
}

/** An error after an order was signed is no end of it: it is open, and said to be. */
async function failed(app: App, before: ReadonlySet<string>, error: unknown, text: Words, note: Note): Promise<void> {
  const sent = app.wallet && viewOpenOrders(app.wallet).find(({ id }) => !before.has(id));
  if (sent === undefined) throw error;
  await app.note(sent.digest, note);
  app.result('wait', { key: 'pay.pending' }, troubleOf(error), text);
}
