/** What an answer is made of, part by part. Each follows its own piece of the message, so that a token redraws one of them. */
import { i18n } from '#i18n';
import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { ChevronRight } from 'lucide';
import type { AnswerMessage, AnswerPart, ReasoningPart, ToolCallPart } from '../../core/chat';
import { Icon } from '../ui/Icon';
import { visible } from '../ui/visible';
import { Picture } from './Attachments';
import { MarkdownText } from './MarkdownText';
import { Reasoning } from './Reasoning';
import styles from './Turn.module.css';

/** Parts that are drawn in the order they came; the others have places of their own. */
export type ContentPart = Exclude<AnswerPart, { type: 'citation' | 'opaque' | 'notice' }>;

export const contentOf = (answer: AnswerMessage): ContentPart[] =>
  answer.parts.filter(
    (part): part is ContentPart => part.type !== 'citation' && part.type !== 'opaque' && part.type !== 'notice',
  );

interface PartProps {
  answer: ReadonlySignal<AnswerMessage>;
  /** Its place among the content parts. */
  place: number;
  running: ReadonlySignal<boolean>;
}

export function Part({ answer, place, running }: PartProps) {
  const type = useComputed(() => contentOf(answer.value)[place]?.type);
  switch (type.value) {
    case 'text':
      return <Text answer={answer} place={place} running={running} />;
    case 'refusal':
      return (
        <div class={styles.refusal}>
          <small class={styles.note}>{i18n.t('panel.refusal')}</small>
          <Text answer={answer} place={place} running={running} />
        </div>
      );
    case 'reasoning':
      return <Thought answer={answer} place={place} running={running} />;
    case 'tool-call':
      return <ToolCall answer={answer} place={place} running={running} />;
    case 'image':
      return <AnswerPicture answer={answer} place={place} running={running} />;
    case undefined:
      return null;
    default:
      return type.value satisfies never;
  }
}

function Text({ answer, place, running }: PartProps) {
  const text = useComputed(() => {
    const part = contentOf(answer.value)[place];
    return part?.type === 'text' || part?.type === 'refusal' ? part.text : '';
  });
  const done = useComputed(() => !running.value || place < contentOf(answer.value).length - 1);
  return <MarkdownText text={text} done={done} />;
}

const noThought: ReasoningPart = { type: 'reasoning', text: '' };

function Thought({ answer, place, running }: PartProps) {
  const part = useComputed(() => {
    const found = contentOf(answer.value)[place];
    return found?.type === 'reasoning' ? found : noThought;
  });
  return <Reasoning part={part} running={running} />;
}

function ToolCall({ answer, place }: PartProps) {
  const open = useSignal(false);
  const part = contentOf(answer.value)[place];
  if (part?.type !== 'tool-call') return null;
  return (
    <div class={styles.tool}>
      <button type="button" class={styles.fold} aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        <Icon icon={ChevronRight} size={14} />
        {i18n.t('panel.tool.asked', [visible(part.name || i18n.t('panel.tool.unnamed'))])}
      </button>
      <small>{i18n.t('panel.tool.note')}</small>
      {open.value ? <pre dir="auto">{indented(part)}</pre> : null}
    </div>
  );
}

/** The call's JSON in lines of its own, or as it came where it is not whole. */
function indented({ input }: ToolCallPart): string {
  try {
    return visible(JSON.stringify(JSON.parse(input), null, 2));
  } catch {
    return visible(input);
  }
}

function AnswerPicture({ answer, place }: PartProps) {
  const part = useComputed(() => contentOf(answer.value)[place]);
  return part.value?.type === 'image' ? <Picture image={part.value} alt={i18n.t('panel.image.altAnswer')} /> : null;
}
