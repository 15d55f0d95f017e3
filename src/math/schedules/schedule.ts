/** What every learning-rate schedule provides: a pure function of the epoch, so that there is no state to resume. */

/** What all settings have in common; `type` names the schedule. */
export interface Warmup {
  readonly warmup_epochs: number;
}

export interface Schedule<Settings> {
  /**
   * Learning rate of an epoch after the warm-up.
   *
   * @param base   α of the optimizer's config
   * @param epoch  0 for the first epoch after the warm-up
   * @param epochs that the job will run after the warm-up, at least 1
   */
  rate(base: number, epoch: number, epochs: number, settings: Settings): number;
}
