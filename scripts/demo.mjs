/**
 * `npm run demo`: from a clone with nothing installed to a verified adversarial series of the embedded
 * sample.
 */
const sample = 'resources/sample'
process.argv.push(
  ...['attack', '--study', `${sample}/study`, '--model', `${sample}/model/phantom-thorax.onnx`],
  ...['--labels', `${sample}/study/labels.csv`, '--method', 'smia', '--epsilon', '8/255'],
  ...['--export', 'series,perturbation,smoothed', '--out', 'demo'],
)
await import('./radversary.mjs')
