// A creator's own camera, screen and microphone: captured, seen here first, and sent into one LiveKit room.
//
// LiveKit's client is fetched when the first broadcast goes live. All sound is mixed into one track, because a player
// plays one: so a screen's sound and a microphone can be on together, and a microphone can change or be silent without
// the viewers' players noticing. What is captured is let go with the end of the broadcast.
// Reports, as report(kind, value):
//   devices(json)  level(0 to 1)  lost(input)  reconnecting(isReconnecting)  putOut()  ended(why)

import { loadLibrary } from './player.js';

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 30, max: 30 } };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const SOUND_BITS_PER_SECOND = 96_000;
const METER_EVERY_MS = 100;

// What went wrong with which input, as "camera:NotFoundError".
class CaptureFailure extends Error {
  constructor(input, error) {
    super(`${input}:${error?.name ?? 'Error'}`);
  }
}

const failure = (input) => (error) => {
  throw new CaptureFailure(input, error);
};

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

// Only a page of a secure address has devices at all.
function media() {
  if (!navigator.mediaDevices) throw new CaptureFailure('devices', { name: 'SecurityError' });
  return navigator.mediaDevices;
}

const wanted = (basics, id) => (id ? { ...basics, deviceId: { exact: id } } : basics);

async function captureScreen() {
  if (!media().getDisplayMedia) throw new CaptureFailure('screen', { name: 'NotFoundError' });
  return media().getDisplayMedia({ video: SCREEN, audio: true }).catch(failure('screen'));
}

// Asks for both in one question. When that fails, one after the other tells which of them it was.
async function captureDevices(video, audio) {
  const devices = media();
  if (!video && !audio) return new MediaStream();
  if (!video || !audio) return devices.getUserMedia({ video, audio }).catch(failure(video ? 'camera' : 'microphone'));
  try {
    return await devices.getUserMedia({ video, audio });
  } catch (error) {
    if (error.name === 'NotAllowedError') throw new CaptureFailure('devices', error);
    const picture = await devices.getUserMedia({ video }).catch(failure('camera'));
    try {
      const sound = await devices.getUserMedia({ audio });
      return new MediaStream([...picture.getTracks(), ...sound.getTracks()]);
    } catch (second) {
      stop(picture);
      throw new CaptureFailure('microphone', second);
    }
  }
}

// All sound in one track.
class Mixer {
  #context = new AudioContext();
  #out = this.#context.createMediaStreamDestination();
  #microphone = this.#context.createGain();
  #analyser = this.#context.createAnalyser();
  #sources = new Map();

  constructor(isMuted) {
    this.#analyser.fftSize = 1024;
    this.#microphone.connect(this.#analyser);
    this.#microphone.connect(this.#out);
    this.setMuted(isMuted);
    this.#context.resume().catch(() => {});
  }

  get track() {
    return this.#sources.size > 0 ? this.#out.stream.getAudioTracks()[0] : null;
  }

  // A track in that place, "microphone" or "screen", instead of what was there; null empties it.
  put(place, track) {
    this.#sources.get(place)?.disconnect();
    this.#sources.delete(place);
    if (!track) return;
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    source.connect(place === 'microphone' ? this.#microphone : this.#out);
    this.#sources.set(place, source);
  }

  setMuted(isMuted) {
    this.#microphone.gain.value = isMuted ? 0 : 1;
  }

  level() {
    const samples = new Float32Array(this.#analyser.fftSize);
    this.#analyser.getFloatTimeDomainData(samples);
    return Math.min(1, samples.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0));
  }

  close() {
    this.#context.close().catch(() => {});
  }
}

export class Broadcaster {
  #video;
  #report;
  #leaveQuestion;
  #picture = null; // { kind, id, track }
  #microphone = null; // { id, track }
  #mixer = null;
  #isMuted = false;
  #meter;
  #room = null;
  #sent = { picture: null, sound: null };
  #publishing = Promise.resolve();
  #isOpening = false;
  #gone = new Set(); // inputs that ended by themselves while something was being opened
  #turn = 0; // goes up with everything that makes what is under way void
  #listening = new AbortController();
  #staying = null;

  constructor(video, report, leaveQuestion) {
    this.#video = video;
    this.#report = report;
    this.#leaveQuestion = leaveQuestion;
    const { signal } = this.#listening;
    navigator.mediaDevices?.addEventListener('devicechange', () => this.#listDevices(), { signal });
    // The page is really left, and not only asked whether it may be.
    addEventListener('pagehide', () => this.stop(), { signal });
  }

  // Names what is begun now: once that is stopped, what goes on under this name does nothing.
  get turn() {
    return this.#turn;
  }

  // Captures what is chosen and is not captured yet; on air, sends it. Empty ids are the browser's own choice, an
  // undefined microphone is none. Fails with what there was before still there. False: it was stopped meanwhile.
  async open(turn, kind, camera, microphone) {
    if (turn !== this.#turn) return false;
    this.#isOpening = true;
    try {
      return await this.#open(turn, kind, camera, microphone);
    } finally {
      this.#isOpening = false;
      const gone = [...this.#gone];
      this.#gone.clear();
      // Whoever waits for this hears first what came of it.
      setTimeout(() => turn === this.#turn && gone.forEach((input) => this.#lose(input)));
    }
  }

  async #open(turn, kind, camera, microphone) {
    const hasPicture = this.#picture?.kind === kind && (kind !== 'camera' || this.#picture.id === camera);
    const needsMicrophone = microphone !== undefined && this.#microphone?.id !== microphone;
    const screen = kind === 'screen' && !hasPicture ? await captureScreen() : null;
    let devices;
    try {
      const video = kind === 'camera' && !hasPicture && wanted(CAMERA, camera);
      devices = await captureDevices(video, needsMicrophone && wanted(MICROPHONE, microphone));
    } catch (error) {
      stop(screen);
      throw error;
    }
    if (turn !== this.#turn) {
      stop(screen);
      stop(devices);
      return false;
    }
    this.#mixer ??= this.#makeMixer();
    if (needsMicrophone || microphone === undefined) this.#takeMicrophone(microphone, devices.getAudioTracks()[0] ?? null);
    if (!hasPicture) this.#takePicture(kind, camera, screen ?? devices);
    // What cannot be sent while the connection is broken is sent when it is back.
    await this.#publish().catch((error) => {
      if (this.#room?.state === 'connected') throw error;
    });
    await this.#listDevices();
    return turn === this.#turn;
  }

  // Sends what is captured. False: it was stopped meanwhile.
  async goLive(turn, url, token) {
    const { Room, RoomEvent } = await loadLibrary();
    if (turn !== this.#turn) return false;
    // Leaving is our own affair: LiveKit's client would leave when the page only asks whether it may be left.
    const room = new Room({ disconnectOnPageLeave: false, stopLocalTrackOnUnpublish: false });
    this.#room = room;
    const on = (event, handle) => room.on(event, (...values) => this.#room === room && handle(...values));
    on(RoomEvent.Reconnecting, () => this.#report('reconnecting', true));
    on(RoomEvent.Reconnected, () => {
      this.#report('reconnecting', false);
      this.#publish().catch(() => {});
    });
    try {
      await room.connect(url, token, { autoSubscribe: false });
      if (this.#room === room) await this.#publish();
    } catch (error) {
      if (this.#room === room) this.#leave();
      throw error;
    }
    if (this.#room !== room) return false;
    on(RoomEvent.Disconnected, (reason) => this.#disconnected(reason));
    this.#askBeforeLeaving();
    return true;
  }

  setMuted(isMuted) {
    this.#isMuted = isMuted;
    this.#mixer?.setMuted(isMuted);
  }

  // Ends the broadcast and lets go of everything.
  stop() {
    this.#leave();
    for (const captured of [this.#picture, this.#microphone]) captured?.track?.stop();
    stop(this.#picture?.stream);
    this.#picture = this.#microphone = null;
    this.#video.srcObject = null;
    clearInterval(this.#meter);
    this.#mixer?.close();
    this.#mixer = null;
  }

  close() {
    this.#report = () => {};
    this.#listening.abort();
    this.stop();
  }

  #makeMixer() {
    const mixer = new Mixer(this.#isMuted);
    this.#meter = setInterval(() => this.#report('level', mixer.level()), METER_EVERY_MS);
    return mixer;
  }

  #takeMicrophone(id, track) {
    this.#microphone?.track.stop();
    this.#microphone = track && { id, track };
    this.#mixer.put('microphone', track);
    this.#watch(track, 'microphone', () => this.#microphone?.track === track && this.#takeMicrophone(null, null));
  }

  #takePicture(kind, id, stream) {
    stop(this.#picture?.stream);
    const track = stream.getVideoTracks()[0] ?? null;
    // A screen's stream is its own; of the devices' one, the microphone is somebody else's.
    this.#picture = track && { kind, id, track, stream: kind === 'screen' ? stream : new MediaStream([track]) };
    this.#mixer.put('screen', kind === 'screen' ? (stream.getAudioTracks()[0] ?? null) : null);
    this.#video.srcObject = track && new MediaStream([track]);
    if (track) this.#video.play().catch(() => {});
    this.#watch(track, kind, () => this.#picture?.track === track && this.#takePicture('nothing', '', new MediaStream()));
  }

  // A track that ends by itself: somebody stopped sharing, or pulled a plug.
  #watch(track, input, forget) {
    track?.addEventListener('ended', () => {
      if (forget() === false) return;
      this.#publish().catch(() => {});
      this.#lose(input);
    });
  }

  // While something is being opened it may be about to be replaced: told afterwards, if nothing is in its place then.
  #lose(input) {
    if (this.#isOpening) this.#gone.add(input);
    else if (!(input === 'microphone' ? this.#microphone : this.#picture)) this.#report('lost', input);
  }

  async #listDevices() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    // Before permission there are no names; the first two of some browsers are names for one of the others.
    const isReal = ({ deviceId, label }) => deviceId && label && deviceId !== 'default' && deviceId !== 'communications';
    const of = (kind) =>
      all.filter((one) => one.kind === kind && isReal(one)).map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.#report('devices', JSON.stringify({ cameras: of('videoinput'), microphones: of('audioinput') }));
  }

  // Makes what is sent equal to what is captured. One after the other: nothing is sent twice.
  #publish() {
    this.#publishing = this.#publishing.catch(() => {}).then(() => this.#publishNow());
    return this.#publishing;
  }

  // What is new goes first, so that viewers always have something.
  async #publishNow() {
    const room = this.#room;
    if (!room) return;
    const library = await loadLibrary();
    const parts = [
      ['picture', this.#picture?.track ?? null, () => pictureOptions(library, this.#picture.kind)],
      ['sound', this.#mixer?.track ?? null, () => soundOptions(library)],
    ];
    for (const [part, track, options] of parts) {
      const old = this.#sent[part];
      if (old === track || this.#room !== room) continue;
      if (track) await room.localParticipant.publishTrack(track, options());
      if (this.#room === room) this.#sent[part] = track;
      if (old) await room.localParticipant.unpublishTrack(old, false);
    }
  }

  // The browser asks by itself before a page is left for another one; a link or a search within the application is made
  // such a leave. Going back within it is none, and only some browsers say so before it has happened.
  #askBeforeLeaving() {
    this.#staying = new AbortController();
    const options = { signal: this.#staying.signal, capture: true };
    const ask = (event) => {
      event.preventDefault();
      event.returnValue = 'stay'; // what older browsers wait for
    };
    addEventListener('beforeunload', ask, options);
    const follow = (event) => event.target.closest?.('a[href]') && event.stopImmediatePropagation();
    addEventListener('click', follow, options);
    // The forms in the bar at the top lead elsewhere too; those of the page itself do not.
    const send = (event) => event.target.closest?.('.top-bar') && event.stopImmediatePropagation();
    addEventListener('submit', send, options);
    const goBack = (event) => {
      const isWithin = event.navigationType === 'traverse' && event.destination.sameDocument;
      if (!isWithin || !event.cancelable || confirm(this.#leaveQuestion)) return;
      event.preventDefault();
    };
    globalThis.navigation?.addEventListener('navigate', goBack, options);
  }

  #leave() {
    this.#turn += 1;
    const room = this.#room;
    this.#room = null;
    this.#sent = { picture: null, sound: null };
    this.#publishing = Promise.resolve();
    this.#staying?.abort();
    room?.disconnect(false);
  }

  // LiveKit ended it. The reasons are numbers of its protocol.
  #disconnected(reason) {
    this.stop();
    if (reason === 4) this.#report('putOut');
    else this.#report('ended', { 2: 'elsewhere', 5: 'removed' }[reason] ?? 'lost');
  }
}

function pictureOptions({ Track, VideoPreset }, kind) {
  if (kind === 'screen') {
    return {
      source: Track.Source.ScreenShare,
      simulcast: true,
      screenShareEncoding: { maxBitrate: 3_000_000, maxFramerate: 30 },
      screenShareSimulcastLayers: [new VideoPreset(960, 540, 800_000, 15)],
    };
  }
  return {
    source: Track.Source.Camera,
    simulcast: true,
    videoEncoding: { maxBitrate: 2_000_000, maxFramerate: 30 },
    videoSimulcastLayers: [new VideoPreset(320, 180, 160_000, 15), new VideoPreset(640, 360, 500_000, 30)],
  };
}

// Music and games are not speech: nothing is left out while it is quiet.
function soundOptions({ Track }) {
  return { source: Track.Source.Microphone, audioPreset: { maxBitrate: SOUND_BITS_PER_SECOND }, dtx: false };
}
