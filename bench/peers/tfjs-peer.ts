/** TensorFlow.js on its WASM backend: trains the network that it is asked for. Its packages lie in the working folder. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Request {
  readonly widths: readonly number[];
  readonly rows: number;
  readonly batch: number;
  readonly epochs: number;
}

const require = createRequire(join(process.cwd(), 'package.json'));
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
wasm.setWasmPaths(join(process.cwd(), 'node_modules/@tensorflow/tfjs-backend-wasm/dist/'));
await tf.setBackend('wasm');
await tf.ready();
console.log(JSON.stringify({ name: `TensorFlow.js ${tf.version.tfjs} ${tf.getBackend()}` }));

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify({ seconds: await train(JSON.parse(line)) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}

async function train({ widths, rows, batch, epochs }: Request): Promise<number> {
  const classes = widths.at(-1)!;
  const model = tf.sequential();
  for (const [i, units] of widths.slice(1).entries()) {
    const isLast = i === widths.length - 2;
    const activation = isLast ? (units === 1 ? 'sigmoid' : 'softmax') : 'relu';
    model.add(tf.layers.dense({ units, activation, ...(i === 0 && { inputShape: [widths[0]] }) }));
  }
  model.compile({
    optimizer: tf.train.adam(),
    loss: classes === 1 ? 'binaryCrossentropy' : 'sparseCategoricalCrossentropy',
  });
  const x = tf.randomNormal([rows, widths[0]]);
  const y = tf.floor(tf.randomUniform([rows, 1], 0, Math.max(2, classes)));
  const options = { batchSize: batch, shuffle: true, verbose: 0 };
  await model.fit(x, y, { ...options, epochs: 1 });
  const start = performance.now();
  await model.fit(x, y, { ...options, epochs });
  const seconds = (performance.now() - start) / 1000;
  tf.dispose([x, y]);
  model.dispose();
  return seconds;
}
