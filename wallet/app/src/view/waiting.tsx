import type { JSX } from 'preact';
import { lineOf } from '../decide/lines.js';
import { undecided } from '../decide/waiting.js';
import type { Snapshot, WaitingLink } from '../model.js';
import { Button, Sign, Title } from './parts.js';
import type { Shown } from './parts.js';

/** What is not decided, and what was scanned and could not be followed. Nothing goes from here without a word. */
export function Waiting(shown: Shown): JSX.Element | null {
  const { state, say, act } = shown;
  const { wallet, kept, busy } = state;
  if (wallet === undefined) return null;
  const orders = undecided(wallet.open);
  const nothing = orders.length + wallet.baskets.length + kept.waiting.length === 0;
  return (
    <>
      <Title>{say('waiting.title')}</Title>
      <p class="quiet">{say(nothing ? 'waiting.none' : 'waiting.text')}</p>
      {!nothing && (
        <Button kind="main" disabled={busy !== undefined} onClick={act.tryNow}>
          {say('waiting.now')}
        </Button>
      )}
      {orders.length > 0 && (
        <section>
          <h2>{say('waiting.orders')}</h2>
          <ul class="list">
            {orders.map((order) => {
              const line = lineOf(order, order, wallet, kept);
              return (
                <li key={order.id} class="between">
                  <Sign tone={line.tone} say={say} word="none" />
                  <span class="grow">
                    <strong>{say.words(line.title)}</strong>
                    <br />
                    {line.points > 0n && <span>{say.points(line.points)} · </span>}
                    {say.words(line.state)}
                    <br />
                    <span class="quiet">{say('waiting.since', { time: { time: order.since } })}</span>
                  </span>
                </li>
              );
            })}
          </ul>
        </section>
      )}
      {wallet.baskets.length > 0 && (
        <section>
          <h2>{say('waiting.baskets')}</h2>
          <ul class="list">
            {wallet.baskets.map(({ store, since, link }) => (
              <li key={link}>
                <div class="between">
                  <Sign tone="wait" say={say} word="none" />
                  <span class="grow">
                    <strong>{say('basket.title', { name: nameOf(store, wallet) })}</strong>
                    <br />
                    {say('waiting.basket.text')}
                    <br />
                    <span class="quiet">{say('waiting.since', { time: { time: since } })}</span>
                  </span>
                </div>
                <div class="row">
                  <Button disabled={busy !== undefined} onClick={() => act.open(link)}>
                    {say('waiting.open')}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      {kept.waiting.length > 0 && (
        <section>
          <h2>{say('waiting.links')}</h2>
          <ul class="list">
            {kept.waiting.map((link) => (
              <LinkLine key={link.link} {...shown} waiting={link} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function nameOf(store: number, { charter }: Snapshot): string {
  return charter.stores.find(({ id }) => id === store)?.name ?? '';
}

function LinkLine({ state, say, act, waiting }: Shown & { waiting: WaitingLink }): JSX.Element {
  const { link, kind, why, since, trouble } = waiting;
  const text =
    why === 'over'
      ? say('waiting.over')
      : why === 'backup'
        ? say('waiting.backup')
        : say(kind === 'grant' ? 'waiting.offline' : kind === 'basket' ? 'waiting.offline.basket' : 'waiting.offline.pay');
  return (
    <li>
      <div class="between">
        <Sign tone={why === 'over' ? 'bad' : 'wait'} say={say} word="none" />
        <span class="grow">
          <strong>{say(kind === 'grant' ? 'waiting.grant' : kind === 'basket' ? 'waiting.basket' : 'waiting.checkout')}</strong>
          <br />
          {text}
          <br />
          {trouble && (
            <>
              {say('waiting.why', { why: say.words(trouble) })}
              <br />
            </>
          )}
          <span class="quiet">{say('waiting.since', { time: { time: since } })}</span>
        </span>
      </div>
      <div class="row">
        <Button disabled={state.busy !== undefined} onClick={() => act.open(link)}>
          {say('waiting.open')}
        </Button>
        <Button onClick={() => act.putAway(link)}>{say('waiting.away')}</Button>
      </div>
    </li>
  );
}
