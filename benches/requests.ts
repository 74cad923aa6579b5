// Measures how many requests of somebody signed in are answered, and what memory that leaves; writes it into README.md.

import { test } from '@playwright/test';
import type { Installation } from '../end2end/lib/installation';
import { Load, type Live, type Replaced, type Result, besideReplaced, cells, cpuSeconds, measured, memory } from './load';
import { Postgres } from '../end2end/lib/postgres';
import { machine, write } from './report';

const SECONDS = Number(process.env.STREAMIT_GOES ?? 20);
const CONNECTIONS = 16;
const REPLACED: Replaced = { perSecond: 395, ms: 67 };

interface Question {
  name: string;
  paths: string[];
  /** It is what the aims are about, and what is known of the system that is replaced. */
  isJudged: boolean;
}

const QUESTIONS: Question[] = [
  { name: 'nothing but /healthz', paths: ['/healthz'], isJudged: false },
  { name: 'info and status in turn', paths: ['/api/stream/info', '/api/stream/status'], isJudged: true },
];

const rows: string[] = [];

test('measure requests', async () => {
  const head = machine(`${SECONDS} s each on ${CONNECTIONS} connections; times in milliseconds`);
  const postgres = Postgres.start();
  try {
    await measure('SQLite');
    await measure('PostgreSQL', postgres.url);
    const names = ['requests', 'per second', 'p50', 'p99', 'max', 'CPU of StreamIt', 'CPU of the client', 'memory after it'];
    const columns = `| ${[...names, 'times the replaced system', 'aim'].join(' | ')} |`;
    write('requests', [head, [columns, '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |', ...rows].join('\n')].join('\n\n'));
  } finally {
    postgres.stop();
  }
});

async function measure(database: string, databaseUrl?: string): Promise<void> {
  await measured(async (installation, livekit) => {
    const live = await livekit.goLive(installation);
    for (const { name, paths, isJudged } of QUESTIONS) {
      await ask(installation, live, paths, 1);
      const before = cpuSeconds(installation.appPid());
      const result = await ask(installation, live, paths, SECONDS);
      const used = cpuSeconds(installation.appPid()) - before;
      const all = `${cells(result, used)} | ${memory(installation.appPid()).toFixed(1)} MB`;
      const judged = isJudged ? `${besideReplaced(result, REPLACED)} | ≥ 12,000, p99 ≤ 5, ≤ 50 MB` : ' | ';
      rows.push(`| ${database}: ${name} | ${all} | ${judged} |`);
    }
  }, databaseUrl);
}

function ask(installation: Installation, { creator }: Live, paths: string[], seconds: number): Promise<Result> {
  const headers = { Cookie: `${creator.cookie.name}=${creator.cookie.value}` };
  const address = new URL(installation.url).host;
  return Load.run('requests', { address, connections: CONNECTIONS, seconds, headers, paths });
}
