import { i18n } from '#i18n';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { BookOpenText, Check, CornerDownRight, RefreshCw, Settings2, Star } from 'lucide';
import { usageInAll } from '../../state/cost';
import type { Choice, ChoiceGroup } from '../../state/models';
import { passagesId } from '../../state/settings';
import { errorWords } from '../chat/error-words';
import { costWords, tokenWords } from '../chat/usage-words';
import { useGloss } from '../chat/context';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import { visible } from '../ui/visible';
import styles from './Model.module.css';

interface ModelListProps {
  id: string;
  onClose(chosen: boolean): void;
}

/** Every model of every connection, searched as you type. */
export function ModelList({ id, onClose }: ModelListProps) {
  const { models, panel, browser } = useGloss();
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const prefix = useId();
  const active = useSignal(0);
  const passages: Choice = {
    connectionId: passagesId,
    connection: '',
    model: passagesId,
    name: i18n.t('panel.model.passages'),
    favourite: false,
  };
  const passagesFits = useComputed(() => passages.name.toLowerCase().includes(models.query.value.trim().toLowerCase()));
  const flat = useComputed(() => [
    ...models.groups.value.flatMap(({ choices }) => choices),
    ...models.typed.value,
    ...(passagesFits.value ? [passages] : []),
  ]);
  const isCurrent = ({ connectionId, model }: Choice) => {
    const now = panel.answering.value;
    return connectionId === now.connectionId && (model === now.model || connectionId === passagesId);
  };

  /** Its place in the chat's chain, from 1; 0: it is not in it. */
  const placeOf = ({ connectionId, model }: Choice) =>
    panel.chain.value.findIndex((link) => link.connectionId === connectionId && link.model === model) + 1;

  useEffect(() => {
    models.search('');
    void models.fetch();
    active.value = Math.max(0, flat.peek().findIndex(isCurrent));
    field.current?.focus();
  }, []);
  useSignalEffect(() => {
    list.current?.querySelector(`[data-index="${active.value}"]`)?.scrollIntoView({ block: 'nearest' });
  });

  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    void panel.choose(choice.connectionId, choice.model);
    onClose(true);
  };

  function onKeyDown(event: KeyboardEvent) {
    const last = flat.peek().length - 1;
    const to: Record<string, number> = {
      ArrowDown: active.peek() >= last ? 0 : active.peek() + 1,
      ArrowUp: active.peek() <= 0 ? last : active.peek() - 1,
      PageDown: Math.min(last, active.peek() + 8),
      PageUp: Math.max(0, active.peek() - 8),
    };
    const next = to[event.key];
    if (next !== undefined) active.value = next;
    else if (event.key === 'Enter' && !event.isComposing) choose(flat.peek()[active.peek()]);
    else return;
    event.preventDefault();
  }

  /** Options are numbered through all groups, as the arrow keys go. */
  let number = 0;
  const option = (choice: Choice) => {
    const index = number;
    number += 1;
    return (
      <Option
        key={`${choice.connectionId} ${choice.model}`}
        choice={choice}
        index={index}
        id={`${prefix}-${index}`}
        active={index === active.value}
        current={isCurrent(choice)}
        place={placeOf(choice)}
        onChoose={choose}
        onPoint={() => (active.value = index)}
      />
    );
  };
  const pointed = flat.value[active.value];
  return (
    <div
      id={id}
      class={styles.popup}
      role="dialog"
      aria-label={i18n.t('panel.model.list')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onClose(false);
      }}
    >
      <input
        ref={field}
        type="search"
        class={styles.search}
        aria-label={i18n.t('panel.model.find')}
        placeholder={i18n.t('panel.model.find')}
        aria-controls={`${prefix}-list`}
        aria-activedescendant={pointed ? `${prefix}-${active.value}` : undefined}
        value={models.query.value}
        onInput={(event) => {
          models.search(event.currentTarget.value);
          active.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id={`${prefix}-list`} class={styles.list} role="listbox" aria-label={i18n.t('panel.model.list')}>
        {models.groups.value.map((group) => (
          <div key={group.connectionId} role="group" aria-label={visible(group.name)}>
            <GroupHead group={group} />
            {group.choices.map(option)}
          </div>
        ))}
        {models.typed.value.map(option)}
        {passagesFits.value ? option(passages) : null}
      </div>
      {panel.chain.value.length > 0 ? (
        <p class={styles.chain}>
          {i18n.t('panel.model.thenAsk', [panel.chain.value.map(({ model }) => visible(model)).join(', ')])}
        </p>
      ) : null}
      <ChatUsage />
      {flat.value.length === 0 ? <p class={styles.none}>{i18n.t('panel.model.none')}</p> : null}
      <div class={styles.bottom}>
        <Button kind="quiet" size="small" icon={Settings2} onClick={() => browser.openSettings('connections')}>
          {i18n.t('panel.model.manage')}
        </Button>
        <span class={styles.space} />
        {pointed && pointed.connectionId !== passagesId && !isCurrent(pointed) ? (
          <IconButton
            size="small"
            icon={CornerDownRight}
            aria-pressed={placeOf(pointed) > 0}
            label={
              placeOf(pointed) > 0
                ? i18n.t('panel.model.unchain', [pointed.name])
                : i18n.t('panel.model.chain', [pointed.name])
            }
            onClick={() => void panel.toggleInChain(pointed)}
          />
        ) : null}
        {pointed && pointed.connectionId !== passagesId ? (
          <IconButton
            size="small"
            icon={Star}
            aria-pressed={pointed.favourite}
            label={
              pointed.favourite
                ? i18n.t('panel.model.unstar', [visible(pointed.name)])
                : i18n.t('panel.model.star', [visible(pointed.name)])
            }
            onClick={() => void models.toggleFavourite(pointed)}
          />
        ) : null}
        <IconButton
          size="small"
          icon={RefreshCw}
          label={i18n.t('panel.model.refresh')}
          onClick={() => void models.fetch(true)}
        />
      </div>
    </div>
  );
}

/** What this chat has taken so far, with the answers that are not on show. */
function ChatUsage() {
  const { chat, models } = useGloss();
  const { input, output, cost, estimated } = usageInAll(chat.answers(), models.listings.value, models.providers.value);
  if (input + output === 0 && cost === 0) return null;
  const words = [input + output > 0 ? tokenWords(output, input) : '', costWords(cost, estimated)];
  return (
    <p class={styles.chain}>{i18n.t('panel.model.chatUsage', [words.filter((part) => part !== '').join(' · ')])}</p>
  );
}

function GroupHead({ group }: { group: ChoiceGroup }) {
  return (
    <div class={styles.head} role="presentation">
      <bdi>{visible(group.name)}</bdi>
      {group.state === 'loading' ? <small>{i18n.t('panel.model.loading')}</small> : null}
      {group.state === 'failed' && group.error ? (
        <small class={styles.failed} title={group.error.message}>
          {errorWords(group.error, { provider: group.name })}
        </small>
      ) : null}
    </div>
  );
}

interface OptionProps {
  choice: Choice;
  index: number;
  id: string;
  active: boolean;
  current: boolean;
  place: number;
  onChoose(choice: Choice): void;
  onPoint(): void;
}

function Option({ choice, index, id, active, current, place, onChoose, onPoint }: OptionProps) {
  const { connectionId, connection, model, name, favourite, typed } = choice;
  const isPassages = connectionId === passagesId;
  return (
    <div
      id={id}
      data-index={index}
      role="option"
      class={`${styles.option} ${active ? styles.active : ''}`}
      aria-selected={current}
      onClick={() => onChoose(choice)}
      onPointerMove={active ? undefined : onPoint}
    >
      <span class={styles.mark}>
        {current ? <Icon icon={Check} size={14} /> : isPassages ? <Icon icon={BookOpenText} size={14} /> : null}
      </span>
      <span class={styles.optionWords}>
        <bdi>{typed ? i18n.t('panel.model.use', [visible(model)]) : visible(name)}</bdi>
        {isPassages ? <small>{i18n.t('panel.model.passagesNote')}</small> : null}
        {typed ? <small>{connection}</small> : null}
        {!typed && !isPassages && name !== model ? <small>{visible(model)}</small> : null}
      </span>
      {place > 0 ? <small class={styles.place}>{i18n.t('panel.model.place', [String(place)])}</small> : null}
      {favourite ? (
        <span class={styles.star} title={i18n.t('panel.model.favourite')}>
          <Icon icon={Star} size={13} />
        </span>
      ) : null}
    </div>
  );
}
