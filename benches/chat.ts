// Measures the chat with many viewers in the room, and how much of it each database takes; writes it into README.md.

import { expect, test, type Browser } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Account } from '../end2end/lib/api';
import { WhipEncoder } from '../end2end/lib/encoder';
import { Installation } from '../end2end/lib/installation';
import { until } from '../end2end/lib/process';
import { Postgres } from '../end2end/lib/postgres';
import { Samples, machine, write } from './report';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);
const VIEWERS = 100;
/** Each may send 20 messages in half a minute. */
const MESSAGES_PER_WRITER = 20;
const WRITERS = 150;
/** Requests under way at once. */
const AT_ONCE = 16;

const times = new Samples();
const rates: string[] = [];

test('measure the chat', async ({ browser }) => {
  const head = machine(`${GOES} goes each, ${VIEWERS} viewers; times in milliseconds`);
  const installation = Installation.make({ build: process.env.STREAMIT_BUILD });
  const postgres = Postgres.start();
  try {
    await installation.startLiveKit();
    await installation.startApp();
    await live(browser, installation, async (creator) => {
      await delays(installation, creator);
      await rate(installation, creator, 'SQLite');
    });
    await installation.stopApp();
    await installation.startApp({ databaseUrl: postgres.url });
    await live(browser, installation, (creator) => rate(installation, creator, 'PostgreSQL'));
    const ratesTable = ['| accepted by | messages | per second |', '| --- | ---: | ---: |', ...rates].join('\n');
    write('chat', [head, times.table('time', aim), ratesTable].join('\n\n'));
  } finally {
    await installation.stop();
    postgres.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

function aim(name: string): string {
  if (name.startsWith('message')) return name.includes('each') ? 'p95 ≤ 150' : '';
  return name.includes('each') ? 'p95 ≤ 200' : '';
}

/** A creator who is live, for as long as `work` takes. */
async function live(browser: Browser, installation: Installation, work: (creator: Account) => Promise<void>): Promise<void> {
  const creator = await Account.signUp(installation.url, 'ada');
  const encoder = await WhipEncoder.start(browser, await creator.makeKey('whip'));
  try {
    const isLive = async () => (await creator.status()).status === 'live';
    expect(await until(isLive, 30_000), 'the stream is live').toBe(true);
    await work(creator);
  } finally {
    await encoder.stop();
  }
}

interface Arrival {
  at: number;
  lines?: string[];
  version?: number;
}

/** Viewers in the room, without a browser each. */
class Viewers {
  readonly arrivals: Arrival[] = [];
  private connected = 0;

  private constructor(private readonly process: ChildProcess) {
    createInterface({ input: process.stdout! }).on('line', (line) => {
      const news = JSON.parse(line) as Arrival & { connected?: number };
      if (news.connected !== undefined) this.connected = news.connected;
      else this.arrivals.push(news);
    });
  }

  static async connect(url: string, tokens: string[]): Promise<Viewers> {
    const program = spawn(process.env.STREAMIT_VIEWERS ?? 'viewers', { stdio: ['pipe', 'pipe', 'inherit'] });
    const viewers = new Viewers(program);
    program.stdin.write(`${JSON.stringify({ url, tokens })}\n`);
    expect(await until(() => viewers.connected === tokens.length, 120_000), 'the viewers are in the room').toBe(true);
    return viewers;
  }

  /** When all of them had it, one time each. */
  async heard(isIt: (arrival: Arrival) => boolean): Promise<number[]> {
    const times = () => this.arrivals.filter(isIt).map(({ at }) => at);
    expect(await until(() => times().length >= this.connected, 30_000, 5), 'all viewers heard it').toBe(true);
    return times();
  }

  leave(): void {
    this.process.stdin?.end();
  }
}

async function delays(installation: Installation, creator: Account): Promise<void> {
  const guests = Array.from({ length: VIEWERS }, () => guestToken(installation.url, creator.username));
  const tokens = await Promise.all(guests);
  const viewers = await Viewers.connect(tokens[0].url, tokens.map(({ token }) => token));
  const writer = await Account.signUp(installation.url, 'bob');
  const now = () => performance.timeOrigin + performance.now();
  for (let go = 0; go < GOES; go += 1) {
    const sent = now();
    const { id } = await writer.say(creator.username, `Message number ${go}`);
    times.note('message sent → answered', now() - sent);
    const heard = await viewers.heard((arrival) => arrival.lines?.includes(id) ?? false);
    times.note('message sent → at each viewer', ...heard.map((at) => at - sent));
    times.note('message sent → at the last viewer', Math.max(...heard) - sent);
    // Within the twenty messages of half a minute that everybody may send.
    await new Promise((done) => setTimeout(done, 1_600));
  }
  for (let go = 0; go < GOES; go += 1) {
    const changed = now();
    await creator.changeChat({ slowModeSeconds: go % 2 === 0 ? 10 : 0 });
    const { version } = await creator.status();
    const heard = await viewers.heard((arrival) => (arrival.version ?? 0) >= version);
    times.note('settings changed → at each viewer', ...heard.map((at) => at - changed));
    times.note('settings changed → at the last viewer', Math.max(...heard) - changed);
  }
  await creator.changeChat({ slowModeSeconds: 0 });
  viewers.leave();
}

async function guestToken(url: string, username: string): Promise<{ url: string; token: string }> {
  const answer = await fetch(`${url}/api/channel/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username }),
  });
  return ((await answer.json()) as { data: { url: string; token: string } }).data;
}

/** Many write at once, as fast as they are answered. */
async function rate(installation: Installation, creator: Account, database: string): Promise<void> {
  const writers: Account[] = [];
  for (let n = 0; n < WRITERS; n += 1) writers.push(await Account.signUp(installation.url, `writer${n}`));
  const messages = writers.flatMap((writer) =>
    Array.from({ length: MESSAGES_PER_WRITER }, (_, n) => () => writer.say(creator.username, `Message number ${n}`)),
  );
  // Mixed, so that nobody sends two at the same moment only because they stand beside each other.
  const queue = messages.map((message, place) => ({ message, key: (place * 7919) % messages.length })).sort((a, b) => a.key - b.key);
  const started = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.pop(); next; next = queue.pop()) await next.message();
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  rates.push(`| ${database}, ${WRITERS} people, ${AT_ONCE} requests at once | ${messages.length} | ${Math.round(messages.length / seconds)} |`);
}
