"""Where the world meets the bot: Slack in, Slack out, the clock."""
