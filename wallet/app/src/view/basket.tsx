import type { JSX } from 'preact';
import { mostPoints, worthOf } from '../decide/amount.js';
import { billOf, hostOf, receiptOf } from '../decide/basket.js';
import { isBrought } from '../decide/waiting.js';
import { isTimeUp } from '../decide/expiry.js';
import type { BasketScreen, Snapshot } from '../model.js';
import type { Key } from '../text/en.js';
import { Button, Fact, Form, Leave, Note, Sign, Slider, Title } from './parts.js';
import type { Shown } from './parts.js';
import { PayVouchers } from './till.js';

type BasketShown = Shown & { readonly screen: BasketScreen; readonly wallet: Snapshot };

/** A basket at a till: what it costs and earns, and how far it is. */
export function Basket(shown: Shown): JSX.Element | null {
  const { screen, wallet } = shown.state;
  if (screen.name !== 'basket' || wallet === undefined) return null;
  const all = { ...shown, screen, wallet };
  if (screen.stage === 'choose') return <Choose {...all} />;
  return screen.stage === 'wait' ? <Wait {...all} /> : <Ended {...all} />;
}

const nameOf = ({ screen, wallet }: BasketShown): string =>
  wallet.charter.stores.find(({ id }) => id === screen.basket.store)?.name ?? '';

/** Whether the shop's word on vouchers and votes holds for what is paid with points: before, it is that of paying none. */
function isSure({ stage, points, vouchers }: BasketScreen): boolean {
  return stage !== 'choose' || (points === 0n && vouchers.length === 0);
}

/** What it comes to, in money and points. */
function BillFacts(shown: BasketShown & { earns: Key }): JSX.Element {
  const { screen, wallet, say, earns } = shown;
  const { charter } = wallet;
  const bill = billOf(screen, charter.offers);
  const { vouchers, ballot } = screen.basket.grant?.terms ?? screen.basket.earns;
  const besides = vouchers.map(({ offer, count }) =>
    say('take.vouchers', { n: count, name: charter.offers.find(({ id }) => id === offer)?.name ?? '' }),
  );
  const campaign = charter.campaigns.find(({ id }) => id === ballot);
  if (campaign !== undefined) besides.push(say('take.ballot', { name: campaign.name }));
  return (
    <>
      <dl class="facts">
        <Fact name={say('basket.total')}>{say.cents(bill.total)}</Fact>
        {bill.paid > 0n && (
          <Fact name={say(screen.stage === 'choose' ? 'basket.points' : 'basket.paid')}>{say('pay.of', { points: { points: bill.paid }, euros: { euros: bill.paid } })}</Fact>
        )}
        <Fact name={say(screen.stage === 'done' ? 'basket.money' : 'basket.left')}>
          <strong>{say.cents(bill.left)}</strong>
        </Fact>
        <Fact name={say(earns)}>
          <strong>{bill.earns > 0n ? say.points(bill.earns) : say('basket.nothing')}</strong>
        </Fact>
      </dl>
      {besides.length > 0 && (
        <p>{say(isSure(screen) ? 'basket.with' : 'basket.with.most', { list: say.list(besides) })}</p>
      )}
    </>
  );
}

/** The owner says how much is paid in points, or that the basket only earns. */
function Choose(shown: BasketShown): JSX.Element {
  const { state, say, act, screen, wallet } = shown;
  const vouchers = worthOf(screen.vouchers, wallet.charter.offers);
  const most = mostPoints(screen, wallet.most, vouchers);
  const total = screen.points + vouchers;
  const { expiry } = screen;
  const isOver = isTimeUp(screen, state.now);
  return (
    <>
      <Title>{say('basket.title', { name: nameOf(shown) })}</Title>
      <BillFacts {...shown} earns="basket.earns" />
      {isBrought(state.kept.waiting, screen.link) && (
        <Note tone="wait" say={say}>
          <p>{say('waiting.asks')}</p>
        </Note>
      )}
      <Form onSend={act.payBasket}>
        {most > 0n && (
          <Slider
            ids={['slider', 'points']}
            label={say('pay.slider')}
            most={most}
            step={screen.step}
            points={screen.points}
            set={act.setPoints}
            say={say}
          />
        )}
        {screen.max > 0n && <PayVouchers {...shown} />}
        <div class="stack">
          {total > 0n && (
            <button type="submit" class="button main" disabled={isOver || state.busy !== undefined}>
              {vouchers > 0n
                ? say('pay.go.vouchers', { points: { points: screen.points }, euros: { euros: total } })
                : say('pay.go', { points: { points: screen.points } })}
            </button>
          )}
          <Button kind={total > 0n ? 'plain' : 'main'} disabled={state.busy !== undefined} onClick={act.declineBasket}>
            {say('basket.only')}
          </Button>
          <Leave {...shown} link={screen.link} />
        </div>
        {screen.max > 0n && (
          <p class="quiet" role="status">
            {isOver ? say('basket.expired') : say('pay.expiry', { time: { time: expiry } })} {say('pay.final')}
          </p>
        )}
      </Form>
    </>
  );
}

/** The till takes the rest in money, and says when it is done. */
function Wait(shown: BasketShown): JSX.Element {
  const { say, act, screen } = shown;
  const { basket } = screen;
  const isPending = basket.paying !== undefined && !basket.isPaid;
  return (
    <>
      <Title>{say('basket.wait.title')}</Title>
      <BillFacts {...shown} earns="basket.earns" />
      <progress aria-label={say('basket.wait.title')} />
      <Note tone="wait" say={say}>
        <p>{say(isPending ? 'basket.wait.pending' : basket.state === 'expired' ? 'basket.expired' : 'basket.wait')}</p>
      </Note>
      {basket.returnUrl !== undefined && <Return url={basket.returnUrl} say={say} />}
      <Code {...shown} />
      <Button onClick={() => act.go('home')}>{say('go.home')}</Button>
    </>
  );
}

/** What became of it. */
function Ended(shown: BasketShown): JSX.Element {
  const { state, say, act, screen } = shown;
  const { basket, stage, link } = screen;
  const tone = stage === 'done' ? 'good' : stage === 'cancelled' ? 'bad' : 'wait';
  const receipt = receiptOf(basket.name, state.receipts);
  return (
    <>
      <div class={`result ${tone}`} aria-hidden="true">
        <Sign tone={tone} say={say} word="none" />
      </div>
      <Title>{say(stage === 'done' ? 'basket.done.title' : 'basket.title', { name: nameOf(shown) })}</Title>
      {stage !== 'done' && (
        <Note tone={tone} say={say}>
          <p>{say(`basket.${stage}` as Key)}</p>
        </Note>
      )}
      {stage !== 'cancelled' && <BillFacts {...shown} earns={stage === 'done' ? 'basket.earned' : 'basket.earns'} />}
      {receipt && (
        <section class="card">
          <h2>{say('entry.receipt')}</h2>
          <pre>{receipt.text}</pre>
        </section>
      )}
      {stage !== 'cancelled' && basket.returnUrl !== undefined && <Return url={basket.returnUrl} say={say} />}
      {stage !== 'done' && <Code {...shown} />}
      <div class="stack">
        {stage === 'backup' && (
          <Button kind="main" onClick={() => act.begin(link)}>
            {say('banner.backup.go')}
          </Button>
        )}
        <Button kind={stage === 'backup' ? 'plain' : 'main'} onClick={() => act.go('home')}>
          {say('go.home')}
        </Button>
      </div>
    </>
  );
}

/** The way back to a shop's own page: its owner sees the host, and nothing is put into it (WALLET-50). */
function Return({ url, say }: { url: string; say: Shown['say'] }): JSX.Element {
  return (
    <section class="card">
      <p>{say('basket.return.text')}</p>
      <a class="button plain" href={url} rel="noreferrer noopener" referrerpolicy="no-referrer">
        {say('basket.return', { host: hostOf(url) })}
      </a>
    </section>
  );
}

/** What is read out at the counter. */
function Code({ say, screen }: BasketShown): JSX.Element {
  return (
    <p class="quiet">
      {say('basket.code')} <code>{screen.basket.code}</code>
    </p>
  );
}
