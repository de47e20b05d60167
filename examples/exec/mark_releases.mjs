// The stage `mark-releases` in JavaScript: takes lines out of the text that open with certain words.
import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let options = { marks: ["note to editors:", "for immediate release"] };

function patch({ blocks }) {
  const changes = [];
  for (const { id, text } of blocks) {
    const mark = options.marks.find((mark) => text.toLowerCase().startsWith(mark.toLowerCase()));
    if (mark !== undefined) {
      changes.push({ do: "label", block: id, label: "other", rule: "opens-with", detail: `\`${mark}\`` });
    }
  }
  return { version: 1, changes };
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if ("protocol" in message) {
    const unknown = Object.keys(message.options).find((name) => !(name in options));
    if (unknown !== undefined) {
      say({ error: `there is no such option (there are: ${Object.keys(options)})`, option: unknown });
      break;
    }
    options = { ...options, ...message.options };
    const version = `node ${process.version}`;
    say({ protocol: 1, reads: [], writes: ["body"], view: ["blocks"], block: ["text"], options, version });
  } else {
    say({ id: message.id, patch: patch(message.view) });
  }
}
