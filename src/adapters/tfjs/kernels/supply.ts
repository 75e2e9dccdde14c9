import { supplyAddonKernels } from './addon-kernels.ts'
import { borrowCpuKernels } from './borrowed-kernels.ts'
import { skipFilterGradients } from './filter-gradients.ts'
import { unfuseForGradients } from './fused-convolution.ts'
import { supplyGradients } from './gradients.ts'
import { supplyWasmKernels } from './wasm-kernels.ts'

/** Gives a backend what our gradients need and TensorFlow.js lacks or has wrong; as often as one likes. */
export function supplyKernels(backendName: string): void {
  supplyGradients()
  unfuseForGradients()
  skipFilterGradients(backendName)
  if (backendName === 'tensorflow') supplyAddonKernels()
  if (backendName !== 'wasm') return
  supplyWasmKernels()
  borrowCpuKernels(backendName)
}
