// Measures how fast a creator reads a year of daily broadcasts of three hours with 1,000 viewers, on each database;
// writes it into README.md.

import { expect, test } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Installation } from '../end2end/lib/installation';
import { Postgres } from '../end2end/lib/postgres';
import { Samples, machine, write } from './report';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);
const DAYS = 365;
const VIEWERS = 1000;

const times = new Samples();

test('measure analytics', async () => {
  const head = machine(`${GOES} goes each; times in milliseconds, of the whole answer over HTTP`);
  const build = process.env.STREAMIT_BUILD ?? '';
  const installation = Installation.make({ build });
  const folder = mkdtempSync(join(tmpdir(), 'streamit-bench-'));
  const postgres = Postgres.start();
  try {
    for (const [name, databaseUrl] of [['SQLite', `sqlite:${join(folder, 'year.db')}`], ['PostgreSQL', postgres.url]]) {
      const password = seed(join(build, 'streamit'), databaseUrl, folder);
      await installation.startApp({ databaseUrl, livekit: false });
      await measure(installation.url, name, password);
      await installation.stopApp();
    }
    write('analytics', [head, times.table('answer', aim)].join('\n\n'));
  } finally {
    await installation.stopApp();
    postgres.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

function aim(name: string): string {
  return name.startsWith('SQLite') && !name.includes('export') ? '≤ 100' : '';
}

/** Makes the year up; gives the creator's password. */
function seed(program: string, databaseUrl: string, folder: string): string {
  const env = { PATH: process.env.PATH, DATABASE_URL: databaseUrl, STREAMIT_DATA_DIR: folder };
  const told = execFileSync(program, ['demo-analytics', String(DAYS), String(VIEWERS)], { env, cwd: folder, encoding: 'utf8' });
  const { broadcasts, password } = JSON.parse(told.trim().split('\n').pop() ?? '') as { broadcasts: number; password: string };
  expect(broadcasts).toBe(DAYS);
  return password;
}

async function measure(url: string, database: string, password: string): Promise<void> {
  const asked = await fetch(`${url}/api/auth/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ login: 'demo', password }),
  });
  const { data } = (await asked.json()) as { data: { token: string } };
  const read = async (path: string): Promise<string> => {
    const address = path.startsWith('/') ? `${url}${path}` : `${url}/api/analytics/${path}`;
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${data.token}`, Accept: '*/*' } });
    expect(answer.status, path).toBe(200);
    const text = await answer.text();
    if (path.startsWith('/')) expect(text).toContain('Day by day');
    return text;
  };
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const list = JSON.parse(await read('broadcasts')) as { data: { items: { id: string }[] } };
  const oldest = JSON.parse(await read('broadcasts?reverse=true')) as typeof list;
  const year = `from=${day(364)}&to=${day(0)}`;
  const questions: [string, string][] = [
    ['the page, 90 days', '/dashboard/analytics?days=90'],
    ['the page, 365 days', `/dashboard/analytics?${year}`],
    ['summary of 30 days', 'summary?days=30'],
    ['summary of 90 days', 'summary?days=90'],
    ['summary of 365 days', `summary?${year}&timeZone=Europe/Berlin`],
    ['list, the newest first', 'broadcasts'],
    ['list, by average viewers', 'broadcasts?order=averageViewers'],
    ['newest broadcast', `broadcast?id=${list.data.items[0].id}`],
    ['oldest broadcast', `broadcast?id=${oldest.data.items[0].id}`],
    ['export of all as CSV', 'export?format=csv'],
  ];
  for (let go = 0; go < GOES; go += 1) {
    for (const [name, path] of questions) {
      const began = performance.now();
      await read(path);
      times.note(`${database}: ${name}`, performance.now() - began);
    }
  }
}
