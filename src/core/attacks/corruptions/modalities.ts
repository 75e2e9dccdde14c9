import { camera, ofAnyModality } from './camera.ts'
import { magneticResonance } from './magnetic-resonance.ts'
import { radiography } from './radiography.ts'
import { tomography } from './tomography.ts'
import { ultrasound } from './ultrasound.ts'

/** Corruptions of a kind of imaging, as forms and help pages list them. */
export const corruptionsOfModalities = [
  ...magneticResonance,
  ...tomography,
  ...radiography,
  ...ultrasound,
  ...camera,
  ...ofAnyModality,
]
