import { i18n } from '#i18n';
import { useRef } from 'preact/hooks';
import { useComputed, type ReadonlySignal } from '@preact/signals';
import { CircleStop, Info } from 'lucide';
import type { AnswerMessage, CitationPart, Finish, NoticePart } from '../../core/chat';
import { isAlive, isOpen } from '../../state/replay';
import type { Versions as Count } from '../../state/tree';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { Icon } from '../ui/Icon';
import { useGloss } from './context';
import { errorWords } from './error-words';
import { Failure } from './Failure';
import { Foot } from './Foot';
import { NoticeLine } from './Notices';
import { contentOf, Part } from './Parts';
import { Sources } from './Sources';
import { visible } from '../ui/visible';
import styles from './Turn.module.css';

interface AnswerTurnProps {
  message: ReadonlySignal<AnswerMessage>;
  versions: Count;
  last: boolean;
}

/** An answer. While it grows only the part that grows is drawn again; this component follows its outline. */
export function AnswerTurn({ message, versions, last }: AnswerTurnProps) {
  const { chat } = useGloss();
  const running = useComputed(() => isAlive(message.value, chat.alive.value));
  const outline = useComputed(() =>
    contentOf(message.value)
      .map(({ type }) => type)
      .join(' '),
  );
  const kinds = outline.value === '' ? [] : outline.value.split(' ');
  return (
    <article
      class={`${styles.turn} ${styles.answer} ${last ? styles.last : ''}`}
      data-message={message.peek().id}
      aria-label={i18n.t('panel.answer')}
      aria-busy={running.value}
    >
      {/* A model's own headings begin at the third level; this is the second, and a way from answer to answer. */}
      <h2 class="visually-hidden">{i18n.t('panel.answer')}</h2>
      <div class={styles.body}>
        {kinds.map((kind, place) => (
          <Part key={`${place}-${kind}`} answer={message} place={place} running={running} />
        ))}
        <Asides message={message} />
      </div>
      {running.value ? (
        <Waiting message={message} begun={kinds.length > 0} />
      ) : (
        <Ending message={message} versions={versions} />
      )}
    </article>
  );
}

/** Sources and notices: few, and changed rarely. The message keeps each part's identity while others grow. */
function Asides({ message }: { message: ReadonlySignal<AnswerMessage> }) {
  const drawn = useRef<(CitationPart | NoticePart)[]>([]);
  const asides = useComputed(() => {
    const parts = message.value.parts.filter((part) => part.type === 'citation' || part.type === 'notice');
    const same = parts.length === drawn.current.length && parts.every((part, index) => part === drawn.current[index]);
    if (!same) drawn.current = parts;
    return drawn.current;
  });
  return (
    <>
      <Sources citations={asides.value.filter((part) => part.type === 'citation')} />
      {asides.value.map((part) =>
        part.type === 'notice' ? (
          <NoticeLine key={part.notice.kind} notice={part.notice} run={message.peek().id} />
        ) : null,
      )}
    </>
  );
}

function Waiting({ message, begun }: { message: ReadonlySignal<AnswerMessage>; begun: boolean }) {
  const { chat } = useGloss();
  const lost = chat.lineState.value === 'lost';
  const words = lost
    ? i18n.t('panel.reconnecting')
    : begun
      ? ''
      : i18n.t('panel.waitingFor', [visible(message.peek().model || message.peek().provider)]);
  return (
    <div class={styles.waiting}>
      {/* Words that come are the sign of life; moving dots beside them would cost a tenth of what the words cost. */}
      <span class={`${styles.pulse} ${begun ? styles.still : ''}`} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {words}
    </div>
  );
}

/** How it ended, and what now. */
function Ending({ message, versions }: { message: ReadonlySignal<AnswerMessage>; versions: Count }) {
  const gloss = useGloss();
  const answer = message.value;
  const hasText = contentOf(answer).length > 0;
  const cut: boolean = answer.state === 'interrupted' || isOpen(answer);
  const asked = { provider: answer.provider, model: answer.model };
  const retry = () => {
    gloss.jump.value += 1;
    void gloss.chat.regenerate(answer.id);
  };
  const goOn = () => {
    gloss.jump.value += 1;
    void gloss.chat.goOn(answer.id);
  };
  return (
    <>
      {cut ? (
        <div class={styles.failure}>
          <Callout
            tone="warn"
            role="alert"
            {...(answer.error?.message ? { detail: answer.error.message } : {})}
            actions={
              <>
                {hasText ? (
                  <Button size="small" kind="primary" onClick={goOn}>
                    {i18n.t('panel.continue')}
                  </Button>
                ) : null}
                <Button size="small" kind={hasText ? 'plain' : 'primary'} onClick={retry}>
                  {i18n.t('panel.retry')}
                </Button>
              </>
            }
          >
            {errorWords({ kind: 'interrupted', message: '' }, asked)}
          </Callout>
        </div>
      ) : null}
      {answer.state === 'error' && answer.error ? (
        <div class={styles.failure}>
          <Failure answer={answer} error={answer.error} />
        </div>
      ) : null}
      {answer.state === 'stopped' ? <EndNote words={i18n.t('errors.aborted')} icon={CircleStop} /> : null}
      {answer.state === 'complete' && !answer.parts.some(({ type }) => type === 'refusal') ? (
        <FinishNote finish={answer.finish} />
      ) : null}
      <Foot
        answer={answer}
        versions={versions}
        canContinue={!cut && canGoOn(answer) && hasText}
        canRepeat={!cut && answer.state !== 'error'}
      />
    </>
  );
}

const canGoOn = ({ state, finish }: AnswerMessage): boolean =>
  state === 'stopped' || (state === 'complete' && (finish?.reason === 'length' || finish?.reason === 'paused'));

function FinishNote({ finish }: { finish: Finish | undefined }) {
  const words = finishWords(finish);
  return words === '' ? null : <EndNote words={words} icon={Info} />;
}

function EndNote({ words, icon }: { words: string; icon: typeof Info }) {
  return (
    <p class={styles.note}>
      <Icon icon={icon} size={14} />
      {words}
    </p>
  );
}

function finishWords(finish: Finish | undefined): string {
  // Ended by us: a notice has said why.
  if (finish?.raw === 'gloss') return '';
  const reason = finish?.reason;
  switch (reason) {
    case 'length':
      return i18n.t('panel.lengthEnded');
    case 'content-filter':
      return i18n.t('panel.filtered');
    case 'refusal':
      return i18n.t('panel.declined');
    case 'paused':
      return i18n.t('panel.pausedEnd');
    case 'stop':
    case 'tool-calls':
    case 'other':
    case undefined:
      return '';
    default:
      return reason satisfies never;
  }
}
