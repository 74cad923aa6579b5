// nginx with its RTMP module, as Debian has them, which makes HLS of what an encoder sends: a usual way to stream from a
// server of one's own. An ordinary process on free ports, with its configuration and all that it writes in a temporary
// folder; the machine's own nginx, if there is one, is not touched.

import { expect, type Page } from '@playwright/test';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../end2end/lib/api';
import { end, freePort, launch, running, until } from '../end2end/lib/process';

/** Where Debian puts them (nginx, libnginx-mod-rtmp); the first is on nobody's PATH but root's. */
const PROGRAM = '/usr/sbin/nginx';
const MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
/** hls.js, as the lock file of end2end/ has it. */
const HLS_JS = join(__dirname, 'node_modules', 'hls.js', 'dist', 'hls.min.js');

const PAGE = '<!doctype html><title>HLS</title><video muted autoplay playsinline></video>';

export class Nginx {
  private readonly dir = mkdtempSync(join(tmpdir(), 'streamit-nginx-'));
  private readonly rtmpPort = freePort();
  private readonly httpPort = freePort();

  private constructor() {}

  static async start(): Promise<Nginx> {
    const nginx = new Nginx();
    const { dir, site } = nginx;
    mkdirSync(join(site, 'hls'), { recursive: true });
    writeFileSync(join(site, 'index.html'), PAGE);
    writeFileSync(join(dir, 'nginx.conf'), nginx.configuration());
    const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'];
    launch(dir, 'nginx', PROGRAM, args, { PATH: process.env.PATH });
    const answers = () => fetch(nginx.url).then((answer) => answer.ok, () => false);
    const isUp = await until(async () => (await answers()) || !running(dir, 'nginx'), 10_000);
    if (isUp && running(dir, 'nginx')) return nginx;
    const log = readFileSync(join(dir, 'nginx.log'), 'utf8');
    await nginx.stop();
    throw new Error(`nginx does not answer. Its log:\n${log.slice(-2000)}`);
  }

  /** Where an encoder sends the broadcast of that name. */
  wayIn(name: string): Credentials {
    return { serverUrl: `rtmp://127.0.0.1:${this.rtmpPort}/live`, streamKey: name, inputType: 'rtmp' };
  }

  /** Until its playlist has so many fragments. */
  async hasFragments(name: string, count: number): Promise<void> {
    const hasThem = async () => {
      const answer = await fetch(this.playlist(name));
      return answer.ok && (await answer.text()).split('#EXTINF').length > count;
    };
    expect(await until(hasThem, 60_000, 100), `the playlist has ${count} fragments`).toBe(true);
  }

  /** Opens it in the page, with hls.js as it is when nothing is set, and waits for the first picture. */
  async play(page: Page, name: string): Promise<void> {
    await page.goto(this.url);
    await page.addScriptTag({ path: HLS_JS });
    await page.evaluate(playHls, this.playlist(name));
  }

  async stop(): Promise<void> {
    await end(this.dir, 'nginx');
    rmSync(this.dir, { recursive: true, force: true });
  }

  private get url(): string {
    return `http://127.0.0.1:${this.httpPort}/`;
  }

  private get site(): string {
    return join(this.dir, 'site');
  }

  private playlist(name: string): string {
    return `${this.url}hls/${name}.m3u8`;
  }

  // What is not said here is as nginx and the module have it: a playlist of 30 s, cut at key frames.
  private configuration(): string {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${kind};`);
    return `
# Run by root, it would give its work to somebody who may not write here.
${process.getuid?.() === 0 ? 'user root;' : ''}
load_module ${MODULE};
daemon off;
# Broadcasts are not shared between workers.
worker_processes 1;
pid master.pid;
error_log stderr warn;
events {}
rtmp {
  access_log off;
  server {
    listen 127.0.0.1:${this.rtmpPort};
    application live {
      live on;
      hls on;
      hls_path ${this.site}/hls;
      # As long as there is between two key frames of the encoder.
      hls_fragment 2s;
    }
  }
}
http {
  access_log off;
  ${temporary.join(' ')}
  types {
    text/html html;
    application/vnd.apple.mpegurl m3u8;
    video/mp2t ts;
  }
  server {
    listen 127.0.0.1:${this.httpPort};
    root ${this.site};
    location /hls/ {
      add_header Cache-Control no-cache;
    }
  }
}
`;
  }
}

interface HlsPlayer {
  loadSource(address: string): void;
  attachMedia(video: HTMLVideoElement): void;
  on(event: 'hlsError', hear: (event: string, error: { fatal: boolean; details: string }) => void): void;
}

// Runs in the page.
async function playHls(address: string): Promise<void> {
  const { Hls } = globalThis as unknown as { Hls: new () => HlsPlayer };
  const video = document.querySelector('video')!;
  const player = new Hls();
  await new Promise<void>((done, fail) => {
    player.on('hlsError', (_event, { fatal, details }) => {
      if (fatal) fail(new Error(`hls.js gave up: ${details}`));
    });
    setTimeout(() => fail(new Error('no picture came within 30 s')), 30_000);
    video.requestVideoFrameCallback(() => done());
    player.loadSource(address);
    player.attachMedia(video);
  });
}
