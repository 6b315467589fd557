// Emoji by Slack's names: a table of common ones, the drawn :kudos:, and the small picker.
import { h, layerFor, place } from "./dom.js";
import { mark } from "./icons.js";

const TABLE = `
raised_hands 🙌 clap 👏 pray 🙏 +1 👍 -1 👎 ok_hand 👌 wave 👋 muscle 💪 handshake 🤝 point_up ☝️ point_right 👉 point_left 👈
point_down 👇 crossed_fingers 🤞 v ✌️ fist 👊 writing_hand ✍️ open_hands 👐 heart ❤️ orange_heart 🧡 yellow_heart 💛
green_heart 💚 blue_heart 💙 purple_heart 💜 broken_heart 💔 sparkling_heart 💖 heart_hands 🫶 smile 😄 smiley 😃 grinning 😀
grin 😁 joy 😂 rolling_on_the_floor_laughing 🤣 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 blush 😊 innocent 😇
heart_eyes 😍 star-struck 🤩 kissing_heart 😘 yum 😋 sunglasses 😎 nerd_face 🤓 thinking_face 🤔 hugging_face 🤗 neutral_face 😐
expressionless 😑 smirk 😏 relieved 😌 pensive 😔 confused 😕 disappointed 😞 worried 😟 cry 😢 sob 😭 angry 😠 rage 😡
sweat_smile 😅 sweat 😓 scream 😱 flushed 😳 sleeping 😴 sleepy 😪 mask 😷 face_with_rolling_eyes 🙄 grimacing 😬 shrug 🤷
facepalm 🤦 salute 🫡 partying_face 🥳 tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 birthday 🎂 cake 🍰 trophy 🏆 medal 🏅
first_place_medal 🥇 star ⭐ star2 🌟 sparkles ✨ dizzy 💫 fire 🔥 rocket 🚀 100 💯 zap ⚡ boom 💥 sunny ☀️ rainbow 🌈
sunflower 🌻 blossom 🌼 tulip 🌷 rose 🌹 bouquet 💐 seedling 🌱 herb 🌿 four_leaf_clover 🍀 evergreen_tree 🌲 coffee ☕ tea 🍵
beers 🍻 clinking_glasses 🥂 pizza 🍕 cookie 🍪 doughnut 🍩 eyes 👀 brain 🧠 ear 👂 speech_balloon 💬 thought_balloon 💭
mega 📣 loudspeaker 📢 bell 🔔 no_bell 🔕 bulb 💡 mag 🔍 key 🔑 lock 🔒 unlock 🔓 pushpin 📌 paperclip 📎 link 🔗 memo 📝
pencil2 ✏️ clipboard 📋 calendar 📆 date 📅 chart_with_upwards_trend 📈 bar_chart 📊 email 📧 envelope ✉️ inbox_tray 📥
outbox_tray 📤 package 📦 phone ☎️ telephone_receiver 📞 computer 💻 hammer_and_wrench 🛠️ wrench 🔧 gear ⚙️ hourglass ⌛
hourglass_flowing_sand ⏳ stopwatch ⏱️ alarm_clock ⏰ clock4 🕓 white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️
x ❌ warning ⚠️ no_entry ⛔ question ❓ exclamation ❗ information_source ℹ️ arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️
arrow_down ⬇️ arrows_counterclockwise 🔄 red_circle 🔴 large_blue_circle 🔵 white_circle ⚪ busts_in_silhouette 👥
bust_in_silhouette 👤 people_holding_hands 🧑‍🤝‍🧑 necktie 👔 office 🏢 house 🏠 earth_africa 🌍 moneybag 💰 receipt 🧾 scales ⚖️
compass 🧭 ladder 🪜 bridge_at_night 🌉 umbrella ☂️ see_no_evil 🙈 robot_face 🤖 turtle 🐢 dog 🐶 cat 🐱 owl 🦉`;

const words = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let i = 0; i < words.length; i += 2) EMOJI.set(words[i], words[i + 1]);
for (const [alias, name] of [
  ["thumbsup", "+1"],
  ["thumbsdown", "-1"],
  ["raising_hands", "raised_hands"],
  ["hooray", "tada"],
])
  EMOJI.set(alias, EMOJI.get(name));

const PICKED = [
  "kudos",
  "raised_hands",
  "clap",
  "heart",
  "tada",
  "pray",
  "+1",
  "sparkles",
  "sunflower",
  "muscle",
  "fire",
  "rocket",
  "joy",
  "blush",
  "handshake",
  "star",
  "bulb",
  "eyes",
  "white_check_mark",
  "thinking_face",
  "coffee",
  "bouquet",
  "100",
  "wave",
];

export const emojiNames = ["kudos", ...EMOJI.keys()];

/** One emoji as a node; a name nobody drew stays as it was typed. */
export function emoji(name) {
  const plain = name.replace(/::?skin-tone-\d$/, "");
  if (plain === "kudos")
    return h("span", { class: "emoji", role: "img", "aria-label": "kudos", title: ":kudos:" }, mark("kudos"));
  const drawn = EMOJI.get(plain);
  if (!drawn) return document.createTextNode(`:${name}:`);
  return h(
    "span",
    { class: "emoji", role: "img", "aria-label": plain.replaceAll("_", " "), title: `:${plain}:` },
    drawn,
  );
}

/** Plain words in which only :emoji: and the three escapes mean anything. */
export function plainNodes(text) {
  return text
    .split(/(:[a-z0-9_+'-]+(?:::skin-tone-\d)?:)/)
    .map((part, i) => (i % 2 ? emoji(part.slice(1, -1)) : unescapeSlack(part)));
}

export const unescapeSlack = (text) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const COLUMNS = 6;

/** A small grid of emoji at `anchor`; calls `choose(name)`. Arrow keys move, Escape closes and gives the focus back. */
export function openPicker(anchor, choose) {
  const close = () => {
    picker.remove();
    document.removeEventListener("pointerdown", outside, true);
    anchor.focus();
  };
  const outside = (event) => {
    if (!picker.contains(event.target)) close();
  };
  const buttons = PICKED.map((name, i) =>
    h(
      "button",
      {
        type: "button",
        class: "picker-emoji",
        tabindex: i ? -1 : 0,
        "aria-label": name.replaceAll("_", " "),
        onclick: () => {
          close();
          choose(name);
        },
      },
      emoji(name),
    ),
  );
  const picker = h(
    "div",
    {
      class: "popup picker",
      role: "dialog",
      "aria-label": "Choose a reaction",
      "data-testid": "emoji-picker",
    },
    buttons,
  );
  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    const next = move && buttons[buttons.indexOf(document.activeElement) + move];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  layerFor(anchor).append(picker);
  place(picker, anchor, { align: "end" });
  buttons[0].focus();
  document.addEventListener("pointerdown", outside, true);
}
