import { expect, test } from 'vitest';
import type { JobRequest } from '../../../src/model/wire';
import { startExport } from '../../../src/state/project/exporting';
import { FakeProgram, noProgress, pageOn } from '../fake-program';

test('an export from the menu leaves proposals out where there are any, or nobody knows', async () => {
  const program = new FakeProgram(['a.jpg']);
  const page = pageOn(program);
  const asked: JobRequest[] = [];
  const { startJob } = program.api;
  program.api.startJob = (request) => {
    asked.push(request);
    return startJob(request);
  };
  for (const progress of [null, noProgress, { ...noProgress, proposals: 2 }]) {
    page.store.set({ progress });
    await startExport(page, 'coco');
  }
  expect(asked).toMatchObject([{ accepted_only: true }, { accepted_only: false }, { accepted_only: true }]);
});
