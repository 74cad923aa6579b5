// Measures what somebody waits for who comes for the first time, with a telephone, on 4G and on slow 4G: when a page shows
// what it is about, whether it jumps, when it answers to a click, when a live picture is there, and what it loads; writes
// it into README.md.

import { expect, test, type Browser, type CDPSession } from '@playwright/test';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Account, type StreamState } from '../end2end/lib/api';
import { WhipEncoder } from '../end2end/lib/encoder';
import { Installation } from '../end2end/lib/installation';
import { LIBRARY } from '../end2end/lib/player';
import { until } from '../end2end/lib/process';
import { Samples, machine, write } from './report';
import { type Program, type Transfer, Wire, loaded, programTable, sizeTable, transferOf } from './wire';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);

interface Connection {
  name: string;
  /** Milliseconds there and back, and bytes a second. */
  conditions: { offline: boolean; latency: number; downloadThroughput: number; uploadThroughput: number };
}

/** What the aims are for: WebPageTest's "4G", 9 Mbit/s both ways and 170 ms there and back.
 * https://github.com/WPO-Foundation/webpagetest/blob/master/www/settings/connectivity.ini.sample */
const FOUR_G: Connection = {
  name: '4G',
  conditions: { offline: false, latency: 170, downloadThroughput: 9_000_000 / 8, uploadThroughput: 9_000_000 / 8 },
};
/** Lighthouse's connection of a telephone, "mobileSlow4G": 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. Lighthouse
 * computes with it; where it throttles for real, its own latency is several times that.
 * https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
const SLOW_FOUR_G: Connection = {
  name: 'slow 4G',
  conditions: { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 },
};
/** Lighthouse's "cpuSlowdownMultiplier" of a telephone. */
const CPU_SLOWDOWN = 4;
/** The screen of Lighthouse's telephone, a Moto G Power. */
const TELEPHONE = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true };
/** Nothing has been loaded for so long: what comes is what somebody does. */
const QUIET_MS = 1_000;
/** The program in the browser sets a mark of that name in the page's timeline. */
const WHEN_HYDRATED = `new Promise((done) => new PerformanceObserver((list) => {
  for (const { startTime } of list.getEntriesByName('hydrated')) done(startTime);
}).observe({ type: 'mark', buffered: true }))`;
/** On the front page. */
const STREAMS = 12;
/** In kB, on the wire; and what would be better. */
const MOST_KB = 300;
const CEILING = `≤ ${MOST_KB} (150)`;
const MOST_SHIFT = 0.02;
const PAINTED_WITHIN_MS = 1_500;
const INTERACTIVE_WITHIN_MS = 2_500;

const PLAYER = 'the player, once a stream is live';

interface Stop {
  name: string;
  path: string;
  as?: Account;
  /** There is a picture that moves. */
  isLive?: boolean;
}

const times = new Map([FOUR_G, SLOW_FOUR_G].map((connection) => [connection, new Samples()]));
/** On both connections. */
const shifts = new Samples();

test('measure the speed of pages', async ({ browser }) => {
  const head = machine(`${GOES} visits each; times in milliseconds since the address was opened`);
  const installation = Installation.make({ build: process.env.STREAMIT_BUILD });
  let encoder: WhipEncoder | undefined;
  try {
    await installation.startLiveKit();
    await installation.startApp();
    const ada = await Account.signUp(installation.url, 'ada');
    const bare: Stop[] = [
      { name: '/, nobody was live yet', path: '/' },
      { name: '/watch/ada, not live', path: '/watch/ada' },
      { name: '/login', path: '/login' },
      { name: '/dashboard/streams', path: '/dashboard/streams', as: ada },
    ];
    const transfers = await visits(browser, ada.url, bare);
    const program = await programOf(browser, ada);
    await othersWereLive(browser, ada);
    encoder = await WhipEncoder.start(browser, await ada.makeKey('whip'));
    await becomes(ada, 'live');
    const full: Stop[] = [
      { name: `/, ${STREAMS} streams with pictures, one of them live`, path: '/' },
      { name: '/watch/ada, live', path: '/watch/ada', isLive: true },
    ];
    transfers.push(...(await visits(browser, ada.url, full)), await transferOf(PLAYER, installation.url + installation.addressOf(LIBRARY)));
    // What people send as pictures, and the player, is not held against the program.
    const sizes = sizeTable(transfers, (page) => (page === bare[0].name ? CEILING : ''));
    const shiftTable = shifts.table('layout shift', () => `p50 ≤ ${MOST_SHIFT}`, 3);
    const timeTables = [...times].map(([{ name }, samples]) => samples.table(`time, on ${name}`, (of) => (name === FOUR_G.name ? aimOf(of) : '')));
    write('speed', [head, ...timeTables, shiftTable, program, sizes].join('\n\n'));
    holdAims(transfers, bare[0].name);
  } finally {
    await encoder?.stop();
    await installation.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

/** What is aimed at, in milliseconds. */
function limitOf(name: string): number | undefined {
  if (name.endsWith('first picture')) return undefined;
  return name.endsWith('interactive') ? INTERACTIVE_WITHIN_MS : PAINTED_WITHIN_MS;
}

function aimOf(name: string): string {
  const limit = limitOf(name);
  return limit === undefined ? '' : `p50 ≤ ${limit.toLocaleString('en')}`;
}

/** Fails when the front page is too large, or a shift or a time on 4G misses its aim: once the tables say by how much. */
function holdAims(transfers: Transfer[], frontPage: string): void {
  expect.soft(loaded(transfers, frontPage, 'wire') / 1_000, `${frontPage}, in kB on the wire`).toBeLessThanOrEqual(MOST_KB);
  for (const [name, shift] of shifts.medians()) expect.soft(shift, `layout shift: ${name}`).toBeLessThanOrEqual(MOST_SHIFT);
  for (const [name, median] of times.get(FOUR_G)!.medians()) {
    expect.soft(median, `${name}, on 4G, in ms`).toBeLessThanOrEqual(limitOf(name) ?? Infinity);
  }
}

/** Visits all of them in turn, on both connections, and gives what the first visit of each has loaded. */
async function visits(browser: Browser, url: string, stops: Stop[]): Promise<Transfer[]> {
  const transfers: Transfer[] = [];
  for (let go = 0; go < GOES; go += 1) {
    for (const stop of stops) {
      for (const [connection, samples] of times) {
        const { paintedAt, interactiveAt, pictureAt, shift, wire } = await visit(browser, connection, url, stop);
        samples.note(`${stop.name}: largest contentful paint`, paintedAt);
        samples.note(`${stop.name}: interactive`, interactiveAt);
        if (stop.isLive) samples.note(`${stop.name}: first picture`, pictureAt);
        shifts.note(stop.name, shift);
        if (go === 0 && connection === FOUR_G) transfers.push(...wire.transfers(stop.name));
      }
    }
  }
  return transfers;
}

/** A table of what the front page loads of the program, and of what is loaded by a page of each other bundle. */
async function programOf(browser: Browser, ada: Account): Promise<string> {
  const loads = async (path: string, as?: Account): Promise<[string, Program]> => {
    const { wire } = await visit(browser, FOUR_G, ada.url, { name: path, path, as });
    return [path, wire.program()];
  };
  const others = [await loads('/watch/ada'), await loads('/login')];
  for (const path of ['/dashboard/streams', '/dashboard/analytics', '/admin']) others.push(await loads(path, ada));
  return programTable(await loads('/'), others, CEILING);
}

/** Fills the front page with streams that are over: one of ada's, too, so that each has a title and a picture. */
async function othersWereLive(browser: Browser, ada: Account): Promise<void> {
  for (let index = 0; index < STREAMS; index += 1) {
    const creator = index === 0 ? ada : await newCreator(ada, `creator_${index}`);
    await creator.setTitle(`Baking bread, evening ${index + 1} of ${STREAMS}`);
    await chooseThumbnail(creator, somePicture(index));
    const encoder = await WhipEncoder.start(browser, await creator.makeKey('whip'));
    await becomes(creator, 'live');
    await encoder.stop();
    await becomes(creator, 'offline');
  }
}

async function newCreator(admin: Account, username: string): Promise<Account> {
  const creator = await Account.signUp(admin.url, username);
  await admin.decide((await creator.apply()).id, 'approve');
  return creator;
}

async function becomes(creator: Account, status: StreamState['status']): Promise<void> {
  const isSo = async () => (await creator.status()).status === status;
  expect(await until(isSo, 30_000, 200), `${creator.username} is ${status}`).toBe(true);
}

async function chooseThumbnail({ url, cookie }: Account, picture: Uint8Array<ArrayBuffer>): Promise<void> {
  const body = new FormData();
  body.set('image', new Blob([picture]), 'picture.jpg');
  const headers = { Cookie: `${cookie.name}=${cookie.value}` };
  const answer = await fetch(`${url}/api/stream/thumbnail`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`a thumbnail was answered with ${answer.status}`);
}

/** About as much to see, and as many bytes, as in a photograph: another part of the Mandelbrot set for each. */
function somePicture(index: number): Uint8Array<ArrayBuffer> {
  const source = `mandelbrot=size=1280x720:start_scale=${0.05 + index / 100}`;
  const args = ['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', source, '-frames:v', '1', '-q:v', '3'];
  return new Uint8Array(execFileSync('ffmpeg', [...args, '-f', 'image2pipe', '-c:v', 'mjpeg', '-']));
}

interface Visit {
  paintedAt: number;
  interactiveAt: number;
  /** The first one of a live stream; 0 without one. */
  pictureAt: number;
  shift: number;
  wire: Wire;
}

/** Opens the page with nothing in the cache, and waits until no more comes. */
async function visit(browser: Browser, { conditions }: Connection, url: string, { path, as, isLive }: Stop): Promise<Visit> {
  const context = await browser.newContext({ ...TELEPHONE, baseURL: url, storageState: as?.storageState });
  await context.addInitScript(noteSpeed);
  if (isLive) await context.addInitScript(notePicture);
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  const wire = await Wire.watch(session);
  await session.send('Network.emulateNetworkConditions', conditions);
  await session.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
  await page.goto(path);
  const interactiveAt = await inPage<number>(session, WHEN_HYDRATED);
  const hasPicture = () => inPage<boolean>(session, 'speed.pictureAt > 0');
  if (isLive) expect(await until(hasPicture, 60_000, 100), `${path} has shown a picture`).toBe(true);
  expect(await until(() => wire.isQuiet(QUIET_MS), 30_000), `${path} has loaded all that it needs`).toBe(true);
  const { paintedAt, pictureAt, jumps } = await page.evaluate(() => (globalThis as unknown as { speed: Speed }).speed);
  expect(paintedAt, `${path} was painted`).toBeGreaterThan(0);
  await context.close();
  return { paintedAt, interactiveAt, pictureAt, shift: worstShift(jumps), wire };
}

/** Evaluates it in the page, with nothing around it: with Playwright's own functions come 300 kB of script, which the slow
 * processor would compile just when the page comes alive. */
async function inPage<T>(session: CDPSession, expression: string): Promise<T> {
  const { result } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
  return result.value as T;
}

interface Jump {
  at: number;
  value: number;
}

/** What a page notes of itself. */
interface Speed {
  /** The largest contentful paint until now. */
  paintedAt: number;
  /** When the first picture of a stream was shown. */
  pictureAt: number;
  jumps: Jump[];
}

// Runs in the page before its own code.
function noteSpeed(): void {
  interface Shift extends PerformanceEntry {
    value: number;
    hadRecentInput: boolean;
  }
  const speed: Speed = { paintedAt: 0, pictureAt: 0, jumps: [] };
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

// Runs after it: the player is part of the document, and stays the same element.
function notePicture(): void {
  const looking = new MutationObserver(() => {
    const video = document.querySelector('video');
    if (!video) return;
    looking.disconnect();
    video.requestVideoFrameCallback((now) => {
      (globalThis as unknown as { speed: Speed }).speed.pictureAt = now;
    });
  });
  looking.observe(document, { childList: true, subtree: true });
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
