// The tools by name.

import type { ToolName } from '../state/editing/tools-state';
import { box } from './box';
import { brush, eraser } from './brush';
import { points } from './points';
import type { Tool } from './tool';
import { vertices } from './vertices';

export const tools: Readonly<Record<ToolName, Tool>> = { box, point: points, vertices, brush, eraser };
