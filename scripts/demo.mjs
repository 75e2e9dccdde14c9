/**
 * `npm run demo`: from a clone with nothing installed to a verified adversarial series of the embedded
 * sample, in the project's own folder demo/.
 */
import { join, relative } from 'node:path'
import { repository, returnToCaller } from './setup/repository.mjs'

returnToCaller()
const own = (path) => relative(process.cwd(), join(repository, path))
const sample = own('resources/sample')
process.argv.push(
  ...['attack', '--study', `${sample}/study`, '--model', `${sample}/model/phantom-thorax.onnx`],
  ...['--labels', `${sample}/study/labels.csv`, '--method', 'smia', '--epsilon', '8/255'],
  ...['--export', 'series,perturbation,smoothed', '--out', own('demo')],
)
await import('./radversary.mjs')
