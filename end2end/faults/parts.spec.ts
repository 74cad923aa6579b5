// Each part is killed while somebody is live, and comes back.

import { OUTAGE } from '../lib/test';
import { Account } from '../lib/api';
import { Postgres } from '../lib/postgres';
import { expect, isGone, isThere, note, test } from './scene';

test('StreamIt is killed and comes back', { tag: '@short' }, async ({ whipScene, installation }) => {
  const scene = await whipScene();
  const { startedAt } = await scene.creator.status();
  await installation.stopApp('SIGKILL');
  await installation.startApp();
  const back = Date.now();
  await scene.expectRight(back);
  await scene.expectPicture(back);
  expect((await scene.creator.status()).startedAt).toBe(startedAt);
  await scene.expectRecord({ broadcasts: 1 });
});

test('livekit-server is killed and comes back', { tag: '@short' }, async ({ rtmpScene, installation }) => {
  const scene = await rtmpScene();
  const { startedAt } = await scene.creator.status();
  await installation.killPart('livekit-server');
  await expect(scene.viewer.locator('.player')).not.toHaveAttribute('data-phase', 'playing');
  await installation.startPart('livekit-server');
  const back = Date.now();
  await scene.watch.untilLiveKit(isThere, 60_000);
  await scene.expectRight(back);
  await scene.expectPicture(back);
  expect((await scene.creator.status()).startedAt).toBe(startedAt);
  await scene.expectRecord({ broadcasts: 1 });
});

test('the encoder goes while livekit-server is killed', async ({ rtmpScene, installation }) => {
  const scene = await rtmpScene();
  await installation.killPart('livekit-server');
  await scene.encoder.kill();
  await installation.startPart('livekit-server');
  await scene.expectRight(Date.now());
  await scene.expectRecord({ broadcasts: 1 });
});

// LiveKit itself takes 21 s to notice: right is what LiveKit says, and until then the player says that no picture comes.
test('ingress is killed and comes back', async ({ rtmpScene, rtmp, installation }) => {
  const scene = await rtmpScene();
  const killed = Date.now();
  await installation.killPart('ingress');
  await installation.startPart('ingress');
  const gone = await scene.watch.untilLiveKit(isGone, 60_000);
  note(installation.dir, 'ingress is killed and comes back', { seen: `LiveKit notices after ${seconds(gone - killed)}` });
  await scene.expectRight(killed);
  const second = rtmp(scene.credentials);
  const again = Date.now();
  await scene.watch.untilLiveKit(isThere, 30_000);
  await scene.expectRight(again);
  await scene.expectPicture(again);
  await second.stop();
  await scene.expectRecord({ broadcasts: 1 });
});

test('Redis is killed and comes back', async ({ rtmpScene, installation }) => {
  const scene = await rtmpScene();
  await installation.killPart('redis');
  await new Promise((done) => setTimeout(done, 10_000));
  await installation.startPart('redis');
  const back = Date.now();
  await scene.expectRight(back);
  await scene.expectPicture(back);
  await scene.encoder.kill();
  await scene.watch.untilLiveKit(isGone, 30_000);
  await scene.expectRight(Date.now());
  await scene.expectRecord({ broadcasts: 1 });
});

test('PostgreSQL is killed and comes back', async ({ whipScene, installation, problems }) => {
  problems.expect(...OUTAGE, /^50\d for /);
  const postgres = Postgres.start();
  await installation.stopApp();
  try {
    await installation.startApp({ databaseUrl: postgres.url });
    // The first account is the administrator, and may stream.
    const scene = await whipScene(await Account.signUp(installation.url, 'first'));
    await scene.creator.setTitle('Stored before');
    postgres.kill();
    await expect(scene.creator.setTitle('Stored never')).rejects.toThrow(/503 DATABASE_UNAVAILABLE/);
    postgres.up();
    const back = Date.now();
    await scene.expectRight(back);
    await scene.expectPicture(back);
    expect(await scene.creator.title()).toBe('Stored before');
    // Whatever happens while nothing can be stored is found out afterwards.
    postgres.kill();
    await scene.encoder.stop();
    await scene.watch.untilLiveKit(isGone, 30_000);
    postgres.up();
    await scene.expectRight(Date.now());
    await scene.expectRecord({ broadcasts: 1 });
  } finally {
    await installation.stopApp();
    postgres.stop();
    await installation.startApp();
  }
});

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
