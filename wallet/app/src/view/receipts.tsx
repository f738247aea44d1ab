import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button, Note, Title } from './parts.js';
import type { Shown } from './parts.js';

/** All receipts that are kept on this device. */
export function Receipts({ state, say, act }: Shown): JSX.Element {
  const { receipts } = state;
  return (
    <>
      <Title>{say('receipts.title')}</Title>
      <p class="quiet">{say('receipts.text')}</p>
      {receipts.length === 0 && <p>{say('receipts.none')}</p>}
      <ul class="list lines">
        {receipts.map(({ name, store, time }) => (
          <li key={name}>
            <button type="button" class="line" onClick={() => act.toReceipt(name)}>
              <span class="grow">
                <span class="line-title">{say('receipt.title', { name: store })}</span>
                <span class="quiet">{say.time(time)}</span>
              </span>
              <span class="arrow" aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <Button onClick={() => act.go('settings')}>{say('go.back')}</Button>
    </>
  );
}

/** One receipt. It is deleted only after its owner was asked. */
export function Receipt({ state, say, act }: Shown): JSX.Element | null {
  const { screen, receipts } = state;
  const [isSure, setSure] = useState(false);
  if (screen.name !== 'receipt') return null;
  const receipt = receipts.find(({ name }) => name === screen.of);
  if (receipt === undefined) return <Title>{say('entry.gone')}</Title>;
  return (
    <>
      <Title>{say('receipt.title', { name: receipt.store })}</Title>
      <p class="quiet">{say.time(receipt.time)}</p>
      <pre>{receipt.text}</pre>
      <div role="status">
        {isSure && (
          <Note tone="bad" say={say}>
            <p>{say('receipt.delete.sure')}</p>
          </Note>
        )}
      </div>
      <div class="stack">
        {isSure ? (
          <Button kind="danger" onClick={() => act.dropReceipt(receipt.name)}>
            {say('receipt.delete.yes')}
          </Button>
        ) : (
          <Button onClick={() => setSure(true)}>{say('receipt.delete')}</Button>
        )}
        <Button onClick={() => act.go('receipts')}>{say('go.back')}</Button>
      </div>
    </>
  );
}
