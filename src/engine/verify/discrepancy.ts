/** One thing that is not as the export says. */
export interface Discrepancy {
  readonly file: string
  readonly message: string
}
