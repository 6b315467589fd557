"""The door: the `goodword` command. Every failure is one clear sentence and a non-zero exit code."""

import gc
import sys


def main() -> None:
    # Nothing that is imported becomes garbage: to look for some took a fifth of the start, and would take a
    # tenth of a second of those who wait whenever Python looks at everything.
    gc.disable()
    from bot.commands import goodword  # noqa: PLC0415 - see above
    from bot.errors import Refusal  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    try:
        goodword()
    except Refusal as no:
        print(no.sentence, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
