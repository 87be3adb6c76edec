/** `label: value` */
export interface LabelledLine {
  readonly label: string;
  readonly value: string;
}
