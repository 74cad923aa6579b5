// The page of the key while an encoder connects: each step ticks itself off, or says what is wrong.

import { readFileSync, writeFileSync } from 'node:fs';
import { passes } from './lib/accessibility';
import { expect, test, type Page } from './lib/test';

const steps = (page: Page) => page.getByRole('region', { name: 'Connection' }).getByRole('listitem');
const expectSteps = (page: Page, ...states: string[]) =>
  expect.poll(() => steps(page).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.state))).toEqual(states);

for (const inputType of ['rtmp', 'whip'] as const) {
  test(`the checklist ticks itself off with ${inputType.toUpperCase()}`, async ({ visit, creator, rtmp, whip }) => {
    const credentials = await creator.makeKey(inputType);
    const page = await visit('/dashboard/keys', { as: creator });
    await expectSteps(page, 'waiting', 'waiting', 'waiting');
    await expect(page.getByText('This key has not been used yet.')).toBeVisible();

    const encoder = inputType === 'rtmp' ? rtmp(credentials) : await whip(credentials);
    await expectSteps(page, 'done', 'done', 'done');
    await expect(steps(page).nth(0)).toContainText('you are live');
    await expect(steps(page).nth(1)).toContainText(/Picture: 180p1[3-7] \(320×180\)/);

    await encoder.stop();
    await expectSteps(page, 'waiting', 'waiting', 'waiting');
    await expect(page.getByText(/Last used .*, with a picture of 320 × 180\./)).toBeVisible();
  });
}

test('what is lacking is said', async ({ visit, creator, rtmp }) => {
  const credentials = await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  rtmp(credentials, { sound: 'none' });
  await expectSteps(page, 'done', 'done', 'wrong');
  await expect(steps(page).nth(2)).toContainText('No sound comes.');
  await passes(page, 'a key in use, with something wrong');
});

test('sound alone lacks no picture', async ({ visit, creator, whip }) => {
  const credentials = await creator.makeKey('whip');
  const page = await visit('/dashboard/keys', { as: creator });
  await whip(credentials, { picture: 'none' });
  await expectSteps(page, 'done', 'absent', 'done');
  await expect(steps(page).nth(1)).toContainText('you send sound alone');
});

test('an encoder that is refused tells why, until one is let in', async ({ visit, creator, stubborn, installation }) => {
  const config = installation.liveKitFile('ingress.yaml');
  const text = readFileSync(config, 'utf8');
  const credentials = await creator.makeKey('rtmp');
  const page = await visit('/dashboard/keys', { as: creator });
  // No machine has that many cores to spare.
  writeFileSync(config, text.replace('rtmp_cpu_cost: -0.5', 'rtmp_cpu_cost: 900'));
  await installation.killPart('ingress');
  await installation.startPart('ingress');
  try {
    stubborn(credentials);
    await expect(steps(page).nth(0)).toContainText('Your encoder was refused: The server has no room for another stream.');
    await expectSteps(page, 'wrong', 'waiting', 'waiting');
  } finally {
    writeFileSync(config, text);
    await installation.killPart('ingress');
    await installation.startPart('ingress');
  }
  await expectSteps(page, 'done', 'done', 'done');
});
