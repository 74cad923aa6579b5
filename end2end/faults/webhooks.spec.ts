// Webhooks do not come through for two minutes: encoders that come and go meanwhile are found by looking.

import { blockWebhooks, letWebhooksPass } from './gate';
import { isGone, isThere, test } from './scene';

const BLOCKED_MS = 120_000;

test('webhooks are lost for two minutes', async ({ whipScene, whip, installation }) => {
  const scene = await whipScene();
  blockWebhooks(installation.dir);
  const blocked = Date.now();
  try {
    await scene.encoder.stop();
    await scene.watch.untilLiveKit(isGone, 30_000);
    await scene.expectRight(blocked);
    const second = await whip(scene.credentials);
    await scene.watch.untilLiveKit(isThere, 30_000);
    await scene.expectRight(Date.now());
    await new Promise((done) => setTimeout(done, Math.max(0, blocked + BLOCKED_MS - Date.now())));
    letWebhooksPass(installation.dir);
    await scene.expectRight(Date.now());
    await second.stop();
    await scene.watch.untilLiveKit(isGone, 30_000);
    await scene.expectRecord({ broadcasts: 1 });
  } finally {
    letWebhooksPass(installation.dir);
  }
});
