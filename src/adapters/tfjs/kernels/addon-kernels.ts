import { tf } from '../tensorflow.ts'
import { conv3dBySlices, isDilated, type Convolution3dAttributes } from './convolution-3d.ts'
import { replaceKernel } from './replace-kernel.ts'

let isDone = false

/** TensorFlow's library has no dilated convolutions of volumes on the CPU; once a process is enough. */
export function supplyAddonKernels(): void {
  if (isDone) return
  isDone = true
  replaceKernel(tf.Conv3D, 'tensorflow', ({ x, filter }, attributes) => {
    const given = attributes as Convolution3dAttributes
    return isDilated(given) ? conv3dBySlices(x as tf.Tensor5D, filter as tf.Tensor5D, given) : undefined
  })
}
