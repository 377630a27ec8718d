/** A measured share: how often something was right, with the interval that its sample size allows. */
export interface Proportion {
  /** How many were right. */
  correct: number;
  /** How many were asked. */
  n: number;
  /** `correct / n`, in [0, 1]. */
  value: number;
  /** Lower end of the interval, in [0, 1]. */
  low: number;
  /** Upper end of the interval, in [0, 1]. */
  high: number;
}
