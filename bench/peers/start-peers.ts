/** Finds what there is to compare with on this machine; what is missing is said in one line and left out. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Peer, startPeer } from './peer.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
/** Not dependencies of the project: the bench installs them for itself. */
const tensorflowPackages = ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'];

export interface Peers {
  readonly torch: Peer | null;
  readonly sklearn: Peer | null;
  readonly tensorflow: Peer | null;
  close(): void;
}

export async function startPeers(): Promise<Peers> {
  const torch = await startPython('PyTorch', 'torch_peer.py');
  const sklearn = await startPython('scikit-learn', 'sklearn_peer.py');
  const packages = mkdtempSync(join(tmpdir(), 'trainyard-bench-'));
  const tensorflow = await startTensorflow(packages);
  return {
    torch,
    sklearn,
    tensorflow,
    close() {
      for (const peer of [torch, sklearn, tensorflow]) peer?.close();
      rmSync(packages, { recursive: true, force: true });
    },
  };
}

/** A distribution's packages are not those of a Python that lies before it on the path. */
const pythons = ['python3', '/usr/bin/python3'];

async function startPython(name: string, script: string): Promise<Peer | null> {
  for (const python of pythons) {
    const peer = await startPeer(python, [join(folder, script)]);
    if (peer) return peer;
  }
  console.log(`${name}: not found by ${pythons.join(' or ')}, left out`);
  return null;
}

async function startTensorflow(packages: string): Promise<Peer | null> {
  try {
    writeFileSync(join(packages, 'package.json'), '{}');
    const install = ['install', '--silent', '--no-audit', '--no-fund', ...tensorflowPackages];
    execFileSync('npm', install, { cwd: packages, stdio: 'ignore', timeout: 120_000 });
  } catch {
    console.log('TensorFlow.js: could not be installed, left out');
    return null;
  }
  return startPeer(process.execPath, [join(folder, 'tfjs-peer.ts')], packages);
}
