// Which tool is in hand.

import { text } from '../../text/en';
import { announce } from '../messages';
import type { Page } from '../page';
import { changeToolAtCross } from '../prompting/cross';
import { setTools } from './reshaping';
import { isPrompting, type ToolName } from './tools-state';

export function chooseTool(page: Page, mode: ToolName): void {
  const { tools } = page.store.get();
  const lost = changeToolAtCross(page, mode);
  page.store.set({
    mode,
    tools: { ...tools, prompting: isPrompting(mode) ? mode : tools.prompting, asking: null, picked: null },
  });
  announce(page, `${lost} ${text.editing.tools[mode]}`.trim());
}

// The same key again goes back to prompting.
export function switchTool(page: Page, mode: ToolName): void {
  const { mode: present, tools } = page.store.get();
  chooseTool(page, present === mode ? tools.prompting : mode);
}

// Box and points; from another tool the one used last.
export function switchPrompting(page: Page): void {
  const { mode, tools } = page.store.get();
  if (!isPrompting(mode)) chooseTool(page, tools.prompting);
  else chooseTool(page, mode === 'box' ? 'point' : 'box');
}

// One step back: the small panel, the chosen vertices, the tool. False if there was nothing of these.
export function leaveTool(page: Page): boolean {
  const { mode, tools } = page.store.get();
  if (tools.asking !== null) setTools(page, { asking: null });
  else if (tools.places.size > 0) setTools(page, { places: new Set() });
  else if (!isPrompting(mode)) chooseTool(page, tools.prompting);
  else return false;
  return true;
}
