// Every test of every file of the specification's vectors. A type that is not answered fails.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { answerQuestion } from '../dist/conform/index.js';

const folder = new URL('../../test-vectors/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'schema.json');

it('there are vectors to run', () => assert.ok(files.length > 5));

for (const file of files) {
  const { groups } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
  for (const { type, tests } of groups) {
    describe(`${file}: ${type}`, () => {
      for (const { id, input, result, expected } of tests) {
        it(id, () => {
          const answer = answerQuestion({ type, input });
          const said = answer.result === 'valid' ? answer.output : answer.error;
          assert.deepEqual([answer.result, JSON.parse(JSON.stringify(said ?? null))], [result, expected]);
        });
      }
    });
  }
}
