// Starts LiveKit, StreamIt, and the gate between LiveKit's webhooks and StreamIt; when the tests are over it stops
// them and tells what was measured.

import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { keepLogs } from '../global-setup';
import { Installation } from '../lib/installation';
import { WebhookGate } from './gate';
import { tell } from './report';

export default async function globalSetup(): Promise<() => Promise<void>> {
  const installation = Installation.make();
  installation.share();
  const gate = new WebhookGate(installation.dir);
  const tearDown = async (failed: boolean) => {
    await installation.stop();
    gate.stop();
    tell(installation.dir);
    if (failed) keepLogs(installation.dir);
    rmSync(installation.dir, { recursive: true, force: true });
  };
  try {
    await installation.startLiveKit(await gate.start(installation.port));
    await installation.startApp();
  } catch (error) {
    await tearDown(true);
    throw error;
  }
  return () => tearDown(existsSync(join(installation.dir, 'failed')));
}
