// What a person sets once.

import { actionOf } from '../input/actions';
import { hasLetterKeys } from '../input/place';
import { isHovering, toggleHovering } from '../state/prompting/hovering';
import { setPrepareAhead } from '../state/project/memory';
import { chooseTheme, setLetterKeys, setPerson, themeOf, themes } from '../state/settings';
import { text } from '../text/en';
import { usePage, useValue } from './context';
import { Dialog } from './dialog';
import { useKey } from './keys';

const named = text.frame.settings;

interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly disabled?: boolean;
  readonly change: (on: boolean) => void;
}

function Switch({ label, hint, on, disabled = false, change }: SwitchProps) {
  return (
    <label class="setting">
      <input
        type="checkbox"
        checked={on}
        disabled={disabled}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <span>
        {label}
        <span class="muted">{hint}</span>
      </span>
    </label>
  );
}

function ThemeChoice() {
  const page = usePage();
  const theme = useValue(themeOf);
  return (
    <fieldset class="setting-group">
      <legend>{named.theme}</legend>
      {themes.map((each) => (
        <label class="setting-choice" key={each}>
          <input type="radio" name="theme" checked={theme === each} onChange={() => chooseTheme(page, each)} />
          <span>{named.themes[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Person() {
  const page = usePage();
  const person = useValue((state) => String(state.preferences['person'] ?? ''));
  return (
    <label class="setting-field">
      <span>{named.person}</span>
      <input
        type="text"
        class="field"
        autocomplete="name"
        spellcheck={false}
        maxLength={60}
        value={person}
        onInput={(event) => setPerson(page, event.currentTarget.value)}
      />
      <span class="muted">{named.personHint}</span>
    </label>
  );
}

export function SettingsDialog() {
  const page = usePage();
  const letters = useValue(hasLetterKeys);
  const prepareAhead = useValue((state) => state.prepareAhead);
  const hovering = useValue(isHovering);
  const autoAdvance = useValue((state) => state.autoAdvance);
  const help = useKey(actionOf('help'));
  return (
    <Dialog title={named.title}>
      <ThemeChoice />
      <Switch
        label={named.letters}
        hint={named.lettersHint}
        on={letters}
        change={(on) => setLetterKeys(page, on)}
      />
      <Switch label={named.hover} hint={named.hoverHint} on={hovering} change={() => toggleHovering(page)} />
      <Switch
        label={named.advance}
        hint={named.advanceHint}
        on={autoAdvance}
        change={(on) => page.store.set({ autoAdvance: on })}
      />
      <Switch
        label={named.ahead}
        hint={named.aheadHint}
        on={prepareAhead === true}
        disabled={prepareAhead === null}
        change={(on) => void setPrepareAhead(page, on)}
      />
      <Person />
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => page.store.set({ dialog: { kind: 'help' } })}>
          {text.keys.title} {help.text !== null && <kbd>{help.text}</kbd>}
        </button>
        <span class="grow" />
        <button type="button" class="button primary" data-first onClick={() => page.store.set({ dialog: null })}>
          {text.frame.close} <kbd>Esc</kbd>
        </button>
      </div>
    </Dialog>
  );
}
