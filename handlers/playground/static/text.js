// Text objects of Block Kit: as nodes where they are shown, as a string where only a string will do.
import { plainNodes, unescapeSlack } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

export const textNodes = (object) =>
  object.type === "mrkdwn" ? mrkdwn(object.text) : plainNodes(object.text);

/** For labels, placeholders and buttons' names; also of a bare string. */
export const text = (object) => unescapeSlack(typeof object === "string" ? object : (object?.text ?? ""));
