/** Which call of an answer a fragment belongs to. Wires number them, name them, or do neither. */
import type { ChatEvent } from '../core/chat';

export interface CallFragment {
  /** The wire's own number; may be missing, sparse or used again. */
  index?: number;
  id?: string;
  name?: string;
  /** A piece of JSON text. */
  input?: string;
}

interface Call {
  id: string;
  name: string;
  input: string;
  index: number | undefined;
}

export interface Calls {
  readonly count: number;
  take(fragment: CallFragment): ChatEvent[];
  /** Calls that came without any input get an empty object, which is what they mean. */
  flush(): ChatEvent[];
}

/** Sorts fragments to calls by id, then by index, then to the latest one. */
export function createCalls(): Calls {
  const calls: Call[] = [];

  const placeOf = ({ index, id, name }: CallFragment): number => {
    if (id) {
      const known = calls.findIndex((call) => call.id === id);
      if (known >= 0) return known;
      // A call whose id comes late; one that has another id already is another call, whatever its number.
      return index === undefined ? -1 : calls.findLastIndex((call) => call.index === index && call.id === '');
    }
    if (index !== undefined) return calls.findLastIndex((call) => call.index === index);
    const latest = calls.at(-1);
    // Without id and number, a second name begins a second call.
    return latest === undefined || (name && latest.name !== '' && latest.input !== '') ? -1 : calls.length - 1;
  };

  return {
    get count() {
      return calls.length;
    },
    take(fragment) {
      const { id = '', name = '', input = '' } = fragment;
      let place = placeOf(fragment);
      let call = calls[place];
      if (!call) {
        call = { id: '', name: '', input: '', index: fragment.index };
        place = calls.push(call) - 1;
      } else if (id === '' && name === '' && input === '') return [];
      call.id ||= id;
      call.name ||= name;
      call.input += input;
      return [
        {
          type: 'tool-call-delta',
          index: place,
          ...(id === '' ? {} : { id }),
          ...(name === '' ? {} : { name }),
          ...(input === '' ? {} : { input }),
        },
      ];
    },
    flush: () =>
      calls.flatMap((call, index) =>
        call.input === '' ? [{ type: 'tool-call-delta', index, input: '{}' } as const] : [],
      ),
  };
}
