import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { typed } from '../decide/amount.js';
import { isBrought } from '../decide/waiting.js';
import type { Actions } from '../do/actions.js';
import type { State, Tone, Words } from '../model.js';
import type { Key } from '../text/en.js';
import type { Say } from '../text/say.js';

/** What every part of the view is a function of. */
export interface Shown {
  readonly state: State;
  readonly say: Say;
  readonly act: Actions;
}

/** The heading of a screen. It is focused when the screen comes, so that a screen reader begins there. */
export function Title({ children, quiet }: { children: ComponentChildren; quiet?: boolean }): JSX.Element {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (quiet !== true) ref.current?.focus({ preventScroll: true });
  }, [quiet]);
  return (
    <h1 tabIndex={-1} ref={ref}>
      {children}
    </h1>
  );
}

/** A button; `kind` says how much it asks for attention. */
export function Button(props: {
  onClick: () => unknown;
  children: ComponentChildren;
  kind?: 'main' | 'plain' | 'danger';
  disabled?: boolean;
  label?: string;
  describedBy?: string;
}): JSX.Element {
  const { onClick, children, kind = 'plain', disabled, label, describedBy } = props;
  return (
    <button
      type="button"
      class={`button ${kind}`}
      disabled={disabled ?? false}
      aria-label={label}
      aria-describedby={describedBy}
      onClick={() => void onClick()}
    >
      {children}
    </button>
  );
}

const SHAPES: Readonly<Record<Tone, string>> = {
  good: 'M4 12l5 5L20 6',
  wait: 'M12 6v6l4 3 M12 2a10 10 0 1 0 0.01 0',
  bad: 'M12 4v10 M12 18v0.5',
};

/**
 * A sign for how something stands, with a word for those who don't see it: that of the tone, another, or none where the text
 * beside it says the same.
 */
export function Sign({ tone, say, word }: { tone: Tone; say: Say; word?: Key | 'none' }): JSX.Element {
  return (
    <span class={`sign ${tone}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <path d={SHAPES[tone]} />
      </svg>
      {word !== 'none' && <span class="unseen">{say(word ?? (`tone.${tone}` as Key))}</span>}
    </span>
  );
}

/** A note that stands in the page. */
export function Note({ tone, say, children }: { tone: Tone; say: Say; children: ComponentChildren }): JSX.Element {
  return (
    <div class={`note ${tone}`}>
      <Sign tone={tone} say={say} word={tone === 'wait' ? 'tone.note' : (`tone.${tone}` as Key)} />
      <div class="grow">{children}</div>
    </div>
  );
}

/** What is wrong with something that was typed. */
export function Trouble({ trouble, say, id }: { trouble: Words | undefined; say: Say; id?: string }): JSX.Element {
  return (
    <div id={id} role="alert">
      {trouble && (
        <Note tone="bad" say={say}>
          <p>{say.words(trouble)}</p>
        </Note>
      )}
    </div>
  );
}

/** Leads away from a link. One that an address has brought goes on waiting, or is not meant for this wallet. */
export function Leave({ state, say, act, link }: Shown & { link: string }): JSX.Element {
  return (
    <>
      {isBrought(state.kept.waiting, link) && <Button onClick={() => act.notMine(link)}>{say('waiting.notmine')}</Button>}
      <Button onClick={() => act.go('home')}>{say('go.cancel')}</Button>
    </>
  );
}

/** A line of names and values. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What a field of a form says. */
export function typedIn(event: Event): string {
  return (event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value;
}

/** A form: sending it does what its main button does. */
export function Form({ onSend, children }: { onSend: () => unknown; children: ComponentChildren }): JSX.Element {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void onSend();
      }}
    >
      {children}
    </form>
  );
}

/** Points, by a slider or as a number: the same value twice. What is no number is written over with what was there. */
export function Slider(props: {
  ids: readonly [slider: string, number: string];
  label: string;
  most: bigint;
  step?: bigint;
  points: bigint;
  set: (points: bigint) => void;
  say: Say;
}): JSX.Element {
  const { label, most, step, points, say } = props;
  const [slider, number] = props.ids;
  const set = (event: Event): void => props.set(typed(typedIn(event)) ?? points);
  const shown = say('pay.of', { points: { points }, euros: { euros: points } });
  return (
    <div class="slider">
      <label for={slider}>{label}</label>
      <output class="amount" for={`${slider} ${number}`}>
        {shown}
      </output>
      <input
        id={slider}
        type="range"
        min={0}
        max={Number(most)}
        step={step === undefined ? undefined : Number(step)}
        value={Number(points)}
        aria-valuetext={shown}
        onInput={set}
      />
      <label for={number}>{say('pay.number')}</label>
      <input id={number} type="text" inputMode="numeric" autocomplete="off" value={String(points)} onChange={set} />
    </div>
  );
}
