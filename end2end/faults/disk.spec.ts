// The disk under SQLite is full: no file of the app's can grow. It is a limit of the process, which can be set and
// lifted while it runs.

import { execFileSync } from 'node:child_process';
import type { Account } from '../lib/api';
import { expectStatus } from '../lib/player';
import { expect, isGone, test } from './scene';

/** Being told so, a program would end: a full disk is only an error that it gets. */
const DEAF_TO_LIMITS = ['bash', '-c', `trap '' XFSZ; exec "$0"`];

test('the disk is full for a while', async ({ whipScene, installation }) => {
  await installation.stopApp();
  await installation.startApp({ through: DEAF_TO_LIMITS });
  try {
    const scene = await whipScene();
    const { creator } = scene;
    for (let number = 0; number < 20; number += 1) await creator.setTitle(`Stored ${number}`);
    const line = await creator.say(creator.username, 'Said before');

    const pid = installation.appPid()!;
    // All of the database's files are larger already.
    limitFiles(pid, '4096');
    for (let number = 0; number < 5; number += 1) {
      await expect(creator.setTitle(`Lost ${number}`)).rejects.toThrow(/503 DATABASE_UNAVAILABLE: .*disk is full/);
      await expect(creator.say(creator.username, `Lost ${number}`)).rejects.toThrow(/503 DATABASE_UNAVAILABLE/);
    }
    // What is stored can be read, and what plays goes on.
    expect(await creator.title()).toBe('Stored 19');
    await scene.viewer.goto(`/watch/${creator.username}`);
    await expectStatus(scene.viewer, 'live');
    await scene.encoder.stop();
    await scene.watch.untilLiveKit(isGone, 30_000);

    limitFiles(pid, 'unlimited');
    const room = Date.now();
    await scene.expectRight(room);
    expect(await creator.title()).toBe('Stored 19');
    await creator.setTitle('Stored again');
    expect(await creator.title()).toBe('Stored again');
    expect(await linesOf(creator)).toEqual([line.text ?? 'Said before']);
    expect(installation.appPid(), 'it went on all the time').toBe(pid);
    await scene.expectRecord({ broadcasts: 1 });
  } finally {
    await installation.stopApp();
    await installation.startApp();
  }
});

function limitFiles(pid: number, bytes: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
}

async function linesOf(creator: Account): Promise<(string | undefined)[]> {
  const path = `/api/chat/messages?username=${creator.username}`;
  const { items } = await creator.call<{ items: { text?: string }[] }>('GET', path);
  return items.map(({ text }) => text).filter((text) => text !== undefined);
}
