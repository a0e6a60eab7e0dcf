import type { ReadonlySignal } from '@preact/signals';
import type { AnswerMessage, UserMessage } from '../../core/chat';
import type { Turn } from '../../state/chat';
import { AnswerTurn } from './AnswerTurn';
import { useGloss } from './context';
import { UserTurn } from './UserTurn';

/** One message of the branch on show. */
export function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const { chat } = useGloss();
  const message = chat.message(turn.id);
  if (!message) return null;
  // A message never changes its role, so the signal of one holds that kind for good.
  return turn.role === 'user' ? (
    <UserTurn message={message as ReadonlySignal<UserMessage>} versions={turn.versions} />
  ) : (
    <AnswerTurn message={message as ReadonlySignal<AnswerMessage>} versions={turn.versions} last={last} />
  );
}
