// Names the files of the program for the browser by what is in them:  node names.mjs PKG LOADER
//   PKG       the folder with streamit.{js,wasm,css}, __wasm_split.js, split_*.wasm and chunk_*.wasm
//   LOADER    __wasm_split.js as wasm-split-cli wrote it, which says what each part is made of
// Writes PKG/__wasm_split_manifest.HASH.json (part: its files, without ".wasm") and prints what the server reads from
// hash.txt. Leptos prescribes the names that begin with two underscores.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [pkg, loader] = process.argv.slice(2);
const hash = (...contents) => {
  const sum = createHash("sha256");
  for (const content of contents) sum.update(content);
  return sum.digest("base64url").slice(0, 16);
};
const read = (name) => readFileSync(join(pkg, name));

// Which file is which, before and after.
const renamed = new Map();
const rename = (name, digest) => {
  const [, stem, extension] = /^(.*)\.(\w+)$/.exec(name);
  const to = `${stem}.${digest}.${extension}`;
  renameSync(join(pkg, name), join(pkg, to));
  renamed.set(name, to);
  return digest;
};

const scripts = ["streamit.js", "__wasm_split.js"];
const binaries = readdirSync(pkg).filter((name) => name.endsWith(".wasm"));
// The two scripts name each other, so neither can have its own hash: they share that of everything, and of how they are
// rewritten below.
const together = hash(...scripts.map(read), ...binaries.sort().map(read), readFileSync(new URL(import.meta.url)));
const digests = { css: rename("streamit.css", hash(read("streamit.css"))) };
for (const name of binaries) {
  const digest = rename(name, hash(read(name)));
  if (name === "streamit.wasm") digests.wasm = digest;
}
for (const name of scripts) rename(name, together);
digests.js = together;
digests.split = together;
for (const name of scripts) {
  const path = join(pkg, renamed.get(name));
  let text = readFileSync(path, "utf8");
  // Names of files, but not the name by which the program itself asks for the loader's functions.
  text = text.replace(/(\bfrom\s*|\bimport\s*)"\.\/(streamit|__wasm_split)\.js"/g, (_, before, stem) => `${before}"./${renamed.get(`${stem}.js`)}"`);
  text = text.replace(/new URL\("\.\/([\w.-]+\.wasm)"/g, (_, file) => `new URL("./${renamed.get(file)}"`);
  for (const [, file] of text.matchAll(/"\.\/([\w.-]+\.wasm)"/g)) {
    if (renamed.has(file)) throw new Error(`${name} names ${file} in a way that names.mjs does not know`);
  }
  writeFileSync(path, text);
}

// const __chunk_1 = makeLoad(() => { … "./chunk_1.wasm" … }, []);
// export const __wasm_split_load_door = wrapAsyncCb(makeLoad(() => { … "./split_door.wasm" … }, [__chunk_1]));
const text = readFileSync(loader, "utf8");
const chunks = new Map();
const manifest = {};
const stem = (file) => renamed.get(file).replace(/\.wasm$/, "");
const made = /(?:const (__chunk_\d+) =|export const __wasm_split_load_(\w+) =)([\s\S]*?), \[([^\]]*)\]\)/g;
for (const [, chunk, part, fetched, needs] of text.matchAll(made)) {
  const file = /"\.\/([\w.]+\.wasm)"/.exec(fetched)?.[1];
  if (chunk) chunks.set(chunk, stem(file));
  else manifest[part] = [...needs.split(", ").filter(Boolean).map((name) => chunks.get(name)), ...(file ? [stem(file)] : [])];
}
if (!Object.keys(manifest).length || Object.values(manifest).flat().includes(undefined)) throw new Error(`the parts could not be read from ${loader}`);
const json = JSON.stringify(manifest);
digests.manifest = hash(json);
writeFileSync(join(pkg, `__wasm_split_manifest.${digests.manifest}.json`), json);

for (const [kind, digest] of Object.entries(digests)) console.log(`${kind}: ${digest}`);
