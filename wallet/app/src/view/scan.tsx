import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { watchCamera } from '../do/camera.js';
import { Form, Title, Trouble, typedIn } from './parts.js';
import type { Shown } from './parts.js';

/** A code is looked for by the camera, or its link pasted. */
export function Scan({ state, say, act }: Shown): JSX.Element | null {
  const { screen } = state;
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    if (video.current !== null)
      void watchCamera(video.current, stop.signal, act.setCamera, (text) => void act.open(text));
    return () => stop.abort();
  }, []);
  if (screen.name !== 'scan') return null;
  const { camera } = screen;
  const seen = camera === 'on' || camera === 'starting';
  return (
    <>
      <Title>{say('scan.title')}</Title>
      {seen && <p>{say('scan.text')}</p>}
      <video
        ref={video}
        class={camera === 'on' ? 'camera' : 'camera off'}
        muted
        playsInline
        aria-label={say('scan.video')}
      />
      <p role="status" class="quiet">
        {say(`scan.${camera}`)}
      </p>
      <Form onSend={() => act.open(screen.text)}>
        <label for="link">{say('scan.paste')}</label>
        <input
          id="link"
          type="text"
          inputMode="url"
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="link-trouble"
          value={screen.text}
          onInput={(event) => act.typeLink(typedIn(event))}
        />
        <Trouble id="link-trouble" trouble={screen.trouble} say={say} />
        <button type="submit" class="button main">
          {say('scan.open')}
        </button>
      </Form>
    </>
  );
}
