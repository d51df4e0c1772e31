"""`python -m theory NAME` prints a derivation, as `icl-theory derive NAME` does."""

import sys

from theory.catalogue import DERIVATIONS


def main(names: list[str]) -> int:
    """Print the derivations of these names and return the exit code."""
    unknown = [name for name in names if name not in DERIVATIONS]
    if unknown or not names:
        given = f"no derivation {unknown[0]!r}" if unknown else "no name given"
        print(f"{given}; the names are {', '.join(DERIVATIONS)}", file=sys.stderr)
        return 2
    for name in names:
        print(DERIVATIONS[name]().text())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
