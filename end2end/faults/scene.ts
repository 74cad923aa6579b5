// The scene of each fault: somebody is live, one page is the dashboard and another one a viewer's, and both show a
// moving picture. Then something breaks, and in the end the record of it is read.

import { test as base, expect, OUTAGE, type Page } from '../lib/test';
import type { Account, Credentials } from '../lib/api';
import type { Encoder, RtmpEncoder } from '../lib/encoder';
import { expectMovingPicture, expectStatus } from '../lib/player';
import { type Look, Room } from '../lib/room';
import { note } from './report';
import { RIGHT_WITHIN_S, Watch } from './watch';

/** How far what is recorded may be from what LiveKit did: nothing tells of an encoder that goes while the app is away. */
const RECORD_MAY_BE_OFF_MS = 20_000;

export interface Scene<E extends Encoder = Encoder> {
  creator: Account;
  credentials: Credentials;
  encoder: E;
  room: Room;
  watch: Watch;
  dashboard: Page;
  viewer: Page;
  /** All that is shown is right within 15 s, counted from `since`; this goes into the table. */
  expectRight: (since: number, seen?: string) => Promise<void>;
  /** The viewer's picture moves; how long that took goes into the table. */
  expectPicture: (since: number) => Promise<void>;
  /** Stops what still sends, waits until it is over, and reads what is recorded. */
  expectRecord: (expected: { broadcasts: number }) => Promise<void>;
}

interface Stage {
  /** Somebody is live with that encoder. */
  rtmpScene: (creator?: Account) => Promise<Scene<RtmpEncoder>>;
  whipScene: (creator?: Account) => Promise<Scene>;
  setScene: SetScene;
}

export const isThere = ({ presence }: Look) => presence === 'there';
export const isGone = ({ presence }: Look) => presence === 'gone';

export const test = base.extend<Stage>({
  setScene: async ({ visit, creator: someone, installation, problems }, use, info) => {
    problems.expect(...OUTAGE, /^50\d for /, /status of 50\d/);
    const watches: Watch[] = [];
    await use(async (kind, start, creator = someone) => {
      const credentials = await creator.makeKey(kind);
      const room = await Room.of(installation, credentials);
      const dashboard = await visit('/dashboard/streams', { as: creator });
      const viewer = await visit(`/watch/${creator.username}`);
      const watch = new Watch(room, creator, { dashboard, viewer });
      watches.push(watch);
      const encoder = await start(credentials);
      await Promise.all([dashboard, viewer].map((page) => expectStatus(page, 'live', 30_000)));
      await expectMovingPicture(viewer);
      const fault = info.title;
      const scene = { creator, credentials, encoder, room, watch, dashboard, viewer };
      return { ...scene, ...judges(fault, installation.dir, scene) };
    });
    await Promise.all(watches.map((watch) => watch.stop()));
  },

  rtmpScene: async ({ setScene, rtmp }, use) => use((creator) => setScene('rtmp', async (key) => rtmp(key), creator)),

  whipScene: async ({ setScene, whip }, use) => use((creator) => setScene('whip', (key) => whip(key), creator)),
});

type Parts<E extends Encoder> = Omit<Scene<E>, 'expectRight' | 'expectPicture' | 'expectRecord'>;
type SetScene = <E extends Encoder>(
  kind: Credentials['inputType'],
  start: (credentials: Credentials) => Promise<E>,
  creator?: Account,
) => Promise<Scene<E>>;

function judges<E extends Encoder>(fault: string, dir: string, scene: Parts<E>): Omit<Scene<E>, keyof Parts<E>> {
  const { creator, encoder, watch, viewer, dashboard } = scene;
  return {
    async expectRight(since) {
      const { seconds, seen } = await watch.untilRight(since);
      note(dir, fault, { seconds, seen });
      expect.soft(seconds, `seconds in which something shown was wrong (${seen})`).toBeLessThanOrEqual(RIGHT_WITHIN_S);
    },

    async expectPicture(since) {
      await expectMovingPicture(viewer, { timeout: 60_000 });
      note(dir, fault, { seen: `the viewer's picture moves +${((Date.now() - since) / 1000).toFixed(1)}` });
    },

    async expectRecord({ broadcasts }) {
      await encoder.stop();
      await watch.untilLiveKit(isGone, 60_000);
      await Promise.all([dashboard, viewer].map((page) => expectStatus(page, 'offline', 40_000)));
      expect((await creator.status()).status).toBe('offline');
      await watch.stop();
      const { from, to } = watch.airtime();
      const list = (await creator.broadcasts()).reverse();
      note(dir, fault, { seen: `recorded: ${list.length === 1 ? 'one broadcast' : `${list.length} broadcasts`}, ended` });
      expect(list, 'what is recorded').toHaveLength(broadcasts);
      const spans = list.map(({ startedAt, endedAt }) => [Date.parse(startedAt), Date.parse(endedAt ?? '')] as const);
      let last = 0;
      for (const [start, end] of spans) {
        expect(start, 'broadcasts follow each other').toBeGreaterThanOrEqual(last);
        expect(end, 'each has ended, after it began').toBeGreaterThanOrEqual(start);
        last = end;
      }
      expect(last, 'none ends in the future').toBeLessThanOrEqual(Date.now());
      expect(Math.abs(spans[0][0] - from), 'it began when LiveKit had the encoder').toBeLessThan(RECORD_MAY_BE_OFF_MS);
      expect(Math.abs(last - to), 'it ended when LiveKit lost the encoder').toBeLessThan(RECORD_MAY_BE_OFF_MS);
    },
  };
}

export { expect, note };
