// Measures start, going live, memory and sizes, and writes them into README.md. Nothing is left out: a go that fails
// ends the run.

import { expect, test, type Browser, type Page } from '@playwright/test';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Account } from '../end2end/lib/api';
import { RtmpEncoder, WhipEncoder, type Encoder } from '../end2end/lib/encoder';
import { Installation } from '../end2end/lib/installation';
import { expectOffline } from '../end2end/lib/player';
import { memory } from './load';
import { Relay } from './relay';
import { Samples, machine, write } from './report';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);
const BUILD = process.env.STREAMIT_BUILD ?? '';

const times = new Samples();

test('measure', async ({ browser }) => {
  const head = machine(`${GOES} goes each; times in milliseconds`);
  const installation = Installation.make({ build: BUILD });
  const relay = new Relay();
  try {
    await installation.startLiveKit(await relay.start(installation.port));
    await start(installation);
    const idle = await idleMemory(installation);
    const ada = await Account.signUp(installation.url, 'ada');
    const transfers = await firstVisits(browser, installation, ada);
    await streams(browser, installation, relay, ada, 'RTMP', () => ada.makeKey('rtmp'), async (key) => new RtmpEncoder(key));
    const ada2 = await secondCreator(installation, ada);
    await streams(browser, installation, relay, ada2, 'WHIP', () => ada2.makeKey('whip'), (key) => WhipEncoder.start(browser, key));
    const busy = memory(installation.appPid());
    write('measured', [head, times.table('time', aim), memoryTable({ idle, busy }), sizeTable(transfers)].join('\n\n'));
  } finally {
    relay.stop();
    await installation.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

/** The database is there from the second go on; the first is counted too. */
async function start(installation: Installation): Promise<void> {
  for (let go = 0; go < GOES; go += 1) {
    if (go > 0) await installation.stopApp();
    const since = performance.now();
    await installation.startApp({ everyMs: 2 });
    times.note('program started → /healthz answers', performance.now() - since);
  }
}

async function idleMemory(installation: Installation): Promise<number> {
  await new Promise((done) => setTimeout(done, 30_000));
  return memory(installation.appPid());
}

async function secondCreator(installation: Installation, admin: Account): Promise<Account> {
  const creator = await Account.signUp(installation.url, 'bea');
  await admin.decide((await creator.apply()).id, 'approve');
  return creator;
}

interface Transfer {
  page: string;
  kind: string;
  raw: number;
  brotli: number;
}

/** What a browser with an empty cache fetches, by kind. */
async function firstVisits(browser: Browser, installation: Installation, ada: Account): Promise<Transfer[]> {
  const found: Transfer[] = [];
  for (const [name, path, as] of [
    ['/', '/', undefined],
    ['/dashboard/keys', '/dashboard/keys', ada],
    ['/watch/ada, not live', '/watch/ada', undefined],
  ] as const) {
    const context = await browser.newContext({ storageState: as?.storageState, baseURL: installation.url });
    const page = await context.newPage();
    const files: string[] = [];
    page.on('response', (response) => files.push(new URL(response.url()).pathname));
    const wasm = page.waitForResponse((response) => response.url().endsWith('.wasm'));
    await page.goto(path);
    await (await wasm).finished();
    await page.evaluate(() => document.fonts.ready);
    // What the page asks for once it is alive.
    await page.waitForTimeout(1_000);
    found.push(...sizes(name, files));
    await context.close();
  }
  const player = ['/vendor/livekit-client.js'];
  found.push(...sizes('the player, once a stream is live', player));
  return found;
}

function sizes(page: string, paths: string[]): Transfer[] {
  const totals = new Map<string, Transfer>();
  for (const path of new Set(paths)) {
    const kind = /\.(wasm|js|css|woff2|svg)$/.exec(path)?.[1];
    if (!kind) continue;
    const file = join(BUILD, 'site', path);
    const raw = statSync(file).size;
    const total = totals.get(kind) ?? { page, kind, raw: 0, brotli: 0 };
    totals.set(kind, { ...total, raw: total.raw + raw, brotli: total.brotli + brotliSize(file) });
  }
  return [...totals.values()];
}

/** A font is compressed by itself; what the build has compressed is taken as it is. */
function brotliSize(file: string): number {
  if (file.endsWith('.woff2')) return statSync(file).size;
  try {
    return statSync(`${file}.br`).size;
  } catch {
    return brotliCompressSync(readFileSync(file)).length;
  }
}

/** Goes live and off air, over and over, with dashboard and watch page open. */
async function streams(
  browser: Browser,
  installation: Installation,
  relay: Relay,
  creator: Account,
  kind: string,
  makeKey: () => ReturnType<Account['makeKey']>,
  startEncoder: (key: Awaited<ReturnType<Account['makeKey']>>) => Promise<Encoder>,
): Promise<void> {
  const key = await makeKey();
  const open = async (path: string, as?: Account) => {
    const context = await browser.newContext({ storageState: as?.storageState, baseURL: installation.url });
    const page = await context.newPage();
    await page.goto(path);
    await expectOffline(page);
    return page;
  };
  const dashboard = await open('/dashboard/streams', creator);
  const watch = await open(`/watch/${creator.username}`);
  // Events come once the page is alive: a change of the title shows that it is.
  await creator.setTitle(`Measured with ${kind}`);
  await expect(watch.getByRole('heading', { level: 1 })).toHaveText(`Measured with ${kind}`);
  for (let go = 0; go < GOES; go += 1) {
    const pages = [dashboard, watch];
    await Promise.all(pages.map(observe));
    const started = Date.now();
    const encoder = await startEncoder(key);
    const [onDashboard, onWatch] = await Promise.all(pages.map((page) => moment(page, 'live')));
    const frame = await moment(watch, 'frame');
    const webhook = relay.encoderCameAt(started);
    if (webhook === undefined) throw new Error('live without a webhook');
    times.note(`${kind}: webhook received → LIVE on the dashboard`, onDashboard - webhook);
    times.note(`${kind}: webhook received → LIVE on the watch page`, onWatch - webhook);
    times.note(`${kind}: encoder started → webhook received`, webhook - started);
    times.note(`${kind}: encoder started → LIVE on the dashboard`, onDashboard - started);
    times.note(`${kind}: encoder started → LIVE on the watch page`, onWatch - started);
    times.note(`${kind}: encoder started → first picture on the watch page`, frame - started);
    const stopped = Date.now();
    await encoder.stop();
    times.note(`${kind}: encoder stopped → offline on the watch page`, (await moment(watch, 'offline')) - stopped);
    await Promise.all(pages.map(expectOffline));
  }
  await Promise.all([dashboard, watch].map((page) => page.context().close()));
}

/** From now on the page writes down when it shows what. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(globalThis, { seen });
    const badge = document.querySelector<HTMLElement>('.status-line .badge')!;
    new MutationObserver(() => (seen[badge.dataset.status!] ??= Date.now())).observe(badge, { attributeFilter: ['data-status'] });
    document.querySelector('video')!.requestVideoFrameCallback(() => (seen.frame ??= Date.now()));
  });
}

async function moment(page: Page, what: string): Promise<number> {
  const found = await page.waitForFunction(
    (name) => (globalThis as unknown as { seen: Record<string, number> }).seen[name],
    what,
    { timeout: 60_000, polling: 100 },
  );
  return (await found.jsonValue()) as number;
}

function aim(name: string): string {
  if (name.includes('webhook received → LIVE')) return 'p95 ≤ 100';
  if (name.includes('RTMP: encoder started → LIVE')) return '≤ 1,500';
  if (name.includes('/healthz')) return '≤ 500';
  return '';
}

function memoryTable({ idle, busy }: { idle: number; busy: number }): string {
  const rows = [`| idle, 30 s after the start | ${idle.toFixed(1)} MB | ≤ 60 MB |`, `| at the end of the run | ${busy.toFixed(1)} MB | |`];
  return ['| memory (RSS) of the program | | aim |', '| --- | ---: | --- |', ...rows].join('\n');
}

function sizeTable(transfers: Transfer[]): string {
  const kb = (bytes: number) => (bytes / 1000).toFixed(1);
  const pages = [...new Set(transfers.map(({ page }) => page))];
  const rows = pages.flatMap((page) => {
    const parts = transfers.filter((one) => one.page === page);
    const code = parts.filter(({ kind }) => ['wasm', 'js', 'css'].includes(kind));
    const sum = (of: 'raw' | 'brotli') => code.reduce((total, one) => total + one[of], 0);
    return [
      ...parts.map((one) => `| ${page} | ${one.kind} | ${kb(one.raw)} | ${kb(one.brotli)} | |`),
      `| ${page} | **wasm, js and css** | **${kb(sum('raw'))}** | **${kb(sum('brotli'))}** | ${page.startsWith('the player') ? '' : '≤ 300'} |`,
    ];
  });
  return ['| first visit, in kB | | raw | brotli | aim |', '| --- | --- | ---: | ---: | --- |', ...rows].join('\n');
}

