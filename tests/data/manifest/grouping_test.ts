import assert from "node:assert/strict";
import { groupOf } from "../../../src/data/manifest/grouping.ts";

const icons = (...keys: string[]) => new Set(keys.map((key) => groupOf("icon-stem", "mdi", key)));
const emoji = (...keys: string[]) => new Set(keys.map((key) => groupOf("emoji-concept", "noto", key)));

Deno.test("versions of an icon are one group of their dataset", () => {
  assert.deepEqual(
    icons("heart", "heart-outline", "heart-off-outline", "heart-2-fill", "heart-duotone"),
    new Set(["mdi/heart"]),
  );
  assert.deepEqual(icons("bell-ring", "bell-ring-outline", "bell"), new Set(["mdi/bell-ring", "mdi/bell"]));
  assert.deepEqual(icons("fill", "outline"), new Set(["mdi/fill", "mdi/outline"]));
});

Deno.test("skin tones, genders and directions of an emoji are one concept, for all vendors", () => {
  assert.deepEqual(
    emoji(
      "firefighter",
      "man-firefighter-dark-skin-tone",
      "woman-firefighter-medium-light",
      "firefighter-light",
    ),
    new Set(["firefighter"]),
  );
  assert.equal(
    groupOf("emoji-concept", "fxemoji", "crescentmoon"),
    groupOf("emoji-concept", "noto", "crescent-moon"),
  );
  assert.equal(emoji("man-running", "person-running-facing-right", "woman-running-medium-skin-tone").size, 1);
  assert.deepEqual(emoji("flag-for-flag-japan", "flag-for-japan", "flag-japan"), new Set(["flagjapan"]));
  assert.equal(emoji("man", "woman-light-skin-tone", "person", "girl").size, 1);
  assert.equal(emoji("kiss-man-man-light-skin-tone-dark-skin-tone", "kiss", "kiss-woman-man").size, 1);
});

Deno.test("what looks like a skin tone and is none stays", () => {
  assert.deepEqual(
    emoji("horizontal-traffic-light", "police-car-light"),
    new Set(["horizontaltrafficlight", "policecarlight"]),
  );
  assert.equal(emoji("kiss-mark", "kiss", "kissing-face").size, 3);
});

Deno.test("without a rule every image is its own group", () => {
  assert.equal(groupOf("none", "cifar10", "train/00001-2"), "cifar10/train/00001-2");
});
