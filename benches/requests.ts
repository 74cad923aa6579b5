// Measures how many requests of somebody signed in are answered, and what memory that leaves; writes it into README.md.

import { test } from '@playwright/test';
import type { Installation } from '../end2end/lib/installation';
import { Load, type Live, type Result, cells, cpuSeconds, measured, memory } from './load';
import { Postgres } from '../end2end/lib/postgres';
import { machine, write } from './report';

const SECONDS = Number(process.env.STREAMIT_GOES ?? 20);
const CONNECTIONS = 16;
const QUESTIONS: [string, string[]][] = [
  ['nothing but /healthz', ['/healthz']],
  ['info and status in turn', ['/api/stream/info', '/api/stream/status']],
];

const rows: string[] = [];

test('measure requests', async () => {
  const head = machine(`${SECONDS} s each on ${CONNECTIONS} connections; times in milliseconds`);
  const postgres = Postgres.start();
  try {
    await measure('SQLite');
    await measure('PostgreSQL', postgres.url);
    const columns = '| requests | per second | p50 | p99 | max | CPU of StreamIt | CPU of the client | memory after it | aim |';
    write('requests', [head, [columns, '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |', ...rows].join('\n')].join('\n\n'));
  } finally {
    postgres.stop();
  }
});

async function measure(database: string, databaseUrl?: string): Promise<void> {
  await measured(async (installation, livekit) => {
    const live = await livekit.goLive(installation);
    for (const [name, paths] of QUESTIONS) {
      await ask(installation, live, paths, 1);
      const before = cpuSeconds(installation.appPid());
      const result = await ask(installation, live, paths, SECONDS);
      const used = cpuSeconds(installation.appPid()) - before;
      note(`${database}: ${name}`, result, used, memory(installation.appPid()));
    }
  }, databaseUrl);
}

function ask(installation: Installation, { creator }: Live, paths: string[], seconds: number): Promise<Result> {
  const headers = { Cookie: `${creator.cookie.name}=${creator.cookie.value}` };
  const address = new URL(installation.url).host;
  return Load.run('requests', { address, connections: CONNECTIONS, seconds, headers, paths });
}

function note(kind: string, result: Result, server: number, mb: number): void {
  const aim = kind.includes('info') ? '≥ 12,000, p99 ≤ 5, ≤ 50 MB' : '';
  rows.push(`| ${kind} | ${cells(result, server)} | ${mb.toFixed(1)} MB | ${aim} |`);
}
