// Measures how many signed webhooks each database takes, and how long each waits; writes it into README.md.

import { test } from '@playwright/test';
import { Load, type Replaced, type Result, besideReplaced, cells, cpuSeconds, measured, signing } from './load';
import { Postgres } from '../end2end/lib/postgres';
import { machine, write } from './report';

/** Of each kind. */
const COUNT = 1000 * Number(process.env.STREAMIT_GOES ?? 20);
const CONNECTIONS = 16;
const REPLACED: Replaced = { perSecond: 513, ms: 200 };

const rows: string[] = [];

test('measure webhooks', async () => {
  const head = machine(`${COUNT} webhooks of each kind on ${CONNECTIONS} connections; times in milliseconds`);
  const postgres = Postgres.start();
  try {
    await measure('SQLite');
    await measure('PostgreSQL', postgres.url);
    const columns = '| webhooks | per second | p50 | p99 | max | CPU of StreamIt | CPU of the client | times the replaced system | aim |';
    write('webhooks', [head, [columns, '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |', ...rows].join('\n')].join('\n\n'));
  } finally {
    postgres.stop();
  }
});

async function measure(database: string, databaseUrl?: string): Promise<void> {
  await measured(async (installation, livekit) => {
    const { room } = await livekit.goLive(installation);
    // Looks into the room are not measured, and would not find those viewers: from here on they find nothing out.
    livekit.stop();
    // What comes first is not counted: nothing is warm.
    for (const [kind, of, count] of [['', '', 1000], ['of no meaning here', '', COUNT], ['a viewer who comes', room, COUNT]] as const) {
      const before = cpuSeconds(installation.appPid());
      const address = new URL(installation.url).host;
      const result = await Load.run<Result>('webhooks', { address, connections: CONNECTIONS, count, room: of, ...signing });
      if (kind) note(`${database}: ${kind}`, result, cpuSeconds(installation.appPid()) - before);
    }
  }, databaseUrl);
}

function note(kind: string, result: Result, server: number): void {
  rows.push(`| ${kind} | ${cells(result, server)} | ${besideReplaced(result, REPLACED)} | ≥ 4,000, p99 ≤ 10 |`);
}
