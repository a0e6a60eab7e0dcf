import styles from './Choice.module.css';

interface ChoiceProps<Value extends string> {
  legend: string;
  /** Unique on the page. */
  name: string;
  /** Every value with its words, in order. */
  words: Record<Value, () => string>;
  value: Value;
  onChange(value: Value): void;
}

/** One of a few, all in sight. */
export function Choice<Value extends string>({ legend, name, words, value, onChange }: ChoiceProps<Value>) {
  const values = Object.keys(words) as Value[];
  return (
    <fieldset class={styles.choice}>
      <legend>{legend}</legend>
      <div class={styles.row}>
        {values.map((one) => (
          <label key={one} class={styles.option}>
            <input type="radio" name={name} value={one} checked={one === value} onChange={() => onChange(one)} />
            <span>{words[one]()}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
