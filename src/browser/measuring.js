// Looks into a player: WebRTC's counters, and for a creator a very small copy of the picture, and how loud it is.
//
// It works while the player is muted. While the page is hidden it looks at nothing: a browser slows its timers then, and
// what nobody sees needs no alarm.
// Measuring calls, once a second:
//   onSample({ stats, luma, loudest })   stats is JSON as domain/media_report.rs reads it; luma and loudest are missing
//                                        when the picture cannot be seen, or the sound not be heard, just now
//   onLevel(level)                       ten times a second: 0 to 1, or undefined when it cannot be heard
// Counting calls, every other second:
//   onStats(stats)                       the same JSON

const SAMPLE_EVERY_MS = 1_000;
const COUNT_EVERY_MS = 2_000;
const LEVEL_EVERY_MS = 100;
const COPY_WIDTH = 64;
const COPY_HEIGHT = 36;

export class Measuring {
  #player;
  #onSample;
  #onLevel;
  #copy = new OffscreenCanvas(COPY_WIDTH, COPY_HEIGHT).getContext('2d', { willReadFrequently: true });
  #ear = null;
  #loudest;
  #isAsking = false;
  #isClosed = false;
  #timers;

  constructor(player, onSample, onLevel) {
    this.#player = player;
    this.#onSample = onSample;
    this.#onLevel = onLevel;
    // A large picture is made small by averaging, so that little lights in the dark are not lost.
    this.#copy.imageSmoothingQuality = 'high';
    this.#timers = [
      setInterval(() => this.#listen(), LEVEL_EVERY_MS),
      setInterval(() => this.#sample(), SAMPLE_EVERY_MS),
    ];
  }

  close() {
    this.#isClosed = true;
    this.#timers.forEach(clearInterval);
    this.#ear?.close();
  }

  async #sample() {
    const media = this.#player.media;
    if (document.hidden || this.#isAsking || !media) return;
    this.#isAsking = true;
    try {
      const stats = await readStats(media.picture, media.sound);
      if (this.#isClosed) return;
      this.#onSample({ stats: JSON.stringify(stats), luma: this.#look(media), loudest: this.#loudest });
      this.#loudest = undefined;
    } finally {
      this.#isAsking = false;
    }
  }

  // A video that is paused shows what was, not what is.
  #look({ video, picture }) {
    if (!picture || video.paused || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
    this.#copy.drawImage(video, 0, 0, COPY_WIDTH, COPY_HEIGHT);
    const { data } = this.#copy.getImageData(0, 0, COPY_WIDTH, COPY_HEIGHT);
    return Uint8Array.from({ length: data.length / 4 }, (_, i) => {
      const [red, green, blue] = data.subarray(i * 4, i * 4 + 3);
      return Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    });
  }

  #listen() {
    const track = this.#player.media?.sound?.mediaStreamTrack;
    if (this.#ear?.track !== track) {
      this.#ear?.close();
      this.#ear = track ? new Ear(track) : null;
      this.#loudest = undefined;
    }
    if (document.hidden) return;
    const level = this.#ear?.level;
    if (level !== undefined) this.#loudest = Math.max(this.#loudest ?? 0, level);
    this.#onLevel(level);
  }
}

// The counters alone: for a viewer, who wants to know no more than how late the picture is.
export class Counting {
  #player;
  #onStats;
  #isAsking = false;
  #isClosed = false;
  #timer;

  constructor(player, onStats) {
    this.#player = player;
    this.#onStats = onStats;
    this.#timer = setInterval(() => this.#count(), COUNT_EVERY_MS);
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  async #count() {
    const media = this.#player.media;
    if (document.hidden || this.#isAsking || !media) return;
    this.#isAsking = true;
    try {
      const stats = await readStats(media.picture, media.sound);
      if (!this.#isClosed) this.#onStats(JSON.stringify(stats));
    } catch {
      // Nothing can be counted just now.
    } finally {
      this.#isAsking = false;
    }
  }
}

// Hears a track without letting anything out.
class Ear {
  track;
  // A browser decodes sound only for something that plays it. A silent video may always play; a silent audio may not.
  #player = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
  #context = new AudioContext();
  #source;
  #analyser = new AnalyserNode(this.#context, { fftSize: 8192 }); // 170 ms: nothing is missed between two looks
  #wave = new Float32Array(this.#analyser.fftSize);
  #stopListening = new AbortController();

  constructor(track) {
    this.track = track;
    const stream = new MediaStream([track]);
    this.#player.srcObject = stream;
    this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
    this.#source.connect(this.#analyser);
    this.#start();
    // A page that nobody has touched yet may not begin to listen; with the first touch it may.
    const signal = this.#stopListening.signal;
    for (const touch of ['pointerup', 'keydown']) document.addEventListener(touch, () => this.#start(), { signal });
  }

  #start() {
    this.#player.play().catch(() => {});
    if (this.#context.state === 'suspended') this.#context.resume().catch(() => {});
  }

  get level() {
    if (this.#context.state !== 'running') return undefined;
    this.#analyser.getFloatTimeDomainData(this.#wave);
    return Math.min(1, this.#wave.reduce((loudest, value) => Math.max(loudest, Math.abs(value)), 0));
  }

  close() {
    this.#stopListening.abort();
    this.#source.disconnect();
    this.#player.srcObject = null;
    this.#context.close().catch(() => {});
  }
}

async function readStats(picture, sound) {
  const [ofPicture, ofSound] = await Promise.all([reports(picture), reports(sound)]);
  const pair = [...ofPicture, ...ofSound].find((report) => report.type === 'candidate-pair' && report.nominated);
  return {
    atMs: performance.now(),
    roundTripMs: pair && milliseconds(pair.currentRoundTripTime),
    picture: pictureCounters(ofPicture.find(isInbound)),
    sound: soundCounters(ofSound.find(isInbound)),
  };
}

async function reports(track) {
  return [...((await track?.getRTCStatsReport())?.values() ?? [])];
}

const isInbound = (report) => report.type === 'inbound-rtp';
const milliseconds = (seconds) => (seconds ?? 0) * 1_000;

function pictureCounters(report) {
  return report && {
    id: report.id,
    frameWidth: report.frameWidth,
    frameHeight: report.frameHeight,
    framesReceived: report.framesReceived ?? report.framesDecoded,
    framesDecoded: report.framesDecoded,
    bytesReceived: report.bytesReceived,
    jitterBufferDelayMs: milliseconds(report.jitterBufferDelay),
    jitterBufferEmittedCount: report.jitterBufferEmittedCount,
    totalDecodeMs: milliseconds(report.totalDecodeTime),
  };
}

function soundCounters(report) {
  return report && { id: report.id, bytesReceived: report.bytesReceived };
}
