import type { MethodSource } from '../method-entry.ts'

/** Whose strengths several modalities' corruptions have. */
export const medMnistC: MethodSource = {
  authors: 'F. Di Salvo, S. Doerrich, C. Ledig',
  title:
    'MedMNIST-C: Comprehensive Benchmark and Improved Classifier Robustness by Simulating Realistic Image Corruptions',
  venue: 'MICCAI 2024 workshop ADSMI',
  identifier: 'arXiv:2406.17536',
}
