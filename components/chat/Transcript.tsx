import { i18n } from '#i18n';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal, useSignalEffect } from '@preact/signals';
import { ArrowDown } from 'lucide';
import type { Turn } from '../../state/chat';
import { Icon } from '../ui/Icon';
import { lazily } from '../ui/lazily';
import { useGloss } from './context';
import { useStickyEnd } from './sticky';
import styles from './Transcript.module.css';

const AskAboutAnswer = lazily(() => import('./AskAboutAnswer').then((module) => module.AskAboutAnswer));
const TurnView = lazily(() => import('./TurnView').then((module) => module.TurnView));

/** Loads what draws messages, beside the reading of the first chat. */
export const preloadTurns = TurnView.preload;

/** Messages drawn together. What is far from view is not drawn, so that a chat of thousands opens at once. */
const together = 12;
/** Pixels guessed for a message that has never been drawn. */
const guessed = 160;
/** How near to the view messages are drawn. */
const near = '1600px 0px';

/** The conversation. Screen readers are told of beginnings and ends by `Announcer`, not of every word. */
export function Transcript() {
  const { chat, jump } = useGloss();
  const frame = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { atEnd, toEnd, attach } = useStickyEnd();

  useLayoutEffect(
    () => (scroller.current && content.current ? attach(scroller.current, content.current) : undefined),
    [],
  );
  useSignalEffect(() => {
    if (chat.chatId.value) toEnd();
  });
  useSignalEffect(() => {
    if (jump.value > 0) toEnd();
  });

  const turns = chat.turns.value;
  const groups: Turn[][] = [];
  for (let start = 0; start < turns.length; start += together) groups.push(turns.slice(start, start + together));
  return (
    <div ref={frame} class={styles.frame}>
      {/* Headings of answers begin below this one, so that the outline has no hole. */}
      <h2 class="visually-hidden">{i18n.t('panel.conversation')}</h2>
      <div
        ref={scroller}
        class={styles.scroller}
        role="log"
        aria-live="off"
        aria-label={i18n.t('panel.conversation')}
        tabIndex={0}
      >
        <div ref={content} class={styles.content}>
          {groups.map((group, index) => (
            <Group
              key={`${chat.chatId.value} ${group[0]?.id}`}
              turns={group}
              isLast={index === groups.length - 1}
              atOnce={index >= groups.length - 2}
              scroller={scroller}
            />
          ))}
        </div>
      </div>
      {turns.length > 0 ? <AskAboutAnswer frame={frame} /> : null}
      {atEnd.value ? null : (
        <button type="button" class={styles.jump} onClick={toEnd}>
          <Icon icon={ArrowDown} size={14} />
          {i18n.t('panel.jump')}
        </button>
      )}
    </div>
  );
}

interface GroupProps {
  turns: readonly Turn[];
  isLast: boolean;
  atOnce: boolean;
  scroller: { readonly current: HTMLElement | null };
}

/** Some messages in a row. Once drawn they stay: their heights are then known, and scrolling back does not jump. */
function Group({ turns, isLast, atOnce, scroller }: GroupProps) {
  const { find } = useGloss();
  const drawn = useSignal(atOnce);
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (drawn.peek() || !place.current) return;
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        drawn.value = true;
        watcher.disconnect();
      },
      { root: scroller.current, rootMargin: near },
    );
    watcher.observe(place.current);
    return () => watcher.disconnect();
  }, []);
  useSignalEffect(() => {
    const wanted = find.current.value?.id ?? find.wanted.value;
    if (wanted !== null && turns.some(({ id }) => id === wanted)) drawn.value = true;
  });

  if (!drawn.value) return <div ref={place} style={{ height: `${turns.length * guessed}px` }} />;
  return (
    <>
      {turns.map((turn, index) => (
        <TurnView key={turn.id} turn={turn} last={isLast && index === turns.length - 1} />
      ))}
    </>
  );
}
