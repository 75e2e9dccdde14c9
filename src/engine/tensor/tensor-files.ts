import { dirname } from 'node:path'
import { mkdir } from 'node:fs/promises'
import { writeFileAtomically } from '../../adapters/fs/atomic-write.ts'
import { checkOutputName } from '../../adapters/fs/file-names.ts'
import { ioError } from '../../adapters/fs/io-error.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { npyFromTensor, readNpy, tensorFromNpy, writeNpy, type NpyArray } from '../../core/tensor/npy.ts'
import { tensor, type Tensor } from '../../core/tensor/tensor.ts'

/** A .npy file as float32. @throws RadversaryError io-failed, tensor-invalid. */
export async function readTensor(path: string): Promise<Tensor> {
  return tensorFromNpy(readNpy(await readBytes({ path }), path), path)
}

/** A result of the user's own naming: an older one is replaced. @throws RadversaryError io-failed. */
export async function writeResult(path: string, bytes: Uint8Array): Promise<void> {
  checkOutputName(path)
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw ioError('Make folder', dirname(path), cause)
  })
  await writeFileAtomically(path, bytes, { replace: true })
}

export function writeTensor(path: string, values: Tensor): Promise<void> {
  return writeResult(path, writeNpy(npyFromTensor(values)))
}

/**
 * Targets of the logits' shape [N, K] or [N, K, …] from a .npy file: as they are where they are of that
 * shape, or class indices of integers [N] or [N, …] as one-hot. @throws RadversaryError io-failed,
 * tensor-invalid.
 */
export async function readTargets(path: string, logits: readonly number[]): Promise<Tensor> {
  const array = readNpy(await readBytes({ path }), path)
  if (isIndices(array, logits)) return oneHot(array, logits, path)
  if (array.shape.join() === logits.join()) return tensorFromNpy(array, path)
  const [count, , ...rest] = logits
  throw new RadversaryError(
    'tensor-invalid',
    `Targets: expected [${logits.join(', ')}], or integer class indices [${[count, ...rest].join(', ')}], got ${array.dataType} [${array.shape.join(', ')}]`,
    { file: path },
  )
}

function isIndices({ dataType, shape }: NpyArray, [count, , ...rest]: readonly number[]): boolean {
  return (
    (dataType === 'int32' || dataType === 'int64' || dataType === 'uint8') &&
    shape.join() === [count, ...rest].join()
  )
}

/** A single logit's index is its target: 0 or 1. */
function oneHot(array: NpyArray, logits: readonly number[], path: string): Tensor {
  const { data } = tensorFromNpy(array, path)
  const [count = 0, classes = 0, ...rest] = logits
  const pixels = rest.reduce((product, extent) => product * extent, 1)
  const targets = tensor([count, classes, ...rest])
  data.forEach((index, at) => {
    if (index < 0 || index >= Math.max(classes, 2))
      throw new RadversaryError(
        'tensor-invalid',
        `Targets: expected class indices below ${Math.max(classes, 2)}, got ${index}`,
        {
          file: path,
        },
      )
    const [sample, pixel] = [Math.floor(at / pixels), at % pixels]
    if (classes === 1) targets.data[at] = index
    else targets.data[(sample * classes + index) * pixels + pixel] = 1
  })
  return targets
}
