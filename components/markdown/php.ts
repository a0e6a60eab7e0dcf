import { clike } from '@codemirror/legacy-modes/mode/clike';
import type { StringStream } from '@codemirror/streamparser';

const words = (list: string) => Object.fromEntries(list.split(' ').map((word) => [word, true]));

/** PHP has no grammar of its own among those we use; it is C with other words and dollars. */
export const php = clike({
  name: 'php',
  keywords: words(
    'abstract and array as break callable case catch class clone const continue declare default do echo else elseif empty enddeclare endfor endforeach endif endswitch endwhile enum extends final finally fn for foreach function global goto if implements include include_once instanceof insteadof interface isset list match namespace new or print private protected public readonly require require_once return static switch throw trait try unset use var while xor yield',
  ),
  types: words('bool float int iterable mixed never object string void'),
  atoms: words('true false null TRUE FALSE NULL self parent'),
  multiLineStrings: true,
  hooks: {
    $: (stream: StringStream) => {
      stream.eatWhile(/[\w$]/);
      return 'variable';
    },
    '#': (stream: StringStream) => {
      if (stream.peek() === '[') return 'meta';
      stream.skipToEnd();
      return 'comment';
    },
    '<': (stream: StringStream) => (stream.match('?php') ? 'meta' : false),
    '?': (stream: StringStream) => (stream.match('>') ? 'meta' : false),
  },
});
