/**
 * Chrome's worker in parts. `import()` does not work in a service worker, but `importScripts()` does, at any time, for what was
 * imported while the worker was installed: the browser keeps it with the worker. So the code behind an `import()` stands in a
 * file of its own that is read when it is first needed (docs/decisions/worker-size.md).
 */
import { minifySync } from 'vite';

/** The one Trusted Types policy there is. Pages can make none: their own meta policy says so. */
export const policyName = 'gloss-worker';

export const folder = 'worker';

/** The part that every command needs, whatever it asks for. */
export const firstPart = 'working';

/**
 * What stands before everything in the worker. Its source is put there as text, so it names nothing of this file. `parts` are
 * the modules at hand, `places` says in which file each other one stands.
 */
function runtime(parts, places, name, root) {
  const made = {};
  const policy = globalThis.trustedTypes?.createPolicy(name, {
    createScriptURL(file) {
      if (Object.values(places).includes(file)) return root + file;
      throw new TypeError(file);
    },
  });
  const read = (file) => globalThis.importScripts(policy ? policy.createScriptURL(file) : root + file);
  globalThis.glossParts = (more) => Object.assign(parts, more);
  globalThis.addEventListener('install', () => new Set(Object.values(places)).forEach(read));
  return function require(path) {
    const one = path.slice(path.lastIndexOf('/') + 1);
    if (!made[one]) {
      if (!parts[one]) read(places[one]);
      const module = { exports: {} };
      // Before it runs: two modules may name each other.
      made[one] = module.exports;
      try {
        parts[one](require, module.exports, module);
      } catch (error) {
        // Something it needs could not be read: half of it is nothing, and the next to ask tries again.
        delete made[one];
        throw error;
      }
    }
    return made[one];
  };
}

const nameOf = (file) => file.slice(file.lastIndexOf('/') + 1);
const tableOf = (chunks) =>
  `{${chunks.map(({ fileName, code }) => `${JSON.stringify(nameOf(fileName))}(require,exports,module){${code}\n}`).join(',')}}`;

/**
 * A plugin for the background's own build.
 * @param {Record<string, string[]>} files the names of the files, and the sources whose `import()` leads to each. What two of
 * them share stands in the first.
 */
export function workerParts(files) {
  const small = (code) => minifySync('part.js', code, { module: false }).code;
  return {
    name: 'gloss-worker-parts',
    config(config) {
      // Set, not returned: the lists of two configurations would be joined.
      config.build.lib.formats = ['cjs'];
      config.build.rollupOptions.output.chunkFileNames = `${folder}/[name].js`;
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const chunks = Object.values(bundle).filter(({ type }) => type === 'chunk');
        const entry = chunks.find(({ isEntry }) => isEntry);
        const placed = new Set();
        /** A chunk and what it imports at once, as far as that has no place yet. */
        const take = (chunk) => {
          if (placed.has(chunk)) return [];
          placed.add(chunk);
          return [...chunk.imports.flatMap((file) => (bundle[file] ? take(bundle[file]) : [])), chunk];
        };
        const atStart = take(entry);
        const later = Object.entries(files).map(([name, sources]) => ({
          file: `${name}.js`,
          modules: sources.flatMap((source) =>
            chunks.filter(({ facadeModuleId }) => facadeModuleId?.endsWith(`/${source}.ts`)).flatMap(take),
          ),
        }));
        const homeless = chunks.find((chunk) => !placed.has(chunk));
        if (homeless) this.error(`workerParts: no file is named for ${homeless.facadeModuleId ?? homeless.fileName}`);
        const places = Object.fromEntries(
          later.flatMap(({ file, modules }) => modules.map(({ fileName }) => [nameOf(fileName), file])),
        );
        const given = [places, policyName, `/${folder}/`].map((value) => JSON.stringify(value));
        for (const chunk of chunks) if (chunk !== entry) delete bundle[chunk.fileName];
        entry.code = small(`(${runtime})(${[tableOf(atStart), ...given]})(${JSON.stringify(nameOf(entry.fileName))})`);
        for (const { file, modules } of later) {
          const source = small(`glossParts(${tableOf(modules)})`);
          this.emitFile({ type: 'asset', fileName: `${folder}/${file}`, source });
        }
      },
    },
  };
}
