// Measures what somebody waits for who comes for the first time, with a telephone and a slow connection: when a page
// shows what it is about, whether it jumps, when it answers to a click, and what it loads; writes it into README.md.

import { expect, test, type Browser } from '@playwright/test';
import { rmSync } from 'node:fs';
import { Account } from '../end2end/lib/api';
import { Installation } from '../end2end/lib/installation';
import { until } from '../end2end/lib/process';
import { Samples, machine, write } from './report';
import { type Transfer, Wire, sizeTable, transferOf } from './wire';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);

/** Lighthouse's connection of a telephone, "mobileSlow4G": 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back, in bytes
 * a second. Lighthouse computes with it; where it throttles for real, its own latency is several times that. https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
const CONNECTION = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (750 * 1024) / 8,
};
/** Lighthouse's "cpuSlowdownMultiplier" of a telephone. */
const CPU_SLOWDOWN = 4;
/** The screen of Lighthouse's telephone, a Moto G Power. */
const TELEPHONE = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };
/** Nothing has been loaded for so long: what comes is what somebody does. */
const QUIET_MS = 1_000;
/** Of the program in the browser, which sets it in the page's timeline. */
const HYDRATED = 'hydrated';

const PLAYER = 'the player, once a stream is live';

const times = new Samples();
const shifts = new Samples();

test('measure the speed of pages', async ({ browser }) => {
  const head = machine(`${GOES} visits each; times in milliseconds since the address was opened`);
  const installation = Installation.make({ build: process.env.STREAMIT_BUILD });
  try {
    await installation.startLiveKit();
    await installation.startApp();
    const ada = await Account.signUp(installation.url, 'ada');
    const transfers = await visits(browser, ada);
    transfers.push(await transferOf(PLAYER, `${installation.url}/vendor/livekit-client.js`));
    const sizes = sizeTable(transfers, (page) => (page === PLAYER ? '' : '≤ 300 (150)'));
    const shiftTable = shifts.table('layout shift', () => '≤ 0.02', 3);
    write('speed', [head, times.table('time', aim), shiftTable, sizes].join('\n\n'));
  } finally {
    await installation.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

function aim(name: string): string {
  return name.endsWith('interactive') ? '≤ 2,500' : '≤ 1,500';
}

/** Visits all pages in turn, and gives what the first visit of each has loaded. */
async function visits(browser: Browser, ada: Account): Promise<Transfer[]> {
  const pages: [name: string, path: string, as?: Account][] = [
    ['/', '/'],
    ['/watch/ada, not live', '/watch/ada'],
    ['/login', '/login'],
    ['/dashboard/streams', '/dashboard/streams', ada],
  ];
  const transfers: Transfer[] = [];
  for (let go = 0; go < GOES; go += 1) {
    for (const [name, path, as] of pages) {
      const { paintedAt, interactiveAt, shift, wire } = await visit(browser, ada.url, path, as);
      times.note(`${name}: largest contentful paint`, paintedAt);
      times.note(`${name}: interactive`, interactiveAt);
      shifts.note(name, shift);
      if (go === 0) transfers.push(...wire.transfers(name));
    }
  }
  return transfers;
}

interface Visit {
  paintedAt: number;
  interactiveAt: number;
  shift: number;
  wire: Wire;
}

/** Opens the page with nothing in the cache, and waits until no more comes. */
async function visit(browser: Browser, url: string, path: string, as?: Account): Promise<Visit> {
  const context = await browser.newContext({ ...TELEPHONE, baseURL: url, storageState: as?.storageState });
  await context.addInitScript(noteSpeed);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const wire = await Wire.watch(session);
  await session.send('Network.emulateNetworkConditions', CONNECTION);
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.goto(path);
  // Not with each picture, which would be work for the slow processor.
  await page.waitForFunction((mark) => performance.getEntriesByName(mark).length > 0, HYDRATED, { polling: 100 });
  expect(await until(() => wire.isQuiet(QUIET_MS), 30_000), `${path} has loaded all that it needs`).toBe(true);
  const { paintedAt, jumps } = await page.evaluate(() => (globalThis as unknown as { speed: Speed }).speed);
  const interactiveAt = await page.evaluate((mark) => performance.getEntriesByName(mark)[0].startTime, HYDRATED);
  expect(paintedAt, `${path} was painted`).toBeGreaterThan(0);
  await context.close();
  return { paintedAt, interactiveAt, shift: worstShift(jumps), wire };
}

interface Jump {
  at: number;
  value: number;
}

/** What a page notes of itself. */
interface Speed {
  /** The largest contentful paint until now. */
  paintedAt: number;
  jumps: Jump[];
}

// Runs in the page before its own code.
function noteSpeed(): void {
  interface Shift extends PerformanceEntry {
    value: number;
    hadRecentInput: boolean;
  }
  const speed: Speed = { paintedAt: 0, jumps: [] };
  Object.assign(globalThis, { speed });
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) speed.paintedAt = startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime, value, hadRecentInput } of list.getEntries() as Shift[]) {
      if (!hadRecentInput) speed.jumps.push({ at: startTime, value });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Cumulative layout shift as https://web.dev/articles/cls has it: the largest sum of jumps with less than a second between
 * one and the next, and of no more than five seconds. */
function worstShift(jumps: Jump[]): number {
  let worst = 0;
  let sum = 0;
  let [first, last] = [-Infinity, -Infinity];
  for (const { at, value } of jumps) {
    if (at - last >= 1_000 || at - first >= 5_000) [sum, first] = [0, at];
    sum += value;
    last = at;
    worst = Math.max(worst, sum);
  }
  return worst;
}
