// Kills the program while people write, again and again, and looks each time whether all that it had acknowledged is
// there; writes how long it took to be back into README.md. The first thing that is lost, or that asks for a hand, ends
// the run.

import { expect, test } from '@playwright/test';
import { rmSync } from 'node:fs';
import { Account } from '../end2end/lib/api';
import { Installation } from '../end2end/lib/installation';
import { StandIn } from './load';
import { Postgres } from '../end2end/lib/postgres';
import { Samples, machine, write } from './report';
import { ChatWriter, Counter, Follower, WebhookWriter, type Writer } from './writers';

/** On each database. */
const KILLS = Number(process.env.STREAMIT_KILLS ?? 100);
/** Enough of them that none is refused for writing too fast. */
const PEOPLE = 40;
/** Of each round, before the kill. */
const LONGEST_MS = 600;

const times = new Samples();
const counts: string[] = [];

test('nothing is lost in a crash', async () => {
  const head = machine(`${KILLS} kills on each database; times in milliseconds`);
  const postgres = Postgres.start();
  try {
    await soak('SQLite');
    await soak('PostgreSQL', postgres.url);
    const rows = ['| acknowledged, and there after the kill | |', '| --- | ---: |', ...counts].join('\n');
    write('kills', [head, times.table('time', () => ''), rows].join('\n\n'));
  } finally {
    postgres.stop();
  }
});

async function soak(database: string, databaseUrl?: string): Promise<void> {
  const installation = Installation.make({ build: process.env.STREAMIT_BUILD });
  const livekit = new StandIn();
  const start = () => installation.startApp({ databaseUrl, livekit: false, settings: livekit.settings, everyMs: 2 });
  try {
    await start();
    const { creator, room } = await livekit.goLive(installation);
    const people: Account[] = [];
    for (let n = 0; n < PEOPLE; n += 1) people.push(await Account.signUp(installation.url, `person${n}`));
    const writers = writersOf(creator, room, people);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await round(installation, writers);
      const began = performance.now();
      await start();
      times.note(`${database}: started → /healthz answers`, performance.now() - began);
      for (const writer of writers) await writer.check();
      expect((await creator.status()).status, 'on air as before').toBe('live');
    }
    await stop(installation, database);
    for (const { name, count } of writers) counts.push(`| ${database}: ${name} | ${count} |`);
  } finally {
    await installation.stopApp();
    livekit.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
}

function writersOf(creator: Account, room: string, people: Account[]): Writer[] {
  const title = async () => Number((await creator.call<{ title: string }>('GET', '/api/stream/info')).title.replace('Title ', ''));
  const rule = async () => {
    const { state } = await creator.call<{ state: { chat: { followersMinMinutes: number } } }>('GET', '/api/channel?username=ada');
    return state.chat.followersMinMinutes;
  };
  return [
    new Counter('titles', (n) => creator.setTitle(`Title ${n}`), title),
    new Counter('settings of the chat', (n) => creator.changeChat({ followersMinMinutes: n }), rule),
    new Follower(people[0], creator.username),
    new ChatWriter(people, creator.username),
    new WebhookWriter(creator.url, room),
  ];
}

/** All write until the program is killed at some moment. */
async function round(installation: Installation, writers: Writer[]): Promise<void> {
  let isGone = false;
  const writing = writers.map(async (writer) => {
    while (!isGone) {
      try {
        await writer.write();
      } catch (error) {
        if (!isGone) throw error;
      }
    }
  });
  const all = Promise.all(writing);
  // Seen where it is awaited, also when that is later.
  all.catch(() => {});
  await new Promise((done) => setTimeout(done, 20 + Math.random() * LONGEST_MS));
  isGone = true;
  await installation.stopApp('SIGKILL');
  await all;
}

/** As it is stopped every day. */
async function stop(installation: Installation, database: string): Promise<void> {
  const abort = new AbortController();
  const events = await fetch(`${installation.url}/api/channel/events?username=ada`, { signal: abort.signal });
  const began = performance.now();
  await installation.stopApp();
  times.note(`${database}: SIGTERM → gone`, performance.now() - began);
  expect(await events.text(), 'event streams say when to come back').toContain('retry: ');
}
