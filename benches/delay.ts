// Measures how late the picture is, from the moment that the encoder gets it to the viewer's screen, with a clock that
// is part of the picture; beside it the same ffmpeg, clock and Chromium with nginx between them, which makes HLS. Writes
// both into README.md.

import { expect, test, type Browser, type Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Account, type Credentials } from '../end2end/lib/api';
import { WhipEncoder, type Encoder } from '../end2end/lib/encoder';
import { Installation } from '../end2end/lib/installation';
import { HEIGHT, WIDTH, grey, readClock, sendClock } from './clock';
import { Nginx } from './nginx';
import { type Pair, Samples, besideTable, machine, write } from './report';

const GOES = Number(process.env.STREAMIT_GOES ?? 20);
const BUILD = process.env.STREAMIT_BUILD ?? '';
/** After the first picture: a decoder's beginning is not what viewers live with. */
const SETTLES_MS = 4_000;
const READ_MS = 5_000;
const WHAT = 'picture at the encoder → on the viewer’s screen';
const HLS = 'nginx: RTMP → HLS';
/** hls.js stays three fragments behind the newest one: its viewer comes when there are as many, and one more. */
const FRAGMENTS = 4;

test('measure the delay', async ({ browser }) => {
  const head = machine(`${GOES} broadcasts each, ${READ_MS / 1000} s of pictures of each; times in milliseconds`);
  const installation = Installation.make({ build: BUILD });
  const times = new Samples();
  try {
    await installation.startLiveKit();
    await installation.startApp();
    const ada = await Account.signUp(installation.url, 'ada');
    const bea = await Account.signUp(installation.url, 'bea');
    await ada.decide((await bea.apply()).id, 'approve');
    await broadcasts(browser, installation, ada, 'RTMP', await ada.makeKey('rtmp'), async (key) => new ClockEncoder(key), times);
    const whip = (key: Credentials) => WhipEncoder.start(browser, key, {}, sendClock);
    await broadcasts(browser, installation, bea, 'WHIP', await bea.makeKey('whip'), whip, times);
    // What comes beside it has the machine to itself, as StreamIt had.
    await installation.stop();
    await broadcastsOfNginx(browser, times);
    write('delay', [head, times.table(WHAT, aim)].join('\n\n'));
    const besideHls = (kind: string): Pair => ({ what: WHAT, ours: [kind, times.of(kind)], theirs: [HLS, times.of(HLS)] });
    write('beside-delay', [head, besideTable(['RTMP', 'WHIP'].map(besideHls))].join('\n\n'));
  } finally {
    await installation.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

async function broadcasts(
  browser: Browser,
  installation: Installation,
  creator: Account,
  kind: string,
  key: Credentials,
  start: (key: Credentials) => Promise<Encoder>,
  times: Samples,
): Promise<void> {
  const context = await browser.newContext({ baseURL: installation.url });
  const page = await context.newPage();
  await page.goto(`/watch/${creator.username}`);
  for (let go = 0; go < GOES; go += 1) {
    const encoder = await start(key);
    await expect(page.locator('.player')).toHaveAttribute('data-phase', 'playing');
    times.note(kind, ...(await agesOn(page)));
    await encoder.stop();
    await expect(page.locator('.player')).toHaveAttribute('data-phase', 'offline');
  }
  await context.close();
}

async function broadcastsOfNginx(browser: Browser, times: Samples): Promise<void> {
  const nginx = await Nginx.start();
  try {
    for (let go = 0; go < GOES; go += 1) {
      const name = `broadcast${go}`;
      const encoder = new ClockEncoder(nginx.wayIn(name));
      await nginx.hasFragments(name, FRAGMENTS);
      const page = await browser.newPage();
      await nginx.play(page, name);
      times.note(HLS, ...(await agesOn(page)));
      await page.close();
      await encoder.stop();
    }
  } finally {
    await nginx.stop();
  }
}

/** How old the clock is in each picture that the page shows, once that has settled. */
async function agesOn(page: Page): Promise<number[]> {
  await page.waitForTimeout(SETTLES_MS);
  const { ages, unreadable } = await readClock(page, READ_MS);
  expect(ages.length, `${unreadable} pictures could not be read`).toBeGreaterThan(unreadable);
  return ages;
}

/** ffmpeg, which is given each picture at the moment that the picture shows. */
class ClockEncoder implements Encoder {
  private readonly process;
  private readonly timer: NodeJS.Timeout;

  constructor({ serverUrl, streamKey }: Credentials) {
    const picture = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${WIDTH}x${HEIGHT}`, '-r', '30', '-i', '-'];
    const sound = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
    const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '60', '-pix_fmt', 'yuv420p', '-b:v', '1200k'];
    const out = ['-c:a', 'aac', '-ac', '2', '-f', 'flv', `${serverUrl.replace(/\/$/, '')}/${streamKey}`];
    const quiet = ['-hide_banner', '-loglevel', 'fatal', '-use_wallclock_as_timestamps', '1'];
    this.process = spawn('ffmpeg', [...quiet, ...picture, ...sound, ...video, ...out], { stdio: ['pipe', 'ignore', 'ignore'] });
    // It may be gone before the timer is.
    this.process.stdin!.on('error', () => {});
    this.timer = setInterval(() => this.process.stdin!.write(grey(Date.now())), 1000 / 30);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    if (this.process.exitCode !== null) return;
    const gone = new Promise((done) => this.process.once('exit', done));
    // While it waits for the next picture, it hears no signal.
    this.process.stdin!.end();
    this.process.kill('SIGTERM');
    await gone;
  }

  kill(): Promise<void> {
    return this.stop();
  }
}

/** LiveKit by itself takes 31 ms (WHIP) and 2.3 s (RTMP) on such a machine; no more than 50 ms on top of that. */
function aim(name: string): string {
  if (name === HLS) return '';
  return name === 'WHIP' ? 'p50 ≤ 81' : 'p50 ≤ 2,350';
}
