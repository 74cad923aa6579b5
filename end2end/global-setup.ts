// Starts LiveKit and StreamIt for all tests, and stops them when the tests are over, however they went. What they
// logged is kept when a test failed.

import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from './lib/installation';

export default async function globalSetup(): Promise<() => Promise<void>> {
  const installation = Installation.make();
  installation.share();
  try {
    await installation.startLiveKit();
    await installation.startApp();
  } catch (error) {
    await tearDown(installation, true);
    throw error;
  }
  return () => tearDown(installation, existsSync(join(installation.dir, 'failed')));
}

async function tearDown(installation: Installation, failed: boolean): Promise<void> {
  await installation.stop();
  if (failed) keepLogs(installation.dir);
  rmSync(installation.dir, { recursive: true, force: true });
}

export function keepLogs(dir: string): void {
  const into = join(__dirname, 'results', 'logs');
  mkdirSync(into, { recursive: true });
  for (const [folder, name] of [['app', 'streamit'], ['livekit', 'livekit-server'], ['livekit', 'ingress'], ['livekit', 'redis']]) {
    const log = join(dir, folder, `${name}.log`);
    if (existsSync(log)) cpSync(log, join(into, `${name}.log`));
  }
}
