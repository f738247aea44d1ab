import type { JSX } from 'preact';
import { advised, atStake } from '../decide/backup.js';
import { lastCalls, lost, nextEnding } from '../decide/expiry.js';
import { linesOf } from '../decide/lines.js';
import { undecided } from '../decide/waiting.js';
import type { Snapshot } from '../model.js';
import { History } from './history.js';
import { Button, Note, Title } from './parts.js';
import type { Shown } from './parts.js';

const RECENT = 3;

/** What the wallet has. */
export function Home({ state, say, act }: Shown): JSX.Element | null {
  const { wallet, kept } = state;
  if (wallet === undefined) return null;
  const lines = linesOf(wallet, kept).slice(0, RECENT);
  return (
    <>
      <Title>{say('home.title')}</Title>
      <section class="balance" aria-labelledby="have">
        <p id="have">{say('home.balance')}</p>
        <p class="amount">{say.points(wallet.points)}</p>
        <p class="worth">{say('home.worth', { euros: { euros: wallet.points } })}</p>
        <Endings wallet={wallet} say={say} act={act} state={state} />
      </section>
      <div class="stack">
        <Button kind="main" onClick={() => act.go('scan')}>
          {say('home.scan')}
        </Button>
        {wallet.points > 0n && <Button onClick={() => act.go('give')}>{say('home.give')}</Button>}
      </div>
      <Advice state={state} say={say} act={act} wallet={wallet} />
      {wallet.points === 0n && lines.length === 0 && <p class="quiet">{say('home.empty')}</p>}
      <Vouchers state={state} say={say} act={act} />
      <Ballots state={state} say={say} act={act} />
      {lines.length > 0 && (
        <section>
          <h2>{say('home.recent')}</h2>
          <History lines={lines} say={say} act={act} state={state} />
          <Button onClick={() => act.go('history')}>{say('home.all')}</Button>
        </section>
      )}
    </>
  );
}

/** What the owner should do, or know, about the wallet itself. */
function Advice({ state, say, act, wallet }: Shown & { wallet: Snapshot }): JSX.Element {
  const { kept, stored } = state;
  const urgency = advised(kept.confirmed, atStake(wallet));
  const waiting = undecided(wallet.open).length + wallet.baskets.length + kept.waiting.length;
  return (
    <div class="banners">
      {waiting > 0 && (
        <Note tone="wait" say={say}>
          <p>{say('banner.waiting', { n: waiting })}</p>
          <Button onClick={() => act.go('waiting')}>{say('banner.waiting.go')}</Button>
        </Note>
      )}
      {urgency !== 'no' && (
        <Note tone={urgency === 'urgent' ? 'bad' : 'wait'} say={say}>
          <p>{say(urgency === 'urgent' ? 'banner.backup.urgent' : 'banner.backup')}</p>
          <Button kind={urgency === 'urgent' ? 'main' : 'plain'} onClick={() => act.go('backup')}>
            {say('banner.backup.go')}
          </Button>
        </Note>
      )}
      {stored === 'may-go' && wallet.points > 0n && (
        <Note tone="wait" say={say}>
          <p>{say(kept.confirmed ? 'banner.stored.written' : 'banner.stored')}</p>
        </Note>
      )}
    </div>
  );
}

/** What ends when, and what is held up. */
function Endings({ say, wallet }: Shown & { wallet: Snapshot }): JSX.Element {
  const ending = nextEnding(wallet.keysets);
  const gone = lost(wallet.keysets);
  return (
    <>
      {ending !== undefined && (
        <p class="quiet">
          {ending.alone
            ? say(ending.moves ? 'home.ends.moves' : 'home.ends.all', { date: { day: ending.until } })
            : say('home.ends', { points: { points: ending.points }, date: { day: ending.until } })}
        </p>
      )}
      {wallet.held > 0n && <p class="quiet">{say('home.held', { points: { points: wallet.held } })}</p>}
      {gone > 0n && <p class="quiet">{say('home.lost', { points: { points: gone } })}</p>}
      {lastCalls(wallet.keysets).map(({ keyset, spendUntil }) => (
        <Note key={keyset} tone="wait" say={say}>
          <p>{say('home.lastcall', { date: { day: spendUntil } })}</p>
        </Note>
      ))}
    </>
  );
}

function Vouchers({ state, say }: Shown): JSX.Element | null {
  const { wallet } = state;
  if (wallet === undefined || wallet.vouchers.length === 0) return null;
  return (
    <section>
      <h2>{say('home.vouchers')}</h2>
      <ul class="list">
        {wallet.vouchers.map(({ offer, count }) => {
          const listed = wallet.charter.offers.find(({ id }) => id === offer);
          const worth = { points: listed?.value ?? 0n };
          return <li key={offer}>{say('home.voucher', { n: count, name: listed?.name ?? '', points: worth })}</li>;
        })}
      </ul>
    </section>
  );
}

function Ballots({ state, say, act }: Shown): JSX.Element | null {
  const { wallet } = state;
  if (wallet === undefined || wallet.ballots.length === 0) return null;
  return (
    <section>
      <h2>{say('home.ballots')}</h2>
      <ul class="list">
        {wallet.ballots.map(({ campaign, count }) => {
          const name = wallet.charter.campaigns.find(({ id }) => id === campaign)?.name ?? '';
          return (
            <li key={campaign} class="between">
              <span class="grow">
                <strong>{name}</strong>
                <br />
                {say('home.ballot', { n: count })}
              </span>
              <Button label={say('home.vote.for', { name })} onClick={() => act.toVote(campaign)}>
                {say('home.vote')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
