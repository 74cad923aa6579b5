// A viewer's token lets its holder watch and do nothing else: what the page does not offer, LiveKit refuses.

import { expect, test } from './lib/test';
import { LIBRARY, expectMovingPicture } from './lib/player';

test('a viewer can neither publish nor send data nor be seen', async ({ visit, creator, installation, whip, problems }) => {
  problems.expect(/livekit|publish|permission|data channel|negotiat/i);
  await whip(await creator.makeKey('whip'));
  const watch = await visit(`/watch/${creator.username}`);
  await expectMovingPicture(watch);

  const done = await watch.evaluate(async ([username, library]) => {
    const answer = await fetch('/api/channel/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    });
    const { url, token } = (await answer.json()).data;
    const { Room, RoomEvent } = await import(library);

    // A second holder of such a token hears whatever the first gets through.
    const heard: string[] = [];
    const second = await (await fetch('/api/channel/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    })).json();
    const listener = new Room();
    listener.on(RoomEvent.DataReceived, () => heard.push('data'));
    listener.on(RoomEvent.ParticipantConnected, (one: { identity: string }) => heard.push(`joined ${one.identity}`));
    listener.on(RoomEvent.TrackPublished, (_: unknown, one: { identity: string }) => heard.push(`track of ${one.identity}`));
    await listener.connect(second.data.url, second.data.token);

    const room = new Room();
    await room.connect(url, token);
    const outcome = async (work: () => Promise<unknown>) => {
      const tooLong = new Promise((_, fail) => setTimeout(() => fail(new Error('no answer')), 8_000));
      return Promise.race([work(), tooLong]).then(() => 'done', (error: Error) => `refused: ${error.message}`);
    };
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    const [track] = canvas.captureStream(5).getVideoTracks();
    const published = await outcome(() => room.localParticipant.publishTrack(track));
    const sent = await outcome(() => room.localParticipant.publishData(new Uint8Array([1]), { reliable: true }));
    const renamed = await outcome(() => room.localParticipant.setMetadata('mine'));
    const result = {
      published,
      sent,
      renamed,
      permissions: room.localParticipant.permissions,
      others: [...room.remoteParticipants.values()].map((one) => (one as { identity: string }).identity),
      heard,
    };
    await room.disconnect();
    await listener.disconnect();
    return result;
  }, [creator.username, installation.addressOf(LIBRARY)]);

  expect(done.published).toMatch(/^refused/);
  expect(done.renamed).toMatch(/^refused/);
  expect(done.permissions).toMatchObject({ canSubscribe: true, canPublish: false, canPublishData: false, hidden: true });
  // Viewers do not see each other; nothing got through.
  expect(done.others).toHaveLength(1);
  expect(done.heard).toEqual([]);
});

test('there is no token for a stream that is not live', async ({ creator, installation, visit }) => {
  await visit(`/watch/${creator.username}`);
  const ask = (username: string) =>
    fetch(`${installation.url}/api/channel/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username }),
    });
  expect((await ask(creator.username)).status).toBe(409);
  expect((await ask('nobody_of_that_name')).status).toBe(404);
});
