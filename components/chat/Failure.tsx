import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import type { AnswerMessage, ChatError } from '../../core/chat';
import { remediesFor, secondsUntil, type Remedy } from '../../state/remedies';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { lazily } from '../ui/lazily';
import { useClock } from '../ui/useClock';
import { visible } from '../ui/visible';
import { useGloss } from './context';
import { errorWords } from './error-words';

const Unlock = lazily(() => import('./Unlock').then((module) => module.Unlock));
const Examination = lazily(() => import('./Examination').then((module) => module.Examination));

/** Why an answer failed: what happened, in whose words, and the buttons that mend it. */
export function Failure({ answer, error }: { answer: AnswerMessage; error: ChatError }) {
  const gloss = useGloss();
  const { now, chat } = gloss;
  const examined = useSignal(false);
  const until = (answer.endedAt ?? 0) + (error.retryAfterMs ?? 0);
  const seconds = secondsUntil(until, useClock(now, 500, until > now()));
  const said: ChatError = seconds > 0 ? { ...error, retryAfterMs: seconds * 1_000 } : withoutWait(error);
  const asked = { provider: answer.provider, model: answer.model };
  const locked = error.kind === 'not-set-up' && error.code === 'locked';

  const act: Record<Remedy, () => void> = {
    retry: () => {
      gloss.jump.value += 1;
      void chat.regenerate(answer.id);
    },
    settings: () =>
      gloss.browser.openSettings(locked ? 'privacy' : `connection=${encodeURIComponent(answer.connectionId)}`),
    // The browser asks the user only from inside the click, so nothing may come before this call.
    grant: () =>
      void gloss.browser.requestAccess(addressesOf(gloss, answer, error)).then((granted) => {
        if (granted) void chat.regenerate(answer.id);
      }),
    'pick-model': () => (gloss.pickingModel.value = true),
    edit: () => {
      const question = answer.parentId === null ? undefined : chat.message(answer.parentId)?.peek();
      if (question?.role === 'user') gloss.panel.edit(question);
      gloss.focus.value += 1;
    },
    'new-chat': () => gloss.panel.newChat(),
    doctor: () => (examined.value = true),
  };
  const sentence = errorWords(said, asked);
  const notes = [
    error.message.trim() === '' || error.message === sentence ? '' : visible(error.message),
    error.mayHaveReached === true ? i18n.t('panel.fix.mayHaveReached') : '',
    locked ? '' : factsOf(error, sentence),
  ].filter((note) => note !== '');
  return (
    <>
      <Callout
        tone="danger"
        role="alert"
        {...(notes.length > 0 ? { detail: notes.join('\n') } : {})}
        actions={remediesFor(error).map((remedy, index) => (
          <Button key={remedy} size="small" kind={index === 0 && !locked ? 'primary' : 'plain'} onClick={act[remedy]}>
            {remedyWords(remedy)}
          </Button>
        ))}
      >
        {sentence}
      </Callout>
      {locked ? <Unlock id={answer.id} onUnlocked={act.retry} /> : null}
      {examined.value ? (
        <Examination connectionId={answer.connectionId} model={answer.model} said={error.message} />
      ) : null}
    </>
  );
}

/** Where it happened and what the server called it, for whoever has to ask for help. */
function factsOf({ origin, status, code }: ChatError, sentence: string): string {
  const called = status === undefined ? '' : i18n.t('errors.withStatus', [String(status)]);
  return [origin ?? '', called, code ?? ''].filter((fact) => fact !== '' && !sentence.includes(fact)).join(' · ');
}

function withoutWait({ retryAfterMs: _, ...error }: ChatError): ChatError {
  return error;
}

/** Where access is missing: what the error names, else every address of the connection. */
function addressesOf(gloss: ReturnType<typeof useGloss>, answer: AnswerMessage, error: ChatError): string[] {
  const connection = gloss.settings.connections.peek().find(({ id }) => id === answer.connectionId);
  const known = connection ? [connection.baseUrl, ...(connection.servers ?? [])] : [];
  const all = known.some((url) => url !== '') ? known : error.origin ? [error.origin] : [];
  return all.filter((url) => url !== '');
}

export function remedyWords(remedy: Remedy): string {
  switch (remedy) {
    case 'retry':
      return i18n.t('panel.retry');
    case 'settings':
      return i18n.t('panel.fix.settings');
    case 'grant':
      return i18n.t('panel.fix.grant');
    case 'pick-model':
      return i18n.t('panel.fix.pickModel');
    case 'edit':
      return i18n.t('panel.fix.edit');
    case 'new-chat':
      return i18n.t('panel.startNewChat');
    case 'doctor':
      return i18n.t('panel.fix.doctor');
    default:
      return remedy satisfies never;
  }
}
