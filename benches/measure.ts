// Measures start, going live and memory, and beside it when a page shows LIVE that asks every five seconds; writes both
// into README.md. Nothing is left out: a go that fails ends the run.

import { expect, test, type Browser, type Page } from '@playwright/test';
import { rmSync } from 'node:fs';
import { Account } from '../end2end/lib/api';
import { RtmpEncoder, WhipEncoder, type Encoder } from '../end2end/lib/encoder';
import { Installation } from '../end2end/lib/installation';
import { expectOffline } from '../end2end/lib/player';
import { memory } from './load';
import { EVERY_MS, ask, openPolling } from './polling';
import { Relay } from './relay';
import { type Pair, Samples, besideTable, machine, write } from './report';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);
const BUILD = process.env.STREAMIT_BUILD ?? '';

const times = new Samples();
/** Of the page that asks. */
const asked = new Samples();

test('measure', async ({ browser }) => {
  const head = machine(`${GOES} goes each; times in milliseconds`);
  const installation = Installation.make({ build: BUILD });
  const relay = new Relay();
  try {
    await installation.startLiveKit(await relay.start(installation.port));
    await start(installation);
    const idle = await idleMemory(installation);
    const ada = await Account.signUp(installation.url, 'ada');
    await streams(browser, installation, relay, ada, 'RTMP', () => ada.makeKey('rtmp'), async (key) => new RtmpEncoder(key));
    const ada2 = await secondCreator(installation, ada);
    await streams(browser, installation, relay, ada2, 'WHIP', () => ada2.makeKey('whip'), (key) => WhipEncoder.start(browser, key));
    const busy = memory(installation.appPid());
    write('measured', [head, times.table('time', aim), memoryTable({ idle, busy })].join('\n\n'));
    write('beside-status', [head, besideTable(['RTMP', 'WHIP'].flatMap(besidePolling))].join('\n\n'));
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
  const polling = await openPolling(browser, installation.url);
  // Events come once the page is alive: a change of the title shows that it is.
  await creator.setTitle(`Measured with ${kind}`);
  await expect(watch.getByRole('heading', { level: 1 })).toHaveText(`Measured with ${kind}`);
  for (let go = 0; go < GOES; go += 1) {
    const pages = [dashboard, watch, polling];
    await Promise.all(pages.map(observe));
    // Spread evenly: when it asks next has nothing to do with when somebody goes live.
    await ask(polling, creator.username, ((go + 0.5) / GOES) * EVERY_MS);
    const started = Date.now();
    const encoder = await startEncoder(key);
    const [onDashboard, onWatch, onPolling] = await Promise.all(pages.map((page) => moment(page, 'live')));
    const frame = await moment(watch, 'frame');
    const webhook = relay.encoderCameAt(started);
    if (webhook === undefined) throw new Error('live without a webhook');
    times.note(`${kind}: webhook received → LIVE on the dashboard`, onDashboard - webhook);
    times.note(`${kind}: webhook received → LIVE on the watch page`, onWatch - webhook);
    times.note(`${kind}: encoder started → webhook received`, webhook - started);
    times.note(`${kind}: encoder started → LIVE on the dashboard`, onDashboard - started);
    times.note(`${kind}: encoder started → LIVE on the watch page`, onWatch - started);
    times.note(`${kind}: encoder started → first picture on the watch page`, frame - started);
    asked.note(`${kind}: webhook received → LIVE`, onPolling - webhook);
    asked.note(`${kind}: encoder started → LIVE`, onPolling - started);
    const stopped = Date.now();
    await encoder.stop();
    times.note(`${kind}: encoder stopped → offline on the watch page`, (await moment(watch, 'offline')) - stopped);
    await Promise.all([dashboard, watch].map(expectOffline));
  }
  await Promise.all([dashboard, watch, polling].map((page) => page.context().close()));
}

/** From now on the page writes down when it shows what. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(globalThis, { seen });
    const badge = document.querySelector<HTMLElement>('.status-line .badge')!;
    new MutationObserver(() => (seen[badge.dataset.status!] ??= Date.now())).observe(badge, { attributeFilter: ['data-status'] });
    document.querySelector('video')?.requestVideoFrameCallback(() => (seen.frame ??= Date.now()));
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

function besidePolling(kind: string): Pair[] {
  return ['encoder started → LIVE', 'webhook received → LIVE'].map((from): Pair => {
    const what = `${kind}: ${from}`;
    return { what, ours: ['event stream', times.of(`${what} on the watch page`)], theirs: ['asked every 5 s', asked.of(what)] };
  });
}

function memoryTable({ idle, busy }: { idle: number; busy: number }): string {
  const rows = [`| idle, 30 s after the start | ${idle.toFixed(1)} MB | ≤ 60 MB |`, `| at the end of the run | ${busy.toFixed(1)} MB | |`];
  return ['| memory (RSS) of the program | | aim |', '| --- | ---: | --- |', ...rows].join('\n');
}
