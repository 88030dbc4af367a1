// Length as X's own library counts it: a list of texts in, for each [length, valid, last unit that fits] out. Both JSON.

import { readFileSync } from "node:fs";
import twitter from "twitter-text";

const counted = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  const { weightedLength, valid, validRangeEnd } = twitter.parseTweet(text);
  return [weightedLength, valid, validRangeEnd];
});
process.stdout.write(JSON.stringify(counted));
