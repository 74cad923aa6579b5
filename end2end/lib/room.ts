// What LiveKit is really doing, asked without StreamIt: who sends into the room that belongs to a stream key; and
// putting those out who watch.

import { createHmac } from 'node:crypto';
import type { Credentials } from './api';
import type { Installation } from './installation';

/** Whether an encoder is in the room. `unknown`: LiveKit cannot say. */
export type Presence = 'there' | 'gone' | 'unknown';

export interface Look {
  presence: Presence;
  /** Which participant it is, when it is there. */
  sid?: string;
}

interface Participant {
  sid: string;
  identity: string;
  kind?: string;
}

interface Ingress {
  ingress_id: string;
  stream_key: string;
  room_name: string;
}

/** LiveKit answered that it could not. */
class TwirpError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export class Room {
  private constructor(
    private readonly settings: Record<string, string>,
    readonly name: string,
    private readonly ingressId: string,
  ) {}

  /** The room that an encoder with these credentials sends into. */
  static async of(installation: Installation, { streamKey }: Credentials): Promise<Room> {
    const settings = installation.liveKitSettings();
    const { items } = await call<{ items: Ingress[] }>(settings, 'Ingress', 'ListIngress', {});
    const ours = items.find((one) => one.stream_key === streamKey);
    if (!ours) throw new Error('LiveKit does not know the key');
    return new Room(settings, ours.room_name, ours.ingress_id);
  }

  async look(): Promise<Look> {
    try {
      const { participants = [] } = await this.ask<{ participants?: Participant[] }>('ListParticipants', { room: this.name });
      const encoder = participants.find((one) => one.kind === 'INGRESS');
      return encoder ? { presence: 'there', sid: encoder.sid } : { presence: 'gone' };
    } catch (error) {
      const code = error instanceof TwirpError ? error.code : '';
      if (code === 'not_found') return { presence: 'gone' };
      // No node holds the room; or the part that would know is away, which is not the same.
      if (code === 'unavailable' && (await this.canListRooms())) return { presence: 'gone' };
      return { presence: 'unknown' };
    }
  }

  /** Ends the connection of everybody who watches. */
  async putOutViewers(): Promise<void> {
    const { participants = [] } = await this.ask<{ participants?: Participant[] }>('ListParticipants', { room: this.name });
    const viewers = participants.filter((one) => one.kind !== 'INGRESS');
    await Promise.all(viewers.map(({ identity }) => this.ask('RemoveParticipant', { room: this.name, identity })));
  }

  /** Deletes the key as somebody would who may do anything at LiveKit: past StreamIt. */
  async deleteKey(): Promise<void> {
    await call(this.settings, 'Ingress', 'DeleteIngress', { ingress_id: this.ingressId });
  }

  private canListRooms(): Promise<boolean> {
    return this.ask('ListRooms', {}).then(() => true, () => false);
  }

  private ask<T>(method: string, wish: { room?: string; identity?: string }): Promise<T> {
    return call<T>(this.settings, 'RoomService', method, wish);
  }
}

// A token is good for the room that is asked about.
async function call<T>(
  settings: Record<string, string>,
  service: string,
  method: string,
  wish: { room?: string; identity?: string; ingress_id?: string },
): Promise<T> {
  const url = `${settings.LIVEKIT_URL.replace('ws', 'http')}/twirp/livekit.${service}/${method}`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token(settings, wish.room ?? '')}` },
    body: JSON.stringify(wish),
    signal: AbortSignal.timeout(5_000),
  });
  if (answer.ok) return (await answer.json()) as T;
  throw new TwirpError(((await answer.json().catch(() => ({}))) as { code?: string }).code ?? String(answer.status));
}

function token(settings: Record<string, string>, room: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const video = { roomAdmin: true, roomList: true, room, ingressAdmin: true };
  const claims = { iss: settings.LIVEKIT_API_KEY, nbf: now - 10, exp: now + 60, video };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', settings.LIVEKIT_API_SECRET).update(signed).digest('base64url')}`;
}
