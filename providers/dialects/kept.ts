/**
 * What a wire wants back byte for byte: signatures and encrypted thoughts. They are good only for the service and model
 * that made them, and some services refuse the whole request when anything before them has changed, so each is kept
 * together with what it is bound to and left out when that no longer holds.
 * Source of the last fact: platform.claude.com, "Preserved thinking".
 */
import type { AnswerPart, ChatEvent, ChatRequest } from '../../core/chat';
import type { DialectId, Provider } from '../contract';
import { isFields } from '../errors';

/** Where a request goes, as far as what it keeps is concerned. */
export interface Bond {
  wire: DialectId;
  provider: Provider;
  /** Absent where frames are decoded without their request. */
  chat?: Pick<ChatRequest, 'model'> | undefined;
}

/** @param prefix fingerprint of everything before the answer, where the service checks that */
export function keep(value: unknown, { wire, provider, chat }: Bond, prefix?: string): ChatEvent {
  const bound = {
    provider: provider.id,
    ...(chat ? { model: chat.model } : {}),
    ...(prefix === undefined ? {} : { prefix }),
  };
  return { type: 'opaque', wire, value: { ...bound, value } };
}

/** The kept value of a part, if it is this wire's and what it is bound to still holds. */
export function kept(part: AnswerPart, { wire, provider, chat }: Bond, prefix?: string): unknown {
  if (part.type !== 'opaque' || part.wire !== wire || !isFields(part.value)) return undefined;
  const { value } = part;
  const holds =
    value.provider === provider.id &&
    (value.model === undefined || value.model === chat?.model) &&
    (value.prefix === undefined || value.prefix === prefix);
  return holds ? value.value : undefined;
}

/** 64 bits that tell two texts apart; nobody has to be kept from forging them. */
export function fingerprint(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 13), 0x85ebca6b);
  }
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
