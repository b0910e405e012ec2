import { expect, test } from 'vitest';
import { titleOf } from '../../src/panels/title';
import { FakeProgram } from '../state/fake-program';

test('the tab says which image of which project it shows', async () => {
  const program = new FakeProgram(['a.jpg']);
  const project = { ...(await program.api.project()), name: 'street' };
  const picture = await program.api.picture('a.jpg');
  expect(titleOf({ picture, project })).toBe('a.jpg – street – SAM Annotator');
  expect(titleOf({ picture: null, project })).toBe('street – SAM Annotator');
  expect(titleOf({ picture: null, project: null })).toBe('SAM Annotator');
});
