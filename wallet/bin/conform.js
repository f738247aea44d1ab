#!/usr/bin/env node
// Answers the questions of Ronde's test vectors: one JSON object a line in, one a line out, in order.
import { createInterface } from 'node:readline';
import { answerQuestion } from '../dist/conform/index.js';

/** The answer; what goes wrong in the library itself is one too, so that the questions after it are still answered. */
function answered(question) {
  try {
    return answerQuestion(question);
  } catch (error) {
    console.error(`${question.id}: ${error.stack}`);
    return { result: 'invalid', error: { error: 'internal' } };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line === '') continue;
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: question.id, ...answered(question) })}\n`);
}
