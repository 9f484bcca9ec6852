// The emoji of the small picker.

const LIST = `
👍 👎 👏 🙌 🙏 👋 🤝 💪 ✌️ 👌 🤞 👀
😀 😄 😁 😅 😂 🤣 😊 🙂 😉 😍 😘 😎
🤔 🤨 😐 🙄 😬 😴 😢 😭 😱 😡 🥳 🤯
🤗 🤩 🥲 😇 🤓 🤪 🥺 😤 🤐 🤒 🥴 🫡
❤️ 🧡 💛 💚 💙 💜 🖤 💔 💯 ✨ ⭐ 🔥
🎉 🎂 🎁 🏆 🚀 💡 📌 📎 ✅ ❌ ⚠️ ❓
☕ 🍵 🍺 🍜 🍣 🍎 🌸 🌈 ☀️ 🌙 ❄️ 🌪️
🐱 🐶 🐼 🦊 🐧 🐢 🐛 🦄 🌱 🌳 🏔️ 🌊
`;

/** All of them, in the order in which they are shown. */
export const EMOJIS = LIST.trim().split(/\s+/);

/** Those that are offered first, until one has favourites. */
export const FAVOURITES = ["👍", "❤️", "😂", "🎉", "👀", "🙏"];
