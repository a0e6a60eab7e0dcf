/** Things to know about an answer that are neither text nor failure. */
import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { Info, TimerReset } from 'lucide';
import type { Notice } from '../../core/chat';
import { secondsUntil } from '../../state/remedies';
import { Icon } from '../ui/Icon';
import { lazily } from '../ui/lazily';
import { useClock } from '../ui/useClock';
import { hostOf, visible } from '../ui/visible';
import { useGloss } from './context';
import { errorWords, reasonWords } from './error-words';
import styles from './Turn.module.css';

const SentText = lazily(() => import('./SentPage').then((module) => module.SentText));

/** `run` is the answer's id; waiting ends through it. */
export function NoticeLine({ notice, run }: { notice: Notice; run: string }) {
  if (notice.kind === 'retry') return <RetryNotice notice={notice} run={run} />;
  if (notice.kind === 'passages-chosen') return <ChosenNotice notice={notice} />;
  if (notice.kind === 'waiting') return <WaitingNotice since={notice.since} />;
  return (
    <p class={styles.note} dir="auto">
      <Icon icon={Info} size={14} />
      {visible(noticeWords(notice))}
    </p>
  );
}

function RetryNotice({ notice, run }: { notice: Extract<Notice, { kind: 'retry' }>; run: string }) {
  const { now, chat } = useGloss();
  const seconds = secondsUntil(notice.at, useClock(now, 250));
  const reason = reasonWords(notice.reason);
  const [attempt, attempts] = [String(notice.attempt), String(notice.attempts)];
  return (
    <p class={styles.note}>
      <Icon icon={TimerReset} size={14} />
      <span>
        {seconds > 0
          ? i18n.t('panel.notice.retry', [reason, String(seconds), attempt, attempts])
          : i18n.t('panel.notice.retryingNow', [reason, attempt, attempts])}{' '}
        {seconds > 0 ? (
          <button type="button" onClick={() => void chat.retryNow(run)}>
            {i18n.t('panel.retryNow')}
          </button>
        ) : null}
      </span>
    </p>
  );
}

/** Which passages those were: exactly what was sent for this answer, of this question's pages and of earlier ones. */
function ChosenNotice({ notice }: { notice: Extract<Notice, { kind: 'passages-chosen' }> }) {
  const open = useSignal(false);
  const { sent, of, pages = [] } = notice;
  return (
    <>
      <p class={styles.note} dir="auto">
        <Icon icon={Info} size={14} />
        <span>
          {i18n.t('panel.notice.passagesChosen', [String(sent), String(of)])}{' '}
          {pages.length > 0 ? (
            <button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
              {i18n.t('panel.sent.show')}
            </button>
          ) : null}
        </span>
      </p>
      {open.value
        ? pages.map(({ title, text }, place) => <SentText key={place} text={text} words={visible(title)} />)
        : null}
    </>
  );
}

function WaitingNotice({ since }: { since: number }) {
  const { now } = useGloss();
  const seconds = Math.max(0, Math.floor((useClock(now, 1_000) - since) / 1_000));
  return (
    <p class={styles.note}>
      <Icon icon={TimerReset} size={14} />
      {i18n.t('panel.notice.waiting', [String(seconds)])}
    </p>
  );
}

const dollars = (amount: number): string =>
  new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' }).format(amount);

function noticeWords(notice: Exclude<Notice, { kind: 'retry' | 'waiting' | 'passages-chosen' }>): string {
  switch (notice.kind) {
    case 'server':
      return i18n.t('panel.notice.server', [hostOf(notice.origin) || notice.origin]);
    case 'fallback':
      return [
        ...(notice.failures ?? []).map(({ connection, model, reason, status }) =>
          errorWords(
            { kind: reason, message: '', ...(status === undefined ? {} : { status }) },
            { provider: connection, model },
          ),
        ),
        i18n.t('panel.notice.fallback', [[notice.connection, notice.model].filter(Boolean).join(' · ')]),
      ].join(' ');
    case 'turns-left-out':
      return i18n.t('panel.notice.turnsLeftOut', [String(notice.turns)]);
    case 'over-limit': {
      const [spent, limit] = [dollars(notice.spent), dollars(notice.limit)];
      return i18n.t('panel.notice.overLimit', [notice.connection, spent, limit]);
    }
    case 'answer-cut': {
      const characters = notice.characters.toLocaleString();
      return notice.repeats
        ? i18n.t('panel.notice.answerRepeats', [characters])
        : i18n.t('panel.notice.answerCut', [characters]);
    }
    case 'part-left-out':
      return i18n.t('panel.notice.partLeftOut', [partWords(notice)]);
    case 'retracted':
      return i18n.t('panel.notice.retracted');
    default:
      return notice satisfies never;
  }
}

function partWords({ part, count }: Extract<Notice, { kind: 'part-left-out' }>): string {
  const number = String(count);
  if (part === 'image') return i18n.t('panel.notice.picture', [number]);
  if (part === 'page') return i18n.t('panel.notice.page', [number]);
  return part === 'quote' ? i18n.t('panel.notice.quote', [number]) : i18n.t('panel.notice.other', [number]);
}
