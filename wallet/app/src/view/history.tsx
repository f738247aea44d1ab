import type { JSX } from 'preact';
import type { VoucherCount } from '../../../src/index.js';
import { receiptOf } from '../decide/basket.js';
import { linesOf } from '../decide/lines.js';
import type { Line } from '../decide/lines.js';
import { readRecord } from '../decide/record.js';
import type { CoinLine } from '../decide/record.js';
import type { Snapshot } from '../model.js';
import { Button, Fact, Sign, Title, Trouble } from './parts.js';
import type { Shown } from './parts.js';

/** Lines of what was done; each opens what is known of it. */
export function History({ lines, say, act }: Shown & { lines: readonly Line[] }): JSX.Element {
  return (
    <ul class="list lines">
      {lines.map((line) => (
        <li key={line.id}>
          <button type="button" class="line" onClick={() => act.toEntry(line.id)}>
            <Sign tone={line.tone} say={say} />
            <span class="grow">
              <span class="line-title">{say.words(line.title)}</span>
              <span class="quiet">
                {say.time(line.since)}
                {line.tone !== 'good' && <span> · {say.words(line.state)}</span>}
              </span>
            </span>
            {line.points > 0n && (
              <span class="line-points">
                {line.sign === '-' ? '−' : line.sign}
                {say.points(line.points)}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** All that was done. */
export function HistoryScreen(shown: Shown): JSX.Element | null {
  const { state, say } = shown;
  if (state.wallet === undefined) return null;
  const lines = linesOf(state.wallet, state.kept);
  return (
    <>
      <Title>{say('history.title')}</Title>
      <p class="quiet">{say('history.text')}</p>
      {lines.length === 0 ? <p>{say('history.empty')}</p> : <History {...shown} lines={lines} />}
    </>
  );
}

/** One thing that was done: what the wallet knows, the receipt, and what is on record. */
export function Entry(shown: Shown): JSX.Element | null {
  const { state, say, act } = shown;
  const { screen, wallet, kept } = state;
  if (screen.name !== 'entry' || wallet === undefined) return null;
  const line = linesOf(wallet, kept).find(({ id }) => id === screen.id);
  if (line === undefined) return <Title>{say('entry.gone')}</Title>;
  const record = [...wallet.history, ...wallet.open].find(({ id }) => id === line.id);
  const receipt = receiptOf(record?.grant ?? record?.checkout, state.receipts);
  return (
    <>
      <Title>{say.words(line.title)}</Title>
      <dl class="facts">
        {line.points > 0n && <Fact name={say('entry.points')}>{say.points(line.points)}</Fact>}
        {line.points > 0n && <Fact name={say('entry.worth')}>{say.euros(line.points)}</Fact>}
        {line.note.vouchers !== undefined && (
          <Fact name={say('home.vouchers')}>{say.list(vouchersOf(line.note.vouchers, wallet, say))}</Fact>
        )}
        {line.note.choice !== undefined && <Fact name={say('entry.choice')}>{line.note.choice}</Fact>}
        {line.note.reason !== undefined && <Fact name={say('entry.reason')}>{line.note.reason}</Fact>}
        <Fact name={say('entry.when')}>{say.time(line.since)}</Fact>
        <Fact name={say('entry.state')}>
          <Sign tone={line.tone} say={say} word="none" /> {say.words(line.state)}
        </Fact>
        {(line.code ?? line.order) !== undefined && (
          <Fact name={say(line.code === undefined ? 'entry.order' : 'entry.code')}>
            <code>{line.code ?? line.order?.slice(0, 8)}</code>
          </Fact>
        )}
      </dl>
      <section class="card">
        <h2>{say('entry.receipt')}</h2>
        {receipt === undefined ? <p>{say('entry.noreceipt')}</p> : <pre>{receipt.text}</pre>}
        {receipt && <Button onClick={() => act.toReceipt(receipt.name)}>{say('receipt.open')}</Button>}
      </section>
      <OnRecord {...shown} line={line} />
      {record?.purpose === 'recover' && <LostPayment {...shown} />}
      <Button onClick={() => act.go('history')}>{say('go.back')}</Button>
    </>
  );
}

/** A payment of a lost wallet may have come too late: its owner may ask for what it paid, and names it by that. */
function LostPayment({ state, say, act }: Shown): JSX.Element | null {
  const { screen, wallet, busy } = state;
  if (screen.name !== 'entry' || screen.record?.purpose.type !== 'redeem') return null;
  const { store } = screen.record;
  const name = wallet?.charter.stores.find(({ id }) => id === store)?.name ?? '';
  return (
    <section class="card">
      <h2>{say('refund.title')}</h2>
      <p id="refund-text">{say('refund.text', { name })}</p>
      <Button disabled={busy !== undefined} describedBy="refund-text" onClick={act.askRefund}>
        {say('refund.ask')}
      </Button>
    </section>
  );
}

function vouchersOf(vouchers: readonly VoucherCount[], { charter }: Snapshot, say: Shown['say']): string[] {
  return vouchers.map(({ offer, count }) => {
    const listed = charter.offers.find(({ id }) => id === offer);
    return say('home.voucher', { n: count, name: listed?.name ?? '', points: { points: listed?.value ?? 0n } });
  });
}

/** What stores and witnesses hold, once it was asked for. */
function OnRecord({ state, say, act, line }: Shown & { line: Line }): JSX.Element | null {
  const { screen, wallet, busy } = state;
  if (screen.name !== 'entry' || wallet === undefined || line.digest === undefined) return null;
  const { record, trouble } = screen;
  if (record === undefined) {
    return (
      <section class="card">
        <h2>{say('seen.title')}</h2>
        <p id="ask-text">{say('seen.ask.text')}</p>
        <Trouble trouble={trouble} say={say} />
        <Button disabled={busy !== undefined} describedBy="ask-text" onClick={act.askRecord}>
          {say('seen.ask')}
        </Button>
      </section>
    );
  }
  const view = readRecord(record, wallet);
  return (
    <section class="card" aria-labelledby="record">
      <h2 id="record">{say('record.title')}</h2>
      <p class="lead">{say.words(view.what)}</p>
      <p>{say.words(view.when)}</p>
      <p>{say('record.who')}</p>
      <h3>{say('record.spent')}</h3>
      <Coins coins={view.spent} say={say} />
      <h3>{say('record.made')}</h3>
      <Coins coins={view.made} say={say} />
      <h3>{say('record.signed')}</h3>
      <p>{say.list(view.signedBy)}</p>
      <h3>{say('record.digest')}</h3>
      <p>
        <code class="long">{record.digest}</code>
      </p>
      <p class="quiet">
        {view.askedAt === undefined ? say('record.asked.other') : say('record.asked', { name: view.askedAt })}
      </p>
    </section>
  );
}

function Coins({ coins, say }: { coins: readonly CoinLine[]; say: Shown['say'] }): JSX.Element {
  if (coins.length === 0) return <p>{say('record.nothing')}</p>;
  return (
    <ul>
      {coins.map(({ words, shown }) => (
        <li key={shown.join()}>
          {say.words(words)}{' '}
          {shown.map((digits) => (
            <span key={digits}>
              <code>{digits}…</code>{' '}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
