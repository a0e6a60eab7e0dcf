/** A browser with Gloss set up on a server of the test's own: where most tests begin. */
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { addProvider, answerToEnd, answers, ask, newChat, storedConnections, until } from '../../../scripts/drive.mjs';
import { Gloss } from './browser';
import type { LaunchOptions } from './browser';
import { Upstream } from './upstream';

/** `http://127.0.0.1/*`: the browser's prompts know no ports. */
export const loopback = 'http://127.0.0.1/*';

export interface Connecting {
  baseUrl: string;
  model?: string;
  key?: string;
  name?: string;
  provider?: string;
}

/** Adds a connection through the options page, by its names, and waits until it is stored. */
export async function setUpConnection(gloss: Gloss, connecting: Connecting): Promise<void> {
  const options = await gloss.openOptions();
  await addProvider(options, connecting);
  await until('the connection to be stored', async () =>
    (await storedConnections(options)).some((one) => one.baseUrl === connecting.baseUrl),
  );
  await options.close();
}

export class Session {
  private constructor(
    private running: Gloss,
    readonly upstream: Upstream,
  ) {}

  get gloss(): Gloss {
    return this.running;
  }

  static async start(launch: LaunchOptions = {}): Promise<Session> {
    const upstream = await Upstream.start();
    const gloss = await Gloss.launch(launch);
    await gloss.allow(loopback);
    await setUpConnection(gloss, {
      baseUrl: upstream.baseUrl,
      model: 'test-model',
      key: 'test-key-1234567890',
      name: 'Test server',
    });
    return new Session(gloss, upstream);
  }

  /** Ends the browser and starts it again on the same profile. */
  async restart(how: 'quit' | 'kill'): Promise<void> {
    this.running = await this.running.restart(how);
  }

  /** A panel in a tab, with an empty chat. */
  async freshPanel(): Promise<Page> {
    const panel = await this.gloss.openPanelTab();
    await panel.getByRole('textbox', { name: 'Message' }).waitFor();
    await newChat(panel);
    return panel;
  }

  /** Asks and waits for the whole answer. Its text. */
  async askAndWait(panel: Page, question: string): Promise<string> {
    const before = await answers(panel).count();
    await ask(panel, question);
    await expect.poll(() => answers(panel).count()).toBe(before + 1);
    await answerToEnd(panel);
    return answers(panel).last().innerText();
  }

  /** Says what went wrong in the pages since the last time, and forgets it. */
  expectNoTrouble(): void {
    const { errors, requests } = this.gloss.trouble;
    expect([...errors.splice(0), ...requests.splice(0)]).toEqual([]);
  }

  async close(): Promise<void> {
    await this.gloss.close();
    await this.upstream.close();
  }
}
