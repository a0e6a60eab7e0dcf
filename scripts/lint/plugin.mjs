/**
 * The house rules that no ready-made rule can say, as one plugin for oxlint: who may import whom, where the browser may be
 * named, and that no string ever becomes HTML. Loaded by `.oxlintrc.json`; proven on planted violations in
 * `tests/build/checks.test.ts`.
 */
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * For every room: the rooms it may import (`values`), those it may import types from (`types`), single files it may read
 * (`data`), and the packages it may use. `*` is everything.
 */
const rooms = {
  core: { values: [], packages: [] },
  providers: { values: ['core'], packages: ['eventsource-parser', 'minisearch'] },
  storage: {
    values: ['core'],
    types: ['providers/contract'],
    packages: ['idb', 'valibot', 'wxt/utils/storage', 'wxt/browser'],
  },
  state: {
    values: ['core'],
    types: ['storage', 'providers/contract'],
    data: ['providers/catalog', 'providers/contract'],
    packages: ['@preact/signals', 'valibot'],
  },
  components: {
    values: ['core', 'state'],
    types: ['storage', 'providers/contract'],
    data: ['providers/catalog', 'providers/contract', 'assets'],
    packages: '*',
  },
  entrypoints: { values: '*', packages: '*' },
};

/** Rooms that may name the browser. */
const mayNameBrowser = new Set(['storage', 'entrypoints']);
const browserPackages = /^(wxt\/browser|webextension-polyfill|@wxt-dev\/browser)$/;

/** The room a file belongs to, and its path inside the project. */
function place(context) {
  const root = context.cwd ?? here;
  const path = relative(root, context.filename ?? context.physicalFilename).replaceAll('\\', '/');
  return { root, path, room: path.split('/')[0] };
}

const within = (path, allowed) => allowed?.some((entry) => path === entry || path.startsWith(`${entry}/`)) ?? false;

/** Why this import is not allowed, or undefined. `from` is the importing file's place, `typeOnly` as TypeScript means it. */
function refusal(from, specifier, typeOnly) {
  const rules = rooms[from.room];
  if (!rules) return undefined;
  if (specifier.startsWith('.')) {
    const target = relative(
      from.root,
      resolve(from.root, dirname(from.path), specifier.replace(/\?.*$/, '')),
    ).replaceAll('\\', '/');
    const room = target.split('/')[0];
    if (room === from.room || rules.values === '*' || within(target, rules.values)) return undefined;
    if (within(target, rules.data)) return undefined;
    if (typeOnly && within(target, rules.types)) return undefined;
    if (within(target, rules.types)) return `${from.room} may import only types from ${target}`;
    return `${from.room} must not import ${target}`;
  }
  if (browserPackages.test(specifier) && !mayNameBrowser.has(from.room))
    return `${from.room} must not name the browser`;
  if (rules.packages === '*' || typeOnly) return undefined;
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
  if (rules.packages.includes(specifier) || rules.packages.includes(name)) return undefined;
  return `${from.room} must not import the package ${specifier}`;
}

const direction = {
  meta: { type: 'problem', docs: { description: 'Imports go the way docs/architecture.md says.' } },
  create(context) {
    const from = place(context);
    if (!rooms[from.room]) return {};
    const check = (node, source, typeOnly) => {
      const value = source?.value ?? (source?.type === 'TemplateLiteral' ? source.quasis[0]?.value.cooked : undefined);
      if (typeof value !== 'string') return;
      const message = refusal(from, value, typeOnly);
      if (message) context.report({ node, message });
    };
    const everyNameIsType = (node) =>
      node.specifiers?.length > 0 &&
      node.specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type');
    return {
      ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type' || everyNameIsType(node)),
      ExportNamedDeclaration: (node) => check(node, node.source, node.exportKind === 'type' || everyNameIsType(node)),
      ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, node.source, false),
    };
  },
};

/** Properties and methods through which a string becomes markup, a script or a document. */
const sinkWrites = new Set(['innerHTML', 'outerHTML', 'srcdoc']);
const sinkCalls = new Set([
  'insertAdjacentHTML',
  'createContextualFragment',
  'parseFromString',
  'setHTMLUnsafe',
  'setHTML',
]);
const sinkProps = new Set(['dangerouslySetInnerHTML', 'innerHTML', 'srcdoc']);

const nameOf = (member) => (member.computed ? member.property?.value : member.property?.name);

const noHtml = {
  meta: { type: 'problem', docs: { description: 'No string ever becomes HTML or code.' } },
  create(context) {
    if (!rooms[place(context).room]) return {};
    const report = (node, name) =>
      context.report({ node, message: `${name} makes markup of a string; build elements instead` });
    return {
      MemberExpression(node) {
        const name = nameOf(node);
        if (sinkWrites.has(name) || sinkCalls.has(name)) report(node, name);
        if ((name === 'write' || name === 'writeln') && node.object?.name === 'document')
          report(node, `document.${name}`);
      },
      JSXAttribute(node) {
        if (sinkProps.has(node.name?.name)) report(node, node.name.name);
      },
      Property(node) {
        const name = node.key?.name ?? node.key?.value;
        if (name === 'dangerouslySetInnerHTML') report(node, name);
      },
    };
  },
};

/** Comments stay with the reader; what they link to must exist for them. Paths of one machine do not belong in the sources. */
const pure = {
  meta: {
    type: 'problem',
    docs: { description: 'core, providers and state take the network and the clock as arguments.' },
  },
  create(context) {
    const { room, path } = place(context);
    if (!['core', 'providers', 'state', 'components'].includes(room)) return {};
    return {
      CallExpression(node) {
        if (node.callee?.type === 'Identifier' && node.callee.name === 'fetch' && !declares(context, node)) {
          context.report({ node, message: `${room} gets fetch as an argument` });
        }
      },
      Program(node) {
        if (room === 'state' && /\.(tsx|jsx)$/.test(path)) context.report({ node, message: 'state holds no JSX' });
      },
    };
  },
};

/** Whether some enclosing scope declares the called name, so that it is an argument and not the global. */
function declares(context, node) {
  for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
    const variable = scope.set.get(node.callee.name);
    if (variable) return variable.defs.length > 0;
  }
  return false;
}

export default { meta: { name: 'gloss' }, rules: { direction, 'no-html': noHtml, pure } };
