import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem, unreachable } from '../../../src/model/problem';
import type { Edit } from '../../../src/model/wire';
import { flush, forgetRefused, makeRefusedAgain, submit, watchConnection } from '../../../src/state/editing/edit-queue';
import { keepEdits } from '../../../src/state/editing/kept-edits';
import { goneClasses } from '../../../src/state/editing/waiting-classes';
import { addMask, edit, redoEdit, undoEdit } from '../../../src/state/editing/editing';
import { open } from '../../../src/state/images/navigation';
import { makePage, type Page } from '../../../src/state/page';
import { takeProject } from '../../../src/state/project/class-changes';
import { drawBox } from '../../../src/state/prompting/prompting';
import { makeRandom } from '../../random';
import { candidate, FakeProgram, noProxies, settle } from '../fake-program';

type Failure = 'before' | 'during' | 'after' | 'hang' | null;

class MemoryStorage implements Storage {
  private readonly values = new Map<string, string>();
  get length(): number {
    return this.values.size;
  }
  clear(): void {
    this.values.clear();
  }
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.values.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.values.delete(key);
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
}

let program: FakeProgram;
let storage: MemoryStorage;
let failures: Failure[]; // of the next edits; then they succeed

// before: the request never arrives. during: the program ends while it works. after: the answer is lost. hang: the
// connection is gone without a word.
function failing(): void {
  const { edit: really } = program.api;
  program.api.edit = async (name, request, signal) => {
    const failure = failures.shift() ?? null;
    if (failure === 'hang')
      return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
    if (failure === 'before' || failure === 'during') throw unreachable;
    const answer = await really(name, request);
    if (failure === 'after') throw unreachable;
    return answer;
  };
}

let living = 0; // which page is there; those before it were left and send nothing

async function loaded(): Promise<Page> {
  const self = ++living;
  failures = failures.filter((failure) => failure !== 'hang'); // a new page has a new connection
  const sent: Page['api']['edit'] = (...request) =>
    self === living ? program.api.edit(...request) : new Promise(() => undefined);
  const page = makePage({ ...program.api, edit: sent }, noProxies, 'this-window', () => 0);
  page.store.set({ project: await program.api.project(), classId: 1, connection: 'open' });
  watchConnection(page);
  keepEdits(page, storage);
  await settle();
  await open(page, 'a.jpg');
  return page;
}

const add = (name: string): Edit => ({ type: 'add', class_id: 0, rle: name });
const made = () => program.edits.map((each) => (each.type === 'add' ? each.rle : each.type));
const waits = (page: Page) => page.store.get().edits.waiting.length;

async function retried(): Promise<void> {
  for (let i = 0; i < 40; ++i) await vi.advanceTimersByTimeAsync(1600);
}

function lose(page: Page): void {
  page.store.set({ connection: 'lost' });
}

async function connect(page: Page): Promise<void> {
  page.store.set({ connection: 'open' });
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  program = new FakeProgram(['a.jpg', 'b.jpg']);
  storage = new MemoryStorage();
  failures = [];
  failing();
});

afterEach(() => vi.useRealTimers());

describe('edits on their way to the disk', () => {
  test.each(['before', 'during', 'after'] as const)('an edit that fails %s it was made is made once', async (failure) => {
    const page = await loaded();
    failures = [failure, failure];
    const done = submit(page, add('one'));
    await settle();
    expect(page.store.get().saved).toBe('saving');
    expect(waits(page)).toBe(1);
    await retried();
    expect((await done).outcome).toBe('stored');
    expect(made()).toEqual(['one']);
    expect(page.store.get()).toMatchObject({ saved: 'saved', edits: { waiting: [], stalled: null } });
    expect(storage.length).toBe(0);
  });

  test('whatever fails and whenever the page is loaded again: nothing is lost, nothing is made twice, in order', async () => {
    for (let seed = 1; seed <= 60; ++seed) {
      const draw = makeRandom(seed);
      program = new FakeProgram(['a.jpg', 'b.jpg']);
      storage = new MemoryStorage();
      failing();
      failures = [];
      let page = await loaded();
      const wanted: string[] = [];
      for (let step = 0; step < 25; ++step) {
        const roll = draw(0, 1);
        if (roll < 0.5) {
          const name = `${seed}.${step}`;
          wanted.push(name);
          void submit(page, add(name));
        } else if (roll < 0.7) {
          failures.push((['before', 'during', 'after', 'hang', null] as const)[Math.floor(draw(0, 5))]!);
        } else if (roll < 0.8) {
          lose(page);
        } else if (roll < 0.9) {
          await connect(page);
        } else {
          await settle();
          page = await loaded();
        }
        if (draw(0, 1) < 0.5) await settle();
      }
      failures = [];
      lose(page); // what hangs is given up
      await connect(page);
      await retried();
      expect(made(), `seed ${seed}`).toEqual(wanted);
      expect(waits(page)).toBe(0);
      expect(program.picture('a.jpg').annotations).toHaveLength(wanted.length);
    }
  });

  test('while the program does not answer the picture shows the edits, and they wait', async () => {
    const page = await loaded();
    await submit(page, add('one'));
    await submit(page, add('two'));
    const [first, second] = page.store.get().picture!.annotations;
    page.store.set({ selection: new Set([first!.id]) });
    lose(page);
    void edit(page, { type: 'delete', ids: [first!.id] }, '');
    void edit(page, { type: 'set_class', ids: [second!.id], class_id: 1 }, '');
    void edit(page, { type: 'review', ids: [second!.id], review: 'accepted', note: 'fine' }, '');
    void edit(page, { type: 'set_polygon', id: second!.id, polygon: [{ outer: [[1, 1], [9, 1], [9, 5], [1, 5]], holes: [] }] }, '');
    void edit(page, { type: 'mark', faulty: true }, '');
    await settle();
    const { picture, edits, saved, selection } = page.store.get();
    expect(picture!.annotations).toMatchObject([
      { id: second!.id, class_id: 1, review: 'accepted', note: 'fine', box: [1, 1, 9, 5], area: 32 },
    ]);
    expect(picture!.faulty).toBe(true);
    expect([edits.waiting.length, saved, selection.size]).toEqual([5, 'saving', 0]);
    expect(edits.stalled).not.toBeNull();
    expect(made()).toEqual(['one', 'two']);
    await connect(page);
    expect(made()).toEqual(['one', 'two', 'delete', 'set_class', 'review', 'set_polygon', 'mark']);
    expect(page.store.get().saved).toBe('saved');
  });

  test('a mask added while the program does not answer is shown, also after a reload, until it is there', async () => {
    const page = await loaded();
    drawBox(page, [0, 0, 10, 10]);
    program.asked.at(-1)!.answer([candidate('k1')]);
    await settle();
    lose(page);
    void addMask(page);
    await settle();
    expect(page.store.get().adding).toHaveLength(1);
    failures = ['before'];
    const again = await loaded();
    expect(again.store.get().adding).toHaveLength(1);
    await retried();
    expect(again.store.get().adding).toHaveLength(0);
    expect(again.store.get().picture!.annotations).toHaveLength(1);
  });

  test('another window came first: all edits made without knowing it are refused, told, kept, and can be made knowingly', async () => {
    const page = await loaded();
    lose(page);
    const all = Promise.all([submit(page, add('mine')), submit(page, { type: 'undo' }), submit(page, add('mine, too'))]);
    program.apply('a.jpg', { ...add('theirs'), type: 'add', class_id: 0 });
    await connect(page);
    expect((await all).map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expect(made()).toEqual([]);
    const { edits, saved, toasts } = page.store.get();
    expect(edits.refused).toHaveLength(3);
    expect(saved).toBe('failed');
    expect(toasts).toMatchObject([{ title: 'Another window changed this image' }]);
    expect(toasts[0]!.detail).toMatch(/last 3 edits/);
    expect(storage.length).toBe(1);
    const again = await loaded();
    expect(again.store.get().edits.refused).toHaveLength(3);
    await makeRefusedAgain(again);
    expect(made()).toEqual(['mine', 'mine, too']);
    expect(again.store.get().edits).toMatchObject({ waiting: [], refused: [] });
    expect(again.store.get().picture!.annotations).toHaveLength(3);
  });

  test('an edit of an image that another window has is kept; it can be put away', async () => {
    const page = await loaded();
    const { edit: really } = program.api;
    program.api.edit = async () => {
      throw new Problem(423, '/problems/held-elsewhere', 'Anna has this image', '');
    };
    expect((await submit(page, add('mine'))).outcome).toBe('refused');
    expect(page.store.get().edits.refused).toMatchObject([{ why: 'Anna has this image' }]);
    expect(page.store.get().picture!.annotations).toHaveLength(0);
    expect(page.store.get().toasts).toHaveLength(1); // its prompt comes back, so that no banner stays
    page.store.set({ toasts: [] });
    await submit(page, { type: 'clear' });
    expect(page.store.get().toasts).toEqual([]); // the banner says it
    program.api.edit = really;
    forgetRefused(page);
    expect(page.store.get().saved).toBe('saved');
    expect(storage.length).toBe(0);
  });

  test('while a job changes the project edits wait', async () => {
    const page = await loaded();
    const { edit: really } = program.api;
    program.api.edit = async () => {
      throw new Problem(423, '/problems/project-busy', 'Classes are being merged', '');
    };
    const done = submit(page, add('one'));
    await settle();
    expect(page.store.get().edits.stalled).toBe('Classes are being merged');
    program.api.edit = really;
    await retried();
    expect((await done).outcome).toBe('stored');
  });

  test('a refused edit leaves no undo behind that would take back another', async () => {
    const page = await loaded();
    await submit(page, add('one'));
    lose(page);
    const bad = submit(page, add('bad'));
    const undo = submit(page, { type: 'undo' });
    const { edit: really } = program.api;
    program.api.edit = async (name, request) => {
      if (request.edit.type === 'add') throw new Problem(422, 'about:blank', 'Nothing is left of the mask', '');
      return really(name, request);
    };
    await connect(page);
    expect([(await bad).outcome, (await undo).outcome]).toEqual(['refused', 'refused']);
    expect(page.store.get().picture!.annotations).toHaveLength(1);
    expect(page.store.get().edits.refused).toEqual([]);
  });

  test('undo takes back an edit that was never sent, without the program', async () => {
    const page = await loaded();
    lose(page);
    const done = submit(page, add('one'));
    await undoEdit(page);
    expect((await done).outcome).toBe('taken back');
    await connect(page);
    expect(made()).toEqual([]);
    expect(page.store.get().saved).toBe('saved');
  });

  // Whatever is sent already, on its way or waits: as if each key had been answered before the next.
  test('undo and redo in any order and at any speed are those of a list of steps', async () => {
    for (let seed = 1; seed <= 40; ++seed) {
      const random = makeRandom(seed);
      program = new FakeProgram(['a.jpg', 'b.jpg']);
      storage = new MemoryStorage();
      failing();
      const page = await loaded();
      const { edit: really } = program.api;
      program.api.edit = async (...request) => {
        for (let i = Math.floor(random(0, 12)); i > 0; --i) await Promise.resolve();
        return really(...request);
      };
      let [there, undone]: [string[], string[]] = [[], []];
      for (let i = 0; i < 30; ++i) {
        const choice = random(0, 1);
        if (choice < 0.4 && there.length > 0) {
          expect(page.store.get().picture!.can_undo, `seed ${seed}`).toBe(true);
          void undoEdit(page);
          undone.push(there.pop()!);
        } else if (choice < 0.7 && undone.length > 0) {
          expect(page.store.get().picture!.can_redo, `seed ${seed}`).toBe(true);
          void redoEdit(page);
          there.push(undone.pop()!);
        } else {
          void submit(page, add(`${i}`));
          there.push(`${i}`);
          undone = [];
        }
        if (random(0, 1) < 0.4) for (let j = Math.floor(random(0, 30)); j > 0; --j) await Promise.resolve();
      }
      await retried();
      expect(program.picture('a.jpg').annotations, `seed ${seed}`).toHaveLength(there.length);
      expect(page.store.get().edits).toMatchObject({ waiting: [], refused: [] });
    }
  });

  test('what undo took back while the program was away, redo makes, in its order', async () => {
    const page = await loaded();
    await submit(page, add('one'));
    lose(page);
    void submit(page, add('two'));
    void submit(page, { type: 'delete', ids: [1] });
    await undoEdit(page);
    await undoEdit(page);
    await settle();
    expect(page.store.get().picture).toMatchObject({ can_redo: true, annotations: [{ id: 1 }] });
    void redoEdit(page);
    void redoEdit(page);
    await connect(page);
    expect(made()).toEqual(['one', 'two', 'delete']);
    expect(page.store.get().edits.undone).toEqual([]);
  });

  test('an edit names its class by name; one whose class is gone is kept, and made again with the class chosen then', async () => {
    const page = await loaded();
    const { edit: really } = program.api;
    const named: (string | undefined)[] = [];
    program.api.edit = async (name, request) => {
      named.push(request.class_name);
      if (request.class_name === 'cat') throw new Problem(409, '/problems/class-gone', 'No cat any more', '');
      return really(name, request);
    };
    lose(page);
    const all = Promise.all([submit(page, add('one')), submit(page, { type: 'clear' }), submit(page, { ...add('two'), class_id: 1 } as Edit)]);
    await connect(page);
    expect((await all).map(({ outcome }) => outcome)).toEqual(['refused', 'stored', 'stored']);
    expect(named).toEqual(['cat', undefined, 'dog']);
    expect(page.store.get().edits.refused).toMatchObject([{ why: 'No cat any more' }]);
    page.store.set({ project: { ...page.store.get().project!, classes: [{ id: 0, name: 'dog' }, { id: 1, name: 'bird' }] } });
    await makeRefusedAgain(page);
    expect(named.at(-1)).toBe('bird');
    expect(program.edits.at(-1)).toMatchObject({ type: 'add', class_id: 1 });
  });

  test('an edit that waits follows its class, renamed or elsewhere in the list; also one that was refused, also over a reload', async () => {
    const classesNow = (names: string[]) => {
      program.api.project = async () => ({ ...project, classes: names.map((name, id) => ({ id, name })) });
    };
    const project = await program.api.project();
    const page = await loaded();
    const named: (string | undefined)[] = [];
    const { edit: really } = program.api;
    program.api.edit = async (name, request) => {
      named.push(request.class_name);
      return really(name, request);
    };
    lose(page);
    void submit(page, add('one'));
    const first = page.store.get().edits.waiting[0]!;
    page.store.set({ edits: { ...page.store.get().edits, refused: [{ ...first, id: 'refused', why: '' }] } });
    classesNow(['kitten', 'dog']);
    takeProject(page, await program.api.project());
    expect(goneClasses(page.store.get())).toEqual([]);
    expect(page.store.get().edits.refused[0]!.className).toBe('kitten');
    classesNow(['bird', 'kitten', 'dog']);
    takeProject(page, await program.api.project());
    expect(page.store.get().edits.waiting[0]).toMatchObject({ className: 'kitten', edit: { class_id: 1 } });
    classesNow(['bird', 'lion', 'dog']); // while the page is away
    const again = await loaded();
    await connect(again);
    expect(named).toEqual(['lion']);
    await makeRefusedAgain(again);
    expect(named).toEqual(['lion', 'lion']);
    expect(program.edits).toMatchObject([{ class_id: 1 }, { class_id: 1 }]);
  });

  test('of each image what undo took back unsent is made by redo, also over a reload', async () => {
    const page = await loaded();
    lose(page);
    void submit(page, add('one'));
    await undoEdit(page);
    await open(page, 'b.jpg');
    void submit(page, add('two'));
    void submit(page, add('three'));
    await undoEdit(page);
    const again = await loaded();
    await connect(again);
    expect(again.store.get().picture!.can_redo).toBe(true);
    await redoEdit(again);
    await open(again, 'b.jpg');
    await redoEdit(again);
    expect(made().sort()).toEqual(['one', 'three', 'two']);
    expect(again.store.get().edits.undone).toEqual([]);
    expect(storage.length).toBe(0);
  });

  test('an undo that found nothing takes only its own redo along', async () => {
    const page = await loaded();
    for (const name of ['one', 'two']) await submit(page, add(name));
    const { edit: really } = program.api;
    program.api.edit = async (name, request) => {
      if (request.edit.type === 'undo' && !program.picture(name).can_undo) throw new Problem(422, 'about:blank', 'Nothing to undo', '');
      return really(name, request);
    };
    const steps = ['undo', 'undo', 'undo', 'undo', 'redo', 'redo', 'redo', 'redo'] as const;
    const outcomes = await Promise.all(steps.map((type) => submit(page, { type })));
    const [yes, no] = ['stored', 'refused'];
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([yes, yes, no, no, no, no, yes, yes]);
    expect(page.store.get().picture!.annotations).toHaveLength(2);
  });

  test('a copy of the tab does not take the edits of the one that is open; a page after a crash does', async () => {
    const page = await loaded();
    lose(page);
    void submit(page, add('one'));
    await settle();
    const asked: string[] = [];
    const copies = async (isOpen: boolean) => {
      const copy = makePage(program.api, noProxies, 'another-window', () => 0);
      copy.store.set({ project: await program.api.project() });
      await keepEdits(copy, storage, async (window) => {
        asked.push(window);
        return isOpen;
      });
      return copy;
    };
    const own = storage.getItem('sam-annotator.edits:p')!;
    expect(waits(await copies(true))).toBe(0);
    expect(storage.length).toBe(0); // else it would take them for its own once the other is closed
    storage.setItem('sam-annotator.edits:p', own);
    expect(waits(await copies(false))).toBe(1);
    expect(asked).toEqual(['this-window', 'this-window']);
  });

  test('edits of an image that was left are still made', async () => {
    const page = await loaded();
    failures = ['before'];
    void submit(page, add('one'));
    await settle();
    await open(page, 'b.jpg');
    await retried();
    expect(program.picture('a.jpg').annotations).toHaveLength(1);
    expect(page.store.get().picture!.name).toBe('b.jpg');
  });

  test('a damaged storage is no trouble', async () => {
    storage.setItem('sam-annotator.edits:p', '{"waiting":[3,{"id":1}],"refused":null}');
    const page = await loaded();
    expect(page.store.get().edits).toMatchObject({ waiting: [], refused: [] });
    await flush(page);
  });
});
