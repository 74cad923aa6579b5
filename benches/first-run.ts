// Somebody's first minutes with StreamIt, from the moment at which LiveKit and the program are started, and where its guide
// leads them: by the browser and an encoder alone, with a picture of each step and the time at which it was done. Writes
// docs/first-run.md; README.md shows one of its pictures.
//
// Clicks come as soon as what is clicked is there, and keys as fast as people type; nobody reads or thinks.

import { expect, test, type Page } from '@playwright/test';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RtmpEncoder } from '../end2end/lib/encoder';
import { Installation } from '../end2end/lib/installation';
import { expectMovingPicture, expectStatus } from '../end2end/lib/player';
import { ROOT } from '../end2end/lib/process';
import { machine } from './report';

/** 60 words a minute, in milliseconds for each key. */
const KEY_MS = 200;
const FOLDER = join(ROOT, 'docs', 'first-run');
/** From the start to live. */
const AIM_SECONDS = 180;

interface Step {
  name: string;
  words: string;
  atMs: number;
  picture: string;
}

test('record a first run', async ({ browser }) => {
  const head = machine('a person who types 60 words a minute and reads nothing');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const installation = Installation.make({ build: process.env.STREAMIT_BUILD });
  const steps: Step[] = [];
  let encoder: RtmpEncoder | undefined;
  try {
    const began = performance.now();
    await installation.startLiveKit();
    const done = async (page: Page, name: string, words: string) => {
      const atMs = performance.now() - began;
      // Clicks have scrolled it.
      await page.evaluate(() => scrollTo(0, 0));
      const picture = `${steps.length + 1}-${name.toLowerCase().replace(/\W+/g, '-')}.jpg`;
      await page.screenshot({ path: join(FOLDER, picture), type: 'jpeg', quality: 80 });
      steps.push({ name, words, atMs, picture });
    };
    await installation.startApp();
    const context = await browser.newContext({
      baseURL: installation.url,
      permissions: ['clipboard-read', 'clipboard-write'],
      colorScheme: 'light',
    });
    const page = await context.newPage();
    const type = (label: string, text: string) => page.getByLabel(label).pressSequentially(text, { delay: KEY_MS });
    const copied = () => page.evaluate(() => navigator.clipboard.readText());

    await page.goto('/');
    await done(page, 'The front page', 'LiveKit and the program are started, and the address is opened. Nobody is there yet.');

    await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
    await type('Username', 'ada');
    await type('Email', 'ada@example.org');
    await type('Password', 'correct horse battery');
    await done(page, 'Sign up', 'The first account administers the server, and may stream at once.');
    await page.getByRole('button', { name: 'Sign up' }).click();
    await expect(page).toHaveURL(/\/dashboard\/streams$/);

    const guide = page.getByRole('region', { name: 'Your first stream' });
    const count = guide.getByRole('status');
    await expect(count).toHaveText('0 of 4 done');
    await done(page, 'The guide', 'The dashboard opens with what is left to do. Each step leads to where it is done.');

    await guide.getByRole('link', { name: 'Make a stream key' }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('button', { name: 'Copy server' }).click();
    await expect.poll(copied).toMatch(/^rtmp:/);
    const serverUrl = await copied();
    await page.getByRole('button', { name: 'Copy key' }).click();
    await expect.poll(copied).not.toBe(serverUrl);
    const streamKey = await copied();
    await done(page, 'Make a key', 'Server and stream key are copied from here into OBS: Settings → Stream → Custom….');

    await page.getByRole('link', { name: 'Streams', exact: true }).click();
    await guide.getByRole('link', { name: 'Give it a title' }).click();
    const title = page.getByRole('textbox', { name: 'Title', exact: true });
    await title.fill('');
    await title.pressSequentially('Baking bread', { delay: KEY_MS });
    await title.press('Enter');
    await expect(count).toHaveText('2 of 4 done');
    await done(page, 'Give it a title', 'Before Start Streaming is pressed: whoever comes first shall see it. The guide ticks off what is done, in any order.');

    encoder = new RtmpEncoder({ serverUrl, streamKey, inputType: 'rtmp' }, { size: '1280x720' });
    await expectStatus(page, 'live');
    await done(page, 'Live', 'Start Streaming is pressed in OBS (here ffmpeg sends), and the dashboard says LIVE by itself.');
    await expectMovingPicture(page);
    await expect(page.getByRole('region', { name: 'How your stream arrives' })).toContainText('×');
    await expect(count).toHaveText('4 of 4 done');
    await done(page, 'The picture is there', 'What is sent is seen on the dashboard.');

    const viewer = await (await browser.newContext({ baseURL: installation.url, colorScheme: 'dark' })).newPage();
    await viewer.goto('/');
    await viewer.getByRole('link', { name: /Baking bread/ }).click();
    await expectMovingPicture(viewer);
    await done(viewer, 'A viewer', 'Somebody comes by the front page and watches.');

    const live = steps.find(({ name }) => name === 'Live')!;
    expect(live.atMs / 1_000, 'seconds to live').toBeLessThan(AIM_SECONDS);
    writeFileSync(join(ROOT, 'docs', 'first-run.md'), report(head, steps));
  } finally {
    await encoder?.stop();
    await installation.stop();
    rmSync(installation.dir, { recursive: true, force: true });
  }
});

function report(head: string, steps: Step[]): string {
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const rows = steps.map(({ name, atMs }, index) => {
    const took = atMs - (steps[index - 1]?.atMs ?? 0);
    return `| ${index + 1}. ${name} | ${seconds(took)} | ${seconds(atMs)} |`;
  });
  const pictures = steps.map(
    ({ name, words, picture }, index) => `## ${index + 1}. ${name}\n\n${words}\n\n![${name}](first-run/${picture})`,
  );
  return `${[
    '# A first run',
    'From the start of LiveKit and the program to a viewer, as somebody does it who has never seen StreamIt and follows its guide. `benches/run.sh first-run` makes this page: it goes through all of it with a real browser and a real encoder.',
    head,
    ['| step | took, s | done after, s |', '| --- | ---: | ---: |', ...rows].join('\n'),
    ...pictures,
  ].join('\n\n')}\n`;
}
