/**
 * Pages that people really read, long and odd ones among them: the HTML documentation that Debian packages and npm packages
 * ship. Debian's are fetched with its own client into an ignored folder (nothing is installed), or taken where they are
 * installed already.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/node.mjs';

export interface RealPage {
  name: string;
  path: string;
}

const folder = join(root, '.cache', 'pages');

/** Package and path. What is odd about each: see the remark. */
const debian: readonly [name: string, from: string, path: string][] = [
  // A manual in one page: asciidoc, definition lists in lists, hundreds of code blocks.
  ['git user manual', 'git-doc', 'usr/share/doc/git-doc/user-manual.html'],
  ['git config', 'git-doc', 'usr/share/doc/git-doc/git-config.html'],
  ['git log', 'git-doc', 'usr/share/doc/git-doc/git-log.html'],
  // Made by texinfo: navigation tables, indexes as tables of 1,500 rows.
  ['bash reference', 'bash-doc', 'usr/share/doc/bash/bashref.html'],
  // Made from a manual page: tables for layout, <br> instead of paragraphs.
  ['bash manual page', 'bash-doc', 'usr/share/doc/bash/bash.html'],
  // Written by hand since 2000: hidden menus, diagrams in SVG with text, sections folded away by script.
  ['sqlite select', 'sqlite3-doc', 'usr/share/doc/sqlite3/lang_select.html'],
  ['sqlite requirements', 'sqlite3-doc', 'usr/share/doc/sqlite3/requirements.html'],
  ['sqlite full text search', 'sqlite3-doc', 'usr/share/doc/sqlite3/fts5.html'],
  ['sqlite pragmas', 'sqlite3-doc', 'usr/share/doc/sqlite3/pragma.html'],
  ['sqlite file format', 'sqlite3-doc', 'usr/share/doc/sqlite3/fileformat2.html'],
  ['sqlite functions of windows', 'sqlite3-doc', 'usr/share/doc/sqlite3/windowfunctions.html'],
  // Made by Sphinx: half a megabyte in one page.
  ["developers' reference", 'developers-reference', 'usr/share/developers-reference/developers-reference.html'],
];

const npm: readonly [name: string, path: string][] = [['bignumber', 'node_modules/bignumber.js/doc/API.html']];

/** Everything that can be had on this machine. */
export function realPages(): RealPage[] {
  const pages: RealPage[] = npm.map(([name, path]) => ({ name, path: join(root, path) }));
  for (const [name, from, path] of debian) {
    const place = [join('/', path), join(fetched(from), path)].find((one) => existsSync(one));
    if (place) pages.push({ name, path: place });
  }
  return pages;
}

/** Where the files of a Debian package lie, fetched if need be; nothing lies there if that cannot be done. */
function fetched(from: string): string {
  const place = join(folder, from);
  if (existsSync(place)) return place;
  const work = `${place}-${process.pid}`;
  mkdirSync(work, { recursive: true });
  const apt = (...args: string[]) => spawnSync('apt-get', args, { cwd: work, timeout: 300_000 }).status === 0;
  // Images of Debian come without its lists.
  if (apt('download', from) || (process.getuid?.() === 0 && apt('update') && apt('download', from))) {
    const file = readdirSync(work).find((one) => one.endsWith('.deb'));
    if (file && spawnSync('dpkg-deb', ['-x', join(work, file), join(work, 'files')]).status === 0) {
      if (!existsSync(place)) renameSync(join(work, 'files'), place);
    }
  }
  rmSync(work, { recursive: true, force: true });
  return place;
}
