#!/usr/bin/env node
// Plain JavaScript on purpose: an older Node cannot parse the TypeScript entry, and must say so in one sentence.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Trainyard needs Node 22.18 or newer and this is ${process.versions.node}: start it with "npm start", which uses the Node 24 that npm ci installs, or install Node 24.`,
  );
  process.exit(1);
}
await import('../src/main.ts');
