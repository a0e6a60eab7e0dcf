import { Field } from './Field';

interface SecretProps {
  /** Unique on the page. */
  id: string;
  label: string;
  value: string;
  /** What is wrong, in words. */
  problem?: string;
  onInput(value: string): void;
  onEnter?(): void;
}

/** A field for words that nobody else may read, and that no password manager should offer to keep. */
export function Secret({ id, label, value, problem, onInput, onEnter }: SecretProps) {
  return (
    <Field id={id} label={label} {...(problem ? { problem } : {})}>
      {(control) => (
        <input
          {...control}
          type="password"
          autocomplete="off"
          spellcheck={false}
          data-1p-ignore
          data-lpignore="true"
          data-bwignore
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.isComposing) onEnter?.();
          }}
        />
      )}
    </Field>
  );
}
