// Measures what an idle event stream costs in memory, and how long it takes to tell all of them; writes it into
// README.md.

import { expect, test } from '@playwright/test';
import type { Installation } from '../end2end/lib/installation';
import { Load, type Live, cpuSeconds, measured, memory } from './load';
import { Samples, machine, write } from './report';

const CONNECTIONS = Number(process.env.STREAMIT_CONNECTIONS ?? 10_000);
const GOES = Number(process.env.STREAMIT_GOES ?? 20);

test('measure event streams', async () => {
  const head = machine(`${CONNECTIONS} event streams of one channel, told ${GOES} times; times in milliseconds`);
  await measured(async (installation, livekit) => {
    const live = await livekit.goLive(installation);
    // Whatever the first of all costs is not of the others.
    const first = await connected(installation, 100);
    first.stop();
    const before = memory(installation.appPid());
    const listeners = await connected(installation, CONNECTIONS);
    const after = memory(installation.appPid());
    const times = await tell(live, listeners, installation);
    const told = memory(installation.appPid());
    listeners.stop();
    write('events', [head, times.table('time', (name) => (name.startsWith('title') ? '≤ 500' : '')), memoryTable(before, after, told)].join('\n\n'));
  });
});

async function connected(installation: Installation, connections: number): Promise<Load> {
  const order = { address: new URL(installation.url).host, path: '/api/channel/events?username=ada', connections };
  const listeners = Load.start('events', order);
  expect((await listeners.next()).connected).toBe(connections);
  return listeners;
}

async function tell({ creator }: Live, listeners: Load, installation: Installation): Promise<Samples> {
  const times = new Samples();
  const now = () => performance.timeOrigin + performance.now();
  for (let go = 0; go < GOES; go += 1) {
    const title = `Title number ${go} of all`;
    listeners.tell(title);
    await listeners.next();
    const used = cpuSeconds(installation.appPid());
    const sent = now();
    await creator.setTitle(title);
    const { heardAt, ended } = (await listeners.next()) as { heardAt: number; ended: number };
    expect(ended, 'event streams that broke off').toBe(0);
    times.note(`title changed → at the last of ${CONNECTIONS}`, heardAt - sent);
    times.note('CPU of StreamIt for it', 1000 * (cpuSeconds(installation.appPid()) - used));
  }
  return times;
}

function memoryTable(before: number, after: number, told: number): string {
  const each = (mb: number) => `${(((mb - before) * 1024) / CONNECTIONS).toFixed(1)} kB each`;
  return [
    '| memory (RSS) of the program | | | aim |',
    '| --- | ---: | ---: | --- |',
    `| before | ${before.toFixed(1)} MB | | |`,
    `| all connected | ${after.toFixed(1)} MB | ${each(after)} | ≤ 10 kB each |`,
    `| all told ${GOES} times | ${told.toFixed(1)} MB | ${each(told)} | |`,
  ].join('\n');
}
