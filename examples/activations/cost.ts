/** What an activation costs: the time of an epoch of the same network, interleaved. */
import { digits } from '../parts/number-text.ts';
import type { Example } from '../parts/run-example.ts';
import { createNormal } from '../parts/seeded-noise.ts';

const activations = ['relu', 'sigmoid', 'tanh', 'gelu'] as const;
const shapes = [
  { name: '8-16-16-16-16-1', units: [16, 16, 16, 16] },
  { name: '8-128-128-1', units: [128, 128] },
];

export async function cost({ service, document, isShort }: Example): Promise<void> {
  const normal = createNormal(3);
  const rows = isShort ? 200 : 20_000;
  const names = Array.from({ length: 8 }, (_, j) => `x${j + 1}`);
  const columns = names.map(() => Array.from({ length: rows }, normal));
  const y = columns[0]!.map((value, i) => value * columns[1]![i]! + 0.1 * normal());
  const dataset = await service.upload({
    ...Object.fromEntries(names.map((name, j) => [name, columns[j]!])),
    y,
  });
  const seconds = new Map<string, number[]>();
  let engine = '';
  // Each round trains them all, so that a busy moment of the machine falls on every one alike.
  for (let round = 0; round < (isShort ? 1 : 5); round++) {
    for (const { name, units } of shapes.slice(0, isShort ? 1 : shapes.length)) {
      for (const activation of activations) {
        const job = await service.train(`cost_${activation}`, dataset, {
          type: 'mlp',
          target: 'y',
          hidden_layers: units.map((count) => ({ units: count, activation })),
          epochs: isShort ? 2 : 8,
          batch_size: 256,
          validation: { fraction: 0 },
        });
        engine = job.engine;
        const key = `${name} ${activation}`;
        // The first epoch is slower: the engine compiles what it has not met yet.
        const later = (await service.history(job)).slice(1).map((epoch) => epoch.seconds);
        seconds.set(key, [...(seconds.get(key) ?? []), ...later]);
      }
    }
  }
  // The fastest: whatever else the machine does only adds.
  const ms = (name: string, activation: string) => 1000 * Math.min(...seconds.get(`${name} ${activation}`)!);
  document.table('cost', [
    [
      'network',
      ...activations.flatMap((name) => [`${name}, ms an epoch`, ...(name === 'relu' ? [] : ['× ReLU'])]),
    ],
    ...[...new Set([...seconds.keys()].map((key) => key.split(' ')[0]!))].map((name) => [
      name,
      ...activations.flatMap((activation) => [
        digits(ms(name, activation)),
        ...(activation === 'relu' ? [] : [(ms(name, activation) / ms(name, 'relu')).toFixed(2)]),
      ]),
    ]),
  ]);
  document.text(
    'cost-engine',
    `Fastest of 35 epochs, in 5 interleaved rounds, on ${rows.toLocaleString('en')} rows in batches of 256, engine \`${engine}\`.`,
  );
}
