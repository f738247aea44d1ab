import type { JSX } from 'preact';
import { Button, Form, Slider, Title } from './parts.js';
import type { Shown } from './parts.js';

/** Points for an association. */
export function Give({ state, say, act }: Shown): JSX.Element | null {
  const { screen, wallet } = state;
  if (screen.name !== 'give' || wallet === undefined) return null;
  const open = wallet.charter.associations.filter(({ closed }) => !closed);
  const ready = screen.association !== undefined && screen.points > 0n;
  if (open.length === 0) return <Title>{say('give.none')}</Title>;
  return (
    <>
      <Title>{say('give.title')}</Title>
      <p>{say('give.text')}</p>
      <Form onSend={act.give}>
        <fieldset>
          <legend>{say('give.to')}</legend>
          {open.map(({ id, name }) => (
            <label key={id} class="choice">
              <input
                type="radio"
                name="association"
                checked={screen.association === id}
                onChange={() => act.setGift({ association: id })}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
        <Slider
          ids={['gift', 'gift-points']}
          label={say('give.points')}
          most={wallet.most}
          points={screen.points}
          set={(points) => act.setGift({ points })}
          say={say}
        />
        {!ready && <p class="quiet">{say('give.choose')}</p>}
        <div class="stack">
          <button type="submit" class="button main" disabled={!ready || state.busy !== undefined}>
            {say('give.go', { points: { points: screen.points } })}
          </button>
          <Button onClick={() => act.go('home')}>{say('go.cancel')}</Button>
        </div>
      </Form>
    </>
  );
}

/** A ballot is cast. */
export function Vote({ state, say, act }: Shown): JSX.Element | null {
  const { screen, wallet } = state;
  if (screen.name !== 'vote' || wallet === undefined) return null;
  const campaign = wallet.charter.campaigns.find(({ id }) => id === screen.campaign);
  if (campaign === undefined) return null;
  const isOver = state.now >= campaign.end;
  return (
    <>
      <Title>{campaign.name}</Title>
      <p class="quiet">{isOver ? say('vote.over') : say('vote.until', { date: { day: campaign.end } })}</p>
      <Form onSend={act.vote}>
        <fieldset>
          <legend>{say('vote.choice')}</legend>
          {campaign.choices.map((choice, i) => (
            <label key={choice} class="choice">
              <input type="radio" name="choice" checked={screen.choice === i} onChange={() => act.choose(i)} />
              <span>{choice}</span>
            </label>
          ))}
        </fieldset>
        <p class="quiet">{say('vote.secret')}</p>
        <div class="stack">
          <button
            type="submit"
            class="button main"
            disabled={isOver || screen.choice === undefined || state.busy !== undefined}
          >
            {say('vote.go')}
          </button>
          <Button onClick={() => act.go('home')}>{say('go.cancel')}</Button>
        </div>
      </Form>
    </>
  );
}
