const storage = '1.2.840.10008.5.1.4.1.1.'

/**
 * SOP classes of enhanced multi-frame images (PS3.3 C.7.6.16 and A.36 and following): their IODs have Content
 * Qualification (0018,9004), which would be an extension elsewhere.
 */
const enhancedImages = new Set(
  [
    ...['2.1', '2.2'], // Enhanced CT, Legacy Converted Enhanced CT
    ...['4.1', '4.3', '4.4'], // Enhanced MR, Enhanced MR Color, Legacy Converted Enhanced MR
    '6.2', // Enhanced US Volume
    ...['12.1.1', '12.2.1'], // Enhanced XA, Enhanced XRF
    ...['13.1.1', '13.1.2', '13.1.3'], // X-Ray 3D Angiographic, X-Ray 3D Craniofacial, Breast Tomosynthesis
    ...['128.1', '130'], // Legacy Converted Enhanced PET, Enhanced PET
  ].map((suffix) => storage + suffix),
)

export function isEnhancedImage(sopClassUid: string): boolean {
  return enhancedImages.has(sopClassUid)
}

/**
 * Other SOP classes whose IOD has PRIMARY as the only second value of Image Type (0008,0008), by the section
 * of PS3.3 that says so. Enhanced images have it as well (C.8.16.1.2).
 */
const primaryImages = new Set(
  [
    ...['14.1', '14.2'], // Intravascular OCT (C.8.27.2)
    '20', // Nuclear Medicine (C.8.4.9.1.1)
    '30', // Parametric Map (C.8.32.2)
    '66.4', // Segmentation (C.8.20.2)
    ...['77.1.5.1', '77.1.5.2', '77.1.5.5', '77.1.5.6'], // Ophthalmic Photography, also wide field (C.8.17.2.1.4)
    ...['77.1.5.7', '77.1.5.8'], // Ophthalmic OCT En Face and B-scan Volume Analysis (C.8.17.14, C.8.17.16)
    '77.1.6', // VL Whole Slide Microscopy (C.8.12.4.1.1)
    '128', // Positron Emission Tomography (C.8.9.4.1.1)
  ].map((suffix) => storage + suffix),
)

/** The second value of Image Type in an image that is derived from one of this SOP class. */
export function derivedExamination(sopClassUid: string): 'PRIMARY' | 'SECONDARY' {
  const isPrimary = isEnhancedImage(sopClassUid) || primaryImages.has(sopClassUid)
  return isPrimary ? 'PRIMARY' : 'SECONDARY'
}

/** Parametric Map Storage (PS3.3 A.75). */
export const parametricMapStorage = `${storage}30`

/** What images that were none become (PS3.3 A.2, A.3, A.4 and A.8.1). */
export const composedClasses = {
  cr: `${storage}1`,
  ct: `${storage}2`,
  mr: `${storage}4`,
  secondaryCapture: `${storage}7`,
} as const

/** Segmentation Storage (PS3.3 A.51). */
export const segmentationStorage = `${storage}66.4`

/**
 * MR Pulse Sequence (PS3.3 C.8.13.4) and Bulk Motion Synchronization (C.7.6.18.3) of Enhanced MR: required of
 * an ORIGINAL image and not allowed in a DERIVED one.
 */
const originalMrOnly: readonly number[] = [
  0x00180023, // MR Acquisition Type
  0x00189005, // Pulse Sequence Name
  0x00189008, // Echo Pulse Sequence
  0x00189011, // Multiple Spin Echo
  0x00189012, // Multi-planar Excitation
  0x00189014, // Phase Contrast
  0x00189015, // Time of Flight Contrast
  0x00189017, // Steady State Pulse Sequence
  0x00189018, // Echo Planar Pulse Sequence
  0x00189024, // Saturation Recovery
  0x00189025, // Spectrally Selected Suppression
  0x00189029, // Oversampling Phase
  0x00189032, // Geometry of k-Space Traversal
  0x00189033, // Segmented k-Space Traversal
  0x00189034, // Rectilinear Phase Encode Reordering
  0x00189093, // Number of k-Space Trajectories
  0x00189094, // Coverage of k-Space
  0x00189172, // Bulk Motion Compensation Technique
]

/** Elements that the IOD of this class doesn't allow in a derived image. */
export function forbiddenInDerived(sopClassUid: string): readonly number[] {
  return sopClassUid === `${storage}4.1` || sopClassUid === `${storage}4.3` ? originalMrOnly : []
}
