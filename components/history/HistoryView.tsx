import { i18n } from '#i18n';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useModel } from '@preact/signals';
import type { Chat } from '../../core/chat';
import type { SearchHit } from '../../storage/chats';
import { HistoryModel, mostHits, type Day } from '../../state/history';
import { useGloss } from '../chat/context';
import { errorWords } from '../chat/error-words';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { visible } from '../ui/visible';
import { HistoryRow } from './HistoryRow';
import styles from './HistoryView.module.css';

/** Milliseconds for which a deletion can be undone here; the rows stay a little longer. */
const undoFor = 8_000;

/** All chats, newest first, by day; or what a search finds in them. */
export function HistoryView() {
  const gloss = useGloss();
  const { send, reader, now, panel, chat, find, focus } = gloss;
  const history = useModel(
    () =>
      new HistoryModel({
        send,
        reader,
        now,
        after(ms, call) {
          const timer = setTimeout(call, ms);
          return () => clearTimeout(timer);
        },
      }),
  );
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    field.current?.focus();
    void history.load();
    return () => history.stop();
  }, []);

  const open = (row: Chat, hit?: SearchHit) => {
    const words = history.query.peek().trim();
    focus.value += 1;
    void panel.openChat(row.id).then(() => {
      if (!hit?.messageId) return;
      find.show(words);
      find.stepTo(hit.messageId);
      find.reveal(hit.messageId);
    });
  };
  const remove = async (row: Chat) => {
    const next = neighbour(list.current);
    if (!(await history.remove(row))) return;
    if (row.id === chat.chatId.peek()) chat.begin();
    (next?.isConnected ? next : field.current)?.focus();
  };

  const save = (row: Chat) => history.attempt(gloss.browser.saveMarkdown(row));

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    if (event.target instanceof HTMLInputElement && event.target !== field.current) return;
    const rows = rowsIn(list.current);
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = event.key === 'ArrowDown' ? rows[at + 1] : rows[at - 1];
    if (next) next.focus();
    else if (event.key === 'ArrowUp') field.current?.focus();
    event.preventDefault();
  }

  const hits = history.hits.value;
  const rowProps = { onOpen: open, onSave: save, onDelete: remove, onRename: history.rename };
  return (
    <section class={styles.view} aria-label={i18n.t('panel.chats.title')} onKeyDown={onKeyDown}>
      <div class={styles.top}>
        <input
          ref={field}
          type="search"
          aria-label={i18n.t('panel.chats.search')}
          placeholder={i18n.t('panel.chats.search')}
          value={history.query.value}
          onInput={(event) => history.search(event.currentTarget.value)}
        />
        <p class="visually-hidden" role="status">
          {hits === null || history.searching.value ? '' : i18n.t('panel.chats.hits', [String(hits.length)])}
        </p>
      </div>
      {history.failure.value ? (
        <div class={styles.trouble}>
          <Callout tone="danger" role="alert" detail={history.failure.value.message}>
            {history.failure.value.kind === 'not-done'
              ? i18n.t('panel.chats.failed')
              : errorWords(history.failure.value)}
          </Callout>
        </div>
      ) : null}
      <div ref={list} class={styles.list}>
        {hits === null ? (
          <>
            {history.days.value.map((day) => (
              <DayGroup key={day.day} day={day}>
                {day.chats.map((row) => (
                  <HistoryRow key={row.id} row={row} here={row.id === chat.chatId.value} {...rowProps} />
                ))}
              </DayGroup>
            ))}
            {history.next.value ? <More onNear={() => void history.more()} /> : null}
            {history.chats.value.length === 0 && !history.loading.value ? (
              <div class={styles.none}>
                <p>{i18n.t('panel.chats.none')}</p>
                <p>{i18n.t('panel.chats.noneLead')}</p>
              </div>
            ) : null}
          </>
        ) : (
          <Hits hits={hits} searching={history.searching.value} query={history.query.value} rowProps={rowProps} />
        )}
      </div>
      {history.deleted.value ? (
        <Undo
          key={history.deleted.value.id}
          title={history.deleted.value.title}
          onUndo={() => void history.undo()}
          onPass={() => history.forget()}
        />
      ) : null}
    </section>
  );
}

interface RowActs {
  onOpen(row: Chat, hit?: SearchHit): void;
  onSave(row: Chat): Promise<void>;
  onDelete(row: Chat): Promise<void>;
  onRename(row: Chat, title: string): Promise<void>;
}

function Hits({
  hits,
  searching,
  query,
  rowProps,
}: {
  hits: readonly SearchHit[];
  searching: boolean;
  query: string;
  rowProps: RowActs;
}) {
  const { chat } = useGloss();
  return (
    <>
      <ul class={styles.rows} role="list">
        {hits.map((hit, index) => (
          <HistoryRow
            key={`${hit.chat.id} ${hit.messageId ?? ''} ${index}`}
            row={hit.chat}
            hit={hit}
            follows={hits[index - 1]?.chat.id === hit.chat.id}
            here={hit.chat.id === chat.chatId.value}
            {...rowProps}
          />
        ))}
      </ul>
      <p class={styles.none}>
        {searching
          ? i18n.t('panel.chats.searching')
          : hits.length === 0
            ? i18n.t('panel.chats.noHits', [query.trim()])
            : hits.length >= mostHits
              ? i18n.t('panel.chats.mostHits', [String(mostHits)])
              : ''}
      </p>
    </>
  );
}

function DayGroup({ day, children }: { day: Day; children: ComponentChildren }) {
  return (
    <section class={styles.day}>
      <h2>{dayWords(day)}</h2>
      <ul class={styles.rows} role="list">
        {children}
      </ul>
    </section>
  );
}

function dayWords({ kind, day }: Day): string {
  switch (kind) {
    case 'today':
      return i18n.t('panel.chats.today');
    case 'yesterday':
      return i18n.t('panel.chats.yesterday');
    case 'week':
      return new Intl.DateTimeFormat(undefined, { weekday: 'long' }).format(day);
    case 'older':
      return new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(day);
    default:
      return kind satisfies never;
  }
}

/** The next page, read when its place comes near, or by its button. */
function More({ onNear }: { onNear(): void }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onNear();
      },
      { rootMargin: '600px 0px' },
    );
    watcher.observe(place.current);
    return () => watcher.disconnect();
  });
  return (
    <div ref={place} class={styles.none}>
      <Button kind="quiet" size="small" onClick={onNear}>
        {i18n.t('panel.chats.more')}
      </Button>
    </div>
  );
}

function Undo({ title, onUndo, onPass }: { title: string; onUndo(): void; onPass(): void }) {
  useEffect(() => {
    const timer = setTimeout(onPass, undoFor);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class={styles.toast} role="status">
      <span dir="auto">{i18n.t('panel.chats.deleted', [visible(title) || i18n.t('panel.chats.untitled')])}</span>
      <Button kind="quiet" size="small" onClick={onUndo}>
        {i18n.t('panel.undo')}
      </Button>
    </div>
  );
}

const rowsIn = (list: HTMLElement | null): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? []),
];

/** The row that takes the keys when the one that has them goes. */
function neighbour(list: HTMLElement | null): HTMLElement | undefined {
  const rows = rowsIn(list);
  const at = rows.findIndex((row) => row.closest('li')?.contains(document.activeElement));
  return at < 0 ? undefined : (rows[at + 1] ?? rows[at - 1]);
}
