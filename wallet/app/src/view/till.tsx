import type { JSX } from 'preact';
import { mostPoints, worthOf } from '../decide/amount.js';
import { atStake, needsBackup } from '../decide/backup.js';
import { isTimeUp } from '../decide/expiry.js';
import type { BasketScreen, PayScreen, Snapshot } from '../model.js';
import { Button, Form, Leave, Note, Slider, Title } from './parts.js';
import type { Shown } from './parts.js';

/** What a shop gives, before it is taken. */
export function Take(shown: Shown): JSX.Element | null {
  const { state, say, act } = shown;
  const { screen, wallet, kept } = state;
  if (screen.name !== 'take' || wallet === undefined) return null;
  const { grant, link } = screen;
  const { points, vouchers, ballot } = grant.terms;
  const { charter } = wallet;
  const name = charter.stores.find(({ id }) => id === grant.store)?.name ?? '';
  const isOver = !grant.known && grant.state !== 'open' && grant.state !== 'pending';
  const waits = !grant.known && !isOver && needsBackup(kept.confirmed, atStake(wallet), points);
  const until = grant.expiresAt === undefined ? NaN : Date.parse(grant.expiresAt) / 1000;
  return (
    <>
      <Title>{say(points > 0n ? 'take.title' : 'take.title.other', { name })}</Title>
      {points > 0n && <p class="amount">{say.points(points)}</p>}
      {points > 0n && <p class="worth">{say.euros(points)}</p>}
      <ul class="list">
        {vouchers.map(({ offer, count }) => {
          const voucher = charter.offers.find(({ id }) => id === offer)?.name ?? '';
          return <li key={offer}>{say('take.vouchers', { n: count, name: voucher })}</li>;
        })}
        {ballot !== undefined && (
          <li>{say('take.ballot', { name: charter.campaigns.find(({ id }) => id === ballot)?.name ?? '' })}</li>
        )}
        {grant.reason !== undefined && <li>{say('take.reason', { reason: grant.reason })}</li>}
      </ul>
      {!isOver && !grant.known && Number.isFinite(until) && (
        <p class="quiet">{say('take.until', { date: { day: BigInt(Math.floor(until)) } })}</p>
      )}
      {(grant.known || isOver) && (
        <Note tone={grant.known ? 'good' : 'bad'} say={say}>
          <p>{say(grant.known ? 'take.known' : 'take.gone')}</p>
        </Note>
      )}
      {waits && (
        <Note tone="wait" say={say}>
          <p>{say('take.backup')}</p>
        </Note>
      )}
      <div class="stack">
        {waits && (
          <Button kind="main" onClick={() => act.begin(link)}>
            {say('banner.backup.go')}
          </Button>
        )}
        {!waits && !isOver && !grant.known && (
          <Button kind="main" disabled={state.busy !== undefined} onClick={act.take}>
            {say('take.go')}
          </Button>
        )}
        {grant.known || isOver ? (
          <Button onClick={() => act.go('home')}>{say('go.home')}</Button>
        ) : (
          <Leave {...shown} link={link} />
        )}
      </div>
    </>
  );
}

/** What a till asks for: the owner says how much of it is paid in points. */
export function Pay(shown: Shown): JSX.Element | null {
  const { state, say, act } = shown;
  const { screen, wallet } = state;
  if (screen.name !== 'pay' || wallet === undefined) return null;
  const vouchers = worthOf(screen.vouchers, wallet.charter.offers);
  const most = mostPoints(screen, wallet.most, vouchers);
  const name = wallet.charter.stores.find(({ id }) => id === screen.store)?.name ?? '';
  const total = screen.points + vouchers;
  const isOver = isTimeUp(screen, state.now);
  const can = most > 0n || wallet.vouchers.length > 0;
  return (
    <>
      <Title>{say('pay.title', { name })}</Title>
      <p>
        {say('pay.asked', { points: { points: screen.max }, euros: { euros: screen.max } })}{' '}
        {screen.step > 1n && say('pay.step', { points: { points: screen.step } })}
      </p>
      {can ? (
        <Form onSend={act.pay}>
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
          {most > 0n && most < screen.max - vouchers && (
            <p class="quiet">
              {say('pay.most', { points: { points: most }, balance: { points: wallet.points } })}{' '}
              {wallet.most < wallet.points && say('pay.split')}
            </p>
          )}
          <PayVouchers screen={screen} wallet={wallet} say={say} act={act} state={state} />
          {total === 0n && <p class="quiet">{say('pay.zero', { points: { points: screen.step } })}</p>}
          <p class="quiet" role="status">{isOver ? say('pay.over') : say('pay.expiry', { time: { time: screen.expiry } })}</p>
          <p class="quiet">{say('pay.final')}</p>
          <div class="stack">
            <button type="submit" class="button main" disabled={total === 0n || isOver || state.busy !== undefined}>
              {vouchers > 0n
                ? say('pay.go.vouchers', { points: { points: screen.points }, euros: { euros: total } })
                : say('pay.go', { points: { points: screen.points } })}
            </button>
            <Leave {...shown} link={screen.link} />
          </div>
        </Form>
      ) : (
        <>
          <Note tone="bad" say={say}>
            <p>{say('pay.none')}</p>
          </Note>
          <Button onClick={() => act.go('home')}>{say('go.home')}</Button>
        </>
      )}
    </>
  );
}


/** How many vouchers are paid with, beside points. */
export function PayVouchers({
  screen,
  wallet,
  say,
  act,
}: Shown & { screen: PayScreen | BasketScreen; wallet: Snapshot }): JSX.Element | null {
  if (wallet.vouchers.length === 0) return null;
  return (
    <fieldset>
      <legend>{say('pay.vouchers')}</legend>
      {wallet.vouchers.map(({ offer, count: held }) => {
        const name = wallet.charter.offers.find(({ id }) => id === offer)?.name ?? '';
        const n = screen.vouchers.find((each) => each.offer === offer)?.count ?? 0;
        return (
          <div key={offer} class="between">
            <span class="grow">
              <strong>{name}</strong>
              <br />
              <span role="status">{say('pay.voucher.count', { n, held })}</span>
            </span>
            <Button
              label={say('pay.voucher.fewer', { name })}
              disabled={n === 0}
              onClick={() => act.setVoucher(offer, -1)}
            >
              −
            </Button>
            <Button
              label={say('pay.voucher.more', { name })}
              disabled={n === held}
              onClick={() => act.setVoucher(offer, 1)}
            >
              +
            </Button>
          </div>
        );
      })}
    </fieldset>
  );
}
