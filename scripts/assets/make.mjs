// Writes what pages load besides our own code:  node make.mjs NODE_MODULES ICONS_TXT OUT
//
//   livekit-client.js          LiveKit's browser client, one ES module, minified
//   inter-latin.woff2          Inter, all weights in one file; inter-latin-ext.woff2 for the rest of Europe
//   icons.svg                  a <symbol id="NAME"> for each name in ICONS_TXT, which the server puts into each page
//   licenses/                  on what terms, and which versions, in versions.json
// A build then names the files by what is in them, but those of licenses/ (names.mjs).
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, iconList, out] = process.argv.slice(2).map((path) => resolve(path));
const { buildSync } = createRequire(join(modules, "x.js"))("esbuild");

mkdirSync(join(out, "licenses"), { recursive: true });

// The package's own module is not minified: twice the bytes. Licence comments go, the licence files stay beside.
buildSync({
  stdin: { contents: "export * from 'livekit-client';", resolveDir: join(modules, "..") },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  outfile: join(out, "livekit-client.js"),
});

for (const subset of ["latin", "latin-ext"]) {
  cpSync(join(modules, `@fontsource-variable/inter/files/inter-${subset}-wght-normal.woff2`), join(out, `inter-${subset}.woff2`));
}

// The stroke is the text's colour, so that an icon needs no styles of its own but a size.
const names = readFileSync(iconList, "utf8").split("\n").filter(Boolean);
const symbols = names.map((name) => {
  const svg = readFileSync(join(modules, `lucide-static/icons/${name}.svg`), "utf8");
  const shapes = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
});
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

const versions = {};
for (const name of ["livekit-client", "@fontsource-variable/inter", "lucide-static"]) {
  const { version, license } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));
  versions[name] = { version, license };
  cpSync(join(modules, name, "LICENSE"), join(out, "licenses", `${name.split("/").pop()}.txt`));
}
writeFileSync(join(out, "licenses", "versions.json"), `${JSON.stringify(versions, null, 2)}\n`);
