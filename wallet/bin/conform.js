#!/usr/bin/env node
// Answers the questions of Ronde's test vectors: one JSON object a line in, one a line out, in order.
import { createInterface } from 'node:readline';
import { answerQuestion } from '../dist/conform/index.js';

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line === '') continue;
  const question = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: question.id, ...answerQuestion(question) })}\n`);
}
