// Encoders: ffmpeg, which sends RTMP as OBS does, and a page of the browser, which sends WHIP. The second is not
// transcoded by LiveKit and spares the processor where RTMP is not the point.

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import type { Credentials } from './api';
import { ROOT, until } from './process';

/** Something that sends picture and sound until it is stopped. */
export interface Encoder {
  /** As somebody who presses Stop Streaming. */
  stop(): Promise<void>;
  /** As a crash, or a cable that is pulled. */
  kill(): Promise<void>;
}

/** What an encoder sends, and what a creator would rather not send. WHIP alone goes without a picture. */
export interface Content {
  picture?: 'moving' | 'still' | 'black' | 'none';
  sound?: 'tone' | 'silence' | 'none';
}

export interface RtmpContent extends Content {
  /** Of the picture: 320x180 when left out. */
  size?: `${number}x${number}`;
}

/** ffmpeg with a small picture, which moves and has a clock in it, and a tone, unless something else is wanted. */
export class RtmpEncoder implements Encoder {
  private readonly process: ChildProcess;

  constructor(credentials: Credentials, { picture = 'moving', sound = 'tone', size = '320x180' }: RtmpContent = {}) {
    const script = join(ROOT, 'scripts', 'encoder.sh');
    this.process = spawn(script, [credentials.serverUrl, '-', size, '15'], {
      env: { ...process.env, STREAM_KEY: credentials.streamKey, PICTURE: picture, SOUND: sound },
      stdio: 'ignore',
    });
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** It sends nothing any more and stays connected. */
  hang(): void {
    this.process.kill('SIGSTOP');
  }

  /** It sends again. */
  goOn(): void {
    this.process.kill('SIGCONT');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    this.process.kill(signal);
    // One that hangs hears nothing else before it goes on.
    this.process.kill('SIGCONT');
    if (!(await until(() => !this.isRunning, 5_000))) this.process.kill('SIGKILL');
  }
}

/** ffmpeg that comes back by itself when it is cut off, as OBS does. */
export class StubbornEncoder implements Encoder {
  private current: RtmpEncoder;
  private readonly timer: NodeJS.Timeout;
  /** How often it has tried. */
  tries = 1;

  constructor(credentials: Credentials) {
    this.current = new RtmpEncoder(credentials);
    this.timer = setInterval(() => {
      if (this.current.isRunning) return;
      this.tries += 1;
      this.current = new RtmpEncoder(credentials);
    }, 1_000);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current.stop();
  }

  async kill(): Promise<void> {
    clearInterval(this.timer);
    await this.current.kill();
  }
}

/** A page that sends a picture with a clock and a counter, and a tone; both can be changed while it is on air. */
export class WhipEncoder implements Encoder {
  private constructor(
    private readonly context: BrowserContext,
    private readonly page: Page,
    private readonly credentials: Credentials,
    private readonly session: string | null,
  ) {}

  /** `prepare` may give the page a `paintPicture` of its own, which is called 30 times a second. */
  static async start(
    browser: Browser,
    credentials: Credentials,
    content: Content = {},
    prepare?: (page: Page) => Promise<void>,
  ): Promise<WhipEncoder> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await prepare?.(page);
    const offer = await page.evaluate(offerPicture, { picture: 'moving', sound: 'tone', ...content } as const);
    const answer = await fetch(credentials.serverUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${credentials.streamKey}` },
      body: offer,
    });
    if (answer.status !== 201) throw new Error(`WHIP was refused: ${answer.status} ${await answer.text()}`);
    await page.evaluate(async (sdp) => {
      const { connection } = globalThis as unknown as { connection: RTCPeerConnection };
      await connection.setRemoteDescription({ type: 'answer', sdp });
    }, await answer.text());
    return new WhipEncoder(context, page, credentials, answer.headers.get('location'));
  }

  /** Sends something else from now on. Picture and sound cannot come or go; a sound can fall silent. */
  async send(content: { picture?: 'moving' | 'still' | 'black'; sound?: 'tone' | 'silence' }): Promise<void> {
    await this.page.evaluate((content) => (globalThis as unknown as { send(content: object): void }).send(content), content);
  }

  async stop(): Promise<void> {
    if (this.session && !this.page.isClosed()) {
      const session = new URL(this.session, this.credentials.serverUrl);
      await fetch(session, { method: 'DELETE', headers: { Authorization: `Bearer ${this.credentials.streamKey}` } });
    }
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.context.close();
  }
}

// Runs in the page. Answers with the offer once the page knows where it can be reached.
async function offerPicture(content: Required<Content>): Promise<string> {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const paint = canvas.getContext('2d')!;
  const { paintPicture } = globalThis as unknown as { paintPicture?: (paint: CanvasRenderingContext2D) => void };
  const perSecond = paintPicture ? 30 : 15;
  let { picture: shown } = content;
  let count = 0;
  setInterval(() => {
    if (paintPicture) return paintPicture(paint);
    if (shown === 'moving') count += 1;
    if (shown === 'black') {
      paint.fillStyle = 'black';
      paint.fillRect(0, 0, 320, 180);
      return;
    }
    paint.fillStyle = `hsl(${(count * 3) % 360} 60% 35%)`;
    paint.fillRect(0, 0, 320, 180);
    paint.fillStyle = 'white';
    paint.fillRect((count * 5) % 320, 140, 24, 24);
    paint.font = '28px monospace';
    if (shown === 'moving') paint.fillText(new Date().toISOString().slice(11, 23), 40, 60);
    paint.fillText(String(count), 40, 110);
  }, 1000 / perSecond);
  const sound = new AudioContext();
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  const out = sound.createMediaStreamDestination();
  tone.connect(volume).connect(out);
  tone.start();
  const send = (wanted: Content) => {
    shown = wanted.picture ?? shown;
    if (wanted.sound) volume.gain.value = wanted.sound === 'tone' ? 1 : 0;
  };
  send(content);

  const connection = new RTCPeerConnection();
  Object.assign(globalThis, { connection, send });
  if (content.picture !== 'none') {
    const picture = connection.addTransceiver(canvas.captureStream(perSecond).getVideoTracks()[0], { direction: 'sendonly' });
    // What viewers get is what is sent, and H.264 is what every browser plays.
    const codecs = RTCRtpSender.getCapabilities('video')!.codecs;
    const isFirst = (codec: { mimeType: string }) => Number(codec.mimeType === 'video/H264');
    picture.setCodecPreferences([...codecs].sort((a, b) => isFirst(b) - isFirst(a)));
  }
  if (content.sound !== 'none') connection.addTransceiver(out.stream.getAudioTracks()[0], { direction: 'sendonly' });
  await connection.setLocalDescription();
  await new Promise<void>((done) => {
    const look = () => connection.iceGatheringState === 'complete' && done();
    connection.addEventListener('icegatheringstatechange', look);
    look();
  });
  return connection.localDescription!.sdp;
}
