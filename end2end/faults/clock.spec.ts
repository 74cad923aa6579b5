// StreamIt's clock alone is wrong by an hour for a while, and jumps back: LiveKit's tokens and StreamIt's are then not
// good for each other. The clock that only goes forward is left alone, as a real jump leaves it.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from '../lib/installation';
import { expect, isGone, isThere, test } from './scene';

const LIBRARY = 'libfaketimeMT.so.1';

for (const [name, offset] of [['forward', '+3600'], ['backward', '-3600']] as const) {
  test(`the clock jumps ${name} by an hour, and back`, async ({ whipScene, whip, installation, newUser }) => {
    await installation.stopApp();
    const setClock = clockOf(installation);
    setClock('+0');
    await installation.startApp({ settings: clockSettings(installation) });
    try {
      const scene = await whipScene();
      const viewer = await newUser();
      setClock(offset);
      // Sessions hold, and everything that needs no LiveKit works.
      await scene.creator.setTitle(`An hour ${name}`);
      await viewer.say(scene.creator.username, 'Written at a wrong time');
      expect((await scene.creator.status()).status).toBe('live');
      await scene.encoder.stop();
      await scene.watch.untilLiveKit(isGone, 30_000);
      await new Promise((done) => setTimeout(done, 10_000));

      setClock('+0');
      await scene.expectRight(Date.now());
      const second = await whip(scene.credentials);
      await scene.watch.untilLiveKit(isThere, 30_000);
      await scene.expectRight(Date.now());
      await viewer.say(scene.creator.username, 'Written at the right time');
      await second.stop();
      await scene.expectRecord({ broadcasts: 1 });
    } finally {
      await installation.stopApp();
      await installation.startApp();
    }
  });
}

const clockFile = ({ dir }: Installation) => join(dir, 'clock');

function clockOf(installation: Installation): (offset: string) => void {
  return (offset) => writeFileSync(clockFile(installation), `${offset}\n`);
}

function clockSettings(installation: Installation): Record<string, string> {
  const folder = readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('/usr/lib', name, 'faketime'))
    .find((place) => contains(place, LIBRARY));
  if (!folder) throw new Error('libfaketime is not installed (scripts/packages.sh faults)');
  return {
    LD_PRELOAD: join(folder, LIBRARY),
    FAKETIME_TIMESTAMP_FILE: clockFile(installation),
    FAKETIME_NO_CACHE: '1',
    NO_FAKE_STAT: '1',
    DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

function contains(folder: string, name: string): boolean {
  try {
    return readdirSync(folder).includes(name);
  } catch {
    return false;
  }
}
