/**
 * A screen of one's own, for what the browser draws outside of its pages: permission prompts and context menus. Never the
 * screen of whoever runs the tests, whose keyboard it would take.
 */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Display {
  /** As in the environment variable DISPLAY. */
  name: string;
  /** Presses keys one after the other, by their X names. */
  press(...keys: string[]): Promise<void>;
  /** Types a text, key by key. */
  type(text: string): Promise<void>;
  /** Moves the pointer there, as a hand would, and clicks. Button 1 is the left one, 3 the right one. */
  click(x: number, y: number, button?: 1 | 3): Promise<void>;
  /** Gives the keyboard to the one window of a program. Without a window manager it belongs to whatever is under the pointer. */
  focus(program: string): Promise<void>;
  close(): void;
}

/** Starts Xvfb on the first free number. */
export async function openDisplay(): Promise<Display> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const name = `:${await firstLine(server)}`;
  const xdotool = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync('xdotool', words, { env: { ...process.env, DISPLAY: name } });
    if (status !== 0) throw new Error(`xdotool could not ${words.join(' ')}: ${String(stderr)}`);
    return String(stdout).trim();
  };
  return {
    name,
    async press(...keys) {
      for (const key of keys) {
        xdotool('key', key);
        await sleep(200);
      }
    },
    async type(text) {
      xdotool('type', text);
      await sleep(200);
    },
    async click(x, y, button = 1) {
      xdotool('mousemove', String(Math.round(x) - 3), String(Math.round(y) - 2));
      await sleep(100);
      xdotool('mousemove', String(Math.round(x)), String(Math.round(y)));
      await sleep(200);
      xdotool('click', String(button));
    },
    async focus(program) {
      const windows = xdotool('search', '--onlyvisible', '--class', program).split('\n');
      xdotool('windowfocus', '--sync', windows[0] ?? '');
    },
    close: () => void server.kill(),
  };
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    server.once('error', (error) => reject(new Error('Xvfb is needed for native windows', { cause: error })));
    server.once('exit', (code) => reject(new Error(`Xvfb ended with ${code} before it said its number`)));
    const pipe = server.stdio[3];
    if (!pipe) throw new Error('no pipe to Xvfb');
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
  });
}
