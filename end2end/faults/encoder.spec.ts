// What an encoder does while it is live that is not a proper end, and what becomes of its key.

import { expectStatus } from '../lib/player';
import { expect, isGone, note, test } from './scene';

test('the encoder is killed', { tag: '@short' }, async ({ rtmpScene }) => {
  const scene = await rtmpScene();
  const killed = Date.now();
  await scene.encoder.kill();
  await scene.watch.untilLiveKit(isGone, 30_000);
  await scene.expectRight(killed);
  await scene.expectRecord({ broadcasts: 1 });
});

test('a second encoder takes over', { tag: '@short' }, async ({ rtmpScene, rtmp }) => {
  const scene = await rtmpScene();
  const { sid } = await scene.room.look();
  const { startedAt } = await scene.creator.status();
  const replaced = Date.now();
  const second = rtmp(scene.credentials);
  await scene.watch.untilLiveKit((look) => look.sid !== undefined && look.sid !== sid, 30_000);
  await scene.expectRight(replaced);
  await scene.expectPicture(replaced);
  expect((await scene.creator.status()).startedAt).toBe(startedAt);
  await scene.encoder.kill();
  await expectStatus(scene.viewer, 'live');
  await second.stop();
  await scene.expectRecord({ broadcasts: 1 });
});

// StreamIt refuses to delete it while it is live. Deleted past StreamIt, LiveKit cuts the encoder and never says so.
test('the key is deleted while live', { tag: '@short' }, async ({ rtmpScene }) => {
  const scene = await rtmpScene();
  await expect(scene.creator.deleteKey()).rejects.toThrow(/409 WHILE_LIVE/);
  await scene.room.deleteKey();
  const deleted = Date.now();
  await scene.watch.untilLiveKit(isGone, 30_000);
  await scene.expectRight(deleted);
  await expect.poll(async () => (await scene.creator.status()).keyIsLost, { timeout: 30_000 }).toBe(true);
  await scene.expectRecord({ broadcasts: 1 });
});

// LiveKit itself takes about two minutes to notice: right is what LiveKit says.
test('the encoder hangs', async ({ rtmpScene, installation }) => {
  const scene = await rtmpScene();
  scene.encoder.hang();
  const hung = Date.now();
  const gone = await scene.watch.untilLiveKit(isGone, 180_000);
  const words = `LiveKit notices after ${Math.round((gone - hung) / 1000)} s`;
  note(installation.dir, 'the encoder hangs', { seen: words });
  await scene.expectRight(hung);
  await scene.expectRecord({ broadcasts: 1 });
});
