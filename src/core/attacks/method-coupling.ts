import type { AttackMethodName } from './attack-methods.ts'

/**
 * Methods that ask for the gradient of the sum of all losses and step by it, so that it does not matter
 * whether samples depend on each other. The others (line searches, random searches, the nearest plane, best
 * points of each sample) take each sample for one of its own.
 */
const coupled: readonly AttackMethodName[] = [
  ...([
    'smia',
    'smia-reference',
    'fgsm',
    'i-fgsm',
    'pgd',
    'pgd-l2',
    'mi-fgsm',
    'ti-fgsm',
    'ni-fgsm',
    'si-ni-fgsm',
  ] as const),
  ...(['vmi-fgsm', 'vni-fgsm', 'dct-pgd', 'segpgd', 'cospgd'] as const),
  ...(['noise', 'gaussian-noise', 'gaussian-blur', 'low-contrast', 'motion-blur'] as const),
]

/** Whether a method may attack a stack whose slices' predictions depend on their neighbours. */
export function canBeCoupled(method: string): boolean {
  return coupledMethods.includes(method)
}

export const coupledMethods: readonly string[] = coupled
