// Two thousand pages and two hundred messages a second, for ten minutes: what is lost, and what memory that takes; writes
// it into README.md.

import { expect, test } from '@playwright/test';
import { Account } from '../end2end/lib/api';
import type { Installation } from '../end2end/lib/installation';
import { Load, type Live, type Result, type StandIn, cpuSeconds, measured, memory } from './load';
import { machine, write } from './report';

const SECONDS = Number(process.env.STREAMIT_SECONDS ?? 600);
const PAGES = Number(process.env.STREAMIT_PAGES ?? 2000);
const PER_SECOND = 200;
/** Each may send 20 messages in half a minute, and sends ten. */
const WRITERS = PER_SECOND * 3;
const CONNECTIONS = 16;
/** How often somebody looks at the memory. */
const EVERY_MS = 30_000;

test('nothing is lost under load', async () => {
  const head = machine(`SQLite, ${PAGES} event streams, ${PER_SECOND} messages a second for ${SECONDS} s`);
  await measured(async (installation, livekit) => {
    const live = await livekit.goLive(installation);
    const writers = await signUp(installation);
    const address = new URL(installation.url).host;
    const pages = Load.start('events', { address, path: '/api/channel/events?username=ada', connections: PAGES });
    expect((await pages.next()).connected).toBe(PAGES);
    const run = await watched(installation, () => talk(address, writers));
    const deaf = await tellLast(live, pages, run.result.revision);
    const lost = await missing(live, livekit, run.result.ids);
    expect([deaf, lost.stored, lost.sent], 'pages without the end, messages not stored, messages not sent').toEqual([0, 0, 0]);
    write('soak', [head, table(run, lost)].join('\n\n'));
    pages.stop();
  });
});

async function signUp(installation: Installation): Promise<Account[]> {
  const writers: Account[] = [];
  const hands = Array.from({ length: 4 }, async (_, hand) => {
    for (let n = hand; n < WRITERS; n += 4) writers.push(await Account.signUp(installation.url, `writer${n}`));
  });
  await Promise.all(hands);
  return writers;
}

interface Talk {
  result: Result;
  ids: string[];
  revision: number;
}

function talk(address: string, writers: Account[]): Promise<Talk> {
  const cookies = writers.map(({ cookie }) => `${cookie.name}=${cookie.value}`);
  const order = { address, username: 'ada', cookies, perSecond: PER_SECOND, seconds: SECONDS, connections: CONNECTIONS };
  return Load.run<Talk>('chat', order);
}

interface Run {
  result: Talk;
  /** In MB: at the start, at every look, at the end. */
  memory: number[];
  /** Of the program, in seconds. */
  cpu: number;
}

async function watched(installation: Installation, work: () => Promise<Talk>): Promise<Run> {
  const look = () => memory(installation.appPid());
  const seen = [look()];
  const before = cpuSeconds(installation.appPid());
  const looking = setInterval(() => seen.push(look()), EVERY_MS);
  try {
    const result = await work();
    return { result, memory: [...seen, look()], cpu: cpuSeconds(installation.appPid()) - before };
  } finally {
    clearInterval(looking);
  }
}

/** One message more, which all pages wait for; gives how many of them are gone. */
async function tellLast({ creator }: Live, pages: Load, revision: number): Promise<number> {
  pages.tell(`"revision":${revision + 1},`);
  await pages.next();
  await creator.say('ada', 'This was the last one.');
  const { heard, ended } = (await pages.next()) as { heard: number; ended: number };
  expect(heard + ended).toBe(PAGES);
  return ended;
}

interface Lost {
  stored: number;
  sent: number;
  doubled: number;
}

async function missing({ creator }: Live, livekit: StandIn, ids: string[]): Promise<Lost> {
  const stored = new Set<string>();
  for (let since = '0' as string | null; since !== null; ) {
    const path = `/api/chat/messages?username=ada&since=${since}`;
    const page = await creator.call<{ items: { id: string }[]; next: string | null }>('GET', path);
    page.items.forEach(({ id }) => stored.add(id));
    since = page.next;
  }
  const sent = await livekit.lines();
  return {
    stored: ids.filter((id) => !stored.has(id)).length,
    sent: ids.filter((id) => !sent.has(id)).length,
    doubled: ids.filter((id) => (sent.get(id) ?? 0) > 1).length,
  };
}

function table({ result: { result }, memory: seen, cpu }: Run, { stored, sent, doubled }: Lost): string {
  const share = (seconds: number) => `${Math.round((100 * seconds) / result.seconds)} %`;
  const rows: [string, string, string][] = [
    ['messages acknowledged', String(result.count), ''],
    ['of them not stored', String(stored), '0'],
    ['of them not sent to the room', String(sent), '0'],
    ['of them sent twice', String(doubled), ''],
    ['event streams that broke off, or missed the end', '0', '0'],
    ['message due → acknowledged: p50, p99, max', [result.p50, result.p99, result.max].map((ms) => `${ms.toFixed(0)} ms`).join(', '), ''],
    ['memory (RSS) at the start, all pages connected', `${seen[0].toFixed(1)} MB`, ''],
    ['memory at the end', `${seen.at(-1)!.toFixed(1)} MB`, ''],
    ['most at any look', `${Math.max(...seen).toFixed(1)} MB`, ''],
    ['CPU of StreamIt', share(cpu), ''],
    ['CPU of who writes', share(result.cpuSeconds), ''],
  ];
  return ['| | | aim |', '| --- | ---: | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
}
