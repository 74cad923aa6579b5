// The test function of all specs: people with their browsers, encoders that end with the test, and a watch on every
// page for what must never happen: errors in the console, broken hydration, failures of the server.

import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Account, type Credentials, Refusal } from './api';
import { type Content, type Encoder, RtmpEncoder, type RtmpContent, StubbornEncoder, WhipEncoder } from './encoder';
import { Installation } from './installation';

export { expect };
export type { Page };

export interface VisitOptions extends BrowserContextOptions {
  /** Who is signed in there. */
  as?: Account;
}

export interface Fixtures {
  installation: Installation;
  /** Makes an account. */
  newUser: (name?: string) => Promise<Account>;
  /** Makes an approved creator. */
  newCreator: (name?: string) => Promise<Account>;
  admin: Account;
  creator: Account;
  /** The creator with a quarter of made-up broadcasts. */
  demo: Account;
  /** Opens a page in a browser of its own. */
  visit: (path: string, options?: VisitOptions) => Promise<Page>;
  rtmp: (credentials: Credentials, content?: RtmpContent) => RtmpEncoder;
  stubborn: (credentials: Credentials) => StubbornEncoder;
  whip: (credentials: Credentials, content?: Content) => Promise<WhipEncoder>;
  problems: Problems;
}

/** What went wrong on any page, but for what the test expects. */
export class Problems {
  private readonly found: string[] = [];
  private readonly expected: RegExp[] = [
    // The status itself is judged where the answer is seen; 401 and 409 are answers like others.
    /Failed to load resource: the server responded with a status of 4\d\d/,
    // LiveKit's client, when an encoder goes at the moment at which a viewer comes.
    /Tried to add a track for a participant, that's not present/,
    // And when it leaves a room, and the server hangs up first. What breaks off otherwise is seen by what a page shows.
    /error reading from signal stream .*WS closed unexpectedly with code 1006/s,
  ];

  /** From now on, and looking back, this is no problem. */
  expect(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  watch(context: BrowserContext): void {
    context.on('page', (page) => this.watchPage(page));
  }

  private watchPage(page: Page): void {
    page.on('console', (message) => {
      const text = message.text();
      // Leptos tells of broken hydration in a warning. (LiveKit's client warns of a "connection state mismatch" when its
      // self-check falls between the two steps of leaving a room: that is its own affair.)
      const isBad = message.type() === 'error' || /hydration|unreachable/i.test(text);
      if (isBad) this.found.push(`console of ${page.url()}: ${text}`);
    });
    page.on('pageerror', (error) => this.found.push(`exception in ${page.url()}: ${error.message}`));
    page.on('response', (response) => {
      if (response.status() >= 500) this.found.push(`${response.status()} for ${response.request().method()} ${response.url()}`);
    });
  }

  list(): string[] {
    return this.found.filter((problem) => !this.expected.some((pattern) => pattern.test(problem)));
  }
}

/** What the console says when the server, or LiveKit, is gone for a while. */
export const OUTAGE = [
  /ERR_CONNECTION_REFUSED/,
  /ERR_CONNECTION_RESET/,
  /ERR_INCOMPLETE_CHUNKED_ENCODING/,
  /ERR_EMPTY_RESPONSE/,
  /WebSocket connection to .* failed/,
  /Failed to load resource: net::/,
  /could not establish (signal|pc) connection/i,
  /websocket/i,
  // LiveKit's own client tells what it tries, also when it is told to leave while it is not connected.
  /serverUnreachable|leaveRequest|Failed to fetch|cannot send signal request before connected/,
];

/** What LiveKit's client says when it is put out of the room while it is still setting up its own channels. */
export const PUT_OUT = [/DataChannel error on/, /publisher data channel '\w+' closed unexpectedly/];

let count = 0;
function someName(kind: string): string {
  count += 1;
  return `${kind}_${Date.now().toString(36)}${count}`;
}

export const test = base.extend<Fixtures>({
  installation: async ({}, use) => use(Installation.shared()),

  baseURL: async ({ installation }, use) => use(installation.url),

  problems: async ({}, use) => {
    const problems = new Problems();
    await use(problems);
    expect(problems.list(), 'what went wrong on the pages').toEqual([]);
  },

  newUser: async ({ installation, admin }, use) => {
    // The first account is never an ordinary one.
    void admin;
    await use((name = someName('user')) => Account.signUp(installation.url, name));
  },

  newCreator: async ({ newUser, admin }, use) => {
    await use(async (name = someName('creator')) => {
      const creator = await newUser(name);
      await admin.decide((await creator.apply()).id, 'approve');
      return creator;
    });
  },

  admin: async ({ installation }, use) => use(await firstAccount(installation)),

  creator: async ({ newCreator }, use) => use(await newCreator()),

  demo: async ({ installation, admin }, use) => {
    void admin;
    const { username, password } = await installation.command<{ username: string; password: string }>('demo-creator');
    await installation.command('demo-analytics', '90');
    await use(await Account.signIn(installation.url, username, password));
  },

  visit: async ({ browser, contextOptions, baseURL, problems }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (path, { as, ...options } = {}) => {
      const context = await browser.newContext({ ...contextOptions, baseURL, storageState: as?.storageState, ...options });
      contexts.push(context);
      problems.watch(context);
      if (options.javaScriptEnabled !== false) await context.addInitScript(rememberConnections);
      const page = await context.newPage();
      await open(page, path, options.javaScriptEnabled !== false);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  rtmp: async ({}, use) => {
    const started: Encoder[] = [];
    await use((credentials, content) => {
      const encoder = new RtmpEncoder(credentials, content);
      started.push(encoder);
      return encoder;
    });
    await Promise.all(started.map((encoder) => encoder.stop()));
  },

  stubborn: async ({}, use) => {
    const started: Encoder[] = [];
    await use((credentials) => {
      const encoder = new StubbornEncoder(credentials);
      started.push(encoder);
      return encoder;
    });
    await Promise.all(started.map((encoder) => encoder.stop()));
  },

  whip: async ({ browser }, use) => {
    const started: Encoder[] = [];
    await use(async (credentials, content) => {
      const encoder = await WhipEncoder.start(browser, credentials, content);
      started.push(encoder);
      return encoder;
    });
    await Promise.all(started.map((encoder) => encoder.stop()));
  },
});

test.afterEach(({ installation }, info) => {
  if (info.status !== info.expectedStatus) writeFileSync(join(installation.dir, 'failed'), '');
});

/** Opens the address, and waits until the page is alive: before that, a click does what it does without WASM. */
export async function open(page: Page, path: string, isAlive = true): Promise<void> {
  await page.goto(path);
  if (isAlive) await alive(page);
}

/** The same page again, until it is hydrated: a click before that is an ordinary link or form. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await alive(page);
}

/** Until the page is hydrated. */
export async function alive(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName('hydrated').length > 0);
}

async function firstAccount({ dir, url }: Installation): Promise<Account> {
  const path = join(dir, 'admin.json');
  try {
    const { username, password, cookie } = JSON.parse(readFileSync(path, 'utf8'));
    return new Account(url, username, password, cookie);
  } catch {
    const admin = await Account.signUp(url, 'keeper');
    writeFileSync(path, JSON.stringify(admin), { mode: 0o600 });
    return admin;
  }
}

// Runs in every page before its own code: what the media connections received can be asked for later.
export function rememberConnections(): void {
  const connections: RTCPeerConnection[] = [];
  const Original = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(...values: ConstructorParameters<typeof Original>) {
      super(...values);
      connections.push(this);
    }
  };
  Object.assign(globalThis, { connections });
}

export { Refusal };
