import type { StreamParser } from '@codemirror/streamparser';

/** Grammars that read code line by line, each loaded when the first fence names its language. Nothing is ever guessed. */
export type Grammar = StreamParser<unknown>;

type Load = () => Promise<Grammar>;

const clike = () => import('./clike');
const javascript = () => import('@codemirror/legacy-modes/mode/javascript');
const css = () => import('@codemirror/legacy-modes/mode/css');
const xml = () => import('@codemirror/legacy-modes/mode/xml');
const sql = () => import('./sql');

/** By the names writers give, the commonest first. A name may stand in one line only. */
const languages: [names: string, load: Load][] = [
  ['js javascript jsx mjs cjs node', async () => (await javascript()).javascript],
  ['ts typescript tsx mts cts', async () => (await javascript()).typescript],
  ['json json5 jsonc jsonl', async () => (await javascript()).json],
  ['py python python3 py3', async () => (await import('@codemirror/legacy-modes/mode/python')).python],
  ['sh bash shell zsh fish console terminal', async () => (await import('@codemirror/legacy-modes/mode/shell')).shell],
  ['java', async () => (await clike()).java],
  ['c h', async () => (await clike()).c],
  ['cpp c++ cc cxx hpp arduino', async () => (await clike()).cpp],
  ['cs csharp c#', async () => (await clike()).csharp],
  ['kotlin kt kts', async () => (await clike()).kotlin],
  ['scala', async () => (await clike()).scala],
  ['dart', async () => (await clike()).dart],
  ['objc objective-c objectivec', async () => (await clike()).objectiveC],
  ['glsl hlsl shader', async () => (await clike()).shader],
  ['php', async () => (await import('./php')).php],
  ['go golang', async () => (await import('@codemirror/legacy-modes/mode/go')).go],
  ['rust rs', async () => (await import('@codemirror/legacy-modes/mode/rust')).rust],
  ['ruby rb', async () => (await import('@codemirror/legacy-modes/mode/ruby')).ruby],
  ['swift', async () => (await import('@codemirror/legacy-modes/mode/swift')).swift],
  ['css', async () => (await css()).css],
  ['scss', async () => (await css()).sCSS],
  ['less', async () => (await css()).less],
  ['html htm xhtml vue svelte', async () => (await xml()).html],
  ['xml svg plist rss', async () => (await xml()).xml],
  ['sql sqlite', async () => (await sql()).sqlite],
  ['mysql mariadb', async () => (await sql()).mySQL],
  ['postgres postgresql pgsql psql', async () => (await sql()).pgSQL],
  ['tsql mssql', async () => (await sql()).msSQL],
  ['plsql oracle', async () => (await sql()).plSQL],
  ['yaml yml', async () => (await import('./yaml')).yaml],
  ['toml', async () => (await import('@codemirror/legacy-modes/mode/toml')).toml],
  ['ini properties conf env dotenv', async () => (await import('@codemirror/legacy-modes/mode/properties')).properties],
  ['powershell ps1 pwsh ps', async () => (await import('@codemirror/legacy-modes/mode/powershell')).powerShell],
  ['dockerfile docker', async () => (await import('@codemirror/legacy-modes/mode/dockerfile')).dockerFile],
  ['diff patch', async () => (await import('@codemirror/legacy-modes/mode/diff')).diff],
  ['lua', async () => (await import('@codemirror/legacy-modes/mode/lua')).lua],
  ['r', async () => (await import('@codemirror/legacy-modes/mode/r')).r],
  ['perl pl', async () => (await import('@codemirror/legacy-modes/mode/perl')).perl],
  ['julia jl', async () => (await import('@codemirror/legacy-modes/mode/julia')).julia],
  ['haskell hs', async () => (await import('@codemirror/legacy-modes/mode/haskell')).haskell],
  ['clojure clj', async () => (await import('@codemirror/legacy-modes/mode/clojure')).clojure],
  ['groovy gradle', async () => (await import('@codemirror/legacy-modes/mode/groovy')).groovy],
  ['matlab octave', async () => (await import('@codemirror/legacy-modes/mode/octave')).octave],
  ['latex tex', async () => (await import('@codemirror/legacy-modes/mode/stex')).stex],
  ['nginx', async () => (await import('@codemirror/legacy-modes/mode/nginx')).nginx],
  ['cmake', async () => (await import('@codemirror/legacy-modes/mode/cmake')).cmake],
  ['protobuf proto', async () => (await import('@codemirror/legacy-modes/mode/protobuf')).protobuf],
];

const byName = new Map(languages.flatMap(([names, load]) => names.split(' ').map((name) => [name, load] as const)));

/** How to load the grammar of a language, by the name after a fence; nothing for a language without one. */
export function grammarOf(name: string): Load | undefined {
  return byName.get(name.toLowerCase());
}
