/** Our settings of what scripts/goldens/peers.py asks of torchattacks. */
const epsilon = 8 / 255
const steps = { epsilon, steps: 10 }
const ten = { ...steps, stepSize: epsilon / 10 }

/** Attacks without chance, which come to the same pixels. */
export const deterministicPeers: Readonly<Record<string, object>> = {
  fgsm: { epsilon },
  'i-fgsm': ten,
  pgd: { ...ten, randomStart: false },
  'mi-fgsm': steps,
  'ni-fgsm': steps,
  'si-ni-fgsm': steps,
  'di-fgsm': { ...steps, probability: 0 },
  'ti-fgsm': steps,
}

/** Attacks with chance, whose success rates agree: by what theirs is called, our method and settings. */
export const chancyPeers: Readonly<Record<string, readonly [method: string, settings: object]>> = {
  'pgd, random start': ['pgd', { ...ten, randomStart: true }],
  'di-fgsm, diverse': ['di-fgsm', steps],
  'ti-dim': ['ti-dim', steps],
  'vmi-fgsm': ['vmi-fgsm', steps],
  'vni-fgsm': ['vni-fgsm', steps],
  admix: ['admix', steps],
  bsr: ['bsr', steps],
  'apgd-ce': ['apgd-ce', { epsilon, steps: 20 }],
  'apgd-ce-l2': ['apgd-ce-l2', { epsilon: 0.5, steps: 20 }],
  'apgd-ce-l1': ['apgd-ce-l1', { epsilon: 8, steps: 20 }],
  'apgd-dlr': ['apgd-dlr', { epsilon, steps: 20 }],
  square: ['square', { epsilon: 16 / 255, steps: 200 }],
  'square-l2': ['square-l2', { epsilon: 1, steps: 200 }],
}

/**
 * Attacks that look for the smallest change, with the least and the most that the median of our norm over
 * theirs may be. Theirs of C&W takes one constant instead of a search, so that ours is smaller.
 */
export const smallestPeers: Readonly<
  Record<
    string,
    {
      readonly settings: object
      readonly norm: 'Linf' | 'L2' | 'L1' | 'L0'
      readonly ratio: readonly [number, number]
    }
  >
> = {
  'fab-t': { settings: { steps: 60 }, norm: 'Linf', ratio: [0.95, 1.02] },
  'fab-t-l2': { settings: { steps: 60 }, norm: 'L2', ratio: [0.95, 1.02] },
  deepfool: { settings: {}, norm: 'L2', ratio: [0.95, 1.05] },
  ddn: { settings: {}, norm: 'L2', ratio: [0.95, 1.05] },
  fmn: { settings: {}, norm: 'Linf', ratio: [0.95, 1.05] },
  'fmn-l2': { settings: {}, norm: 'L2', ratio: [0.95, 1.05] },
  'fmn-l1': { settings: {}, norm: 'L1', ratio: [0.95, 1.05] },
  'sigma-zero': { settings: {}, norm: 'L0', ratio: [0.8, 1.15] },
  ead: { settings: {}, norm: 'L1', ratio: [0.95, 1.05] },
  cw: { settings: { steps: 200, searches: 6 }, norm: 'L2', ratio: [0.8, 1.02] },
}
