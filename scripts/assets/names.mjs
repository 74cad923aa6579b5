// Names what browsers load by what is in it:  node names.mjs SITE LOADER
//   SITE      the folder with vendor/, whose files are named here, but not what is in folders of it, and with
//             pkg/, the program: streamit.{js,wasm,css}, __wasm_split.js, split_*.wasm and chunk_*.wasm
//   LOADER    __wasm_split.js as wasm-split-cli wrote it, which says what each bundle is made of
// Writes SITE/pkg/__wasm_split_manifest.HASH.json (bundle: its files, without ".wasm", the largest first: browsers load them
// in this order, six at a time over HTTP/1.1, and the largest takes the longest) and prints what the server reads from
// hash.txt: "js: HASH" for Leptos, which prescribes the names that begin with two underscores, too, and
// "vendor/NAME: HASH" for pages (src/server/site.rs).
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [site, loader] = process.argv.slice(2);
const [pkg, vendor] = [join(site, "pkg"), join(site, "vendor")];
const hash = (...contents) => {
  const sum = createHash("sha256");
  for (const content of contents) sum.update(content);
  return sum.digest("base64url").slice(0, 16);
};
const read = (name) => readFileSync(join(pkg, name));

const renameIn = (folder, name, digest) => {
  const [, stem, extension] = /^(.*)\.(\w+)$/.exec(name);
  const to = `${stem}.${digest}.${extension}`;
  renameSync(join(folder, name), join(folder, to));
  return to;
};

// What others made comes first: the program names it.
const digests = {};
const addresses = new Map();
for (const { name } of readdirSync(vendor, { withFileTypes: true }).filter((entry) => entry.isFile())) {
  const digest = hash(readFileSync(join(vendor, name)));
  addresses.set(`/vendor/${name}`, `/vendor/${renameIn(vendor, name, digest)}`);
  digests[`vendor/${name}`] = digest;
}
const asked = new Set();
for (const name of ["streamit.css", "streamit.js"]) {
  const text = read(name).toString().replace(/\/vendor\/[\w.-]+/g, (address) => {
    if (!addresses.has(address)) throw new Error(`${name} asks for ${address}, which is not there`);
    asked.add(address);
    return addresses.get(address);
  });
  writeFileSync(join(pkg, name), text);
}
// The icons are asked for by nobody: the server puts them into its pages.
const unasked = [...addresses.keys()].filter((address) => !asked.has(address) && !address.endsWith(".svg"));
if (unasked.length) throw new Error(`the program names no ${unasked.join(" and no ")}`);

// wasm-bindgen ends the name of whatever the program imports in a digest, which says nothing to anybody and does not
// compress, once in the program and once in its script. A number of the same length does, and nothing else moves.
const imports = new Map();
const numbered = (text) =>
  text.replace(/(__wbg_\w+_)[0-9a-f]{16}\b/g, (name, stem) => {
    if (!imports.has(name)) imports.set(name, `${stem}${String(imports.size).padStart(16, "0")}`);
    return imports.get(name);
  });
for (const name of ["streamit.js", "streamit.wasm"]) {
  writeFileSync(join(pkg, name), numbered(read(name).toString("latin1")), "latin1");
}
for (const name of readdirSync(pkg)) {
  if (/__wbg_\w+_(?!0{8})[0-9a-f]{16}\b/.test(read(name).toString("latin1"))) throw new Error(`${name} names an import too`);
}

// Which file of the program is which, before and after.
const renamed = new Map();
const rename = (name, digest) => {
  renamed.set(name, renameIn(pkg, name, digest));
  return digest;
};

const scripts = ["streamit.js", "__wasm_split.js"];
const binaries = readdirSync(pkg).filter((name) => name.endsWith(".wasm"));
// The two scripts name each other, so neither can have its own hash: they share that of everything, and of how they are
// rewritten below.
const together = hash(...scripts.map(read), ...binaries.sort().map(read), readFileSync(new URL(import.meta.url)));
digests.css = rename("streamit.css", hash(read("streamit.css")));
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
for (const [, chunk, bundle, fetched, needs] of text.matchAll(made)) {
  const file = /"\.\/([\w.]+\.wasm)"/.exec(fetched)?.[1];
  if (chunk) chunks.set(chunk, stem(file));
  else manifest[bundle] = [...needs.split(", ").filter(Boolean).map((name) => chunks.get(name)), ...(file ? [stem(file)] : [])];
}
if (!Object.keys(manifest).length || Object.values(manifest).flat().includes(undefined)) throw new Error(`the bundles could not be read from ${loader}`);
const sizeOf = (file) => statSync(join(pkg, `${file}.wasm`)).size;
for (const files of Object.values(manifest)) files.sort((one, other) => sizeOf(other) - sizeOf(one));
const json = JSON.stringify(manifest);
digests.manifest = hash(json);
writeFileSync(join(pkg, `__wasm_split_manifest.${digests.manifest}.json`), json);

for (const [kind, digest] of Object.entries(digests)) console.log(`${kind}: ${digest}`);
