import { i18n } from '#i18n';
import { Pencil, Trash2 } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { Spent } from '../../core/spending';
import type { ConnectionRow } from '../../state/options-connections';
import { Button } from '../ui/Button';
import { visible } from '../ui/visible';
import { Monogram } from './Monogram';
import { Switch } from './Switch';
import styles from './ConnectionCard.module.css';

interface ConnectionCardProps {
  row: ConnectionRow;
  open: boolean;
  onEdit(): void;
  onRemove(): void;
  onDefault(): void;
  onEnable(enabled: boolean): void;
  onAllow(): void;
  /** The editor, while it is open. */
  children?: ComponentChildren;
}

/** One connection of the list: who answers with what, and what stands in the way. */
export function ConnectionCard({
  row,
  open,
  onEdit,
  onRemove,
  onDefault,
  onEnable,
  onAllow,
  children,
}: ConnectionCardProps) {
  const { connection, provider, isDefault, blocked, keyless } = row;
  const id = `row-${connection.id}`;
  const facts = [provider?.name !== connection.name ? provider?.name : undefined, connection.model].filter(
    (fact) => fact !== undefined && fact !== '',
  );
  return (
    <li class={styles.card}>
      <div class={styles.head}>
        <Monogram name={provider?.name ?? connection.name} />
        <div class={styles.words}>
          <h3 class={styles.name} id={id} dir="auto">
            {visible(connection.name)}
          </h3>
          <p class={styles.facts} dir="auto">
            {visible(facts.join(' · '))}
          </p>
        </div>
        {isDefault ? <span class={styles.chip}>{i18n.t('options.default')}</span> : null}
        <Switch
          id={`enabled-${connection.id}`}
          bare
          label={i18n.t('options.enabled', [visible(connection.name)])}
          checked={connection.enabled}
          onChange={onEnable}
        />
      </div>
      {provider === undefined ? <p class={styles.trouble}>{i18n.t('options.unknownProvider')}</p> : null}
      {blocked && connection.enabled ? (
        <p class={styles.trouble}>
          {i18n.t('options.blocked')}{' '}
          <Button size="small" onClick={onAllow}>
            {i18n.t('options.allow')}
          </Button>
        </p>
      ) : null}
      {keyless === true && connection.enabled ? <p class={styles.trouble}>{i18n.t('options.keyless')}</p> : null}
      {row.spent ? <SpentLine spent={row.spent} limit={connection.options?.monthlyLimit} /> : null}
      <div class={styles.actions}>
        <Button size="small" kind="quiet" icon={Pencil} aria-describedby={id} aria-expanded={open} onClick={onEdit}>
          {i18n.t('options.edit')}
        </Button>
        {isDefault || !connection.enabled ? null : (
          <Button size="small" kind="quiet" aria-describedby={id} onClick={onDefault}>
            {i18n.t('options.makeDefault')}
          </Button>
        )}
        <span class={styles.space} />
        <Button size="small" kind="quiet" icon={Trash2} aria-describedby={id} onClick={onRemove}>
          {i18n.t('options.remove')}
        </Button>
      </div>
      {children ? <div class={styles.editor}>{children}</div> : null}
    </li>
  );
}

/** What it came to this month; over the user's limit, as a warning. */
function SpentLine({ spent, limit }: { spent: Spent; limit: number | undefined }) {
  const { answers, input, output, cost } = spent;
  const over = limit !== undefined && cost >= limit;
  const words = [
    i18n.t('options.spent', [answers.toLocaleString(), input.toLocaleString(), output.toLocaleString()]),
    ...(cost > 0 ? [i18n.t('panel.usage.about', [dollars(cost)])] : []),
    ...(over ? [i18n.t('options.overLimit', [dollars(limit)])] : []),
  ];
  return <p class={over ? styles.trouble : styles.spent}>{words.join(' · ')}</p>;
}

const dollars = (amount: number): string =>
  new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' }).format(amount);
