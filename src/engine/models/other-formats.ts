import { extname } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'

const exporter =
  'Where it was trained, `radversary model exporter > radversary_card.py` and one call of `export` write the .onnx file with its card (docs/python.md).'
const converter =
  'Convert it with tensorflowjs_converter and name the model.json that it writes (docs/tfjs.md), or with tf2onnx.'

/** What models of other frameworks are, by the ends of their names, and what makes them usable. */
const formats: readonly (readonly [ends: readonly string[], what: string, remedy: string])[] = [
  [['.pt', '.pth', '.ckpt', '.bin', '.safetensors'], 'weights of PyTorch', exporter],
  [['.keras', '.h5', '.hdf5'], 'a model of Keras', `${exporter} ${converter}`],
  [['.pb', '.tflite'], 'a model of TensorFlow', converter],
]

/** Calls `work`; where a file of another framework was no ONNX model, the error says how it becomes one. */
export function namingFormat<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const known = formats.find(([ends]) => ends.includes(extname(path).toLowerCase()))
    if (!(error instanceof RadversaryError) || known === undefined) throw error
    const [, what, remedy] = known
    throw new RadversaryError(error.code, `Model: expected an ONNX model, got ${what}, by its name`, {
      file: path,
      tip: remedy,
      cause: error,
    })
  }
}
