#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node cannot parse the TypeScript entry, and must say so in one sentence.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Trainyard needs Node 22.18 or newer and this is ${process.versions.node}: start it with "npm start", which uses the Node 24 that npm ci installs, or install Node 24.`,
  );
  process.exit(1);
}
// Keeps what V8 made of the sources, which halves the time of a start. Where it cannot be written, starts are as slow as without.
module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/trainyard', import.meta.url)));
// The first timer that is cleared exchanges the prototype of a class that Node asks at each tick. What V8 has compiled before stays
// slow with it, by a twentieth of a predict; so it is done before there is anything.
clearTimeout(setTimeout(() => {}, 0));
await import('../src/main.ts');
