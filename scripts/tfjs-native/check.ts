import { useBackend } from '../../src/adapters/tfjs/backends.ts'
import { addonVersion } from '../../src/adapters/tfjs/node-addon.ts'

/**
 * Whether it has a graphics card is told by which of the two loads. A backend that loads has passed its
 * gradient check.
 */
async function check(): Promise<string> {
  try {
    await useBackend('tensorflow-gpu')
    return 'tensorflow-gpu'
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    await useBackend('tensorflow')
    return 'tensorflow'
  }
}

const backend = await check()
console.log(
  `TensorFlow ${await addonVersion()}: a convolution and its gradient are right on the backend ${backend}`,
)
