// Pictures on their way to the server: files that somebody chose or dropped, and frames of a video. They stay here, and
// the program knows them by their object addresses, which are good for showing them, too.

const LONGEST_SIDE = 1920;
const SENT_WITHIN_MS = 120_000;

const kept = new Map();
const lastFrames = new WeakMap();

// The first file of a field, or of what was dropped: [address, bytes]. Nothing when there is none.
export function choose(source) {
  const file = (source.dataTransfer ?? source).files?.[0];
  if (!file) return undefined;
  const answer = [keep(file), file.size];
  // So that the same file can be chosen again.
  if ('value' in source) source.value = '';
  return answer;
}

function keep(blob) {
  const address = URL.createObjectURL(blob);
  kept.set(address, blob);
  return address;
}

export function forget(address) {
  kept.delete(address);
  URL.revokeObjectURL(address);
}

// The picture that a video shows now, as an address; nothing when it shows none. With `isNewOnly`, nothing either when
// it has shown no other one since it was asked last: a player that is out of sight gets no pictures.
export async function grab(video, isNewOnly) {
  const { videoWidth: width, videoHeight: height } = video;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || !width || !height) return undefined;
  const frames = video.getVideoPlaybackQuality?.().totalVideoFrames;
  if (isNewOnly && frames !== undefined && lastFrames.get(video) === frames) return undefined;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.92));
  if (!blob) return undefined;
  lastFrames.set(video, frames);
  return keep(blob);
}

// Sends the picture at `address` in a form with these other fields, and answers with the body of the answer, whatever
// it says. `progress` is called with percents. (fetch does not tell how far it is.)
export function send(path, address, fields, progress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('image', kept.get(address) ?? new Blob());
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Accept', 'application/json');
    request.timeout = SENT_WITHIN_MS;
    request.upload.onprogress = ({ loaded, total }) => total && progress(Math.round((loaded / total) * 100));
    request.onload = () => resolve(request.responseText);
    request.onerror = request.onabort = request.ontimeout = () => reject(new Error('not sent'));
    request.send(form);
  });
}
