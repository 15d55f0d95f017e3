/** The layers of a network as its config has them, by the names that weights and diagnostics show. */
import type { HiddenLayer } from '../contracts/model-config.ts';
import type { DenseLayer } from '../contracts/version.ts';

/** First to last; the output layer gives the logits, so it has no activation. */
export function networkLayers(
  hidden: readonly Pick<HiddenLayer, 'activation'>[],
): Pick<DenseLayer, 'name' | 'activation'>[] {
  const layers = hidden.map(({ activation }, index) => ({ name: `hidden_${index + 1}`, activation }));
  return [...layers, { name: 'output', activation: 'identity' }];
}
