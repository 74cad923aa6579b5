// The media connection of a player: one LiveKit room, its first picture and its first sound.
//
// LiveKit's client is fetched when the first player starts, or beside the program by a page that is live from the start
// (pages/site_files.rs); a page with nothing to play loads none. Picture and sound go to elements of their own: a
// browser always lets a silent picture start by itself, whatever it thinks of sound.
// Reports, as report(kind, value):
//   playing(hasPicture)  waiting  stalled  reconnecting  disconnected(reason)
//   metadata(text)  chat(text)  blocked(isBlocked)  paused(isPaused)
//   layers(json)                  another picture comes, and these are the sizes that it is sent in
//   pictureInPicture(isOn)        null where there is no such window

const FIRST_PICTURE_WITHIN_MS = 10_000;
const PICTURE_STALLS_AFTER_MS = 5_000;
const SOUND_ONLY_AFTER_MS = 1_500;
const RESUMES_WITHIN_MS = 2_000;
const PLAYED_AGAIN_WITHIN_MS = 500; // by LiveKit's client, once the page is shown again
const INGRESS = 1; // ParticipantInfo.Kind of LiveKit's protocol
const CHAT_TOPIC = 'chat';
// scripts/build.sh puts the name here that the file gets; a page that is live names it ahead by the same.
const LIBRARY = '/vendor/livekit-client.js';

let library;
let loads = 0;

// A browser remembers a module that failed to load under its address: another try needs another one.
function load() {
  const address = loads === 0 ? LIBRARY : `${LIBRARY}?try=${loads}`;
  loads += 1;
  return import(address);
}

export function loadLibrary() {
  // The first try may fail without asking anybody, when it was loaded ahead and did not come: it gets a second one.
  const loading = () => (loads === 0 ? load().catch(load) : load());
  library ??= loading().then(
    (loaded) => {
      loaded.setLogLevel('warn');
      return loaded;
    },
    (error) => {
      library = undefined;
      throw error;
    },
  );
  return library;
}

export class StreamPlayer {
  #video;
  #audio = new Audio();
  #wantsAll;
  #report;
  #room = null;
  #picture = null; // { track, participant, publication, place }
  #sound = null;
  #isMuted = true;
  #isPaused = false;
  #isPlaying = false;
  #isStalled = false;
  #isReconnecting = false;
  #lastFrames = 0;
  #lastMoveAt = 0;
  #waitsSince = 0;
  #resumeTimer;
  #shownAt = 0;
  #watch;
  #turn = 0; // goes up with everything that makes an earlier wish to connect void
  #stopListening = new AbortController();

  // With `wantsAll` it takes the best picture there is and goes on taking it out of sight, whatever its own size:
  // somebody wants to know what is sent, not only to see it.
  constructor(video, wantsAll, report) {
    this.#video = video;
    this.#wantsAll = wantsAll;
    this.#report = report;
    video.muted = true;
    video.playsInline = true;
    const signal = this.#stopListening.signal;
    document.addEventListener('visibilitychange', () => this.#shown(), { signal });
    for (const change of ['enterpictureinpicture', 'leavepictureinpicture']) {
      video.addEventListener(change, () => this.#reportPictureInPicture(), { signal });
    }
    // LiveKit's client plays whatever it attaches, and each picture once more when the page is shown again.
    video.addEventListener('play', () => this.#holdPicture(), { signal });
    this.#audio.addEventListener('play', () => this.#isPaused && this.#audio.pause(), { signal });
  }

  begin() {
    this.#disconnect();
    return this.#turn;
  }

  async connect(turn, url, token) {
    const { Room, RoomEvent } = await loadLibrary();
    if (turn !== this.#turn) return;
    const room = new Room({ adaptiveStream: !this.#wantsAll });
    this.#room = room;
    const on = (event, handle) => room.on(event, (...values) => this.#room === room && handle(...values));
    on(RoomEvent.TrackSubscribed, (track, publication, from) => this.#subscribed(track, publication, from));
    on(RoomEvent.TrackUnsubscribed, (track) => this.#unsubscribed(track));
    on(RoomEvent.RoomMetadataChanged, (text) => text && this.#report('metadata', text));
    on(RoomEvent.DataReceived, (bytes, participant, _kind, topic) => {
      // What the server sends comes from no participant; whatever one might send is not the chat.
      if (topic === CHAT_TOPIC && !participant) this.#report('chat', new TextDecoder().decode(bytes));
    });
    on(RoomEvent.AudioPlaybackStatusChanged, () => this.#reportBlocked());
    on(RoomEvent.VideoPlaybackStatusChanged, () => this.#reportBlocked());
    on(RoomEvent.SignalReconnecting, () => {
      // A short break of the signalling does not touch the picture.
      this.#resumeTimer ??= setTimeout(() => this.#reconnecting(), RESUMES_WITHIN_MS);
    });
    on(RoomEvent.Reconnecting, () => this.#reconnecting());
    on(RoomEvent.Reconnected, () => this.#resumed());
    this.#waitsSince = performance.now();
    this.#watch = setInterval(() => this.#look(), 500);
    try {
      await room.connect(url, token);
    } catch (error) {
      if (this.#room === room) this.#disconnect();
      throw error;
    }
    if (this.#room !== room) return;
    on(RoomEvent.Disconnected, (reason) => {
      this.#disconnect();
      this.#report('disconnected', String(reason ?? ''));
    });
    if (room.metadata) this.#report('metadata', room.metadata);
  }

  leave() {
    // A connection that is tried again leaves the picture where its viewer put it, and paused; the end does neither.
    if (this.#isInPictureInPicture) document.exitPictureInPicture().catch(() => {});
    this.#disconnect();
    if (this.#isPaused) this.#setPaused(false);
  }

  #disconnect() {
    this.#turn += 1;
    const room = this.#room;
    this.#room = null;
    clearInterval(this.#watch);
    clearTimeout(this.#resumeTimer);
    this.#resumeTimer = undefined;
    this.#picture?.track.detach(this.#video);
    this.#sound?.track.detach(this.#audio);
    this.#picture = this.#sound = null;
    this.#video.srcObject = this.#audio.srcObject = null;
    this.#isPlaying = this.#isStalled = this.#isReconnecting = false;
    room?.disconnect();
  }

  close() {
    this.#report = () => {};
    this.#stopListening.abort();
    this.leave();
  }

  /** What is played now; null while there is no connection. */
  get media() {
    if (!this.#room || this.#isReconnecting) return null;
    return { video: this.#video, picture: this.#picture?.track, sound: this.#sound?.track };
  }

  setSound(volume, isMuted) {
    this.#isMuted = isMuted;
    this.#audio.volume = volume;
    this.#audio.muted = isMuted;
    this.#attachSound();
    if (isMuted) this.#reportBlocked();
  }

  // Called for a tap, which is what a browser waits for before it lets sound out.
  unlock() {
    if (this.#isPaused) this.#setPaused(false);
    this.#room?.startAudio().catch(() => {});
    this.#room?.startVideo().catch(() => {});
  }

  togglePause() {
    this.#setPaused(!this.#isPaused);
  }

  toggleFullScreen(stage) {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    else if (stage.requestFullscreen) stage.requestFullscreen().catch(() => {});
    else this.#video.webkitEnterFullscreen?.();
  }

  togglePictureInPicture() {
    if (this.#isInPictureInPicture) document.exitPictureInPicture().catch(() => {});
    else this.#video.requestPictureInPicture?.().catch(() => {});
  }

  #shown() {
    this.#shownAt = performance.now();
    this.#restartClock();
  }

  // What is paused stays so, unless its viewer plays it where the browser has a button of its own for that.
  #holdPicture() {
    if (!this.#isPaused || !this.#isPlaying || this.#isStalled) return;
    const hasButton = this.#isInPictureInPicture || this.#video.webkitDisplayingFullscreen;
    if (hasButton && performance.now() - this.#shownAt > PLAYED_AGAIN_WITHIN_MS) this.#setPaused(false);
    else this.#video.pause();
  }

  get #isInPictureInPicture() {
    return document.pictureInPictureElement === this.#video;
  }

  #reportPictureInPicture() {
    const canBe = document.pictureInPictureEnabled && !this.#video.disablePictureInPicture;
    this.#report('pictureInPicture', canBe ? this.#isInPictureInPicture : null);
  }

  // Takes the picture in that size, one of LiveKit's VideoQuality; without one, in whichever fits the player.
  chooseLayer(quality) {
    const picture = this.#picture;
    if (!picture) return;
    const { track, publication } = picture;
    // LiveKit's client takes the smaller of what is asked for and what the largest place on the page needs
    // (RemoteTrackPublication of livekit-client 2.23): a small player would never get the large size that its viewer
    // wants. So the size that is wanted gets a place of its own.
    const layer = publication.trackInfo?.layers.find((layer) => layer.quality === quality);
    if (picture.place) track.stopObservingElementInfo(picture.place);
    picture.place = layer && placeFor(layer);
    if (picture.place) track.observeElementInfo(picture.place);
    publication.setVideoQuality(layer?.quality);
  }

  #subscribed(track, publication, participant) {
    const place = track.kind === 'video' ? this.#picture : this.#sound;
    // One picture and one sound: the encoder's before anybody else's, a newer one of the same before an older one.
    if (place && place.participant.kind === INGRESS && participant.kind !== INGRESS) return;
    if (track.kind === 'video') {
      place?.track.detach(this.#video);
      // Whatever plays already is sound alone, or is paused: a picture is news, and plays until it is seen.
      if (!place || this.#isPaused) this.#isPlaying = false;
      this.#picture = { track, participant, publication };
      this.#lastFrames = -1;
      track.attach(this.#video);
      this.#reportLayers(publication);
      this.#reportPictureInPicture();
      // The first picture at once; what comes later is seen by looking every now and then.
      this.#video.requestVideoFrameCallback?.(() => {
        if (this.#picture?.track === track && !this.#isPlaying && !this.#isReconnecting) this.#play(true);
      });
    } else {
      place?.track.detach(this.#audio);
      this.#sound = { track, participant };
      this.#attachSound();
    }
    if (!this.#isPlaying) this.#waitsSince = performance.now();
  }

  #reportLayers({ trackInfo }) {
    const layers = (trackInfo?.layers ?? []).map(({ quality, height }) => ({ quality, height }));
    this.#report('layers', JSON.stringify(layers));
  }

  #unsubscribed(track) {
    if (this.#picture?.track === track) {
      track.detach(this.#video);
      this.#picture = null;
    } else if (this.#sound?.track === track) {
      track.detach(this.#audio);
      this.#sound = null;
      if (this.#picture) return;
    } else {
      return;
    }
    this.#isPlaying = this.#isStalled = false;
    this.#waitsSince = performance.now();
    if (!this.#isReconnecting) this.#report('waiting');
  }

  // Sound that is muted is not attached, so that no browser has a reason to refuse it.
  #attachSound() {
    if (!this.#sound || this.#isMuted) return;
    if (!this.#sound.track.attachedElements.includes(this.#audio)) this.#sound.track.attach(this.#audio);
    else if (this.#audio.paused && !this.#isPaused) this.#room?.startAudio().catch(() => {});
  }

  #reportBlocked() {
    const room = this.#room;
    if (room) this.#report('blocked', (!room.canPlaybackAudio && !this.#isMuted) || !room.canPlaybackVideo);
  }

  #reconnecting() {
    if (this.#isReconnecting) return;
    this.#isReconnecting = true;
    this.#report('reconnecting');
  }

  #resumed() {
    clearTimeout(this.#resumeTimer);
    this.#resumeTimer = undefined;
    this.#isPlaying = this.#isStalled = this.#isReconnecting = false;
    this.#restartClock();
    // What is paused has its first picture to wait for, too.
    if (this.#isPaused) this.#video.play().catch(() => {});
    if (this.#room?.metadata) this.#report('metadata', this.#room.metadata);
  }

  #setPaused(isPaused) {
    this.#isPaused = isPaused;
    if (isPaused) {
      // One that nobody has seen yet goes on until it is, and so does one that stands still by itself.
      if (this.#isPlaying && !this.#isStalled) this.#video.pause();
      this.#audio.pause();
    } else {
      this.#restartClock();
      this.#video.play().catch(() => {});
      if (!this.#isMuted) this.#audio.play().catch(() => {});
    }
    this.#report('paused', isPaused);
  }

  #restartClock() {
    this.#waitsSince = this.#lastMoveAt = performance.now();
  }

  // A player that is out of sight gets no pictures: LiveKit spares them.
  #isInSight() {
    if (this.#isInPictureInPicture) return true;
    const box = this.#video.getBoundingClientRect();
    return !document.hidden && box.bottom > 0 && box.top < innerHeight && box.width > 0;
  }

  #frames() {
    const quality = this.#video.getVideoPlaybackQuality?.();
    return quality ? quality.totalVideoFrames : Math.floor(this.#video.currentTime * 10);
  }

  #look() {
    if (this.#isReconnecting) return;
    const now = performance.now();
    const standsStill = this.#isPaused && this.#isPlaying && !this.#isStalled;
    if (standsStill || !this.#isInSight()) return this.#restartClock();
    if (!this.#picture) return this.#lookForSound(now);
    const frames = this.#frames();
    if (frames > this.#lastFrames && frames > 0) {
      this.#lastFrames = frames;
      this.#lastMoveAt = now;
      if (!this.#isPlaying || this.#isStalled) this.#play(true);
    } else if (!this.#isStalled) {
      const limit = this.#isPlaying ? PICTURE_STALLS_AFTER_MS : FIRST_PICTURE_WITHIN_MS;
      if (now - (this.#isPlaying ? this.#lastMoveAt : this.#waitsSince) > limit) this.#stall();
    }
  }

  #lookForSound(now) {
    const waited = now - this.#waitsSince;
    if (this.#sound && !this.#isPlaying && waited > SOUND_ONLY_AFTER_MS) this.#play(false);
    else if (!this.#sound && !this.#isStalled && waited > FIRST_PICTURE_WITHIN_MS) this.#stall();
  }

  #play(hasPicture) {
    this.#isPlaying = true;
    this.#isStalled = false;
    this.#lastMoveAt = performance.now();
    // Who has paused sees the first picture, and that stands still.
    if (this.#isPaused) this.#video.pause();
    this.#report('playing', hasPicture);
  }

  #stall() {
    this.#isStalled = true;
    this.#report('stalled');
  }
}

// For LiveKit's client: something that shows a picture of that size, but is not in sight.
function placeFor({ width, height }) {
  return {
    element: {},
    width: () => width,
    height: () => height,
    visible: false,
    pictureInPicture: false,
    visibilityChangedAt: 0,
    observe() {},
    stopObserving() {},
  };
}
