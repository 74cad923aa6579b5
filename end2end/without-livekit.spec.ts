// An installation without LiveKit: it says what is missing and how to get it, and all else works.

import { rmSync } from 'node:fs';
import { passes } from './lib/accessibility';
import { Account } from './lib/api';
import { Installation } from './lib/installation';
import { expect, test as base } from './lib/test';

const test = base.extend({
  installation: async ({}, use) => {
    const alone = Installation.make();
    try {
      await alone.startApp({ livekit: false });
      await use(alone);
    } finally {
      await alone.stopApp();
      rmSync(alone.dir, { recursive: true, force: true });
    }
  },
});

test('it says what is missing, and everything else works', async ({ visit, installation, problems }) => {
  problems.expect(/^50[23] for POST .*\/api\/stream\/ingress/, /Failed to load resource: the server responded with a status of 50[23]/);
  const banner = (page: Awaited<ReturnType<typeof visit>>) => page.getByRole('complementary', { name: 'Missing parts' });

  const home = await visit('/');
  await expect(banner(home)).toContainText('LiveKit is not set up');
  await expect(banner(home)).toContainText('LIVEKIT_URL');

  const ada = await Account.signUp(installation.url, 'ada');
  const keys = await visit('/dashboard/keys', { as: ada });
  await expect(banner(keys)).toContainText('LiveKit is not set up');
  await keys.getByRole('button', { name: 'Make a key' }).click();
  await expect(keys.getByRole('alert').filter({ hasText: 'LiveKit is not set up' })).toHaveCount(1);
  await expect(keys.locator('.keys-place .note-error').filter({ hasText: 'LiveKit is not set up' })).toBeVisible();
  await passes(keys, 'an installation that lacks a part');

  const streams = await visit('/dashboard/streams', { as: ada });
  await streams.getByRole('textbox', { name: 'Title' }).fill('Soon');
  await expect(streams.locator('.title-editor .save-mark')).toHaveText('Saved');
  const watch = await visit('/watch/ada');
  await expect(watch.getByRole('heading', { level: 1 })).toHaveText('Soon');
  await expect(watch.getByText('ada is not live')).toBeVisible();
  // A visitor cannot mend it.
  await expect(banner(watch)).toHaveCount(0);

  const administration = await visit('/admin', { as: ada });
  const livekit = administration.locator('[data-part="livekit"]');
  await expect(livekit).toHaveAttribute('data-state', 'notSetUp');
  await expect(livekit).toContainText('LiveKit is not set up.');
  await expect(livekit).toContainText('LIVEKIT_URL');
  await expect(administration.locator('[data-part="database"]')).toHaveAttribute('data-state', 'ok');

  const bob = await Account.signUp(installation.url, 'bob');
  const { id } = await bob.apply();
  const page = await visit('/apply', { as: bob });
  await ada.decide(id, 'approve');
  await expect(page.getByRole('heading', { name: "You're approved" })).toBeVisible();
});
