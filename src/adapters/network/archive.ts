/** What a search asks for; what is absent matches everything. Asterisks stand for any characters. */
export interface StudyQuery {
  readonly patientId?: string | undefined
  readonly patientName?: string | undefined
  /** YYYYMMDD, or YYYYMMDD-YYYYMMDD. */
  readonly studyDate?: string | undefined
  readonly modality?: string | undefined
  readonly accessionNumber?: string | undefined
}

/** A study as an archive describes it: texts of somebody else's, to be shown and nowhere kept. */
export interface FoundStudy {
  readonly studyInstanceUid: string
  readonly patientName: string
  readonly patientId: string
  readonly studyDate: string
  readonly modalities: string
  readonly description: string
  /** '' where the archive does not count them. */
  readonly images: string
}

export interface FoundStudies {
  readonly studies: readonly FoundStudy[]
  /** Whether there are more than were listed. */
  readonly isCut: boolean
}

/** An instance that can be fetched. */
export interface ArchivedInstance {
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly sopInstanceUid: string
  /** Undefined where the archive does not say. */
  readonly sopClassUid: string | undefined
}

/** A file to be sent, by what its header says. */
export interface OutgoingInstance {
  readonly path: string
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly transferSyntaxUid: string
}

/** Takes a file that has come, byte for byte as it was sent. */
export type Receive = (sopInstanceUid: string, file: Uint8Array) => Promise<void>
/** Hears what became of one instance; `reason` is undefined where all went well. */
export type Settle = (sopInstanceUid: string, reason: string | undefined) => void

/**
 * An archive that the user set up, whatever it speaks. Every call may fail as network-failed, or be
 * cancelled.
 */
export interface Archive {
  /** Asks whether it answers (C-ECHO, or a search for one study). */
  echo(): Promise<void>
  studies(query: StudyQuery): Promise<FoundStudies>
  /** @param seriesInstanceUid undefined for all series of the study */
  instances(studyInstanceUid: string, seriesInstanceUid?: string): Promise<readonly ArchivedInstance[]>
  fetch(wanted: readonly ArchivedInstance[], receive: Receive, settle: Settle): Promise<void>
  /** @param load the whole DICOM file of an instance */
  send(
    instances: readonly OutgoingInstance[],
    load: (instance: OutgoingInstance) => Promise<Uint8Array>,
    settle: Settle,
  ): Promise<void>
}

/** Most studies, or instances of a study, that we take of an archive's answer. */
export const mostStudies = 1000
export const mostInstances = 200_000
