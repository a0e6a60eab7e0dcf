import { i18n } from '#i18n';
import { RefreshCw, StepForward } from 'lucide';
import type { AnswerMessage } from '../../core/chat';
import { textOf } from '../../core/fold';
import { estimatedCost } from '../../state/cost';
import type { Versions as Count } from '../../state/tree';
import { Button } from '../ui/Button';
import { CopyButton } from '../ui/CopyButton';
import { IconButton } from '../ui/IconButton';
import { useGloss } from './context';
import { Versions } from './Versions';
import { costWords, tokenWords } from './usage-words';
import { visible } from '../ui/visible';
import styles from './Turn.module.css';

interface FootProps {
  answer: AnswerMessage;
  versions: Count;
  /** Offer to go on from where it ended. */
  canContinue: boolean;
  /** Offer one more answer; where a failure offers *Retry*, that is the same. */
  canRepeat: boolean;
}

/** What can be done with a finished answer, and what it took. */
export function Foot({ answer, versions, canContinue, canRepeat }: FootProps) {
  const { chat, jump, models } = useGloss();
  const estimate = estimatedCost(answer, models.listings.value, models.providers.value);
  const text = textOf(answer.parts);
  const again = () => {
    jump.value += 1;
    void chat.regenerate(answer.id);
  };
  const goOn = () => {
    jump.value += 1;
    void chat.goOn(answer.id);
  };
  return (
    <>
      {answer.sourceHosts && answer.sourceHosts.length > 0 ? (
        <p class={styles.provenance}>{i18n.t('panel.usedContent', [visible(answer.sourceHosts.join(', '))])}</p>
      ) : null}
      <div class={styles.foot}>
        {text === '' ? null : <CopyButton text={() => text} />}
        {canRepeat ? (
          <IconButton label={i18n.t('panel.regenerate')} icon={RefreshCw} size="small" onClick={again} />
        ) : null}
        <Versions versions={versions} />
        {canContinue ? (
          <Button kind="quiet" size="small" icon={StepForward} onClick={goOn}>
            {i18n.t('panel.continue')}
          </Button>
        ) : null}
        <span class={styles.space} />
        <span class={styles.usage} title={visible(usageDetail(answer))}>
          {visible(usageWords(answer, estimate))}
        </span>
      </div>
    </>
  );
}

/** Shorter than this a speed says more about the network than about the model; milliseconds. */
const measurable = 300;

/** Model, tokens, speed and cost, as far as they are known. */
export function usageWords({ model, usage, firstAt, endedAt }: AnswerMessage, estimate?: number): string {
  const tokens = usage?.outputTokens;
  const took = firstAt === undefined || endedAt === undefined ? 0 : endedAt - firstAt;
  return [
    model,
    tokens ? tokenWords(tokens, usage.inputTokens) : '',
    tokens && took >= measurable ? i18n.t('panel.usage.speed', [speed(tokens / (took / 1_000))]) : '',
    costWords(usage?.cost ?? estimate ?? 0, usage?.cost === undefined),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

const speed = (perSecond: number): string => (perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toString());

function usageDetail({ provider, usage, startedAt, endedAt }: AnswerMessage): string {
  const both = usage?.inputTokens !== undefined && usage.outputTokens !== undefined;
  return [
    provider,
    both ? i18n.t('panel.usage.detail', [String(usage.inputTokens), String(usage.outputTokens)]) : '',
    usage?.reasoningTokens ? i18n.t('panel.usage.thinking', [String(usage.reasoningTokens)]) : '',
    usage?.cachedTokens ? i18n.t('panel.usage.cached', [String(usage.cachedTokens)]) : '',
    endedAt === undefined ? '' : i18n.t('panel.usage.took', [((endedAt - startedAt) / 1_000).toFixed(1)]),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
